/**
 * The feed of one symbol: it lives across watch calls, keeps what no cursor has passed, and answers
 * the newest call.
 */
import type { QuantityText } from '../../core/money/units.ts';
import type { MarketEvent } from '../../core/market/features.ts';
import type { EpochMs, Quote } from '../../core/market/market.ts';
import { TIMEFRAME_MS } from '../../core/market/market.ts';
import type { PriceMoves } from '../../core/market/price-watch.ts';
import type { WatchBatch } from '../../core/market/watch.ts';
import type { StreamTick } from '../exchange/binance-usdm-frames.ts';
import { EventBuffer } from './event-buffer.ts';
import type { Freshness } from './freshness.ts';
import type { LedgerTail } from './ledger-tail.ts';
import type { Channel, MarketListener } from './market-streams.ts';
import { PriceCollar } from './price-collar.ts';
import type { StatusWriter } from './status-writer.ts';
import { TickIntake } from './tick-intake.ts';
import type { TickIntakeOptions } from './tick-intake.ts';
import { WatchCall, nothing } from './watch-call.ts';
import type { WatchContext, WatchRequest } from './watch-call.ts';

export type SymbolFeedParts = {
  readonly intake: Omit<TickIntakeOptions, 'onEvents' | 'onGap' | 'onIdle'>;
  readonly tail: (onRows: () => void) => LedgerTail;
  readonly status: StatusWriter;
  readonly freshness: Freshness;
  /** Prices have reached a further age (wall). */
  readonly onStale?: (ageMs: number) => void;
  readonly wallClock: () => EpochMs;
  readonly idleMs: number;
  /** Takes over when a batch may go out; without it batches go out as soon as they can. */
  readonly pacing?: FeedPacing;
};

/** What paces a feed in lockstep. */
export type FeedPacing = {
  /** A tick came in; answers the ticks that are to be taken now, in order. */
  collect(tick: StreamTick): readonly StreamTick[];
  /** Something changed: rows, events, a watch call, a step taken. */
  poke(): void;
  /** All channels are subscribed, for the first time or again. */
  resume(): Promise<void>;
};

type QuoteTick = Extract<StreamTick, { kind: 'quote' }>;
type MarkTick = Extract<StreamTick, { kind: 'mark' }>;

/** Trades, quotes and marks. */
const CHANNELS = 3;
const EVENTS_MAX = 100;
/** A fill and the report of its order come right after each other: they share a batch. */
const GATHER_ROWS_MS = 5;

export class SymbolFeed implements MarketListener {
  readonly #parts: SymbolFeedParts;
  readonly #intake: TickIntake;
  readonly #tail: LedgerTail;
  readonly #buffer = new EventBuffer();
  readonly #live = new Set<Channel>();
  readonly #subscribed = Promise.withResolvers<void>();
  readonly #prices: { quote?: QuoteTick; mark?: MarkTick } = {};
  readonly #collar = new PriceCollar();
  #call: WatchCall | undefined;
  #epoch = 0;
  #watchSeq = -1;
  #owesSnapshot = true;
  #gathering: NodeJS.Timeout | undefined;
  #watchedAt: EpochMs;

  constructor(parts: SymbolFeedParts) {
    this.#parts = parts;
    this.#watchedAt = parts.wallClock();
    this.#intake = new TickIntake({
      ...parts.intake,
      onEvents: (events) => this.#onEvents(events),
      onGap: () => this.#buffer.markLate(),
      onIdle: () => this.#wake(),
    });
    this.#tail = parts.tail(() => this.#wake());
    this.#tail.start();
  }

  /** The newest prices that came in, also while the watcher waits for bars. */
  get quote(): Quote | null {
    const { quote, mark } = this.#prices;
    if (quote === undefined || mark === undefined) return null;
    const { bid, ask } = quote;
    return { time: Math.max(quote.time, mark.time), bid, ask, mark: mark.mark };
  }
  /** None in lockstep: a worker that starts anew has no record, and every run must be the same. */
  get priceMoves(): PriceMoves | null {
    return this.#parts.pacing === undefined ? this.#collar.moves : null;
  }
  get dayVolume(): QuantityText | null {
    return this.#intake.dayVolume;
  }
  /** Wall milliseconds; null before the first prices. */
  get dataAgeMs(): number | null {
    const { freshness } = this.#parts;
    return freshness.hasPrices ? freshness.ageMs : null;
  }
  /** Every channel is subscribed, yet nothing new has come for this long (wall). */
  get silentMs(): number {
    return this.#live.size === CHANNELS ? this.#parts.freshness.ageMs : 0;
  }
  /** Wall milliseconds since a watch call was open. */
  get unwatchedMs(): number {
    return this.#call === undefined ? this.#parts.wallClock() - this.#watchedAt : 0;
  }
  get isWatched(): boolean {
    return this.#call !== undefined;
  }
  /** Whether the open call says that no effect is in flight. */
  get isSettled(): boolean {
    return this.#call?.request.spec.settled === true;
  }
  get isIdle(): boolean {
    return this.#intake.isIdle;
  }

  watch(request: WatchRequest, context: WatchContext): Promise<WatchBatch> {
    const { watchSeq, cursor, spec } = request;
    const call = new WatchCall(request, context, this.#parts.idleMs, (outcome) => {
      if (this.#call === call) this.#end(nothing(outcome));
    });
    if (this.#isOld(request)) {
      call.answer(nothing('superseded'));
      return call.result;
    }
    this.#end(nothing('superseded'));
    // A workflow that has just reconciled has seen nothing yet.
    if (cursor.marketTime === 0) this.#owesSnapshot = true;
    this.#epoch = request.prefix.epoch;
    this.#watchSeq = watchSeq;
    this.#call = call;
    this.#buffer.passedBy(cursor.marketTime);
    this.#tail.passedBy(cursor.ledgerSeq);
    this.#intake.setSpec(spec);
    this.#parts.status.write(watchSeq, spec.status);
    this.#tail.notice();
    this.#wake();
    return call.result;
  }

  onTick(tick: StreamTick): void {
    if (tick.kind !== 'trade') this.#keepPrice(tick);
    const { pacing } = this.#parts;
    if (pacing === undefined) this.#intake.add(tick);
    else this.takeTicks(pacing.collect(tick));
  }

  #keepPrice(tick: Exclude<StreamTick, { kind: 'trade' }>): void {
    this.#parts.freshness.received(tick.kind, tick.time);
    if (tick.kind === 'quote') {
      this.#prices.quote = tick;
      this.#collar.add(tick.time, tick.bid, tick.ask);
      const news = this.#collar.news(this.#call, this.#intake.quote);
      if (news !== undefined) this.#onEvents([news]);
    } else this.#prices.mark = tick;
    if (this.#parts.freshness.isStale) this.checkFreshness();
  }

  /** A step of a market in lockstep. */
  takeTicks(ticks: readonly StreamTick[]): void {
    for (const tick of ticks) this.#intake.add(tick);
    if (ticks.length > 0) this.#wake();
  }

  /** Resolves when all channels have been subscribed once. */
  subscribed(): Promise<void> {
    return this.#subscribed.promise;
  }

  onLive(channel: Channel): void {
    this.#live.add(channel);
    if (channel === 'trade') this.#intake.live();
    if (this.#live.size < CHANNELS) return;
    this.#subscribed.resolve();
    void this.#parts.pacing?.resume().catch(() => undefined);
  }

  onLost(channel: Channel): void {
    this.#live.delete(channel);
    if (channel === 'trade') this.#intake.lost();
  }

  /** Says that prices are stale or fresh again, where that is due. */
  checkFreshness(): void {
    const said = this.#parts.freshness.check();
    const { quote } = this.#intake;
    if (said === undefined || quote === null) return;
    const stamp = { time: quote.time, quote };
    const { ageMs } = this.#parts.freshness;
    if (said === 'stale') this.#parts.onStale?.(ageMs);
    this.#onEvents([
      said === 'stale' ? { kind: 'dataStale', ...stamp, ageMs } : { kind: 'dataFresh', ...stamp },
    ]);
  }

  /** Rows of the symbol were written in this process. */
  onRowsWritten(): void {
    this.#tail.notice();
  }

  /** Reads new rows, if there may be any. */
  async readLedger(): Promise<void> {
    await this.#tail.readIfNoticed();
  }

  /** Answers the open call when there is something for it; true when there was. */
  deliver(): boolean {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    if (this.#call === undefined) return false;
    this.#offerSnapshot(this.#call.request);
    const events = this.#buffer.take(EVENTS_MAX);
    const ledger = this.#tail.rows;
    if (events.length === 0 && ledger.length === 0) return false;
    this.#end({ outcome: 'events', events, ledger, quote: this.#intake.quote });
    return true;
  }

  async close(): Promise<void> {
    clearTimeout(this.#gathering);
    this.#end(nothing('handover'));
    this.#intake.close();
    await Promise.all([this.#tail.close(), this.#parts.status.close()]);
  }

  #isOld({ prefix, watchSeq }: WatchRequest): boolean {
    if (prefix.epoch !== this.#epoch) return prefix.epoch < this.#epoch;
    return watchSeq < this.#watchSeq;
  }

  #onEvents(events: readonly MarketEvent[]): void {
    for (const event of events) this.#buffer.push(event);
    this.#wake(0);
  }

  /** What the market says goes out at once, also when rows are being gathered. */
  #wake(gatherMs = GATHER_ROWS_MS): void {
    if (this.#parts.pacing !== undefined) {
      this.#parts.pacing.poke();
      return;
    }
    if (this.#gathering !== undefined && gatherMs > 0) return;
    clearTimeout(this.#gathering);
    this.#gathering = setTimeout(() => this.deliver(), gatherMs);
  }

  #end(answer: Parameters<WatchCall['answer']>[0]): void {
    const call = this.#call;
    this.#call = undefined;
    this.#watchedAt = this.#parts.wallClock();
    call?.answer(answer);
  }

  /**
   * A feed or a workflow that has just begun need not wait for the next bar: it gets the readings
   * as they are, unless the workflow goes on and has handled the last bar already.
   */
  #offerSnapshot({ cursor }: WatchRequest): void {
    const { features, quote } = this.#intake;
    if (!this.#owesSnapshot || features === undefined || quote === null) return;
    this.#owesSnapshot = false;
    const last = features.byTimeframe['5m'];
    const closedAt = last === null ? Infinity : last.barTime + TIMEFRAME_MS['5m'];
    if (cursor.marketTime >= closedAt || this.#buffer.has('barClosed')) return;
    this.#buffer.push({ kind: 'barClosed', time: quote.time, quote, features });
  }
}
