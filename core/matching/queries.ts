/** Reads of the venue's state. They change nothing; unknown accounts are the caller's bug. */
import type { EpochMs, InstrumentRules, MarketStep } from '../market/market.ts';
import type { AlgoKey, OrderKey } from './commands.ts';
import type { MatchingState } from './state.ts';
import type {
  AccountView,
  AlgoView,
  IncomeView,
  OrderView,
  PositionView,
  TradeView,
} from './types.ts';

/** Oldest first; `limit` keeps the newest ones unless `fromId` or `startTime` is given. */
export type HistoryFilter = {
  readonly symbol?: string;
  readonly orderId?: number;
  /** First trade, order or algo id. */
  readonly fromId?: number;
  readonly startTime?: EpochMs;
  readonly endTime?: EpochMs;
  readonly limit?: number;
};

const todo = (): never => {
  throw new Error('to come');
};

export const hasAccount: (state: MatchingState, accountId: string) => boolean = todo;
/** Working ordinary orders by order id; all symbols when none is given. */
export const openOrders: (
  state: MatchingState,
  accountId: string,
  symbol?: string,
) => readonly OrderView[] = todo;
/** Working and finished orders by order id. */
export const allOrders: (
  state: MatchingState,
  accountId: string,
  filter: HistoryFilter,
) => readonly OrderView[] = todo;
/** By order id, or the newest order with the client id; undefined where Binance says -2013. */
export const findOrder: (
  state: MatchingState,
  accountId: string,
  symbol: string,
  key: OrderKey,
) => OrderView | undefined = todo;
export const openAlgos: (
  state: MatchingState,
  accountId: string,
  symbol?: string,
) => readonly AlgoView[] = todo;
export const allAlgos: (
  state: MatchingState,
  accountId: string,
  filter: HistoryFilter,
) => readonly AlgoView[] = todo;
export const findAlgo: (
  state: MatchingState,
  accountId: string,
  key: AlgoKey,
) => AlgoView | undefined = todo;
export const trades: (
  state: MatchingState,
  accountId: string,
  filter: HistoryFilter,
) => readonly TradeView[] = todo;
export const incomes: (
  state: MatchingState,
  accountId: string,
  filter: HistoryFilter,
) => readonly IncomeView[] = todo;
/** One per instrument in configuration order, flat ones included. */
export const positions: (state: MatchingState, accountId: string) => readonly PositionView[] = todo;
export const account: (state: MatchingState, accountId: string) => AccountView = todo;
/** The newest step of a symbol; undefined before the first. */
export const lastStep: (state: MatchingState, symbol: string) => MarketStep | undefined = todo;
export const instruments: (state: MatchingState) => readonly InstrumentRules[] = todo;
