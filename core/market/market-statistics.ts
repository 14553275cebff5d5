/** What makes a market look like a market: figures that a synthetic one must share with a recorded. */
import type { Bar, Timeframe } from './market.ts';
import { TIMEFRAME_MS } from './market.ts';

export type BarStatistics = {
  /** Returns between neighbouring bars; none is taken across a hole. */
  readonly count: number;
  /** Standard deviation of the log return, in basis points. */
  readonly volatilityBps: number;
  /** Mean of (high - low) / open, in basis points. */
  readonly rangeBps: number;
  /** Fourth standardised moment; 3 for a normal law. Large samples of heavy tails differ widely. */
  readonly kurtosis: number;
  /** The same without the five largest returns: what the ordinary course of the market gives. */
  readonly trimmedKurtosis: number;
  /** Of returns, lags 1, 2, 3. */
  readonly autocorrelation: readonly number[];
  /** Of absolute returns, lags 1, 2, 3: volatility that comes in clusters. */
  readonly absoluteAutocorrelation: readonly number[];
  /** Of volume and absolute return. */
  readonly volumeCorrelation: number;
};

const LAGS = [1, 2, 3] as const;
const TRIMMED_RETURNS = 5;

/** Statistics of bars of one timeframe, oldest first. */
export function barStatistics(bars: readonly Bar[], timeframe: Timeframe): BarStatistics {
  const returns = logReturns(bars, timeframe);
  const sizes = returns.map(Math.abs);
  return {
    count: returns.filter(Number.isFinite).length,
    volatilityBps: Math.sqrt(centralMoment(returns, 2)) * 10_000,
    rangeBps: mean(bars.map((bar) => (bar.high - bar.low) / bar.open)) * 10_000,
    kurtosis: kurtosis(returns),
    trimmedKurtosis: kurtosis(withoutLargest(returns, TRIMMED_RETURNS)),
    autocorrelation: LAGS.map((lag) => correlation(returns, returns.slice(lag))),
    absoluteAutocorrelation: LAGS.map((lag) => correlation(sizes, sizes.slice(lag))),
    volumeCorrelation: correlation(
      sizes,
      bars.slice(1).map((bar) => bar.volume),
    ),
  };
}

/** Log returns from close to close; NaN where the bar before is missing. */
export function logReturns(bars: readonly Bar[], timeframe: Timeframe): number[] {
  return bars.slice(1).map((bar, i) => {
    const before = bars[i] as Bar;
    const follows = bar.openTime - before.openTime === TIMEFRAME_MS[timeframe];
    return follows ? Math.log(bar.close / before.close) : Number.NaN;
  });
}

/** Pearson's correlation of the pairs (a[i], b[i]) that are both numbers. */
export function correlation(a: readonly number[], b: readonly number[]): number {
  const pairs: (readonly [number, number])[] = [];
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [x, y] = [a[i] as number, b[i] as number];
    if (Number.isFinite(x) && Number.isFinite(y)) pairs.push([x, y]);
  }
  const meanX = mean(pairs.map(([x]) => x));
  const meanY = mean(pairs.map(([, y]) => y));
  let [xx, yy, xy] = [0, 0, 0];
  for (const [x, y] of pairs) {
    xx += (x - meanX) ** 2;
    yy += (y - meanY) ** 2;
    xy += (x - meanX) * (y - meanY);
  }
  return xy / Math.sqrt(xx * yy);
}

/** Mean of the finite values. */
export function mean(values: readonly number[]): number {
  let [sum, count] = [0, 0];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    sum += value;
    count += 1;
  }
  return sum / count;
}

function kurtosis(values: readonly number[]): number {
  return centralMoment(values, 4) / centralMoment(values, 2) ** 2;
}

function withoutLargest(values: readonly number[], count: number): readonly number[] {
  const bySize = values.filter(Number.isFinite).sort((a, b) => Math.abs(b) - Math.abs(a));
  return bySize.slice(count);
}

function centralMoment(values: readonly number[], order: number): number {
  const centre = mean(values);
  return mean(values.map((value) => (value - centre) ** order));
}
