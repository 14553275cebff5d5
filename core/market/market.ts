/** Market data as the core sees it. Bars are numbers (indicator world); rules are decimal text. */
import type { MoneyText, PriceText, QuantityText } from '../money/units.ts';

/** Milliseconds since 1970-01-01 UTC. Market time unless a name says wall. */
export type EpochMs = number;

export const TIMEFRAMES = ['1m', '5m', '15m', '1h', '4h', '1d'] as const;
export type Timeframe = (typeof TIMEFRAMES)[number];

export const TIMEFRAME_MS: Readonly<Record<Timeframe, number>> = {
  '1m': 60_000,
  '5m': 300_000,
  '15m': 900_000,
  '1h': 3_600_000,
  '4h': 14_400_000,
  '1d': 86_400_000,
};

/** One OHLCV bar; `openTime` is its first millisecond, volume is in base units. */
export type Bar = {
  readonly openTime: EpochMs;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
};

export type Side = 'buy' | 'sell';

/** Best bid and ask and the mark price at one market time. */
export type Quote = {
  readonly time: EpochMs;
  readonly bid: PriceText;
  readonly ask: PriceText;
  readonly mark: PriceText;
};

/** What rests at a price. */
export type PriceLevel = { readonly price: PriceText; readonly quantity: QuantityText };

/** The best levels of each side, best first. */
export type OrderBook = {
  readonly bids: readonly PriceLevel[];
  readonly asks: readonly PriceLevel[];
};

/** What a venue allows on one instrument. Fees are the account's own; negative is a rebate. */
export type InstrumentRules = {
  /** The venue's own id, e.g. `BTCUSDT`. */
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly tickSize: PriceText;
  readonly quantityStep: QuantityText;
  readonly minQuantity: QuantityText;
  readonly maxQuantity: QuantityText;
  readonly minNotional: MoneyText;
  /** Ordinary orders open at once on the symbol. */
  readonly maxOpenOrders: number;
  /** Conditional orders open at once on the symbol. */
  readonly maxConditionalOrders: number;
  /** A limit price may be at most this many percent above (buy) or below (sell) the mark. */
  readonly percentPricePct: number;
  readonly makerFeeBps: number;
  readonly takerFeeBps: number;
};

/**
 * One step of a simulated market: what the paper venue publishes and matches against.
 * Times rise strictly per symbol; a step carries the trade that made it.
 */
export type MarketStep = {
  readonly symbol: string;
  readonly time: EpochMs;
  readonly last: PriceText;
  readonly lastQuantity: QuantityText;
  readonly takerSide: Side;
  readonly bid: PriceText;
  readonly bidQuantity: QuantityText;
  readonly ask: PriceText;
  readonly askQuantity: QuantityText;
  readonly mark: PriceText;
  readonly index: PriceText;
};

/** Where a simulated market comes from: seeded generator or recorded files. Pure and repeatable. */
export type MarketSource = {
  readonly instruments: readonly InstrumentRules[];
  /** Market time of the first step; history ends right before it. */
  readonly startTime: EpochMs;
  /** Closed 1m bars (or the source's own timeframe) before `startTime`, oldest first. */
  history(symbol: string): readonly Bar[];
  /** The timeframe of `history`. */
  readonly historyTimeframe: Timeframe;
  /** The next step over all symbols, ordered by (time, symbol); undefined at the end of a replay. */
  next(): MarketStep | undefined;
};
