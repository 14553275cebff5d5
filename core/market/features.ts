/** What the watcher knows at a decision: indicator readings on closed bars, per timeframe. */
import type { PriceText } from '../money/units.ts';
import type { EpochMs, Quote } from './market.ts';

/** Readings on the closed bars of one timeframe. Null while there are too few bars. */
export type TimeframeFeatures = {
  /** Open time of the last closed bar. */
  readonly barTime: EpochMs;
  readonly close: number;
  /** Average true range over 14 bars, in quote units. */
  readonly atr: number | null;
  /** Wilder's ADX and directional indicators over 14 bars, 0 … 100. */
  readonly adx: number | null;
  readonly plusDi: number | null;
  readonly minusDi: number | null;
  /** RSI over 14 bars, 0 … 100. */
  readonly rsi: number | null;
  /** Bollinger bands over 20 bars, 2 standard deviations, and their width over the middle. */
  readonly bollingerUpper: number | null;
  readonly bollingerLower: number | null;
  readonly bollingerWidthPct: number | null;
  /** Share of the last 100 widths that are larger, 0 … 1: near 1 is a squeeze. */
  readonly squeeze: number | null;
  readonly emaFast: number | null;
  readonly emaSlow: number | null;
  /** Last bar's volume over the mean of the 20 before it. */
  readonly volumeRatio: number | null;
  /** Return over the last 3 bars in percent. */
  readonly momentumPct: number | null;
  /** Standard deviation of the last 20 log returns, in percent per bar. */
  readonly realisedVolatilityPct: number | null;
};

export type FeatureTimeframe = '1m' | '5m' | '15m' | '1h' | '4h' | '1d';

export type MarketFeatures = {
  readonly marketTime: EpochMs;
  readonly byTimeframe: Readonly<Record<FeatureTimeframe, TimeframeFeatures | null>>;
};

/** What the watcher says when something is due. It carries no opinion of what to do. */
export type MarketEvent = { readonly time: EpochMs; readonly quote: Quote } & (
  | { readonly kind: 'barClosed'; readonly features: MarketFeatures }
  | {
      readonly kind: 'entryTriggered';
      readonly side: 'buy' | 'sell';
      readonly rule: string;
      readonly features: MarketFeatures;
      /** True when the feed was rebuilt after the trigger: recorded, never acted on. */
      readonly late: boolean;
    }
  | { readonly kind: 'breakout'; readonly direction: 'up' | 'down' }
  | { readonly kind: 'trail'; readonly stopPrice: PriceText }
  | { readonly kind: 'touchMoved' }
  | { readonly kind: 'deadline'; readonly id: string }
  | { readonly kind: 'dataStale'; readonly ageMs: number }
  | { readonly kind: 'dataFresh' }
  /** The mids of a minute lie farther apart than the collar; then no longer. */
  | { readonly kind: 'priceMoved'; readonly rangePct: number }
  | { readonly kind: 'priceCalm' }
);
