/** Reads of the venue's state. They change nothing; asserts that the account is open. */
import type { EpochMs, MarketStep } from '../market/market.ts';
import { lookUpAlgo, lookUpOrder } from './cancel.ts';
import type { AlgoKey, OrderKey } from './commands.ts';
import type { MatchingState } from './state.ts';
import { accountOf, flatPosition, symbolOf } from './state.ts';
import type {
  AccountView,
  AlgoView,
  IncomeView,
  OrderView,
  PositionView,
  TradeView,
} from './types.ts';
import { accountView, algoView, orderView, positionView } from './views.ts';

/**
 * Which part of a history. Results are oldest first; `limit` keeps the oldest ones when a start
 * (`fromId` or `startTime`) is given and the newest ones otherwise, as Binance does.
 */
export type HistoryFilter = {
  readonly symbol?: string;
  /** Trades: of this order only. */
  readonly orderId?: number;
  /** First trade, order, algo or transaction id. */
  readonly fromId?: number;
  readonly startTime?: EpochMs;
  readonly endTime?: EpochMs;
  readonly limit?: number;
};

type Entry = { readonly id: number; readonly symbol: string; readonly time: EpochMs };

const matches = (filter: HistoryFilter, entry: Entry): boolean =>
  (filter.symbol === undefined || entry.symbol === filter.symbol) &&
  (filter.fromId === undefined || entry.id >= filter.fromId) &&
  (filter.startTime === undefined || entry.time >= filter.startTime) &&
  (filter.endTime === undefined || entry.time <= filter.endTime);

function page<T>(items: Iterable<T>, filter: HistoryFilter, entryOf: (item: T) => Entry): T[] {
  const found = [...items].filter((item) => matches(filter, entryOf(item)));
  if (filter.limit === undefined || found.length <= filter.limit) return found;
  const hasStart = filter.fromId !== undefined || filter.startTime !== undefined;
  return hasStart ? found.slice(0, filter.limit) : found.slice(found.length - filter.limit);
}

const onSymbol = <T extends { readonly symbol: string }>(
  items: Iterable<T>,
  symbol: string | undefined,
): T[] => [...items].filter((item) => symbol === undefined || item.symbol === symbol);

export const hasAccount = (state: MatchingState, accountId: string): boolean =>
  state.accounts.has(accountId);

/** Working ordinary orders by order id; all symbols when none is given. */
export const openOrders = (
  state: MatchingState,
  accountId: string,
  symbol?: string,
): readonly OrderView[] =>
  onSymbol(accountOf(state, accountId).openOrders.values(), symbol).map(orderView);

/** Working and finished orders by order id. */
export const allOrders = (
  state: MatchingState,
  accountId: string,
  filter: HistoryFilter,
): readonly OrderView[] =>
  page(accountOf(state, accountId).orders.values(), filter, (order) => ({
    id: order.orderId,
    symbol: order.symbol,
    time: order.time,
  })).map(orderView);

/** By order id, or the newest order with the client id; undefined where Binance says -2013. */
export function findOrder(
  state: MatchingState,
  accountId: string,
  symbol: string,
  key: OrderKey,
): OrderView | undefined {
  const order = lookUpOrder(accountOf(state, accountId), symbol, key);
  return order === undefined ? undefined : orderView(order);
}

/** The order of any account, ids being unique over the venue. */
export function orderOfAnyone(state: MatchingState, orderId: number): OrderView | undefined {
  for (const { orders } of state.accounts.values()) {
    const order = orders.get(orderId);
    if (order !== undefined) return orderView(order);
  }
  return undefined;
}

/** The conditional order of any account by algo id, else one with the client id. */
export function algoOfAnyone(state: MatchingState, key: AlgoKey): AlgoView | undefined {
  for (const account of state.accounts.values()) {
    const algo = lookUpAlgo(account, key);
    if (algo !== undefined) return algoView(algo);
  }
  return undefined;
}

/** Conditional orders that wait for their trigger, by algo id. */
export const openAlgos = (
  state: MatchingState,
  accountId: string,
  symbol?: string,
): readonly AlgoView[] =>
  onSymbol(accountOf(state, accountId).openAlgos.values(), symbol).map(algoView);

/** Waiting, triggered and finished conditional orders by algo id. */
export const allAlgos = (
  state: MatchingState,
  accountId: string,
  filter: HistoryFilter,
): readonly AlgoView[] =>
  page(accountOf(state, accountId).algos.values(), filter, (algo) => ({
    id: algo.algoId,
    symbol: algo.symbol,
    time: algo.createTime,
  })).map(algoView);

/** By algo id, or the newest one with the client id. */
export function findAlgo(
  state: MatchingState,
  accountId: string,
  key: AlgoKey,
): AlgoView | undefined {
  const algo = lookUpAlgo(accountOf(state, accountId), key);
  return algo === undefined ? undefined : algoView(algo);
}

/** Executions, in the order in which they happened. */
export function trades(
  state: MatchingState,
  accountId: string,
  filter: HistoryFilter,
): readonly TradeView[] {
  const all = accountOf(state, accountId).trades;
  const { orderId } = filter;
  const own = orderId === undefined ? all : all.filter((trade) => trade.orderId === orderId);
  return page(own, filter, (trade) => ({
    id: trade.tradeId,
    symbol: trade.symbol,
    time: trade.time,
  }));
}

/** Deposits, funding and insurance, in the order in which they happened. */
export const incomes = (
  state: MatchingState,
  accountId: string,
  filter: HistoryFilter,
): readonly IncomeView[] =>
  page(accountOf(state, accountId).incomes, filter, (income) => ({
    id: income.transactionId,
    symbol: income.symbol,
    time: income.time,
  }));

/** One per instrument in order of listing, flat ones included. */
export function positions(state: MatchingState, accountId: string): readonly PositionView[] {
  const account = accountOf(state, accountId);
  return [...state.symbols.keys()].map((symbol) => {
    const position = account.positions.get(symbol) ?? flatPosition(state.config, symbol);
    return positionView(state, account, position);
  });
}

export const account = (state: MatchingState, accountId: string): AccountView =>
  accountView(state, accountOf(state, accountId));

/** The newest step of a listed symbol; undefined before the first. */
export const lastStep = (state: MatchingState, symbol: string): MarketStep | undefined =>
  symbolOf(state, symbol).step;
