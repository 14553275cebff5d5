/** Cancels of ordinary and conditional orders. */
import type {
  AlgoKey,
  Cancel,
  CancelAll,
  CancelAllConditional,
  CancelConditional,
  OrderKey,
  Replies,
} from './commands.ts';
import { endAlgo, endOrder } from './lifecycle.ts';
import { BAD_SYMBOL, UNKNOWN_ORDER } from './rejections.ts';
import type { Run } from './run.ts';
import type { Account, Algo, Order } from './state.ts';
import { accountOf, clientKey, isWorking } from './state.ts';
import { algoView, orderView } from './views.ts';

/** The account's order by venue id, else the newest with the client id, finished ones included. */
export function lookUpOrder(account: Account, symbol: string, key: OrderKey): Order | undefined {
  if (key.orderId === undefined) {
    if (key.origClientOrderId === undefined) return undefined;
    return account.ordersByClientId.get(clientKey(symbol, key.origClientOrderId));
  }
  const order = account.orders.get(key.orderId);
  return order?.symbol === symbol ? order : undefined;
}

/** The account's conditional order by venue id, else the newest with the client id. */
export function lookUpAlgo(account: Account, key: AlgoKey): Algo | undefined {
  if (key.algoId !== undefined) return account.algos.get(key.algoId);
  if (key.clientAlgoId === undefined) return undefined;
  return account.algosByClientId.get(key.clientAlgoId);
}

/** -2011 for an order that is unknown or already finished: the two look alike. */
export function cancelOrder(run: Run, command: Cancel): Replies['cancel'] {
  if (!run.state.symbols.has(command.symbol)) return BAD_SYMBOL;
  const account = accountOf(run.state, command.accountId);
  const order = lookUpOrder(account, command.symbol, command);
  if (order === undefined || !isWorking(order)) return UNKNOWN_ORDER;
  endOrder(run, order, 'CANCELED');
  return { ok: true, order: orderView(order) };
}

export function cancelAllOrders(run: Run, command: CancelAll): Replies['cancelAll'] {
  if (!run.state.symbols.has(command.symbol)) return BAD_SYMBOL;
  const open = [...accountOf(run.state, command.accountId).openOrders.values()];
  const orders = open.filter((order) => order.symbol === command.symbol);
  for (const order of orders) endOrder(run, order, 'CANCELED');
  return { ok: true, orders: orders.map(orderView) };
}

export function cancelConditional(
  run: Run,
  command: CancelConditional,
): Replies['cancelConditional'] {
  if (!run.state.symbols.has(command.symbol)) return BAD_SYMBOL;
  const algo = lookUpAlgo(accountOf(run.state, command.accountId), command);
  if (algo?.symbol !== command.symbol || algo.status !== 'NEW') return UNKNOWN_ORDER;
  endAlgo(run, algo, 'CANCELED');
  return { ok: true, algo: algoView(algo) };
}

export function cancelAllConditional(
  run: Run,
  command: CancelAllConditional,
): Replies['cancelAllConditional'] {
  if (!run.state.symbols.has(command.symbol)) return BAD_SYMBOL;
  const open = [...accountOf(run.state, command.accountId).openAlgos.values()];
  const algos = open.filter((algo) => algo.symbol === command.symbol);
  for (const algo of algos) endAlgo(run, algo, 'CANCELED');
  return { ok: true, algos: algos.map(algoView) };
}
