/** Readings on closes and volumes that need no library. */

/** Return over the last `bars` bars in percent; null with too few closes. */
export function momentumPct(closes: readonly number[], bars: number): number | null {
  const last = closes.at(-1);
  const before = closes.at(-1 - bars);
  if (last === undefined || before === undefined) return null;
  return finiteOrNull((last / before - 1) * 100);
}

/** Sample standard deviation of the last `count` log returns, in percent per bar. */
export function realisedVolatilityPct(closes: readonly number[], count: number): number | null {
  const window = closes.slice(-(count + 1));
  if (window.length <= count) return null;
  const returns = window.slice(1).map((close, i) => Math.log(close / (window[i] ?? Number.NaN)));
  const mean = sum(returns) / count;
  const variance = sum(returns.map((value) => (value - mean) ** 2)) / (count - 1);
  return finiteOrNull(Math.sqrt(variance) * 100);
}

/** The last volume over the mean of the `count` before it; null when those are all zero. */
export function volumeRatio(volumes: readonly number[], count: number): number | null {
  const last = volumes.at(-1);
  const before = volumes.slice(-(count + 1), -1);
  if (last === undefined || before.length < count) return null;
  return finiteOrNull(last / (sum(before) / count));
}

/** The number, or null where it is NaN or infinite. */
export function finiteOrNull(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);
