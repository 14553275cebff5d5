/** The resting orders of a symbol: one array per side, best price first, earlier priority first. */
import type { Side } from '../market/market.ts';
import type { Price } from '../money/units.ts';
import type { Book, Order, SymbolState } from './state.ts';

export const ordersOn = (symbol: SymbolState, side: Side): Order[] =>
  side === 'buy' ? symbol.buys : symbol.sells;

function isBefore(a: Order, b: Order): boolean {
  if (a.price === b.price) return a.priority < b.priority;
  return a.side === 'buy' ? a.price > b.price : a.price < b.price;
}

/** The first index whose order is not before the given one. */
function indexFor(orders: readonly Order[], order: Order): number {
  let low = 0;
  let high = orders.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const at = orders[middle];
    if (at !== undefined && isBefore(at, order)) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function insertResting(symbol: SymbolState, order: Order): void {
  const orders = ordersOn(symbol, order.side);
  orders.splice(indexFor(orders, order), 0, order);
}

/** Takes a resting order out; false for an order that does not rest. */
export function removeResting(symbol: SymbolState, order: Order): boolean {
  const orders = ordersOn(symbol, order.side);
  const index = indexFor(orders, order);
  if (orders[index] !== order) return false;
  orders.splice(index, 1);
  return true;
}

/** Whether a limit reaches the opposite touch, so that it would take. */
export const isMarketable = (book: Book, side: Side, limit: Price): boolean =>
  side === 'buy' ? limit >= book.ask : limit <= book.bid;

/** Whether the step traded, or quotes, strictly beyond a resting limit (ticks: by at least one). */
export const isThrough = (book: Book, order: Order): boolean =>
  order.side === 'buy'
    ? book.last < order.price || book.ask < order.price
    : book.last > order.price || book.bid > order.price;
