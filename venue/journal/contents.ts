/** What a start needs from a journal, read in one pass that keeps no more than that. */
import type { EpochMs, MarketStep } from '../../core/market/market.ts';
import type { Command, Funding } from '../../core/matching/commands.ts';
import { readJournal } from './file.ts';
import type { JournalRecord } from './file.ts';
import type { MarketPosition } from './position-file.ts';

export type JournalContents = {
  /** Number of the last record, 0 in an empty journal, and where it ends in the file. */
  readonly seq: number;
  readonly endByte: number;
  /** The newest snapshot and every record after it; all records when there is no snapshot. */
  readonly tail: readonly JournalRecord[];
  readonly accounts: readonly string[];
  /** Funding settlements over all symbols, oldest first. */
  readonly fundings: readonly Funding[];
  /** The newest step in the journal; there may have been later ones that touched no account. */
  readonly newestStep: Pick<MarketPosition, 'time' | 'symbol'> | undefined;
};

/** Throws an Error naming the line when the journal is not whole. */
export function readContents(path: string): JournalContents {
  const accounts = new Set<string>();
  const fundings: Funding[] = [];
  let [tail, seq, endByte]: [JournalRecord[], number, number] = [[], 0, 0];
  let newestStep: Step | undefined;
  for (const { record, endByte: end } of readJournal(path)) {
    [seq, endByte] = [record.seq, end];
    if (record.kind === 'snapshot') tail = [];
    tail.push(record);
    const command = commandOf(record);
    if (command?.type === 'openAccount') accounts.add(command.accountId);
    if (command?.type === 'funding') fundings.push(command);
    if (command?.type === 'market') newestStep = later(newestStep, command.step);
  }
  return { seq, endByte, tail, accounts: [...accounts], fundings, newestStep };
}

type Step = { readonly time: EpochMs; readonly symbol: string };

/** Steps of several symbols may stand in the journal in another order than that of the market. */
const later = (one: Step | undefined, other: Step): Step => {
  if (one === undefined || one.time < other.time) return other;
  return one.time === other.time && one.symbol < other.symbol ? other : one;
};

/** What a record told the engine; undefined for outcomes and marks of time. */
export function commandOf(record: JournalRecord): Command | undefined {
  if (record.kind === 'market') return { type: 'market', step: record['step'] as MarketStep };
  return record.kind === 'command' ? (record['command'] as Command) : undefined;
}
