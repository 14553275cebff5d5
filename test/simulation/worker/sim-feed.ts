/**
 * The feed of one process: the real watcher, tick intake, buffer, recorder and reconciler, with
 * sockets and timers in virtual time.
 */
import type { MarketEvent } from '../../../core/market/features.ts';
import type { MarketStep, Quote } from '../../../core/market/market.ts';
import { TIMEFRAME_MS } from '../../../core/market/market.ts';
import type { WatchBatch } from '../../../core/market/watch.ts';
import type { StrategyConfig } from '../../../core/strategies/strategy-config.ts';
import type { PriceMoves } from '../../../core/market/price-watch.ts';
import type { FeedView } from '../../../activities/activity-deps.ts';
import { AccountReconciler } from '../../../adapters/feed/account-reconciler.ts';
import { AccountRecorder } from '../../../adapters/feed/account-recorder.ts';
import { EventBuffer } from '../../../adapters/feed/event-buffer.ts';
import { Freshness } from '../../../adapters/feed/freshness.ts';
import { PriceCollar } from '../../../adapters/feed/price-collar.ts';
import { StatusWriter } from '../../../adapters/feed/status-writer.ts';
import { TickIntake } from '../../../adapters/feed/tick-intake.ts';
import type { BarReader } from '../../../adapters/exchange/bar-reader.ts';
import type { ExchangeGateway, Journal, Ledger } from '../../../adapters/ports.ts';
import { patiently } from '../ledger/ledger-client.ts';
import { REF } from '../scenario.ts';
import type { Scenario } from '../scenario.ts';
import { RowTail } from './row-tail.ts';
import type { SimProcess } from './sim-process.ts';

type WatchRequest = Parameters<FeedView['watch']>[0];
type Outcome = WatchBatch['outcome'];
type Call = { readonly request: WatchRequest; answer(batch: WatchBatch): void };

export type FeedParts = {
  readonly process: SimProcess;
  readonly scenario: Scenario;
  readonly store: Ledger & Journal;
  readonly gateway: ExchangeGateway;
  readonly readBars: BarReader;
  readonly strategy: () => StrategyConfig;
};

const GATHER_MS = 10;
const IDLE_MS = 60_000;
const EVENTS_MAX = 100;
const HOUSEKEEPING_MS = 500;
const RECONCILE_MS = 30_000;
const STALE_AT_MS = [30_000, 60_000];

export class SimFeed implements FeedView {
  readonly #parts: FeedParts;
  readonly #intake: TickIntake;
  readonly #tail: RowTail;
  readonly #buffer = new EventBuffer();
  readonly #status: StatusWriter;
  readonly #freshness: Freshness;
  readonly #reconciler: AccountReconciler;
  readonly recorder: AccountRecorder;
  #prices: Quote | null = null;
  readonly #collar = new PriceCollar();
  #call: Call | undefined;
  #epoch = 0;
  #watchSeq = -1;
  #owesSnapshot = true;
  #isGathering = false;
  #isLeaving = false;

  constructor(parts: FeedParts) {
    this.#parts = parts;
    const { process, scenario, store, gateway, readBars } = parts;
    const now = (): number => process.time.now;
    this.#freshness = new Freshness(now, STALE_AT_MS);
    this.#status = new StatusWriter(store, REF);
    this.#tail = new RowTail(store, process, () => this.#wake());
    this.#intake = new TickIntake({
      symbol: REF.symbol,
      readBars,
      tickSize: async () => scenario.rules.tickSize,
      config: parts.strategy,
      isLockstep: false,
      onEvents: (events) => this.#onEvents(events),
      onGap: () => this.#buffer.markLate(),
      onIdle: () => this.#wake(),
    });
    const { account, venue } = REF;
    const stubborn = patiently(store, process);
    const onRecorded = (): void => this.#tail.notice();
    this.recorder = new AccountRecorder({
      account,
      venue,
      ledger: stubborn,
      journal: stubborn,
      onRecorded,
      onDropped: () => void this.reconcile(),
    });
    this.#reconciler = new AccountReconciler({
      account,
      venue,
      gateway,
      ledger: store,
      journal: stubborn,
      recorder: this.recorder,
      symbols: () => [REF.symbol],
      onRecorded,
      intervalMs: 0,
      random: () => 0.5,
    });
  }

  start(): void {
    const { process } = this.#parts;
    process.onDeath(() => {
      this.#intake.close();
      void this.recorder.close();
    });
    this.#tail.start();
    this.#intake.live();
    this.setHearing(true);
    process.time.every(RECONCILE_MS, () => {
      process.wake(() => void this.reconcile());
      return process.isAlive;
    });
    process.time.every(HOUSEKEEPING_MS, () => {
      process.wake(() => this.#checkFreshness());
      return process.isAlive;
    });
  }

  /** The process is about to leave: pending and later calls are sent elsewhere. */
  handOver(): void {
    this.#isLeaving = true;
    this.#end('handover');
  }

  reconcile(): Promise<void> {
    return this.#reconciler.reconcile(REF.symbol);
  }

  isReconciled(symbol: string): boolean {
    const isCurrent = this.#reconciler.isCurrent(symbol);
    if (!isCurrent) void this.reconcile();
    return isCurrent;
  }

  /** The account's events arrive, or do not. */
  setHearing(isHearing: boolean): void {
    if (!isHearing) return this.#reconciler.lost();
    this.#reconciler.gap();
    void this.reconcile();
  }

  /** The market's connection was lost, or is there again. */
  setConnected(isConnected: boolean): void {
    if (isConnected) this.#intake.live();
    else this.#intake.lost();
  }

  onStep({ time, bid, ask, mark, last, lastQuantity }: MarketStep): void {
    this.#prices = { time, bid, ask, mark };
    this.#collar.add(time, bid, ask);
    this.#freshness.received('quote', time);
    this.#freshness.received('mark', time);
    this.#intake.add({ kind: 'quote', time, bid, ask });
    this.#intake.add({ kind: 'mark', time, mark });
    this.#intake.add({
      kind: 'trade',
      time,
      price: Number(last),
      quantity: Number(lastQuantity),
    });
    const news = this.#collar.news(this.#call, this.#intake.quote);
    if (news !== undefined) this.#onEvents([news]);
  }

  latestQuote(): Quote | null {
    return this.#prices;
  }

  priceMoves(): PriceMoves {
    return this.#collar.moves;
  }

  dayVolume(): null {
    return null;
  }

  dataAgeMs(): number | null {
    return this.#freshness.hasPrices ? this.#freshness.ageMs : Number.POSITIVE_INFINITY;
  }

  watch(request: WatchRequest): Promise<WatchBatch> {
    const { watchSeq, cursor, spec, prefix } = request;
    if (this.#isLeaving) return Promise.resolve(this.#batch(request, 'handover'));
    if (this.#isOld(request)) return Promise.resolve(this.#batch(request, 'superseded'));
    this.#end('superseded');
    if (cursor.marketTime === 0) this.#owesSnapshot = true;
    this.#epoch = prefix.epoch;
    this.#watchSeq = watchSeq;
    return this.#parts.process.wait(({ resolve }) => {
      const call = { request, answer: resolve };
      this.#call = call;
      this.#parts.process.time.after(IDLE_MS, () => {
        if (this.#call === call) this.#parts.process.wake(() => this.#end('idle'));
      });
      this.#buffer.passedBy(cursor.marketTime);
      this.#tail.passedBy(cursor.ledgerSeq);
      this.#intake.setSpec(spec);
      this.#status.write(watchSeq, spec.status);
      this.#tail.notice();
      this.#wake();
    });
  }

  #isOld({ prefix, watchSeq }: WatchRequest): boolean {
    if (prefix.epoch !== this.#epoch) return prefix.epoch < this.#epoch;
    return watchSeq < this.#watchSeq;
  }

  #onEvents(events: readonly MarketEvent[]): void {
    for (const event of events) this.#buffer.push(event);
    this.#wake();
  }

  #wake(): void {
    if (this.#isGathering) return;
    this.#isGathering = true;
    const { process } = this.#parts;
    process.time.after(GATHER_MS, () => {
      process.wake(() => {
        this.#isGathering = false;
        this.#deliver();
      });
    });
  }

  #deliver(): void {
    if (this.#call === undefined) return;
    this.#offerSnapshot(this.#call.request);
    const events = this.#buffer.take(EVENTS_MAX);
    if (events.length === 0 && this.#tail.rows.length === 0) return;
    this.#end('events', events);
  }

  #end(outcome: Outcome, events: readonly MarketEvent[] = []): void {
    const call = this.#call;
    this.#call = undefined;
    call?.answer(this.#batch(call.request, outcome, events));
  }

  /** The cursor passes exactly what is in it. */
  #batch(
    { watchSeq, cursor }: WatchRequest,
    outcome: Outcome,
    events: readonly MarketEvent[] = [],
  ): WatchBatch {
    const ledger = outcome === 'events' ? this.#tail.rows : [];
    return {
      watchSeq,
      outcome,
      events,
      ledger,
      quote: outcome === 'events' ? this.#intake.quote : null,
      cursor: {
        ledgerSeq: ledger.at(-1)?.seq ?? cursor.ledgerSeq,
        marketTime: Math.max(cursor.marketTime, events.at(-1)?.time ?? 0),
      },
    };
  }

  #checkFreshness(): void {
    const said = this.#freshness.check();
    const { quote } = this.#intake;
    if (said === undefined || quote === null) return;
    const stamp = { time: quote.time, quote };
    const { ageMs } = this.#freshness;
    this.#onEvents([
      said === 'stale' ? { kind: 'dataStale', ...stamp, ageMs } : { kind: 'dataFresh', ...stamp },
    ]);
  }

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
