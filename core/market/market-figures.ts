/** The figures by which a synthetic market is held against a recorded one, and the verdict. */
import { aggregateBars } from './bars.ts';
import { barStatistics } from './market-statistics.ts';
import type { Bar, Timeframe } from './market.ts';
import { regimeLengths } from './regime-lengths.ts';

/** Named figures of one market, e.g. `5m volatility (bp)`. */
export type MarketFigures = Readonly<Record<string, number>>;

/** Bars of one market; `1m`, `5m` and `1h` may come from different recordings. */
export type MarketBars = Readonly<Record<'1m' | '5m' | '1h', readonly Bar[]>>;

/**
 * All timeframes of a market from its 1m bars; of these only the last `minuteBars` are kept, since
 * kurtosis grows with the length of a sample and must be compared at equal lengths.
 */
export function barsFromMinutes(minutes: readonly Bar[], minuteBars: number): MarketBars {
  return {
    '1m': minutes.slice(-minuteBars),
    '5m': aggregateBars(minutes, '5m'),
    '1h': aggregateBars(minutes, '1h'),
  };
}

/** Volatility and tails at three timeframes, memory at 5m, regime lengths at 15m. */
export function marketFigures(bars: MarketBars): MarketFigures {
  const at = (timeframe: Timeframe & keyof MarketBars) => ({
    name: (figure: string) => `${timeframe} ${figure}`,
    values: barStatistics(bars[timeframe], timeframe),
  });
  const figures: Record<string, number> = {};
  for (const { name, values } of [at('1m'), at('5m'), at('1h')]) {
    figures[name('volatility (bp)')] = values.volatilityBps;
    figures[name('mean range (bp)')] = values.rangeBps;
    figures[name('kurtosis')] = values.kurtosis;
    figures[name('volume to |return|')] = values.volumeCorrelation;
  }
  const memory = at('5m');
  for (const lag of [1, 2, 3]) {
    const { autocorrelation, absoluteAutocorrelation } = memory.values;
    figures[memory.name(`${RETURN_MEMORY}${lag}`)] = autocorrelation[lag - 1] ?? Number.NaN;
    figures[memory.name(`|return| memory, lag ${lag}`)] =
      absoluteAutocorrelation[lag - 1] ?? Number.NaN;
  }
  for (const [regime, { meanHours, sharePct }] of Object.entries(
    regimeLengths(aggregateBars(bars['5m'], '15m')),
  )) {
    figures[`15m ${regime}, mean length (h)`] = meanHours;
    figures[`15m ${regime}, share (%)`] = sharePct;
  }
  return figures;
}

const RETURN_MEMORY = 'return memory, lag ';

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
    if (figure.includes(RETURN_MEMORY) && !figure.includes('|')) {
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
