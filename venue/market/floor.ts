/** Where market steps become visible: funding, matching, then the streams, in this order. */
import type { EpochMs, MarketStep } from '../../core/market/market.ts';
import { ensureDefined } from '../../core/assert.ts';
import type { Exchange } from '../exchange.ts';
import type { MarketPosition } from '../journal/position-file.ts';
import type { StreamHub } from '../streams/stream-hub.ts';
import type { SettledFunding } from './funding.ts';
import type { SymbolTape } from './tape.ts';

export type FloorParts = {
  readonly exchange: Exchange;
  readonly tapes: ReadonlyMap<string, SymbolTape>;
  readonly hub: StreamHub;
  readonly isLockstep: boolean;
  /** Told when everybody has been told of a step. */
  readonly afterStep: () => void;
  readonly wallClock: () => EpochMs;
  /** Notes how far the market has come, before anyone hears of it. */
  readonly savePosition: (position: MarketPosition) => void;
  /** Steps taken before this start. */
  readonly steps: number;
  /** The newest funding settled before this start, by symbol. */
  readonly fundedUntil: ReadonlyMap<string, EpochMs>;
};

/** Wall time between two clock records in the journal. */
const CLOCK_RECORD_MS = 10_000;

export class MarketFloor {
  readonly #parts: FloorParts;
  readonly #fundedUntil: Map<string, EpochMs>;
  #steps: number;
  #clockRecordedAt: EpochMs;

  constructor(parts: FloorParts) {
    this.#parts = parts;
    this.#steps = parts.steps;
    this.#fundedUntil = new Map(parts.fundedUntil);
    this.#clockRecordedAt = parts.wallClock();
  }

  get steps(): number {
    return this.#steps;
  }

  take(told: MarketStep): void {
    const { exchange, tapes, hub, savePosition } = this.#parts;
    const tape = ensureDefined(tapes.get(told.symbol), `${told.symbol} has a tape`);
    const step = tape.shaped(told);
    const openBar = tape.bars.last();
    const due = tape.add(step);
    if (due !== undefined) this.#settleFunding(step.symbol, due);
    exchange.step(step);
    this.#steps += 1;
    savePosition({ time: step.time, symbol: step.symbol, steps: this.#steps });
    this.#recordClock();
    exchange.snapshotWhenDue();
    if (this.#isQuiet(step.symbol)) hub.publishMark(tape);
    else hub.publishStep(tape, tape.bars.last() === openBar ? undefined : openBar);
    this.#parts.afterStep();
  }

  /** On BREAK nothing is traded or quoted; in lockstep everyone waits for the frames all the same. */
  #isQuiet(symbol: string): boolean {
    const { exchange, isLockstep } = this.#parts;
    return !isLockstep && exchange.state.symbols.get(symbol)?.status === 'BREAK';
  }

  /** Once per symbol and funding time, also across a crash between funding and step. */
  #settleFunding(symbol: string, due: SettledFunding): void {
    if (due.time <= (this.#fundedUntil.get(symbol) ?? 0)) return;
    this.#fundedUntil.set(symbol, due.time);
    this.#parts.exchange.impose({ type: 'funding', symbol, rate: due.rate, time: due.time });
  }

  #recordClock(): void {
    const { exchange, wallClock } = this.#parts;
    const now = wallClock();
    if (now - this.#clockRecordedAt < CLOCK_RECORD_MS) return;
    this.#clockRecordedAt = now;
    exchange.recordClock(this.#steps);
  }
}
