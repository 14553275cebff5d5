/**
 * One look at a symbol: writes down what the venue says of its orders and fills, and compares the
 * positions. It touches nothing at the venue.
 */
import { parseClientOrderId } from '../../core/orders/client-order-id.ts';
import type { EpochMs } from '../../core/market/market.ts';
import type { Fill, SymbolRef } from '../../core/orders/order.ts';
import type { ExchangeGateway, Ledger, VenueOrder } from '../ports.ts';
import type { AccountRecorder } from './account-recorder.ts';

export type ComparisonParts = {
  readonly gateway: Pick<
    ExchangeGateway,
    'openOrders' | 'closedOrders' | 'findOrder' | 'fillsSince' | 'quote' | 'position'
  >;
  readonly ledger: Pick<Ledger, 'openIntents' | 'position' | 'intent'>;
  readonly recorder: AccountRecorder;
};

/** The position that the venue holds, and the sum of our fills. */
export type Positions = { readonly venue: string; readonly ledger: string };

type Named = { readonly orderId: string | null; readonly eventTime: EpochMs };

const DAY_MS = 86_400_000;
/** Market time before the last fill that is read again: one that was missed may be older. */
const OVERLAP_MS = DAY_MS / 4;
/** The same where the position differs: more may have been missed than any overlap holds. */
const WIDE_OVERLAP_MS = 7 * DAY_MS;

export class AccountComparison {
  readonly #parts: ComparisonParts;

  constructor(parts: ComparisonParts) {
    this.#parts = parts;
  }

  /** Answers the positions where they differ and all fills that were read again do not explain it. */
  async run(ref: SymbolRef): Promise<Positions | undefined> {
    const { gateway, recorder } = this.#parts;
    const { symbol } = ref;
    const open = await gateway.openOrders(symbol);
    const finished = await this.#finishedOrders(ref, open);
    const strange = await this.#bookFills(ref);
    // Only its child can say how a triggered stop ended.
    const triggered = [...open, ...finished].map(({ childOrderId, eventTime }) => ({
      orderId: childOrderId,
      eventTime,
    }));
    const children = await this.#ordersOf(symbol, triggered);
    for (const order of [...finished, ...open]) await recorder.recordOrder(ref, order, false);
    for (const order of children) await recorder.recordOrder(ref, order, true);
    // Whose trades these were: a person's, or the venue's own, which liquidates and deleverages.
    const foreign = await this.#ordersOf(symbol, strange);
    for (const order of foreign) await recorder.recordOrder(ref, order, false);
    await this.#reportUnrecorded(ref, open);
    return this.#mismatch(ref);
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
  async #mismatch(ref: SymbolRef): Promise<Positions | undefined> {
    const first = await this.#positions(ref);
    if (first.venue === first.ledger) return undefined;
    await this.#bookFills(ref, WIDE_OVERLAP_MS);
    const { venue, ledger } = await this.#positions(ref);
    const isSame = venue === first.venue && ledger === first.ledger;
    return isSame ? first : undefined;
  }

  async #positions(ref: SymbolRef): Promise<Positions> {
    const { gateway, ledger } = this.#parts;
    const [atVenue, ours] = await Promise.all([gateway.position(ref.symbol), ledger.position(ref)]);
    return { venue: atVenue.quantity, ledger: ours.quantity };
  }

  /** Finished ordinary orders, known by the venue's ids and by when they were heard of. */
  async #ordersOf(symbol: string, named: readonly Named[]): Promise<VenueOrder[]> {
    const known = named.filter(({ orderId }) => orderId !== null);
    if (known.length === 0) return [];
    const ids = new Set(known.map(({ orderId }) => orderId));
    const since = Math.min(...known.map(({ eventTime }) => eventTime)) - DAY_MS;
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
