/** From a journal back to the venue's state: its newest snapshot, then every command and step. */
import { isDeepStrictEqual } from 'node:util';
import type { InstrumentRules } from '../../core/market/market.ts';
import { apply } from '../../core/matching/apply.ts';
import { importState } from '../../core/matching/snapshot.ts';
import type { MatchingSnapshot } from '../../core/matching/snapshot.ts';
import { createMatching } from '../../core/matching/state.ts';
import type { MatchingState } from '../../core/matching/state.ts';
import type { MatchingConfig } from '../../core/matching/types.ts';
import { commandOf } from './contents.ts';
import { outcomeEntries } from './entries.ts';
import type { JournalEntry, JournalRecord } from './file.ts';

export type Recovered = {
  readonly state: MatchingState;
  /** Entries that a crash kept from the end of the file; to be appended. */
  readonly missing: readonly JournalEntry[];
};

/**
 * Rebuilds the state by applying journaled commands and steps again. The outcomes must be those in
 * the journal; only the last ones may be missing. Throws an Error naming the first that differs.
 */
export function recover(tail: readonly JournalRecord[], config: MatchingConfig): Recovered {
  const first = tail[0];
  const isSnapshot = first?.kind === 'snapshot';
  const state = isSnapshot
    ? importState(first['state'] as MatchingSnapshot)
    : createMatching(config);
  checkInstruments(state.config.instruments, config.instruments);
  let expected: JournalEntry[] = [];
  for (const record of isSnapshot ? tail.slice(1) : tail) {
    const input = commandOf(record);
    if (input === undefined) {
      if (!PASSIVE.has(record.kind)) expected = checkOutcome(record, expected);
      continue;
    }
    if (expected.length > 0) throw outcomeMissing(record, expected);
    const { reply, events } = apply(state, input);
    expected = outcomeEntries(input, reply, events);
  }
  return { state, missing: expected };
}

/** Records that are neither an input nor an outcome. */
const PASSIVE: ReadonlySet<string> = new Set(['started', 'clock', 'snapshot']);

function checkOutcome(record: JournalRecord, expected: readonly JournalEntry[]): JournalEntry[] {
  const { seq, wallTime: _wall, marketTime: _market, ...entry } = record;
  const wanted: unknown = JSON.parse(JSON.stringify(expected[0] ?? null));
  if (isDeepStrictEqual(wanted, entry)) return expected.slice(1);
  throw new Error(`journal seq ${seq} (${record.kind}) is not what its command leads to`);
}

function outcomeMissing(record: JournalRecord, expected: readonly JournalEntry[]): Error {
  return new Error(`journal: ${expected[0]?.kind} is missing before seq ${record.seq}`);
}

function checkInstruments(
  journaled: readonly InstrumentRules[],
  wanted: readonly InstrumentRules[],
): void {
  for (const rules of wanted) {
    const old = journaled.find((entry) => entry.symbol === rules.symbol);
    if (old === undefined || isDeepStrictEqual(old, rules)) continue;
    throw new Error(`journal: ${rules.symbol} has other rules in it; use another journal`);
  }
}
