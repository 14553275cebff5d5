/** From when to when recorded bars can be replayed, and from when to when they are. */
import { TIMEFRAME_MS } from '../../core/market/market.ts';
import type { EpochMs } from '../../core/market/market.ts';
import type { OhlcvFile } from './ohlcv-file.ts';
import { ReplayRefused, utcText } from './replay-problem.ts';

export type ReplayRange = {
  /** From here on every file has bars. */
  readonly firstTime: EpochMs;
  /** Where a new market begins, at the opening of a bar. */
  readonly startTime: EpochMs;
  /** The first time that is not replayed, at the opening of a bar. */
  readonly endTime: EpochMs;
};

type Wanted = { readonly from?: EpochMs; readonly to?: EpochMs };
/** Both included. */
type Limits = { readonly first: EpochMs; readonly last: EpochMs };

const HOUR_MS = 3_600_000;
/** With less the trend of 1h bars has no reading yet: its ADX needs twice 14 bars. */
const HISTORY_LEAST_MS = 48 * HOUR_MS;
/** 150 bars of 1h, which the slowest voting window holds, and a little. */
const HISTORY_WANTED_MS = 7 * 24 * HOUR_MS;

/**
 * The range that all files cover. It begins at `from`, and by default after a week of history, in
 * files of less than two weeks in the middle; two days of history are the least. Throws
 * ReplayRefused. `files`: one or more, of one timeframe.
 */
export function rangeOf(files: readonly OhlcvFile[], { from, to }: Wanted): ReplayRange {
  const barMs = Math.max(...files.map(({ timeframe }) => TIMEFRAME_MS[timeframe]));
  const firstTime = Math.max(...files.map(({ bars }) => bars[0]?.openTime ?? 0));
  const endOfFiles = Math.min(...files.map(({ bars }) => (bars.at(-1)?.openTime ?? 0) + barMs));
  const earliest = firstTime + HISTORY_LEAST_MS;
  if (earliest >= endOfFiles) throw tooShort(firstTime, endOfFiles);
  const start = from ?? defaultStart(firstTime, Math.min(to ?? endOfFiles, endOfFiles));
  const startTime = start - (start % barMs);
  requireWithin('from', startTime, { first: earliest, last: endOfFiles - barMs });
  const endTime = Math.ceil((to ?? endOfFiles) / barMs) * barMs;
  requireWithin('to', endTime, { first: startTime + barMs, last: endOfFiles });
  return { firstTime, startTime, endTime };
}

function defaultStart(firstTime: EpochMs, endTime: EpochMs): EpochMs {
  const half = (endTime - firstTime) / 2;
  return firstTime + Math.max(HISTORY_LEAST_MS, Math.min(HISTORY_WANTED_MS, half));
}

function requireWithin(kind: 'from' | 'to', time: EpochMs, { first, last }: Limits): void {
  if (time >= first && time <= last) return;
  const range = `a time from ${utcText(first)} to ${utcText(last)}, which the files hold${WHY[kind]}`;
  throw new ReplayRefused([{ setting: { kind }, value: utcText(time), range }]);
}

const WHY = { from: ' after two days of history', to: ' after the start' };

function tooShort(firstTime: EpochMs, endTime: EpochMs): ReplayRefused {
  const value = `${utcText(firstTime)} to ${utcText(endTime)}`;
  const range = 'files that together cover more than two days, which are the history at the start';
  return new ReplayRefused([{ setting: { kind: 'files' }, value, range }]);
}
