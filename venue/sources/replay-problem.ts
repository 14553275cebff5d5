/** What is wrong with a replay that somebody asked for, by the setting that they would change. */
import type { EpochMs } from '../../core/market/market.ts';

export type ReplayProblem = {
  /** The file of a symbol, all files, the limits of the replay, or the traded symbols. */
  readonly setting:
    | { readonly kind: 'file'; readonly symbol: string }
    | { readonly kind: 'files' | 'from' | 'to' | 'symbols' };
  /** The value that is not allowed. */
  readonly value: string;
  /** What is allowed, in words. */
  readonly range: string;
};

export class ReplayRefused extends Error {
  override readonly name = 'ReplayRefused';
  readonly problems: readonly ReplayProblem[];

  constructor(problems: readonly ReplayProblem[]) {
    super(problems.map(({ value, range }) => `${value}: expected ${range}`).join('\n'));
    this.problems = problems;
  }
}

/** `2024-03-01T00:00Z`: how the settings take a time, too. */
export const utcText = (time: EpochMs): string =>
  new Date(time).toISOString().replace(/(:00)?\.\d{3}Z$/, 'Z');
