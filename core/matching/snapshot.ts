/** The whole state as JSON and back; commands after a round trip give the same replies and events. */
import { assert, ensureDefined } from '../assert.ts';
import type { EpochMs, InstrumentRules, MarketStep } from '../market/market.ts';
import { formatDecimal } from '../money/decimal-text.ts';
import { money, quantity } from '../money/units.ts';
import { emptyAccount } from './settings.ts';
import type { Account, Algo, Countdown, MatchingState, Order } from './state.ts';
import type { Position, SymbolState } from './state.ts';
import { accountOf, clientKey, createMatching, isWorking, rulesOf, symbolOf } from './state.ts';
import type { IncomeView, MatchingConfig, SymbolStatus, TradeView } from './types.ts';

/** A record with its integers as decimal text. */
type Encoded<T> = { readonly [K in keyof T]: T[K] extends bigint ? string : T[K] };

type SymbolSnapshot = {
  readonly symbol: string;
  readonly step: MarketStep | null;
  readonly bidTaken: string;
  readonly askTaken: string;
  /** Ids in queue order. */
  readonly buys: readonly number[];
  readonly sells: readonly number[];
  readonly holders: readonly string[];
  readonly nextTradeId: number;
  /** Rules that are no longer those of the configuration. */
  readonly instrument?: InstrumentRules;
  /** Absent while it trades. */
  readonly status?: SymbolStatus;
};

type AccountSnapshot = {
  readonly accountId: string;
  readonly makerFeeBps: number;
  readonly takerFeeBps: number;
  readonly walletBalance: string;
  readonly updateTime: EpochMs;
  readonly positions: readonly Encoded<Position>[];
  readonly orders: readonly Encoded<Order>[];
  readonly finishedOrders: readonly number[];
  readonly algos: readonly Encoded<Algo>[];
  readonly finishedAlgos: readonly number[];
  readonly trades: readonly TradeView[];
  readonly incomes: readonly IncomeView[];
};

/** JSON value of the state; its inside is private to this folder. */
export type MatchingSnapshot = {
  readonly version: 1;
  readonly config: MatchingConfig;
  readonly nextOrderId: number;
  readonly nextAlgoId: number;
  readonly nextPriority: number;
  readonly nextTransactionId: number;
  readonly symbols: readonly SymbolSnapshot[];
  readonly accounts: readonly AccountSnapshot[];
  readonly countdowns?: readonly Countdown[];
};

const ORDER_INTEGERS = [
  'price',
  'quantity',
  'executed',
  'cumQuote',
  'reserved',
  'stopPrice',
] as const;
const ALGO_INTEGERS = [
  'quantity',
  'price',
  'triggerPrice',
  'activatePrice',
  'extreme',
  'actualQty',
  'actualQuote',
] as const;
const POSITION_INTEGERS = [
  'quantity',
  'cost',
  'isolatedWallet',
  'accumulatedRealized',
  'bids',
  'asks',
] as const;

const encode = <T extends object>(record: T): Encoded<T> =>
  Object.fromEntries(
    Object.entries(record).map(([key, value]: [string, unknown]) => [
      key,
      typeof value === 'bigint' ? formatDecimal(value) : value,
    ]),
  ) as Encoded<T>;

function decode<T extends object>(encoded: Encoded<T>, integers: readonly (keyof T & string)[]): T {
  const texts = encoded as Readonly<Record<string, unknown>>;
  const numbers = integers.map((key) => [key, money(String(texts[key]))]);
  return { ...encoded, ...Object.fromEntries(numbers) } as T;
}

/** The snapshot shares nothing that changes with the state. */
export const exportState = (state: MatchingState): MatchingSnapshot => ({
  version: 1,
  config: state.config,
  nextOrderId: state.nextOrderId,
  nextAlgoId: state.nextAlgoId,
  nextPriority: state.nextPriority,
  nextTransactionId: state.nextTransactionId,
  symbols: [...state.symbols.values()].map((symbol) => exportSymbol(state.config, symbol)),
  accounts: [...state.accounts.values()].map(exportAccount),
  ...(state.countdowns.size === 0 ? {} : { countdowns: [...state.countdowns.values()] }),
});

const isConfigured = (config: MatchingConfig, instrument: InstrumentRules): boolean => {
  const listed = config.instruments.find(({ symbol }) => symbol === instrument.symbol);
  return listed === instrument || JSON.stringify(listed) === JSON.stringify(instrument);
};

const exportSymbol = (config: MatchingConfig, symbol: SymbolState): SymbolSnapshot => ({
  symbol: symbol.instrument.symbol,
  step: symbol.step ?? null,
  bidTaken: formatDecimal(symbol.bidTaken),
  askTaken: formatDecimal(symbol.askTaken),
  buys: symbol.buys.map((order) => order.orderId),
  sells: symbol.sells.map((order) => order.orderId),
  holders: [...symbol.holders],
  nextTradeId: symbol.nextTradeId,
  ...(isConfigured(config, symbol.instrument) ? {} : { instrument: symbol.instrument }),
  ...(symbol.status === 'TRADING' ? {} : { status: symbol.status }),
});

const exportAccount = (account: Account): AccountSnapshot => ({
  accountId: account.accountId,
  makerFeeBps: account.makerFeeBps,
  takerFeeBps: account.takerFeeBps,
  walletBalance: formatDecimal(account.walletBalance),
  updateTime: account.updateTime,
  positions: [...account.positions.values()].map(encode),
  orders: [...account.orders.values()].map(encode),
  finishedOrders: [...account.finishedOrders],
  algos: [...account.algos.values()].map(encode),
  finishedAlgos: [...account.finishedAlgos],
  trades: [...account.trades],
  incomes: [...account.incomes],
});

/** Rebuilds the state; asserts on another version. */
export function importState(snapshot: MatchingSnapshot): MatchingState {
  assert(snapshot.version === 1, `snapshot version 1, not ${String(snapshot.version)}`);
  const state = createMatching(snapshot.config);
  state.nextOrderId = snapshot.nextOrderId;
  state.nextAlgoId = snapshot.nextAlgoId;
  state.nextPriority = snapshot.nextPriority;
  state.nextTransactionId = snapshot.nextTransactionId;
  for (const saved of snapshot.accounts) state.accounts.set(saved.accountId, importAccount(saved));
  for (const saved of snapshot.symbols) importSymbol(state, saved);
  for (const countdown of snapshot.countdowns ?? []) {
    state.countdowns.set(clientKey(countdown.accountId, countdown.symbol), countdown);
  }
  return state;
}

function importAccount(saved: AccountSnapshot): Account {
  const account: Account = {
    ...emptyAccount(saved.accountId, saved.makerFeeBps, saved.takerFeeBps),
    walletBalance: money(saved.walletBalance),
    updateTime: saved.updateTime,
    finishedOrders: [...saved.finishedOrders],
    finishedAlgos: [...saved.finishedAlgos],
    trades: [...saved.trades],
    incomes: [...saved.incomes],
  };
  for (const position of saved.positions) {
    account.positions.set(position.symbol, decode<Position>(position, POSITION_INTEGERS));
  }
  for (const order of saved.orders) fileOrder(account, decode<Order>(order, ORDER_INTEGERS));
  for (const algo of saved.algos) fileAlgo(account, decode<Algo>(algo, ALGO_INTEGERS));
  return account;
}

/** Files an order; later ids come later, so the newest keeps the client id. */
function fileOrder(account: Account, order: Order): void {
  account.orders.set(order.orderId, order);
  account.ordersByClientId.set(clientKey(order.symbol, order.clientOrderId), order);
  if (isWorking(order)) account.openOrders.set(order.orderId, order);
}

function fileAlgo(account: Account, algo: Algo): void {
  account.algos.set(algo.algoId, algo);
  account.algosByClientId.set(algo.clientAlgoId, algo);
  if (algo.status === 'NEW') account.openAlgos.set(algo.algoId, algo);
}

function importSymbol(state: MatchingState, saved: SymbolSnapshot): void {
  const symbol = symbolOf(state, saved.symbol);
  symbol.step = saved.step ?? undefined;
  symbol.bidTaken = quantity(saved.bidTaken);
  symbol.askTaken = quantity(saved.askTaken);
  symbol.nextTradeId = saved.nextTradeId;
  symbol.instrument = saved.instrument ?? symbol.instrument;
  symbol.rules = rulesOf(symbol.instrument);
  symbol.status = saved.status ?? 'TRADING';
  for (const accountId of saved.holders) symbol.holders.add(accountId);
  const orders = workingOrders(state, saved.symbol);
  symbol.buys.push(...saved.buys.map((id) => ensureDefined(orders.get(id), `order ${id} rests`)));
  symbol.sells.push(...saved.sells.map((id) => ensureDefined(orders.get(id), `order ${id} rests`)));
  symbol.algos.push(...waitingAlgos(state, saved.symbol));
}

function workingOrders(state: MatchingState, symbol: string): ReadonlyMap<number, Order> {
  const orders = new Map<number, Order>();
  for (const account of state.accounts.values()) {
    for (const order of account.openOrders.values()) {
      if (order.symbol === symbol) orders.set(order.orderId, order);
    }
  }
  return orders;
}

/** Over all accounts by id, which is the order in which they were placed. */
function waitingAlgos(state: MatchingState, symbol: string): Algo[] {
  return [...state.accounts.keys()]
    .flatMap((accountId) => [...accountOf(state, accountId).openAlgos.values()])
    .filter((algo) => algo.symbol === symbol)
    .toSorted((a, b) => a.algoId - b.algoId);
}
