/** How much the market moves, on one scale for every timeframe: percent of a day. */
import type { VolatilityClass } from './regime.ts';
import type { RegimeConfig } from './regime-config.ts';
import type { FeatureTimeframe, MarketFeatures } from '../market/features.ts';
import { TIMEFRAME_MS } from '../market/market.ts';

const DAY_MS = TIMEFRAME_MS['1d'];

/**
 * Daily volatility in percent: the larger of the readings on 5m bars (quick to rise) and on 15m
 * bars (slow to fall), scaled by the square root of time; null while there is neither.
 */
export function dailyVolatilityPct(features: MarketFeatures): number | null {
  const readings = [onTimeframe(features, '5m'), onTimeframe(features, '15m')];
  const known = readings.filter((reading) => reading !== null);
  return known.length === 0 ? null : Math.max(...known);
}

function onTimeframe(features: MarketFeatures, timeframe: FeatureTimeframe): number | null {
  const perBar = features.byTimeframe[timeframe]?.realisedVolatilityPct ?? null;
  return perBar === null ? null : perBar * Math.sqrt(DAY_MS / TIMEFRAME_MS[timeframe]);
}

/** The class of a daily volatility in percent; an unknown one counts as medium. */
export function volatilityClass(
  dailyPct: number | null,
  bands: RegimeConfig['volatilityBandsPct'],
): VolatilityClass {
  if (dailyPct === null) return 'medium';
  if (dailyPct >= bands.extreme) return 'extreme';
  if (dailyPct >= bands.high) return 'high';
  return dailyPct >= bands.medium ? 'medium' : 'low';
}
