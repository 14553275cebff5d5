/** Orders as the core names them: intents (ours), orders and fills (the venue's). */
import type { EpochMs, Side } from '../market/market.ts';
import type { MoneyText, PriceText, QuantityText } from '../money/units.ts';

/** One tradable instrument on one account of one venue. */
export type SymbolRef = {
  readonly account: string;
  readonly venue: string;
  readonly symbol: string;
};

/** Why an order exists. `stop` is the only conditional role and the only one that protects. */
export type OrderRole = 'level' | 'counter' | 'entry' | 'target' | 'stop' | 'exit';
export type OrderKind = 'limit' | 'market' | 'stopMarket';
export type StrategyName = 'grid' | 'scalp' | 'workOut';

/**
 * What we want the venue to hold, before any check. `slot` names the place in the plan that the
 * order fills (e.g. `L-2:entry`, `stop:lower`); at most one live order stands in a slot, except
 * while a stop is being replaced. `reduceOnly` makes an intent *protective*.
 */
export type OrderIntent = {
  readonly clientOrderId: string;
  readonly role: OrderRole;
  readonly slot: string;
  readonly planId: string;
  readonly strategy: StrategyName;
  readonly side: Side;
  readonly kind: OrderKind;
  readonly quantity: QuantityText;
  /** Limit price; null for market and stop-market orders. */
  readonly price: PriceText | null;
  /** Trigger on mark price; only for `stopMarket`. */
  readonly triggerPrice: PriceText | null;
  /** Where the plan takes the profit of an order that opens (a level, an entry); null for others. */
  readonly targetPrice: PriceText | null;
  readonly reduceOnly: boolean;
  readonly postOnly: boolean;
  readonly timeInForce: 'GTC' | 'IOC';
  /** The decision that asked for it, when one did. */
  readonly decisionId: string | null;
};

/** Life of an intent row: exactly one winner turns PREPARED into SENDING. */
export const INTENT_STATES = [
  'PREPARED',
  'DENIED',
  'EXPIRED',
  'SENDING',
  'ACKED',
  'REJECTED',
  'UNKNOWN',
  'ABSENT',
] as const;
export type IntentState = (typeof INTENT_STATES)[number];

/** The venue's view of an order. `triggered` is only for conditional orders: a child lives on. */
export const ORDER_STATUSES = [
  'working',
  'partiallyFilled',
  'triggered',
  'filled',
  'cancelled',
  'expired',
  'rejected',
] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

export const isTerminalStatus = (status: OrderStatus): boolean =>
  status === 'filled' || status === 'cancelled' || status === 'expired' || status === 'rejected';

/**
 * The last known state of one of our orders. For a triggered conditional order `status` and
 * `executed` follow its child, so a stop that closed a position reads `filled`.
 */
export type OrderUpdate = {
  readonly clientOrderId: string;
  readonly status: OrderStatus;
  /** Cumulative executed base quantity. */
  readonly executed: QuantityText;
  /** Market time of the venue's event. */
  readonly eventTime: EpochMs;
};

/** One execution. Unique on (venue, account, symbol, tradeId, orderId). */
export type Fill = {
  readonly tradeId: string;
  /** The venue's id of the order that traded (the child's, for a triggered stop). */
  readonly orderId: string;
  /** Ours, linked through the parent for a triggered stop; null for a foreign or manual trade. */
  readonly clientOrderId: string | null;
  readonly side: Side;
  readonly price: PriceText;
  readonly quantity: QuantityText;
  readonly fee: MoneyText;
  readonly feeAsset: string;
  readonly maker: boolean;
  /** The venue's realised profit of this fill (`rp`), before fees. */
  readonly realisedProfit: MoneyText;
  readonly eventTime: EpochMs;
};

/** One numbered row of the account's ledger; number order is commit order. */
export type LedgerRow =
  | { readonly seq: number; readonly kind: 'fill'; readonly fill: Fill }
  | { readonly seq: number; readonly kind: 'order'; readonly order: OrderUpdate };
