/**
 * Working reduce-only orders never exceed the position. They are served in price-time order: when
 * the position shrinks, or a better-priced one arrives, the last ones are cut to what is left
 * (AMENDMENT) or expire. A closePosition conditional expires when its position is gone.
 */
import type { Side } from '../market/market.ts';
import { absQuantity, minQuantity } from '../money/arithmetic.ts';
import type { Price, Quantity } from '../money/units.ts';
import { ZERO_QUANTITY } from '../money/units.ts';
import { emitOrder, endAlgo, endOrder } from './lifecycle.ts';
import { ordersOn } from './resting.ts';
import type { Run } from './run.ts';
import type { Account, Order, Position, SymbolState } from './state.ts';
import { closingSide, opposite, remaining, symbolOf } from './state.ts';

const reduceOnlyOn = (symbol: SymbolState, account: Account, side: Side): Order[] =>
  ordersOn(symbol, side).filter(
    (order) => order.reduceOnly && order.accountId === account.accountId,
  );

/** Restores the rule after the position or a reduce-only order changed. */
export function keepReduceOnly(run: Run, account: Account, position: Position): void {
  if (account.openAlgos.size > 0) expireCloseAlgos(run, account, position);
  if (position.reduceOnlyOrders === 0) return;
  const symbol = symbolOf(run.state, position.symbol);
  const side = closingSide(position);
  const wrong: readonly Side[] = side === undefined ? ['buy', 'sell'] : [opposite(side)];
  for (const other of wrong) {
    for (const order of reduceOnlyOn(symbol, account, other)) endOrder(run, order, 'EXPIRED');
  }
  if (side === undefined) return;
  let left = absQuantity(position.quantity);
  for (const order of reduceOnlyOn(symbol, account, side)) {
    const granted = minQuantity(left, remaining(order));
    if (granted === 0n) endOrder(run, order, 'EXPIRED');
    else if (granted < remaining(order)) cutOrder(run, order, granted);
    left = (left - granted) as Quantity;
  }
}

function cutOrder(run: Run, order: Order, left: Quantity): void {
  order.quantity = (order.executed + left) as Quantity;
  order.updateTime = run.time;
  emitOrder(run, order, 'AMENDMENT');
}

function expireCloseAlgos(run: Run, account: Account, position: Position): void {
  const side = closingSide(position);
  for (const algo of account.openAlgos.values()) {
    const stranded = algo.closePosition && algo.symbol === position.symbol && algo.side !== side;
    if (stranded) endAlgo(run, algo, 'EXPIRED');
  }
}

/** What a taking reduce-only order may have: at most the position; zero on the wrong side. */
export const reducible = (position: Position, side: Side): Quantity =>
  closingSide(position) === side ? absQuantity(position.quantity) : ZERO_QUANTITY;

/** What a resting one may have: the position less the reduce-only orders that stand before it. */
export function reducibleBehind(
  run: Run,
  account: Account,
  position: Position,
  side: Side,
  limit: Price,
): Quantity {
  let left: bigint = reducible(position, side);
  if (position.reduceOnlyOrders === 0) return left as Quantity;
  for (const order of reduceOnlyOn(symbolOf(run.state, position.symbol), account, side)) {
    const before = side === 'buy' ? order.price >= limit : order.price <= limit;
    if (before) left -= remaining(order);
  }
  return left > 0n ? (left as Quantity) : ZERO_QUANTITY;
}
