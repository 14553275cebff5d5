/** Every reason for which Tidegate itself refuses an order. `docs/ERRORS.md` is made from this. */

export const DENIED_CODES = {
  HALT_LATCH_SET: 'The emergency stop is set, or its latch could not be read.',
  LEVEL_FORBIDS_ENTRY: 'The trading level of the symbol forbids orders that add risk.',
  SYMBOL_NOT_ALLOWED: 'The symbol is not on the allow-list.',
  LIMIT_MISSING: 'A limit that this order needs is not configured; a missing limit denies.',
  ORDER_NOTIONAL_EXCEEDED: 'The order is larger than the largest order allowed.',
  ORDER_QUANTITY_UNUSUAL: 'The order is many times larger than the last orders of its strategy.',
  VOLUME_SHARE_EXCEEDED: 'The order is too large a part of what trades in a day.',
  DEPTH_SHARE_EXCEEDED: 'The order would take too large a part of the visible book.',
  POSITION_LIMIT_EXCEEDED: 'The position with all working orders would exceed its limit.',
  EXPOSURE_LIMIT_EXCEEDED: 'The margin in use over equity would exceed the account limit.',
  OPEN_ORDERS_EXCEEDED: 'Too many orders would be open on the symbol or the account.',
  GRIDS_EXCEEDED: 'As many symbols of the account as are allowed trade a grid already.',
  PRICE_COLLAR_EXCEEDED: 'The price is too far from the fresh market price.',
  PRICE_MOVED_TOO_FAST:
    'The price moved farther within a minute than orders that add risk may see.',
  PRICE_JUMPED: 'The price jumped between two quotes, and no three quotes have confirmed it yet.',
  CLOCK_SKEWED: 'The clock of this machine is too far off that of the venue.',
  DATA_STALE: 'The market data that the order rests on is too old.',
  STOP_MISSING: 'No stop stands at the venue that would close what the order opens.',
  EDGE_BELOW_COSTS:
    'What the order could earn up to its target is less than a multiple of fees and half the spread.',
  BOOK_INSANE: 'The best bid and ask cross, are missing or stand too far apart.',
  SYMBOL_DAILY_LOSS_EXCEEDED:
    'The symbol lost more today than it may; it is halted until a person resumes it.',
  DAILY_LOSS_EXCEEDED:
    'The account lost more today than it may; it is halted until a person resumes it.',
  DRAWDOWN_EXCEEDED: 'Equity fell too far from its highest; the account is halted.',
  DRAWDOWN_HALVES_ORDERS: 'Equity fell from its highest: orders above half the limit are refused.',
  STOPS_REPEATED: 'Several stops were hit in a short time; the symbol pauses for four candles.',
  MESSAGE_RATE_EXCEEDED:
    'More orders, amends and cancels were sent in ten seconds or a minute than the symbol or account may.',
  EXECUTION_REPEATED:
    'The same side and size was filled again and again; the symbol is halted until a person resumes it.',
  ORDERS_PER_DAY_EXCEEDED: 'The symbol has sent as many orders today as it may.',
  DUPLICATE_ORDER: 'The same order of the same slot was made seconds ago and still lives.',
  SELF_TRADE: 'The order would trade with a resting order of our own.',
  MARGIN_RESERVE_TOUCHED: 'The margin needed would leave less free equity than is kept back.',
  REJECT_STORM: 'The venue refused several orders of the symbol within a minute.',
  REJECT_STORM_ACCOUNT: 'The venue refused many orders of the account; it is halted.',
  UNKNOWN_ORDERS_ACCOUNT: 'Several requests of the account have an unknown outcome.',
  QUANTITY_BELOW_MINIMUM: 'The quantity is below what the venue accepts.',
  QUANTITY_OFF_STEP: 'The quantity is not a multiple of the step that the venue accepts.',
  PRICE_OFF_TICK: 'The price is not a multiple of the tick that the venue accepts.',
  NOTIONAL_BELOW_MINIMUM: 'The order value is below what the venue accepts.',
  PERCENT_PRICE_EXCEEDED: 'The price is farther beyond the mark price than the venue accepts.',
  RECONCILING:
    'Events of the account may have been lost, and the venue has not been asked for them yet.',
  UNKNOWN_ORDER_PENDING:
    'An order of this symbol has an unknown outcome; no new risk until solved.',
  PROTECTION_MISSING: 'The position has no live protection; no new risk until it has.',
  INTENT_EXPIRED: 'The order was not sent in time after it was approved.',
  DUPLICATE_INTENT: 'An order with this client order id was already prepared.',
} as const satisfies Record<string, string>;

export type DeniedCode = keyof typeof DENIED_CODES;

/** A refusal with the figures that led to it, e.g. `{ limit: '1000', value: '1200' }`. */
export type DeniedReason = {
  readonly code: DeniedCode;
  readonly figures: Readonly<Record<string, string>>;
};
