/** What the matching engine is told, and what it answers. JSON values: a journal of commands is a venue. */
import type { EpochMs, InstrumentRules, MarketStep, Side } from '../market/market.ts';
import type {
  AlgoView,
  ConditionalType,
  MarginType,
  MatchingEvent,
  OrderType,
  OrderView,
  SelfTradePrevention,
  SymbolStatus,
  TimeInForce,
  WorkingType,
} from './types.ts';

/** Venue time of the command, ms; it becomes `time` and `updateTime`. */
type Timed = { readonly time: EpochMs };
type Owned = Timed & { readonly accountId: string };
type OnSymbol = Owned & { readonly symbol: string };

/** Opens an account with a deposit (USDT text); a second time it changes nothing. */
export type OpenAccount = Owned & {
  readonly type: 'openAccount';
  readonly balance: string;
  /** Negative is a rebate. */
  readonly makerFeeBps: number;
  readonly takerFeeBps: number;
};

export type ApplyMarket = { readonly type: 'market'; readonly step: MarketStep };

/** Texts are the request's own, unchecked: the engine answers with the venue's code. */
export type Place = OnSymbol & {
  readonly type: 'place';
  readonly side: Side;
  readonly orderType: OrderType;
  readonly quantity: string;
  /** LIMIT only. */
  readonly price?: string;
  /** LIMIT only; default GTC. */
  readonly timeInForce?: TimeInForce;
  readonly reduceOnly?: boolean;
  /** Default NONE. */
  readonly selfTradePrevention?: SelfTradePrevention;
  readonly newClientOrderId?: string;
};

/** An order by the venue's id or the client's; the id wins when both are given. */
export type OrderKey = { readonly orderId?: number; readonly origClientOrderId?: string };
/** A conditional order by either id. */
export type AlgoKey = { readonly algoId?: number; readonly clientAlgoId?: string };

export type Cancel = OnSymbol & OrderKey & { readonly type: 'cancel' };
/** All ordinary orders of the symbol; never fails. */
export type CancelAll = OnSymbol & { readonly type: 'cancelAll' };

/** LIMIT orders only: new price and new total quantity. */
export type Amend = OnSymbol &
  OrderKey & { readonly type: 'amend'; readonly quantity: string; readonly price: string };

export type PlaceConditional = OnSymbol & {
  readonly type: 'placeConditional';
  readonly side: Side;
  readonly orderType: ConditionalType;
  /** Not with closePosition. */
  readonly quantity?: string;
  /** STOP and TAKE_PROFIT: limit price of the child. */
  readonly price?: string;
  /** Default GTC; of the child. */
  readonly timeInForce?: TimeInForce;
  /** All types but the trailing stop. */
  readonly triggerPrice?: string;
  /** Default CONTRACT_PRICE. */
  readonly workingType?: WorkingType;
  readonly reduceOnly?: boolean;
  /** STOP_MARKET and TAKE_PROFIT_MARKET only; one per direction, only with a position. */
  readonly closePosition?: boolean;
  /** Trailing stop: percent [0.1, 10]. */
  readonly callbackRatePct?: string;
  /** Trailing stop: where tracking begins; at once when absent. */
  readonly activatePrice?: string;
  readonly clientAlgoId?: string;
};

export type CancelConditional = OnSymbol & AlgoKey & { readonly type: 'cancelConditional' };
/** All conditional orders of the symbol; never fails. */
export type CancelAllConditional = OnSymbol & { readonly type: 'cancelAllConditional' };
export type SetLeverage = OnSymbol & { readonly type: 'setLeverage'; readonly leverage: number };
export type SetMarginType = OnSymbol & {
  readonly type: 'setMarginType';
  readonly marginType: MarginType;
};

/** Settles funding for every position of the symbol: quantity * mark * rate, longs pay if positive. */
export type Funding = Timed & {
  readonly type: 'funding';
  readonly symbol: string;
  /** A fraction as decimal text: "0.0001" is one bp. */
  readonly rate: string;
};

export type SetFees = Owned & {
  readonly type: 'setFees';
  readonly makerFeeBps: number;
  readonly takerFeeBps: number;
};

/** Cancels the symbol's ordinary orders at a wall time, unless it is set again before; 0 ends it. */
export type SetCountdown = OnSymbol & {
  readonly type: 'setCountdown';
  readonly deadline: EpochMs;
};
/** A countdown has come to its end: like cancelAll, and cancelAllConditional where that is wanted. */
export type CountdownElapsed = OnSymbol & {
  readonly type: 'countdownElapsed';
  readonly conditional: boolean;
};

/** Lists a symbol, or gives a listed one other rules; its orders stay as they are. */
export type SetRules = Timed & {
  readonly type: 'setRules';
  readonly instrument: InstrumentRules;
};
export type SetStatus = Timed & {
  readonly type: 'setStatus';
  readonly symbol: string;
  readonly status: SymbolStatus;
};

/** A trade at the limit of a resting order, as if the market had reached it; all of it by default. */
export type FillOrder = OnSymbol &
  OrderKey & { readonly type: 'fillOrder'; readonly quantity?: string };
/** Fires a conditional order that waits, as if its level had been reached. */
export type TriggerConditional = OnSymbol & AlgoKey & { readonly type: 'triggerConditional' };
/** Liquidates the position (crossed: all crossed positions) as if its margin were used up. */
export type Liquidate = OnSymbol & { readonly type: 'liquidate' };
/** Auto-deleverages the position at the mark; all of it by default. */
export type Deleverage = OnSymbol & { readonly type: 'deleverage'; readonly quantity?: string };

export type Command =
  | OpenAccount
  | ApplyMarket
  | Place
  | Cancel
  | CancelAll
  | Amend
  | PlaceConditional
  | CancelConditional
  | CancelAllConditional
  | SetLeverage
  | SetMarginType
  | Funding
  | SetFees
  | SetCountdown
  | CountdownElapsed
  | SetRules
  | SetStatus
  | FillOrder
  | TriggerConditional
  | Liquidate
  | Deleverage;

/** The venue's numeric code and its text. */
export type Rejection = { readonly ok: false; readonly code: number; readonly message: string };
type Done = { readonly ok: true };
type OrderReply = Rejection | { readonly ok: true; readonly order: OrderView };
type AlgoReply = Rejection | { readonly ok: true; readonly algo: AlgoView };

/** The reply of each command type. */
export type Replies = {
  openAccount: Done;
  market: Done;
  place: OrderReply;
  cancel: OrderReply;
  cancelAll: Rejection | { readonly ok: true; readonly orders: readonly OrderView[] };
  amend: OrderReply;
  placeConditional: AlgoReply;
  cancelConditional: AlgoReply;
  cancelAllConditional: Rejection | { readonly ok: true; readonly algos: readonly AlgoView[] };
  setLeverage: Rejection | { readonly ok: true; readonly leverage: number };
  setMarginType: Rejection | Done;
  funding: Rejection | Done;
  setFees: Done;
  setCountdown: Rejection | Done;
  countdownElapsed: Rejection | Done;
  setRules: Done;
  setStatus: Rejection | Done;
  fillOrder: OrderReply;
  triggerConditional: AlgoReply;
  liquidate: Rejection | Done;
  deleverage: Rejection | Done;
};

export type Applied<Type extends Command['type']> = {
  readonly reply: Replies[Type];
  /** In the order in which they happened, over all accounts. */
  readonly events: readonly MatchingEvent[];
};
