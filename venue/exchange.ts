/** The matching engine with its journal: every change is on disk before anyone hears of it. */
import type { EpochMs, MarketStep } from '../core/market/market.ts';
import { apply } from '../core/matching/apply.ts';
import type { Command, Replies } from '../core/matching/commands.ts';
import { exportState } from '../core/matching/snapshot.ts';
import type { MatchingState } from '../core/matching/state.ts';
import type { MatchingEvent } from '../core/matching/types.ts';
import { executionUnknown, serviceUnavailable } from './errors.ts';
import { outcomeEntries } from './journal/entries.ts';
import type { JournalEntry, JournalFile } from './journal/file.ts';
import type { StepMemory } from './journal/step-memory.ts';

/** Everything that changes the venue but market steps. */
export type ExchangeCommand = Exclude<Command, { type: 'market' }>;
export type EventListener = (events: readonly MatchingEvent[]) => void;

export type ExchangeParts = {
  readonly state: MatchingState;
  readonly journal: JournalFile;
  readonly memory: StepMemory;
  readonly wallClock: () => EpochMs;
  /** Where market time stands before the first step. */
  readonly marketTime: EpochMs;
  /** Records after the journal's newest snapshot. */
  readonly sinceSnapshot: number;
  readonly recordsPerSnapshot: number;
};

/** What one command or step led to, until it is on disk. */
type Batch = {
  readonly entries: readonly JournalEntry[];
  readonly events: readonly MatchingEvent[];
  readonly wallTime: EpochMs;
  readonly marketTime: EpochMs;
};

/** Where orders never pause, a snapshot is written all the same after so many times its records. */
const MOST_OVERDUE = 10;
/** Wall time without a command: writing the state takes a moment in which nobody is answered. */
const QUIET_MS = 200;

export class Exchange {
  readonly state: MatchingState;
  readonly #journal: JournalFile;
  readonly #memory: StepMemory;
  readonly #wallClock: () => EpochMs;
  readonly #recordsPerSnapshot: number;
  readonly #listeners: EventListener[] = [];
  /** Newest steps that the engine has and the journal has not, by symbol. */
  readonly #unwritten = new Map<string, MarketStep>();
  /** Batches that the disk has refused so far, oldest first. */
  readonly #backlog: Batch[] = [];
  #marketTime: EpochMs;
  #sinceSnapshot: number;
  /** Wall time of the newest command. */
  #commandedAt: EpochMs = 0;

  constructor(parts: ExchangeParts) {
    this.state = parts.state;
    this.#journal = parts.journal;
    this.#memory = parts.memory;
    this.#wallClock = parts.wallClock;
    this.#marketTime = parts.marketTime;
    this.#sinceSnapshot = parts.sinceSnapshot;
    this.#recordsPerSnapshot = parts.recordsPerSnapshot;
  }

  /** Market time: that of the newest step. Orders and trades carry it. */
  get marketTime(): EpochMs {
    return this.#marketTime;
  }

  /** Listeners hear events after they are on disk, in the order of the engine. */
  onEvents(listener: EventListener): void {
    this.#listeners.push(listener);
  }

  /**
   * Applies a client's command; its outcome is on disk when the reply is returned. Throws VenueError
   * (HTTP 503) while the disk refuses: before the command is applied "unavailable", after it
   * "unknown", for it counts if the disk comes back before the venue ends, and never was otherwise.
   */
  submit<C extends ExchangeCommand>(command: C): Replies[C['type']] {
    this.ensureDurable();
    const reply = this.impose(command);
    if (this.#backlog.length > 0) throw executionUnknown();
    return reply;
  }

  /** Applies a command of the venue itself, also while the disk refuses. */
  impose<C extends ExchangeCommand>(command: C): Replies[C['type']] {
    this.#commandedAt = this.#wallClock();
    const entries = [...this.#takeUnwritten(), { kind: 'command', command }];
    const { reply, events } = apply(this.state, command);
    this.#commit([...entries, ...outcomeEntries(command, reply, events)], events);
    return reply;
  }

  /** Throws VenueError (HTTP 503) when the state holds what is not on disk: nobody may see it. */
  ensureDurable(): void {
    if (!this.#flush()) throw serviceUnavailable();
  }

  /** Applies a market step; it is journaled when it changed an account or must be remembered. */
  step(step: MarketStep): void {
    this.#marketTime = Math.max(this.#marketTime, step.time);
    const remembered = this.#memory.needs(step.symbol);
    const command = { type: 'market', step } as const;
    const { reply, events } = apply(this.state, command);
    this.#unwritten.delete(step.symbol);
    if (events.length === 0 && !remembered) {
      this.#unwritten.set(step.symbol, step);
      return;
    }
    const entries = [...this.#takeUnwritten(), { kind: 'market', step }];
    this.#commit([...entries, ...outcomeEntries(command, reply, events)], events);
  }

  /** Writes how far market time has come. */
  recordClock(steps: number): void {
    this.#append([{ kind: 'clock', steps }]);
  }

  /** Writes a snapshot when the last one is far behind and nobody trades at this moment. */
  snapshotWhenDue(): void {
    const due = this.#recordsPerSnapshot;
    if (this.#sinceSnapshot < due) return;
    const isQuiet = this.#wallClock() - this.#commandedAt >= QUIET_MS;
    if (isQuiet || this.#sinceSnapshot >= MOST_OVERDUE * due) this.recordSnapshot();
  }

  /** Writes the whole state; the steps that it holds must not be applied to it again. */
  recordSnapshot(): void {
    const steps = this.#takeUnwritten();
    this.#append([...steps, { kind: 'snapshot', state: exportState(this.state) }]);
    this.#sinceSnapshot = 0;
  }

  #takeUnwritten(): JournalEntry[] {
    const steps = [...this.#unwritten.values()].toSorted((a, b) => a.time - b.time);
    this.#unwritten.clear();
    return steps.map((step) => ({ kind: 'market', step }));
  }

  #commit(entries: readonly JournalEntry[], events: readonly MatchingEvent[]): void {
    this.#memory.observe(events);
    this.#append(entries, events);
  }

  #append(entries: readonly JournalEntry[], events: readonly MatchingEvent[] = []): void {
    const [wallTime, marketTime] = [this.#wallClock(), this.#marketTime];
    this.#backlog.push({ entries, events, wallTime, marketTime });
    this.#sinceSnapshot += entries.length;
    this.#flush();
  }

  /** Writes what waits, and tells it; false when the disk refuses. */
  #flush(): boolean {
    let batch = this.#backlog[0];
    while (batch !== undefined) {
      try {
        this.#journal.append(batch.entries, batch.wallTime, batch.marketTime);
      } catch {
        return false;
      }
      this.#backlog.shift();
      const { events } = batch;
      if (events.length > 0) for (const listener of this.#listeners) listener(events);
      batch = this.#backlog[0];
    }
    return true;
  }
}
