/** The figures by which a synthetic market is held against a recorded one, and the verdict. */
import { aggregateBars } from './bars.ts';
import { barStatistics } from './market-statistics.ts';
import type { Bar, Timeframe } from './market.ts';
import { regimeLengths } from './regime-lengths.ts';

/** Named figures of one market, e.g. `5m volatility (bp)`. */
export type MarketFigures = Readonly<Record<string, number>>;

/** Bars of one market, as far as there are any; each timeframe may be another recording. */
export type MarketBars = Readonly<Partial<Record<'1m' | '5m' | '1h', readonly Bar[]>>>;

/**
 * All figures of a market from its 1m bars. The 1m figures are medians over stretches of
 * `minuteBars` each: kurtosis grows with a sample and must be compared at equal lengths.
 */
export function figuresFromMinutes(minutes: readonly Bar[], minuteBars: number): MarketFigures {
  const stretches = Array.from({ length: Math.floor(minutes.length / minuteBars) }, (_, i) =>
    sizeFigures('1m', minutes.slice(i * minuteBars, (i + 1) * minuteBars)),
  );
  const larger = { '5m': aggregateBars(minutes, '5m'), '1h': aggregateBars(minutes, '1h') };
  return { ...medianFigures(stretches), ...marketFigures(larger) };
}

/** Volatility and tails at each timeframe; from 5m bars also memory, and regime lengths at 15m. */
export function marketFigures(bars: MarketBars): MarketFigures {
  const fiveMinutes = bars['5m'] ?? [];
  return {
    ...sizeFigures('1m', bars['1m'] ?? []),
    ...sizeFigures('5m', fiveMinutes),
    ...sizeFigures('1h', bars['1h'] ?? []),
    ...memoryFigures(fiveMinutes),
    ...regimeFigures(aggregateBars(fiveMinutes, '15m')),
  };
}

function sizeFigures(timeframe: Timeframe, bars: readonly Bar[]): MarketFigures {
  if (bars.length === 0) return {};
  const values = barStatistics(bars, timeframe);
  return {
    [`${timeframe} volatility (bp)`]: values.volatilityBps,
    [`${timeframe} mean range (bp)`]: values.rangeBps,
    [`${timeframe} kurtosis`]: values.kurtosis,
    [`${timeframe} kurtosis, trimmed`]: values.trimmedKurtosis,
    [`${timeframe} volume to |return|`]: values.volumeCorrelation,
  };
}

function memoryFigures(bars: readonly Bar[]): MarketFigures {
  if (bars.length === 0) return {};
  const values = barStatistics(bars, '5m');
  const figures: Record<string, number> = {};
  for (const [i, value] of values.autocorrelation.entries()) {
    figures[`${RETURN_MEMORY}${i + 1}`] = value;
  }
  for (const [i, value] of values.absoluteAutocorrelation.entries()) {
    figures[`5m |return| memory, lag ${i + 1}`] = value;
  }
  return figures;
}

function regimeFigures(bars: readonly Bar[]): MarketFigures {
  if (bars.length === 0) return {};
  const figures: Record<string, number> = {};
  for (const [regime, { meanHours, sharePct }] of Object.entries(regimeLengths(bars))) {
    figures[`15m ${regime}, mean length (h)`] = meanHours;
    figures[`15m ${regime}, share (%)`] = sharePct;
  }
  return figures;
}

const RETURN_MEMORY = '5m return memory, lag ';

export type FigureComparison = {
  readonly figure: string;
  readonly synthetic: number;
  readonly recorded: number;
  /** Synthetic over recorded, or synthetic minus recorded for figures that are near zero. */
  readonly measure: 'ratio' | 'difference';
  readonly value: number;
  readonly within: boolean;
};

/** A ratio is within from 1/2 to 2. */
export const RATIO_MAX = 2;
/** The memory of returns is near zero and may have either sign, so a ratio says nothing. */
export const DIFFERENCE_MAX = 0.05;

/** Holds each recorded figure against the synthetic one of the same name. */
export function compareFigures(
  synthetic: MarketFigures,
  recorded: MarketFigures,
): readonly FigureComparison[] {
  return Object.entries(recorded).map(([figure, expected]) => {
    const found = synthetic[figure] ?? Number.NaN;
    if (figure.startsWith(RETURN_MEMORY)) {
      const value = found - expected;
      const within = Math.abs(value) <= DIFFERENCE_MAX;
      return { figure, synthetic: found, recorded: expected, measure: 'difference', value, within };
    }
    const value = found / expected;
    const within = value >= 1 / RATIO_MAX && value <= RATIO_MAX;
    return { figure, synthetic: found, recorded: expected, measure: 'ratio', value, within };
  });
}

/** The median of each figure over several markets. */
export function medianFigures(markets: readonly MarketFigures[]): MarketFigures {
  const names = Object.keys(markets[0] ?? {});
  return Object.fromEntries(
    names.map((name) => [name, median(markets.map((figures) => figures[name] ?? Number.NaN))]),
  );
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}
