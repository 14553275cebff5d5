/** The venue's state as one value. The engine changes it in place; nothing outside this folder may. */
import { assert, ensureDefined } from '../assert.ts';
import type { EpochMs, InstrumentRules, MarketStep, Side } from '../market/market.ts';
import type { Money, Price, Quantity } from '../money/units.ts';
import { ZERO_MONEY, ZERO_QUANTITY, money, price, quantity } from '../money/units.ts';
import { parsePct } from './rates.ts';
import type { Rate } from './rates.ts';
import type {
  AlgoStatus,
  ConditionalType,
  IncomeView,
  MarginType,
  MatchingConfig,
  OrderStatus,
  OrderType,
  SelfTradePrevention,
  SymbolStatus,
  TimeInForce,
  TradeView,
  WorkingType,
} from './types.ts';

export type Order = {
  readonly accountId: string;
  readonly symbol: string;
  readonly orderId: number;
  readonly clientOrderId: string;
  readonly side: Side;
  readonly type: OrderType;
  readonly origType: OrderType | ConditionalType;
  readonly timeInForce: TimeInForce;
  readonly reduceOnly: boolean;
  readonly closePosition: boolean;
  readonly stopPrice: Price;
  readonly workingType: WorkingType;
  /** 0 when no conditional order made it. */
  readonly algoId: number;
  readonly liquidation: boolean;
  /** Absent is NONE. */
  readonly selfTradePrevention?: SelfTradePrevention;
  readonly time: EpochMs;
  status: OrderStatus;
  /** It expired because it met an order of its own account. */
  expiredInMatch?: true;
  price: Price;
  quantity: Quantity;
  executed: Quantity;
  cumQuote: Money;
  /** Notional that it holds in the account's open-order totals. */
  reserved: Money;
  /** Place in the queue at its price: lower is earlier. */
  priority: number;
  updateTime: EpochMs;
};

export type Algo = {
  readonly accountId: string;
  readonly symbol: string;
  readonly algoId: number;
  readonly clientAlgoId: string;
  readonly orderType: ConditionalType;
  readonly side: Side;
  readonly timeInForce: TimeInForce;
  readonly quantity: Quantity;
  readonly price: Price;
  readonly triggerPrice: Price;
  readonly workingType: WorkingType;
  readonly reduceOnly: boolean;
  readonly closePosition: boolean;
  readonly activatePrice: Price;
  /** Empty unless trailing. */
  readonly callbackRatePct: string;
  readonly createTime: EpochMs;
  status: AlgoStatus;
  /** Best price since activation of a trailing stop; 0 before. */
  extreme: Price;
  /** 0 before TRIGGERED. */
  actualOrderId: number;
  actualQty: Quantity;
  actualQuote: Money;
  failReason: string;
  updateTime: EpochMs;
  triggerTime: EpochMs;
};

/** An account's settings and holding on one symbol. */
export type Position = {
  readonly symbol: string;
  leverage: number;
  marginType: MarginType;
  /** Signed. */
  quantity: Quantity;
  /** What the quantity cost, signed alike; entry price = cost / quantity. */
  cost: Money;
  isolatedWallet: Money;
  accumulatedRealized: Money;
  /** Notional of working orders that are not reduce-only. */
  bids: Money;
  asks: Money;
  /** Working reduce-only orders. */
  reduceOnlyOrders: number;
  updateTime: EpochMs;
};

export type Account = {
  readonly accountId: string;
  makerFeeBps: number;
  takerFeeBps: number;
  walletBalance: Money;
  updateTime: EpochMs;
  readonly positions: Map<string, Position>;
  /** Working and finished orders, by id; ids rise. */
  readonly orders: Map<number, Order>;
  readonly openOrders: Map<number, Order>;
  /** The newest order per symbol and client id. */
  readonly ordersByClientId: Map<string, Order>;
  readonly finishedOrders: number[];
  readonly algos: Map<number, Algo>;
  readonly openAlgos: Map<number, Algo>;
  readonly algosByClientId: Map<string, Algo>;
  readonly finishedAlgos: number[];
  readonly trades: TradeView[];
  readonly incomes: IncomeView[];
};

/** An instrument's rules as integers. */
type Rules = {
  readonly tick: Price;
  readonly step: Quantity;
  readonly minQuantity: Quantity;
  readonly maxQuantity: Quantity;
  readonly minNotional: Money;
};

/** A step's numbers. */
export type Book = {
  readonly last: Price;
  readonly lastQuantity: Quantity;
  readonly bid: Price;
  readonly bidQuantity: Quantity;
  readonly ask: Price;
  readonly askQuantity: Quantity;
  readonly mark: Price;
};

export type SymbolState = {
  instrument: InstrumentRules;
  rules: Rules;
  status: SymbolStatus;
  step: MarketStep | undefined;
  /** Parsed from `step` when first asked for, so that idle symbols cost nothing. */
  book: Book | undefined;
  /** Displayed size that takers used since the step. */
  bidTaken: Quantity;
  askTaken: Quantity;
  /** Resting orders of all accounts, best price first, then by priority. */
  readonly buys: Order[];
  readonly sells: Order[];
  /** Untriggered conditional orders, by id. */
  readonly algos: Algo[];
  /** Accounts with a position, in order of opening. */
  readonly holders: Set<string>;
  nextTradeId: number;
};

/** A row of the leverage table as integers. */
type Bracket = {
  readonly maxLeverage: number;
  readonly floor: Money;
  readonly cap: Money;
  readonly maintenance: Rate;
  readonly cum: Money;
};

/** When an account's orders on a symbol are cancelled unless it is heard of before. */
export type Countdown = {
  readonly accountId: string;
  readonly symbol: string;
  /** Wall time: what the venue's own timer compares. */
  readonly deadline: EpochMs;
};

export type MatchingState = {
  config: MatchingConfig;
  readonly brackets: readonly Bracket[];
  readonly symbols: Map<string, SymbolState>;
  readonly accounts: Map<string, Account>;
  /** By account and symbol. */
  readonly countdowns: Map<string, Countdown>;
  nextOrderId: number;
  nextAlgoId: number;
  nextPriority: number;
  nextTransactionId: number;
};

export const rulesOf = (instrument: InstrumentRules): Rules => ({
  tick: price(instrument.tickSize),
  step: quantity(instrument.quantityStep),
  minQuantity: quantity(instrument.minQuantity),
  maxQuantity: quantity(instrument.maxQuantity),
  minNotional: money(instrument.minNotional),
});

export function createSymbol(instrument: InstrumentRules): SymbolState {
  return {
    instrument,
    rules: rulesOf(instrument),
    status: 'TRADING',
    step: undefined,
    book: undefined,
    bidTaken: ZERO_QUANTITY,
    askTaken: ZERO_QUANTITY,
    buys: [],
    sells: [],
    algos: [],
    holders: new Set(),
    nextTradeId: 1,
  };
}

/** An empty venue: no accounts, no market step yet. Asserts on a configuration out of range. */
export function createMatching(config: MatchingConfig): MatchingState {
  assert(
    config.participationPct > 0 && config.participationPct <= 100,
    'participationPct (0, 100]',
  );
  assert(config.impactBps >= 0, 'impactBps >= 0');
  assert(config.historyLimit >= 1, 'historyLimit >= 1');
  assert(config.brackets.length > 0, 'at least one leverage bracket');
  return {
    config,
    brackets: config.brackets.map((row) => ({
      maxLeverage: row.initialLeverage,
      floor: money(row.notionalFloor),
      cap: money(row.notionalCap),
      maintenance: parsePct(row.maintMarginRatioPct),
      cum: money(row.cum),
    })),
    symbols: new Map(config.instruments.map((rules) => [rules.symbol, createSymbol(rules)])),
    accounts: new Map(),
    countdowns: new Map(),
    nextOrderId: 1,
    nextAlgoId: 1,
    nextPriority: 1,
    nextTransactionId: 1,
  };
}

/** The account, which must be open: an unknown key is refused before the engine is asked. */
export const accountOf = (state: MatchingState, accountId: string): Account =>
  ensureDefined(state.accounts.get(accountId), `account ${accountId} is open`);

export const symbolOf = (state: MatchingState, symbol: string): SymbolState =>
  ensureDefined(state.symbols.get(symbol), `symbol ${symbol} is listed`);

/** The account's position record on a symbol, created flat with the default settings. */
export function positionOf(state: MatchingState, account: Account, symbol: string): Position {
  const known = account.positions.get(symbol);
  if (known !== undefined) return known;
  const created = flatPosition(state.config, symbol);
  account.positions.set(symbol, created);
  return created;
}

export const flatPosition = (config: MatchingConfig, symbol: string): Position => ({
  symbol,
  leverage: config.defaultLeverage,
  marginType: config.defaultMarginType,
  quantity: ZERO_QUANTITY,
  cost: ZERO_MONEY,
  isolatedWallet: ZERO_MONEY,
  accumulatedRealized: ZERO_MONEY,
  bids: ZERO_MONEY,
  asks: ZERO_MONEY,
  reduceOnlyOrders: 0,
  updateTime: 0,
});

/** The newest step's numbers; the symbol must have had a step. */
export function bookOf(symbol: SymbolState): Book {
  if (symbol.book !== undefined) return symbol.book;
  const step = ensureDefined(symbol.step, `${symbol.instrument.symbol} has a market step`);
  symbol.book = {
    last: price(step.last),
    lastQuantity: quantity(step.lastQuantity),
    bid: price(step.bid),
    bidQuantity: quantity(step.bidQuantity),
    ask: price(step.ask),
    askQuantity: quantity(step.askQuantity),
    mark: price(step.mark),
  };
  return symbol.book;
}

export const clientKey = (symbol: string, clientId: string): string => `${symbol}|${clientId}`;
export const remaining = (order: Order): Quantity => (order.quantity - order.executed) as Quantity;
export const isWorking = (order: Order): boolean =>
  order.status === 'NEW' || order.status === 'PARTIALLY_FILLED';
/** +1n for buy, -1n for sell. */
export const signOf = (side: Side): bigint => (side === 'buy' ? 1n : -1n);
export const opposite = (side: Side): Side => (side === 'buy' ? 'sell' : 'buy');
/** The side whose orders reduce the position; undefined when flat. */
export function closingSide(position: Position): Side | undefined {
  if (position.quantity === 0n) return undefined;
  return position.quantity > 0n ? 'sell' : 'buy';
}
