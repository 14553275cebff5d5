/** Birth, rest and end of ordinary orders, with their records and events. */
import { ZERO_MONEY, ZERO_QUANTITY } from '../money/units.ts';
import { trimHistory } from './history.ts';
import { reserve } from './margin.ts';
import { insertResting, removeResting } from './resting.ts';
import type { Run } from './run.ts';
import type { Account, Algo, Order } from './state.ts';
import { accountOf, clientKey, positionOf, symbolOf } from './state.ts';
import type { AlgoStatus, ExecutionType, OrderStatus, TradeView } from './types.ts';
import { algoView, orderView } from './views.ts';

/** What an order is before the venue numbers it. */
export type NewOrder = Pick<
  Order,
  | 'accountId'
  | 'symbol'
  | 'side'
  | 'type'
  | 'origType'
  | 'timeInForce'
  | 'price'
  | 'quantity'
  | 'reduceOnly'
  | 'closePosition'
  | 'stopPrice'
  | 'workingType'
  | 'algoId'
  | 'liquidation'
  | 'selfTradePrevention'
> & { readonly clientOrderId: string | undefined };

export function emitOrder(
  run: Run,
  order: Order,
  executionType: ExecutionType,
  trade?: TradeView,
): void {
  run.events.push({
    type: 'orderUpdate',
    accountId: order.accountId,
    time: run.time,
    executionType,
    order: orderView(order),
    ...(trade === undefined ? {} : { trade }),
  });
}

/** Numbers the order, files it as working and announces it; it does not rest yet. */
export function openOrder(run: Run, draft: NewOrder): Order {
  const account = accountOf(run.state, draft.accountId);
  const orderId = run.state.nextOrderId++;
  const order: Order = {
    ...draft,
    clientOrderId: draft.clientOrderId ?? `auto-${orderId}`,
    orderId,
    status: 'NEW',
    executed: ZERO_QUANTITY,
    cumQuote: ZERO_MONEY,
    reserved: ZERO_MONEY,
    priority: run.state.nextPriority++,
    time: run.time,
    updateTime: run.time,
  };
  account.orders.set(orderId, order);
  account.openOrders.set(orderId, order);
  account.ordersByClientId.set(clientKey(order.symbol, order.clientOrderId), order);
  emitOrder(run, order, 'NEW');
  return order;
}

/** Puts the order in the book and its notional into the account's totals. */
export function restOrder(run: Run, order: Order): void {
  const account = accountOf(run.state, order.accountId);
  const position = positionOf(run.state, account, order.symbol);
  insertResting(symbolOf(run.state, order.symbol), order);
  if (order.reduceOnly) position.reduceOnlyOrders += 1;
  reserve(position, order);
}

/** Takes the order out of the book for good or to be queued anew. */
export function unrestOrder(run: Run, order: Order): void {
  const account = accountOf(run.state, order.accountId);
  const position = positionOf(run.state, account, order.symbol);
  const rested = removeResting(symbolOf(run.state, order.symbol), order);
  if (rested && order.reduceOnly) position.reduceOnlyOrders -= 1;
}

/** Files the order as finished; the caller announces it. */
export function closeOrder(run: Run, order: Order, status: OrderStatus): void {
  const account = accountOf(run.state, order.accountId);
  unrestOrder(run, order);
  order.status = status;
  order.updateTime = run.time;
  reserve(positionOf(run.state, account, order.symbol), order);
  account.openOrders.delete(order.orderId);
  account.finishedOrders.push(order.orderId);
  forgetOldOrders(run, account);
}

function forgetOldOrders(run: Run, account: Account): void {
  for (const orderId of trimHistory(account.finishedOrders, run.state.config.historyLimit)) {
    const order = account.orders.get(orderId);
    if (order === undefined) continue;
    account.orders.delete(orderId);
    const key = clientKey(order.symbol, order.clientOrderId);
    if (account.ordersByClientId.get(key) === order) account.ordersByClientId.delete(key);
  }
}

/** Ends an order without a trade and announces it. */
export function endOrder(run: Run, order: Order, status: 'CANCELED' | 'EXPIRED'): void {
  closeOrder(run, order, status);
  emitOrder(run, order, status);
  finishParent(run, order);
}

const parentOf = (run: Run, order: Order): Algo | undefined =>
  order.algoId === 0 ? undefined : accountOf(run.state, order.accountId).algos.get(order.algoId);

/** A TRIGGERED conditional order is FINISHED when its child is. */
export function finishParent(run: Run, order: Order): void {
  const algo = parentOf(run, order);
  if (algo?.status === 'TRIGGERED') setAlgoStatus(run, algo, 'FINISHED');
}

/** Shows a child's fills on the conditional order that made it. */
export function addToParent(run: Run, order: Order): void {
  const algo = parentOf(run, order);
  if (algo === undefined) return;
  algo.actualQty = order.executed;
  algo.actualQuote = order.cumQuote;
}

export function setAlgoStatus(run: Run, algo: Algo, status: AlgoStatus): void {
  algo.status = status;
  algo.updateTime = run.time;
  run.events.push({
    type: 'algoUpdate',
    accountId: algo.accountId,
    time: run.time,
    algo: algoView(algo),
  });
}

/** Takes a conditional order off the waiting list. */
export function retireAlgo(run: Run, algo: Algo): void {
  const account = accountOf(run.state, algo.accountId);
  const waiting = symbolOf(run.state, algo.symbol).algos;
  waiting.splice(waiting.indexOf(algo), 1);
  account.openAlgos.delete(algo.algoId);
  account.finishedAlgos.push(algo.algoId);
  for (const algoId of trimHistory(account.finishedAlgos, run.state.config.historyLimit)) {
    const old = account.algos.get(algoId);
    if (old === undefined) continue;
    account.algos.delete(algoId);
    if (account.algosByClientId.get(old.clientAlgoId) === old) {
      account.algosByClientId.delete(old.clientAlgoId);
    }
  }
}

/** Ends a waiting conditional order and announces it. */
export function endAlgo(run: Run, algo: Algo, status: 'CANCELED' | 'EXPIRED'): void {
  retireAlgo(run, algo);
  setAlgoStatus(run, algo, status);
}
