/**
 * What the matching engine tells the outside: views, events, configuration. JSON values only
 * (decimal text, numbers, booleans), so a journal or a socket can carry them as they are.
 * Fields and statuses follow Binance USD-M in one-way mode; money is USDT.
 */
import type { EpochMs, InstrumentRules, Side } from '../market/market.ts';
import type { MoneyText, PriceText, QuantityText } from '../money/units.ts';

export type OrderType = 'LIMIT' | 'MARKET';
/** GTX is post-only. */
export type TimeInForce = 'GTC' | 'IOC' | 'FOK' | 'GTX';
export type OrderStatus = 'NEW' | 'PARTIALLY_FILLED' | 'FILLED' | 'CANCELED' | 'EXPIRED';
/** What happens when an order meets one of its own account. */
export type SelfTradePrevention = 'NONE' | 'EXPIRE_TAKER' | 'EXPIRE_MAKER' | 'EXPIRE_BOTH';
/** BREAK: nothing is matched, triggered or liquidated, and only cancels are taken. */
export type SymbolStatus = 'TRADING' | 'BREAK';
export type MarginType = 'ISOLATED' | 'CROSSED';
export type WorkingType = 'MARK_PRICE' | 'CONTRACT_PRICE';
export type ConditionalType =
  | 'STOP_MARKET'
  | 'STOP'
  | 'TAKE_PROFIT_MARKET'
  | 'TAKE_PROFIT'
  | 'TRAILING_STOP_MARKET';

/**
 * NEW waits for its trigger; TRIGGERING its price was reached; TRIGGERED the child order exists
 * (`actualOrderId`); FINISHED the child is terminal. EXPIRED: a reduce-only or closePosition order
 * that found nothing to reduce. REJECTED: the child was refused (margin, price, filters).
 */
export type AlgoStatus =
  | 'NEW'
  | 'TRIGGERING'
  | 'TRIGGERED'
  | 'FINISHED'
  | 'CANCELED'
  | 'EXPIRED'
  | 'REJECTED';

/** One ordinary order as the venue shows it. */
export type OrderView = {
  readonly accountId: string;
  readonly symbol: string;
  readonly orderId: number;
  readonly clientOrderId: string;
  readonly side: Side;
  /** What is in the book. */
  readonly type: OrderType;
  /** What the user sent: a child of a conditional order keeps the conditional's type. */
  readonly origType: OrderType | ConditionalType;
  readonly timeInForce: TimeInForce;
  readonly status: OrderStatus;
  /** "0" for MARKET. */
  readonly price: PriceText;
  readonly avgPrice: PriceText;
  readonly origQty: QuantityText;
  readonly executedQty: QuantityText;
  readonly cumQuote: MoneyText;
  readonly reduceOnly: boolean;
  readonly closePosition: boolean;
  /** "0" unless the order is a conditional's child. */
  readonly stopPrice: PriceText;
  readonly workingType: WorkingType;
  /** The conditional order that created this one. */
  readonly algoId?: number;
  /** Set on an order of the liquidation engine. */
  readonly liquidation?: true;
  /** Absent is NONE. */
  readonly selfTradePrevention?: SelfTradePrevention;
  /** Set on an EXPIRED order that met one of its own account. */
  readonly expiredInMatch?: true;
  readonly time: EpochMs;
  readonly updateTime: EpochMs;
};

/** One conditional order (the venue's "algo" service). */
export type AlgoView = {
  readonly accountId: string;
  readonly symbol: string;
  readonly algoId: number;
  readonly clientAlgoId: string;
  readonly orderType: ConditionalType;
  readonly side: Side;
  readonly timeInForce: TimeInForce;
  readonly status: AlgoStatus;
  /** "0" for closePosition. */
  readonly quantity: QuantityText;
  /** Limit of the child, "0" for the MARKET types. */
  readonly price: PriceText;
  /** "0" for a trailing stop. */
  readonly triggerPrice: PriceText;
  readonly workingType: WorkingType;
  readonly reduceOnly: boolean;
  readonly closePosition: boolean;
  /** Trailing stop only: where tracking begins ("0": at once) and the distance in percent. */
  readonly activatePrice?: PriceText;
  readonly callbackRatePct?: string;
  /** The child's order id, from TRIGGERED on (Binance `actualOrderId`, event field `ai`). */
  readonly actualOrderId?: number;
  /** Child's fills so far (event fields `ap`, `aq`). */
  readonly actualPrice: PriceText;
  readonly actualQty: QuantityText;
  /** Why it was EXPIRED or REJECTED (event field `rm`). */
  readonly failReason?: string;
  readonly createTime: EpochMs;
  readonly updateTime: EpochMs;
  readonly triggerTime?: EpochMs;
};

/** One execution of an account's order. */
export type TradeView = {
  readonly accountId: string;
  readonly symbol: string;
  /** Unique and rising per symbol over all accounts. */
  readonly tradeId: number;
  readonly orderId: number;
  readonly clientOrderId: string;
  readonly side: Side;
  readonly price: PriceText;
  readonly quantity: QuantityText;
  readonly quoteQty: MoneyText;
  /** Positive is paid, negative a rebate. */
  readonly fee: MoneyText;
  readonly feeAsset: string;
  readonly maker: boolean;
  readonly realizedProfit: MoneyText;
  readonly time: EpochMs;
};

/** One position, also for a symbol without one (quantity "0"). */
export type PositionView = {
  readonly symbol: string;
  /** Signed, long positive. */
  readonly quantity: QuantityText;
  readonly entryPrice: PriceText;
  readonly markPrice: PriceText;
  readonly unrealizedProfit: MoneyText;
  /** "0" where there is none. */
  readonly liquidationPrice: PriceText;
  readonly leverage: number;
  readonly marginType: MarginType;
  /** Isolated wallet plus unrealised profit; "0" when crossed. */
  readonly isolatedMargin: MoneyText;
  readonly isolatedWallet: MoneyText;
  /** Signed, at the mark. */
  readonly notional: MoneyText;
  readonly initialMargin: MoneyText;
  readonly openOrderInitialMargin: MoneyText;
  readonly maintenanceMargin: MoneyText;
  readonly maxNotional: MoneyText;
  readonly updateTime: EpochMs;
};

export type AccountView = {
  readonly accountId: string;
  readonly asset: 'USDT';
  readonly walletBalance: MoneyText;
  readonly crossWalletBalance: MoneyText;
  readonly unrealizedProfit: MoneyText;
  readonly crossUnrealizedProfit: MoneyText;
  /** Wallet plus unrealised profit. */
  readonly marginBalance: MoneyText;
  readonly availableBalance: MoneyText;
  readonly positionInitialMargin: MoneyText;
  readonly openOrderInitialMargin: MoneyText;
  readonly maintenanceMargin: MoneyText;
  readonly makerFeeBps: number;
  readonly takerFeeBps: number;
  readonly updateTime: EpochMs;
};

/** Money that moved without a trade (fees and realised profit are in the trades). */
export type IncomeView = {
  readonly symbol: string;
  readonly incomeType: 'TRANSFER' | 'FUNDING_FEE' | 'INSURANCE_CLEAR';
  /** Positive is received. */
  readonly income: MoneyText;
  readonly time: EpochMs;
  /** Unique and rising over the venue. */
  readonly transactionId: number;
};

/** CALCULATED is a trade of the liquidation engine. */
export type ExecutionType = 'NEW' | 'TRADE' | 'CANCELED' | 'EXPIRED' | 'AMENDMENT' | 'CALCULATED';

/** ORDER_TRADE_UPDATE; `trade` is there for TRADE and CALCULATED. */
export type OrderUpdate = {
  readonly type: 'orderUpdate';
  readonly accountId: string;
  readonly time: EpochMs;
  readonly executionType: ExecutionType;
  readonly order: OrderView;
  readonly trade?: TradeView;
};

/** ALGO_UPDATE. */
export type AlgoUpdate = {
  readonly type: 'algoUpdate';
  readonly accountId: string;
  readonly time: EpochMs;
  readonly algo: AlgoView;
};

export type PositionUpdate = Pick<
  PositionView,
  'symbol' | 'quantity' | 'entryPrice' | 'unrealizedProfit' | 'marginType' | 'isolatedWallet'
> & {
  /** Realised profit on the symbol since the account was opened, before fees. */
  readonly accumulatedRealized: MoneyText;
};

/** ACCOUNT_UPDATE; comes right before the orderUpdate of the trade that made it. */
export type AccountUpdate = {
  readonly type: 'accountUpdate';
  readonly accountId: string;
  readonly time: EpochMs;
  readonly reason: 'DEPOSIT' | 'ORDER' | 'FUNDING_FEE' | 'MARGIN_TYPE_CHANGE' | 'INSURANCE_CLEAR';
  readonly walletBalance: MoneyText;
  readonly crossWalletBalance: MoneyText;
  /** Change other than by trades. */
  readonly balanceChange: MoneyText;
  readonly positions: readonly PositionUpdate[];
};

/** ACCOUNT_CONFIG_UPDATE. */
export type LeverageUpdate = {
  readonly type: 'leverageUpdate';
  readonly accountId: string;
  readonly time: EpochMs;
  readonly symbol: string;
  readonly leverage: number;
};

export type MatchingEvent = OrderUpdate | AlgoUpdate | AccountUpdate | LeverageUpdate;

/** One row of the leverage table, by position notional at the mark. Rows rise. */
export type LeverageBracket = {
  readonly bracket: number;
  readonly initialLeverage: number;
  readonly notionalFloor: MoneyText;
  readonly notionalCap: MoneyText;
  readonly maintMarginRatioPct: string;
  /** Maintenance margin = notional * ratio - cum. */
  readonly cum: MoneyText;
};

/** What a venue is built from. It is part of the state, so a snapshot needs nothing beside it. */
export type MatchingConfig = {
  readonly instruments: readonly InstrumentRules[];
  /** Share of a step's printed quantity that resting orders may take, percent (0, 100]. */
  readonly participationPct: number;
  /** Slippage beyond the touch: bp of price per displayed size taken; 0 is infinite depth. */
  readonly impactBps: number;
  /** A market order trades at most this far from the mark, percent. */
  readonly priceProtectionPct: number;
  /** Of the liquidated notional, percent. */
  readonly liquidationFeePct: number;
  readonly brackets: readonly LeverageBracket[];
  readonly defaultLeverage: number;
  readonly defaultMarginType: MarginType;
  /** At least so many finished orders, trades and incomes are kept per account. */
  readonly historyLimit: number;
};
