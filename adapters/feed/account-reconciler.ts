/** Compares ledger and venue after a connection, and every half minute: events can be lost. */
import type { EpochMs } from '../../core/market/market.ts';
import type { SymbolRef } from '../../core/orders/order.ts';
import type { ExchangeGateway, Ledger, VenueOrder } from '../ports.ts';
import type { AccountRecorder } from './account-recorder.ts';

export type AccountReconcilerParts = {
  readonly account: string;
  readonly venue: string;
  readonly gateway: Pick<
    ExchangeGateway,
    'openOrders' | 'closedOrders' | 'findOrder' | 'fillsSince' | 'quote'
  >;
  readonly ledger: Pick<Ledger, 'openIntents' | 'position'>;
  readonly recorder: AccountRecorder;
  readonly symbols: () => readonly string[];
  readonly onRecorded: (symbol: string) => void;
  /** Wall milliseconds between two rounds; 0: only when asked. */
  readonly intervalMs: number;
};

const DAY_MS = 86_400_000;
/** Market time before the last fill that is read again: one that was missed may be older. */
const OVERLAP_MS = DAY_MS / 4;

export class AccountReconciler {
  readonly #parts: AccountReconcilerParts;
  readonly #running = new Map<string, Promise<void>>();
  #round: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: AccountReconcilerParts) {
    this.#parts = parts;
  }

  start(): void {
    if (this.#parts.intervalMs === 0) return;
    this.#timer = setInterval(() => void this.reconcileAll(), this.#parts.intervalMs);
    this.#timer.unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#round;
    await Promise.all(this.#running.values());
  }

  /** Symbol after symbol, so that it never uses up the venue's limits. */
  reconcileAll(): Promise<void> {
    this.#round ??= this.#runRound();
    return this.#round;
  }

  /** A failure is left to the next round. */
  reconcile(symbol: string): Promise<void> {
    const known = this.#running.get(symbol);
    if (known !== undefined) return known;
    const run = this.#compare(symbol)
      .catch(() => undefined)
      .finally(() => this.#running.delete(symbol));
    this.#running.set(symbol, run);
    return run;
  }

  async #runRound(): Promise<void> {
    for (const symbol of this.#parts.symbols()) await this.reconcile(symbol);
    this.#round = undefined;
  }

  async #compare(symbol: string): Promise<void> {
    const { account, venue, gateway, recorder, onRecorded } = this.#parts;
    const ref = { account, venue, symbol };
    const open = await gateway.openOrders(symbol);
    const finished = await this.#finishedOrders(ref, open);
    const fills = await gateway.fillsSince(symbol, await this.#since(ref));
    for (const fill of fills) await recorder.recordFill(ref, fill);
    const parents = [...open, ...finished].filter((order) => order.childOrderId !== null);
    const children = await this.#childrenOf(symbol, parents);
    for (const order of [...finished, ...open]) await recorder.recordOrder(ref, order, false);
    for (const order of children) await recorder.recordOrder(ref, order, true);
    onRecorded(symbol);
  }

  /** Only its child can say how a triggered stop ended. */
  async #childrenOf(symbol: string, parents: readonly VenueOrder[]): Promise<VenueOrder[]> {
    if (parents.length === 0) return [];
    const ids = new Set(parents.map((order) => order.childOrderId));
    const since = Math.min(...parents.map((order) => order.eventTime)) - DAY_MS;
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
  async #since(ref: SymbolRef): Promise<EpochMs> {
    const { lastFillTime } = await this.#parts.ledger.position(ref);
    if (lastFillTime !== null) return lastFillTime - OVERLAP_MS;
    return (await this.#parts.gateway.quote(ref.symbol)).time - DAY_MS;
  }
}
