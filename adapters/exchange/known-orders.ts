/** Which of our client ids stands behind an order id of the venue, as far as we have seen. */
import { parseClientOrderId } from '../../core/orders/client-order-id.ts';
import type { VenueOrder } from '../ports.ts';

const KNOWN_MAX = 20_000;

export class KnownOrders {
  readonly #clientIds = new Map<string, string | null>();

  /** Learns an order, and the child of a triggered conditional order. */
  learn(order: VenueOrder): void {
    const ours = order.clientOrderId === null ? undefined : parseClientOrderId(order.clientOrderId);
    const clientOrderId = ours === undefined ? null : order.clientOrderId;
    if (!order.conditional && !this.#clientIds.has(order.venueOrderId))
      this.#set(order.venueOrderId, clientOrderId);
    if (order.childOrderId !== null) this.#set(order.childOrderId, clientOrderId);
  }

  /** Undefined: never seen; null: a foreign order. */
  clientIdOf(orderId: string): string | null | undefined {
    return this.#clientIds.get(orderId);
  }

  #set(orderId: string, clientOrderId: string | null): void {
    this.#clientIds.set(orderId, clientOrderId);
    if (this.#clientIds.size <= KNOWN_MAX) return;
    for (const oldest of this.#clientIds.keys()) {
      this.#clientIds.delete(oldest);
      return;
    }
  }
}
