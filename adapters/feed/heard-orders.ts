/** What the user stream last said of each order of a symbol since the last accepted step. */
import type { HeardOrder } from './lockstep-link.ts';

export class HeardOrders {
  readonly #orders = new Map<string, HeardOrder>();

  note(order: HeardOrder): void {
    this.#orders.set(order.clientOrderId, order);
  }

  list(): readonly HeardOrder[] {
    return [...this.#orders.values()];
  }

  /** Forgets orders of which nothing else was heard since. */
  forget(orders: readonly HeardOrder[]): void {
    for (const order of orders) {
      if (this.#orders.get(order.clientOrderId) === order) this.#orders.delete(order.clientOrderId);
    }
  }
}
