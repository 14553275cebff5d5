/** Proves a journal: its records add up, and replaying it gives the states that it holds. */
import { existsSync, statSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { apply } from '../../core/matching/apply.ts';
import { exportState } from '../../core/matching/snapshot.ts';
import type { MatchingSnapshot } from '../../core/matching/snapshot.ts';
import { createMatching, createSymbol } from '../../core/matching/state.ts';
import type { MatchingState } from '../../core/matching/state.ts';
import type { MatchingConfig } from '../../core/matching/types.ts';
import { Conservation, KEPT_CONTRADICTIONS } from './conservation.ts';
import type { AccountSums, Contradiction } from './conservation.ts';
import { commandOf, readContents } from './contents.ts';
import { outcomeEntries } from './entries.ts';
import { readJournal } from './file.ts';
import type { JournalEntry, JournalRecord } from './file.ts';
import { recover } from './recovery.ts';

export type VerifyReport = {
  readonly isProven: boolean;
  readonly records: number;
  /** Bytes after the last whole record, torn by a crash; the next start cuts them off. */
  readonly tornBytes: number;
  readonly commands: number;
  readonly marketSteps: number;
  /** Snapshots that were compared with the replayed state. */
  readonly snapshots: number;
  readonly accounts: readonly AccountSums[];
  readonly contradictions: readonly Contradiction[];
};

/** Throws an Error naming the line when the file is missing or one of its lines is no record. */
export function verifyJournal(path: string): VerifyReport {
  if (!existsSync(path)) throw new Error(`no journal at ${path}`);
  const conservation = new Conservation();
  const replay = new Replay();
  let [records, endByte] = [0, 0];
  for (const { record, endByte: end } of readJournal(path)) {
    [records, endByte] = [record.seq, end];
    conservation.take(record);
    replay.take(record);
  }
  replay.compareWithRestart(path);
  const contradictions = [...conservation.contradictions, ...replay.contradictions];
  return {
    isProven: contradictions.length === 0,
    records,
    tornBytes: statSync(path).size - endByte,
    commands: replay.commands,
    marketSteps: replay.marketSteps,
    snapshots: replay.snapshots,
    accounts: conservation.sums(),
    contradictions: contradictions.toSorted((a, b) => a.seq - b.seq).slice(0, KEPT_CONTRADICTIONS),
  };
}

/** Applies every command and step from the first record on. */
class Replay {
  readonly contradictions: Contradiction[] = [];
  commands = 0;
  marketSteps = 0;
  snapshots = 0;
  #state: MatchingState | undefined;
  #config: MatchingConfig | undefined;
  #expected: readonly JournalEntry[] = [];
  #seq = 0;

  take(record: JournalRecord): void {
    this.#seq = record.seq;
    if (record.kind === 'started') return this.#start(record['config'] as MatchingConfig);
    if (record.kind === 'snapshot') return this.#compare(record['state'] as MatchingSnapshot);
    if (record.kind === 'clock' || this.#state === undefined) return;
    const input = commandOf(record);
    if (input === undefined) return this.#checkOutcome(record);
    this.#endBatch();
    if (record.kind === 'market') this.marketSteps += 1;
    else this.commands += 1;
    const { reply, events } = apply(this.#state, input);
    this.#expected = outcomeEntries(input, reply, events);
  }

  /** What a start from the newest snapshot comes to must be the same. */
  compareWithRestart(path: string): void {
    if (this.#state === undefined || this.#config === undefined) return;
    const { tail } = readContents(path);
    try {
      this.#compareStates('restart', exportState(recover(tail, this.#config).state));
    } catch (error) {
      this.#note('restart', error instanceof Error ? error.message : String(error));
    }
  }

  /** A start may list more symbols, which leaves the state as it is. */
  #start(config: MatchingConfig): void {
    this.#config = config;
    this.#state ??= createMatching(config);
    for (const instrument of config.instruments) {
      if (this.#state.symbols.has(instrument.symbol)) continue;
      this.#state.symbols.set(instrument.symbol, createSymbol(instrument));
    }
    this.#state.config = config;
  }

  #compare(snapshot: MatchingSnapshot): void {
    this.#endBatch();
    this.snapshots += 1;
    this.#compareStates('snapshot', snapshot);
  }

  #compareStates(check: string, held: MatchingSnapshot): void {
    if (this.#state === undefined) return;
    const replayed = comparable(exportState(this.#state));
    if (isDeepStrictEqual(replayed, comparable(held))) return;
    this.#note(check, 'is not the state that the records before it lead to');
  }

  #checkOutcome(record: JournalRecord): void {
    const { seq: _seq, wallTime: _wall, marketTime: _market, ...entry } = record;
    const wanted: unknown = JSON.parse(JSON.stringify(this.#expected[0] ?? null));
    if (!isDeepStrictEqual(wanted, entry)) {
      this.#note('replay', `${record.kind} is not what its command leads to`);
    }
    this.#expected = this.#expected.slice(1);
  }

  /** A command's outcomes come before the next command; only the last may be missing, by a crash. */
  #endBatch(): void {
    const [missing] = this.#expected;
    if (missing !== undefined) this.#note('replay', `${missing.kind} is missing before it`);
    this.#expected = [];
  }

  #note(check: string, detail: string): void {
    if (this.contradictions.length < KEPT_CONTRADICTIONS) {
      this.contradictions.push({ seq: this.#seq, check, detail });
    }
  }
}

/** In one order of symbols: a start may list the same ones differently. */
function comparable(snapshot: MatchingSnapshot): unknown {
  const plain = JSON.parse(JSON.stringify(snapshot)) as MatchingSnapshot;
  const bySymbol = (a: { symbol: string }, b: { symbol: string }): number =>
    a.symbol < b.symbol ? -1 : 1;
  return {
    ...plain,
    config: { ...plain.config, instruments: plain.config.instruments.toSorted(bySymbol) },
    symbols: plain.symbols.toSorted(bySymbol),
  };
}
