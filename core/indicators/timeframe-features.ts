/**
 * Readings on the closed bars of one timeframe. A pure function of the window, computed anew at
 * each bar close with the batch functions of `technicalindicators`: its streaming objects leak.
 */
import { ATR, EMA, RSI } from 'technicalindicators';
import { bollingerBands } from './bands.ts';
import { finiteOrNull, momentumPct, realisedVolatilityPct, volumeRatio } from './returns.ts';
import { trendStrength } from './trend-strength.ts';
import type { TimeframeFeatures } from '../market/features.ts';
import type { Bar } from '../market/market.ts';

/** Bars that a window carries. Smoothed readings have forgotten what is older to within 0.1 %. */
export const WINDOW_BARS = 150;

const WILDER_PERIOD = 14;
const EMA_FAST = 12;
const EMA_SLOW = 26;
const MOMENTUM_BARS = 3;
const STATISTICS_BARS = 20;

/**
 * The readings after the last bar of the window (oldest first, without gaps), each finite or null;
 * null for an empty window. Only the last 150 bars count.
 */
export function timeframeFeatures(window: readonly Bar[]): TimeframeFeatures | null {
  const bars = window.slice(-WINDOW_BARS);
  const last = bars.at(-1);
  if (last === undefined) return null;
  const closes = bars.map((bar) => bar.close);
  const trend = trendStrength(bars, WILDER_PERIOD);
  const bands = bollingerBands(closes);
  return {
    barTime: last.openTime,
    close: last.close,
    atr: averageTrueRange(bars),
    adx: trend?.adx ?? null,
    plusDi: trend?.plusDi ?? null,
    minusDi: trend?.minusDi ?? null,
    rsi: relativeStrength(closes),
    bollingerUpper: bands?.upper ?? null,
    bollingerLower: bands?.lower ?? null,
    bollingerWidthPct: bands?.widthPct ?? null,
    squeeze: bands?.squeeze ?? null,
    emaFast: exponentialAverage(closes, EMA_FAST),
    emaSlow: exponentialAverage(closes, EMA_SLOW),
    volumeRatio: volumeRatio(
      bars.map((bar) => bar.volume),
      STATISTICS_BARS,
    ),
    momentumPct: momentumPct(closes, MOMENTUM_BARS),
    realisedVolatilityPct: realisedVolatilityPct(closes, STATISTICS_BARS),
  };
}

function averageTrueRange(bars: readonly Bar[]): number | null {
  const readings = ATR.calculate({
    high: bars.map((bar) => bar.high),
    low: bars.map((bar) => bar.low),
    close: bars.map((bar) => bar.close),
    period: WILDER_PERIOD,
  });
  return finiteOrNull(readings.at(-1));
}

/** RSI as the library rounds it, to 0.01. Null while no close differs: neither side has strength. */
function relativeStrength(closes: number[]): number | null {
  if (closes.every((close) => close === closes[0])) return null;
  return finiteOrNull(RSI.calculate({ period: WILDER_PERIOD, values: closes }).at(-1));
}

function exponentialAverage(closes: number[], period: number): number | null {
  return finiteOrNull(EMA.calculate({ period, values: closes }).at(-1));
}
