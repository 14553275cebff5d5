/**
 * Compares ledger and venue after a connection, and every minute: events can be lost. It writes down
 * what it finds and touches nothing at the venue.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { parseClientOrderId } from '../../core/orders/client-order-id.ts';
import type { EpochMs } from '../../core/market/market.ts';
import type { Fill, SymbolRef } from '../../core/orders/order.ts';
import { VenueUnavailable } from '../exchange/errors.ts';
import type { ExchangeGateway, Journal, Ledger, VenueOrder } from '../ports.ts';
import type { AccountRecorder } from './account-recorder.ts';
import { backOff } from './back-off.ts';

export type AccountReconcilerParts = {
  readonly account: string;
  readonly venue: string;
  readonly gateway: Pick<
    ExchangeGateway,
    'openOrders' | 'closedOrders' | 'findOrder' | 'fillsSince' | 'quote' | 'position'
  >;
  readonly ledger: Pick<Ledger, 'openIntents' | 'position' | 'intent'>;
  readonly journal: Pick<Journal, 'record'>;
  readonly recorder: AccountRecorder;
  readonly symbols: () => readonly string[];
  readonly onRecorded: (symbol: string) => void;
  /** Wall milliseconds between two rounds, give or take a fifth; 0: only when asked. */
  readonly intervalMs: number;
  /** From 0 to 1: so that several processes do not ask at the same moment. */
  readonly random: () => number;
  /** The position is not the sum of our fills, and nothing explains it: the symbol has to stop. */
  readonly onOtherWriter?: (ref: SymbolRef, reason: string) => Promise<void>;
};

const DAY_MS = 86_400_000;
/** Market time before the last fill that is read again: one that was missed may be older. */
const OVERLAP_MS = DAY_MS / 4;
/** The same where the position differs: more may have been missed than any overlap holds. */
const WIDE_OVERLAP_MS = 7 * DAY_MS;
/** Wall time until a position that differs is looked at once more. */
const CONFIRM_AFTER_MS = 5_000;
/** Share of the interval by which a round may come sooner or later. */
const JITTER = 0.2;

type Round = 'whole' | 'cutOff' | 'failed';
type Positions = { readonly venue: string; readonly ledger: string };

export class AccountReconciler {
  readonly #parts: AccountReconcilerParts;
  readonly #running = new Map<string, Promise<Round>>();
  /** Symbols that are asked again until they are whole; true: since the last look more was missed. */
  readonly #owed = new Map<string, boolean>();
  /** Positions that differed at the last look: the figures of both sides. */
  readonly #suspected = new Map<string, string>();
  readonly #closed = new AbortController();
  #round: Promise<void> | undefined;
  #cutOffAt: string | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: AccountReconcilerParts) {
    this.#parts = parts;
  }

  start(): void {
    const { intervalMs, random } = this.#parts;
    if (intervalMs === 0 || this.#closed.signal.aborted) return;
    const waitMs = intervalMs * (1 + JITTER * (2 * random() - 1));
    // The next wait begins when the round is over: one that a reconnect began is shared, not doubled.
    this.#timer = setTimeout(() => void this.reconcileAll().then(() => this.start()), waitMs);
    this.#timer.unref();
  }

  async close(): Promise<void> {
    this.#closed.abort();
    clearTimeout(this.#timer);
    await this.#round;
    await Promise.all(this.#running.values());
  }

  /** Symbol after symbol, so that it never uses up the venue's limits. */
  reconcileAll(): Promise<void> {
    this.#round ??= this.#runRound().finally(() => (this.#round = undefined));
    return this.#round;
  }

  /** A failure is left to the next round. */
  async reconcile(symbol: string): Promise<void> {
    await this.#reconcile(symbol);
  }

  /**
   * Something was missed that nobody will say again: the symbol is compared until that has worked,
   * however long the ledger or the venue is away.
   */
  owe(symbol: string): void {
    const isRunning = this.#owed.has(symbol);
    this.#owed.set(symbol, true);
    if (!isRunning) void this.#untilWhole(symbol);
  }

  async #untilWhole(symbol: string): Promise<void> {
    const { signal } = this.#closed;
    // A look that has begun may have passed what was missed.
    await this.#running.get(symbol);
    for (let attempt = 0; this.#owed.get(symbol) === true && !signal.aborted; attempt += 1) {
      this.#owed.set(symbol, false);
      if ((await this.#reconcile(symbol)) === 'whole') continue;
      this.#owed.set(symbol, true);
      await backOff(attempt, signal);
    }
    this.#owed.delete(symbol);
  }

  #reconcile(symbol: string): Promise<Round> {
    const known = this.#running.get(symbol);
    if (known !== undefined) return known;
    const run = this.#compare(symbol)
      .then((): Round => 'whole')
      .catch((error: unknown) => (error instanceof VenueUnavailable ? 'cutOff' : 'failed'))
      .finally(() => this.#running.delete(symbol));
    this.#running.set(symbol, run);
    return run;
  }

  /**
   * A venue that does not answer, or that we have asked enough this minute, is left alone until the
   * next round, which goes on where this one ended.
   */
  async #runRound(): Promise<void> {
    const symbols = this.#parts.symbols();
    const first = Math.max(0, symbols.indexOf(this.#cutOffAt ?? ''));
    this.#cutOffAt = undefined;
    for (const symbol of [...symbols.slice(first), ...symbols.slice(0, first)]) {
      if (this.#closed.signal.aborted) return;
      const round = await this.#reconcile(symbol);
      if (round === 'failed') this.owe(symbol);
      if (round !== 'cutOff') continue;
      this.#cutOffAt = symbol;
      return;
    }
  }

  async #compare(symbol: string): Promise<void> {
    const { account, venue, gateway, recorder, onRecorded } = this.#parts;
    const ref = { account, venue, symbol };
    const open = await gateway.openOrders(symbol);
    const finished = await this.#finishedOrders(ref, open);
    const strange = await this.#bookFills(ref);
    const parents = [...open, ...finished].filter((order) => order.childOrderId !== null);
    const children = await this.#childrenOf(symbol, parents);
    for (const order of [...finished, ...open]) await recorder.recordOrder(ref, order, false);
    for (const order of children) await recorder.recordOrder(ref, order, true);
    const foreign = await this.#ordersOf(symbol, strange);
    for (const order of foreign) await recorder.recordOrder(ref, order, false);
    await this.#reportUnrecorded(ref, open);
    await this.#comparePosition(ref);
    onRecorded(symbol);
  }

  /** Answers the new ones that no order of ours explains. */
  async #bookFills(ref: SymbolRef, overlapMs = OVERLAP_MS): Promise<readonly Fill[]> {
    const { gateway, recorder } = this.#parts;
    const fills = await gateway.fillsSince(ref.symbol, await this.#since(ref, overlapMs));
    const strange: Fill[] = [];
    for (const fill of fills) {
      const isNew = await recorder.recordFill(ref, fill);
      if (isNew && fill.clientOrderId === null) strange.push(fill);
    }
    return strange;
  }

  /**
   * An order with our own prefix that nobody here prepared: our ledger lost it, or a second set of
   * workers runs on a copy of it.
   */
  async #reportUnrecorded(ref: SymbolRef, open: readonly VenueOrder[]): Promise<void> {
    const { ledger, recorder } = this.#parts;
    for (const order of open) {
      const { clientOrderId } = order;
      if (clientOrderId === null || parseClientOrderId(clientOrderId) === undefined) continue;
      if (!(await recorder.isOurs(ref, clientOrderId))) continue;
      if ((await ledger.intent(clientOrderId)) === undefined)
        await recorder.reportWriter(ref, order, 'UNRECORDED_ORDER');
    }
  }

  /** Said only when it stays after all fills were read again: one may be on its way. */
  async #comparePosition(ref: SymbolRef): Promise<void> {
    const first = await this.#positions(ref);
    if (first.venue !== first.ledger) {
      await this.#bookFills(ref, WIDE_OVERLAP_MS);
      const { venue, ledger } = await this.#positions(ref);
      if (venue !== ledger && venue === first.venue && ledger === first.ledger)
        return this.#reportPosition(ref, first);
    }
    this.#suspected.delete(ref.symbol);
  }

  /** The symbol is stopped when a look of its own, some time later, finds the very same. */
  async #reportPosition(ref: SymbolRef, { venue, ledger }: Positions): Promise<void> {
    const { gateway, journal, onOtherWriter } = this.#parts;
    const { symbol } = ref;
    const key = `position-mismatch:${venue}:${ledger}`;
    const { time: eventTime } = await gateway.quote(symbol);
    const code = 'POSITION_MISMATCH';
    const detail = { venue, ledger };
    await journal.record(ref, [
      { kind: 'riskEvent', key, code, severity: 'critical', detail, eventTime },
    ]);
    if (this.#suspected.get(symbol) !== key) {
      this.#suspected.set(symbol, key);
      this.#lookAgainSoon(symbol);
      return;
    }
    // Something was dropped during this look: the one that is owed for it decides.
    if (this.#owed.get(symbol) === true) return;
    await onOtherWriter?.(ref, `the venue holds ${venue}, our fills make ${ledger}`);
  }

  #lookAgainSoon(symbol: string): void {
    if (this.#parts.intervalMs === 0) return;
    const { signal } = this.#closed;
    void delay(CONFIRM_AFTER_MS, undefined, { signal, ref: false })
      .then(() => this.reconcile(symbol))
      .catch(() => undefined);
  }

  async #positions(ref: SymbolRef): Promise<Positions> {
    const { gateway, ledger } = this.#parts;
    const [atVenue, ours] = await Promise.all([gateway.position(ref.symbol), ledger.position(ref)]);
    return { venue: atVenue.quantity, ledger: ours.quantity };
  }

  /** Only its child can say how a triggered stop ended. */
  async #childrenOf(symbol: string, parents: readonly VenueOrder[]): Promise<VenueOrder[]> {
    if (parents.length === 0) return [];
    const ids = new Set(parents.map((order) => order.childOrderId));
    const since = Math.min(...parents.map((order) => order.eventTime)) - DAY_MS;
    const closed = await this.#parts.gateway.closedOrders(symbol, since);
    return closed.filter((order) => !order.conditional && ids.has(order.venueOrderId));
  }

  /** Whose trades these were: a person's, or the venue's own, which liquidates and deleverages. */
  async #ordersOf(symbol: string, fills: readonly Fill[]): Promise<VenueOrder[]> {
    if (fills.length === 0) return [];
    const ids = new Set(fills.map((fill) => fill.orderId));
    const since = Math.min(...fills.map((fill) => fill.eventTime)) - DAY_MS;
    const closed = await this.#parts.gateway.closedOrders(symbol, since);
    return closed.filter((order) => !order.conditional && ids.has(order.venueOrderId));
  }

  /** Orders that the ledger holds for open and the venue does not list. */
  async #finishedOrders(ref: SymbolRef, open: readonly VenueOrder[]): Promise<VenueOrder[]> {
    const { ledger, gateway } = this.#parts;
    const listed = new Set(open.map((order) => order.clientOrderId));
    const found: VenueOrder[] = [];
    for (const { intent } of await ledger.openIntents(ref)) {
      if (listed.has(intent.clientOrderId)) continue;
      const order = await gateway.findOrder(ref.symbol, intent.clientOrderId);
      if (order !== undefined) found.push(order);
    }
    return found;
  }

  /** Market time from which fills may be missing. */
  async #since(ref: SymbolRef, overlapMs: number): Promise<EpochMs> {
    const { lastFillTime } = await this.#parts.ledger.position(ref);
    if (lastFillTime !== null) return lastFillTime - overlapMs;
    return (await this.#parts.gateway.quote(ref.symbol)).time - Math.max(DAY_MS, overlapMs);
  }
}
