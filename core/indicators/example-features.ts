/** Made-up readings for tests: a calm ranging market at 60,000 unless told otherwise. */
import type { FeatureTimeframe, MarketFeatures, TimeframeFeatures } from '../market/features.ts';

const RANGING: TimeframeFeatures = {
  barTime: 0,
  close: 60_000,
  atr: 180,
  adx: 15,
  plusDi: 20,
  minusDi: 20,
  rsi: 50,
  bollingerUpper: 60_300,
  bollingerLower: 59_700,
  bollingerWidthPct: 1,
  squeeze: 0.5,
  emaFast: 60_000,
  emaSlow: 60_000,
  volumeRatio: 1,
  momentumPct: 0,
  realisedVolatilityPct: 0.15,
};

/** What makes a timeframe trend up: strong ADX, +DI ahead, fast average above the slow one. */
export const TRENDING_UP: Partial<TimeframeFeatures> = {
  adx: 32,
  plusDi: 30,
  minusDi: 12,
  emaFast: 60_100,
  emaSlow: 59_900,
};

/** The mirror image of `TRENDING_UP`. */
export const TRENDING_DOWN: Partial<TimeframeFeatures> = {
  adx: 32,
  plusDi: 12,
  minusDi: 30,
  emaFast: 59_900,
  emaSlow: 60_100,
};

type Changes = Partial<Record<FeatureTimeframe, Partial<TimeframeFeatures> | null>>;

/** Readings of every timeframe, with changes to some of them; null removes a timeframe. */
export function exampleFeatures(changes: Changes = {}, marketTime = 0): MarketFeatures {
  const readings = (timeframe: FeatureTimeframe): TimeframeFeatures | null => {
    const change = changes[timeframe];
    return change === null ? null : { ...RANGING, ...change };
  };
  return {
    marketTime,
    byTimeframe: {
      '1m': readings('1m'),
      '5m': readings('5m'),
      '15m': readings('15m'),
      '1h': readings('1h'),
      '4h': readings('4h'),
      '1d': readings('1d'),
    },
  };
}
