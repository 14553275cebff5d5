/**
 * Lockstep of one symbol. A step is three frames of one market time; they are taken together, in
 * the order quote, mark, trade. The venue makes the next step when this one is acknowledged: at
 * once when nothing came of it, otherwise when the workflow has settled what did.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { EpochMs, Quote } from '../../core/market/market.ts';
import type { StreamTick } from '../exchange/binance-usdm-frames.ts';
import type { HeardOrders } from './heard-orders.ts';
import type { LockstepLink } from './lockstep-link.ts';
import type { FeedPacing } from './symbol-feed.ts';

export type PacedFeed = {
  /** Bars are there and every tick was taken. */
  readonly isIdle: boolean;
  /** A watch call is open. */
  readonly isWatched: boolean;
  /** The open watch call says that no effect is in flight. */
  readonly isSettled: boolean;
  takeTicks(ticks: readonly StreamTick[]): void;
  readLedger(): Promise<void>;
  deliver(): boolean;
};

export type LockstepPacingParts = {
  readonly symbol: string;
  readonly link: LockstepLink;
  readonly feed: () => PacedFeed;
  /** Everything that the venue sent about orders is in the ledger. */
  readonly ordersRecorded: () => Promise<void>;
  readonly heard: HeardOrders;
  readonly readQuote: () => Promise<Quote>;
  /** Asks the venue for its orders, when an event of it got lost. */
  readonly reconcile: () => Promise<void>;
};

const ORDER: Readonly<Record<StreamTick['kind'], number>> = { quote: 0, mark: 1, trade: 2 };
const FRAMES = 3;
/** A frame that was lost with a connection never comes: the step goes on without it. */
const FRAME_LIMIT_MS = 2_000;
const RETRY_MS = 20;
const RETRY_MAX_MS = 1_000;
/** Refusals after which an event must have been lost. */
const PATIENCE = 5;

export class LockstepPacing implements FeedPacing {
  readonly #parts: LockstepPacingParts;
  #frames = new Map<StreamTick['kind'], StreamTick>();
  #frameLimit: NodeJS.Timeout | undefined;
  /** Market time of the step that the venue waits for. */
  #step: EpochMs | undefined;
  #taken: EpochMs = 0;
  #running = false;
  #again = false;
  #refusals = 0;
  #closed = false;

  constructor(parts: LockstepPacingParts) {
    this.#parts = parts;
  }

  collect(tick: StreamTick): readonly StreamTick[] {
    if (tick.time <= this.#taken) return [];
    const [first] = this.#frames.values();
    const before = first !== undefined && first.time < tick.time ? this.#take() : [];
    if (this.#frames.size === 0) this.#armFrameLimit();
    this.#frames.set(tick.kind, tick);
    return this.#frames.size === FRAMES ? [...before, ...this.#take()] : before;
  }

  poke(): void {
    this.#again = true;
    if (!this.#running) void this.#run();
  }

  /** Frames of a step may have been lost with the connection: the market stands there still. */
  async resume(): Promise<void> {
    const { link, symbol, readQuote, feed } = this.#parts;
    const open = await link.openStep(symbol);
    if (open === undefined || open <= this.#taken || this.#frames.size > 0) return;
    const { bid, ask, mark } = await readQuote();
    if (open <= this.#taken || this.#frames.size > 0) return;
    this.#frames.set('quote', { kind: 'quote', time: open, bid, ask });
    this.#frames.set('mark', { kind: 'mark', time: open, mark });
    feed().takeTicks(this.#take());
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#frameLimit);
  }

  #armFrameLimit(): void {
    clearTimeout(this.#frameLimit);
    this.#frameLimit = setTimeout(() => this.#parts.feed().takeTicks(this.#take()), FRAME_LIMIT_MS);
  }

  #take(): readonly StreamTick[] {
    clearTimeout(this.#frameLimit);
    const ticks = [...this.#frames.values()].toSorted((a, b) => ORDER[a.kind] - ORDER[b.kind]);
    this.#frames = new Map();
    this.#step = ticks[0]?.time;
    this.#taken = this.#step ?? this.#taken;
    this.#refusals = 0;
    return ticks;
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#again && !this.#closed) {
      this.#again = false;
      const { isIdle, isWatched } = this.#parts.feed();
      // Without a call nothing can be handed out or settled; rows that wait for one would poke for ever.
      if (isIdle && isWatched) await this.#settle().catch(() => this.#retryLater());
    }
    this.#running = false;
  }

  /** Hands out what came of the step, or acknowledges it. A watch call or an event pokes again. */
  async #settle(): Promise<void> {
    const { feed, ordersRecorded } = this.#parts;
    const step = this.#step;
    await ordersRecorded();
    await feed().readLedger();
    // A step that came in meanwhile has not been waited for; it pokes, and so do bars that it needs.
    if (this.#step !== step || !feed().isIdle) return;
    if (feed().deliver() || !feed().isSettled || step === undefined) return;
    await this.#acknowledge(step);
  }

  async #acknowledge(step: EpochMs): Promise<void> {
    const { link, symbol, heard, reconcile } = this.#parts;
    const orders = heard.list();
    const reply = await link.ack(symbol, step, orders);
    if (this.#step !== step) return;
    // Not awaited any more: the venue dropped the symbol, and it joined again for a later step.
    const isOver = reply?.accepted === false && reply.time !== step;
    if (reply?.accepted === true || isOver) {
      heard.forget(orders);
      this.#step = undefined;
      return;
    }
    this.#refusals += 1;
    if (this.#refusals % PATIENCE === 0) {
      await reconcile();
      for (const order of reply?.waitingFor ?? []) heard.note(order);
    }
    // The event that the venue waits for is on its way, or the venue is.
    await this.#retryLater();
  }

  async #retryLater(): Promise<void> {
    const waitMs = Math.min(RETRY_MAX_MS, RETRY_MS * Math.max(1, this.#refusals));
    await delay(waitMs, undefined, { ref: false });
    this.#again = true;
  }
}
