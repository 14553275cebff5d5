import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { WINDOW_BARS, timeframeFeatures } from './timeframe-features.ts';
import { createRandom } from '../market/random.ts';
import type { Bar } from '../market/market.ts';

const MINUTE_MS = 60_000;

/** A random walk of bars; `volatility` is per bar, as a fraction. */
function walk(count: number, volatility: number, seed: number): Bar[] {
  const random = createRandom(seed, 'bars');
  let close = 100;
  return Array.from({ length: count }, (_, i) => {
    const open = close;
    close = open * Math.exp(volatility * random.normal());
    const high = Math.max(open, close) * (1 + volatility * random.uniform());
    const low = Math.min(open, close) * (1 - volatility * random.uniform());
    return { openTime: i * MINUTE_MS, open, high, low, close, volume: 1 + 10 * random.uniform() };
  });
}

const flat = (count: number, price: number): Bar[] =>
  Array.from({ length: count }, (_, i) => ({
    openTime: i * MINUTE_MS,
    open: price,
    high: price,
    low: price,
    close: price,
    volume: 0,
  }));

const mean = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0) / values.length;

/** Wilder's average: the mean of the first `n`, then a step of 1/n towards each value. */
function wilder(values: readonly number[], n: number): number[] {
  const result = [mean(values.slice(0, n))];
  for (const value of values.slice(n)) {
    const before = result.at(-1)!;
    result.push(before + (value - before) / n);
  }
  return result;
}

const pairs = (bars: readonly Bar[]): [Bar, Bar][] =>
  bars.slice(1).map((bar, i) => [bars[i]!, bar]);

const trueRanges = (bars: readonly Bar[]): number[] =>
  pairs(bars).map(
    ([before, bar]) => Math.max(bar.high, before.close) - Math.min(bar.low, before.close),
  );

function directional(bars: readonly Bar[]): { adx: number; plusDi: number; minusDi: number } {
  const moves = pairs(bars).map(([before, bar]) => [bar.high - before.high, before.low - bar.low]);
  const plus = wilder(
    moves.map(([up, down]) => (up! > down! && up! > 0 ? up! : 0)),
    14,
  );
  const minus = wilder(
    moves.map(([up, down]) => (down! > up! && down! > 0 ? down! : 0)),
    14,
  );
  const range = wilder(trueRanges(bars), 14);
  const plusDi = plus.map((value, i) => (100 * value) / range[i]!);
  const minusDi = minus.map((value, i) => (100 * value) / range[i]!);
  const dx = plusDi.map((p, i) => (100 * Math.abs(p - minusDi[i]!)) / (p + minusDi[i]!));
  return { adx: wilder(dx, 14).at(-1)!, plusDi: plusDi.at(-1)!, minusDi: minusDi.at(-1)! };
}

function relativeStrength(closes: readonly number[]): number {
  const moves = closes.slice(1).map((close, i) => close - closes[i]!);
  const gains = wilder(
    moves.map((move) => Math.max(move, 0)),
    14,
  ).at(-1)!;
  const losses = wilder(
    moves.map((move) => Math.max(-move, 0)),
    14,
  ).at(-1)!;
  return 100 - 100 / (1 + gains / losses);
}

function exponential(values: readonly number[], n: number): number {
  return values
    .slice(n)
    .reduce((before, value) => before + (2 / (n + 1)) * (value - before), mean(values.slice(0, n)));
}

function bandsOf(closes: readonly number[]): { upper: number; lower: number; width: number } {
  const window = closes.slice(-20);
  const middle = mean(window);
  const deviation = Math.sqrt(mean(window.map((close) => (close - middle) ** 2)));
  const upper = middle + 2 * deviation;
  const lower = middle - 2 * deviation;
  return { upper, lower, width: (100 * (upper - lower)) / middle };
}

describe('readings agree with their formulas', () => {
  test.each([1, 2, 3, 4, 5])('on random walk %i', (seed) => {
    const bars = walk(WINDOW_BARS, 0.002, seed);
    const closes = bars.map((bar) => bar.close);
    const readings = timeframeFeatures(bars)!;
    const { adx, plusDi, minusDi } = directional(bars);
    expect(readings.adx).toBeCloseTo(adx, 8);
    expect(readings.plusDi).toBeCloseTo(plusDi, 8);
    expect(readings.minusDi).toBeCloseTo(minusDi, 8);
    expect(readings.atr).toBeCloseTo(wilder(trueRanges(bars), 14).at(-1)!, 10);
    expect(Math.abs(readings.rsi! - relativeStrength(closes))).toBeLessThanOrEqual(0.005_000_1);
    expect(readings.emaFast).toBeCloseTo(exponential(closes, 12), 8);
    expect(readings.emaSlow).toBeCloseTo(exponential(closes, 26), 8);
    const bands = bandsOf(closes);
    expect(readings.bollingerUpper).toBeCloseTo(bands.upper, 8);
    expect(readings.bollingerLower).toBeCloseTo(bands.lower, 8);
    expect(readings.bollingerWidthPct).toBeCloseTo(bands.width, 8);
    const widths = Array.from({ length: 100 }, (_, i) => bandsOf(closes.slice(0, 51 + i)).width);
    expect(readings.squeeze).toBeCloseTo(
      widths.filter((width) => width > bands.width + 1e-12).length / 100,
      10,
    );
    const returns = closes.slice(-20).map((close, i) => Math.log(close / closes.at(-21 + i)!));
    const variance = returns.reduce((sum, r) => sum + (r - mean(returns)) ** 2, 0) / 19;
    expect(readings.realisedVolatilityPct).toBeCloseTo(100 * Math.sqrt(variance), 10);
    expect(readings.momentumPct).toBeCloseTo(100 * (closes.at(-1)! / closes.at(-4)! - 1), 10);
    const volumes = bars.map((bar) => bar.volume);
    expect(readings.volumeRatio).toBeCloseTo(volumes.at(-1)! / mean(volumes.slice(-21, -1)), 10);
  });
});

describe('laws', () => {
  const anyBar = fc
    .tuple(
      fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
      fc.double({ min: 0, max: 0.2, noNaN: true }),
    )
    .map(([price, range]) => ({ price, range }));
  const anyWindow = fc.oneof(
    fc.array(anyBar, { maxLength: 170 }),
    fc
      .tuple(fc.nat({ max: 80 }), fc.array(anyBar, { maxLength: 60 }))
      .map(([count, rest]) => [
        ...Array.from({ length: count }, () => ({ price: 5, range: 0 })),
        ...rest,
      ]),
  );

  test('every reading is finite or null, for any bars, flat ones included', () => {
    fc.assert(
      fc.property(anyWindow, (shapes) => {
        const bars = shapes.map(({ price, range }, i) => ({
          openTime: i * MINUTE_MS,
          open: price,
          high: price * (1 + range),
          low: price * (1 - range),
          close: price,
          volume: range,
        }));
        const readings = timeframeFeatures(bars);
        expect(readings === null).toBe(bars.length === 0);
        for (const value of Object.values(readings ?? {})) {
          expect(value === null || Number.isFinite(value)).toBe(true);
        }
        for (const percent of [readings?.adx, readings?.rsi, readings?.plusDi]) {
          expect((percent ?? 50) >= 0 && (percent ?? 50) <= 100.000001).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('a flat market has no direction and no volatility', () => {
    const readings = timeframeFeatures(flat(WINDOW_BARS, 7))!;
    expect(readings).toMatchObject({ adx: null, rsi: null, volumeRatio: null, atr: 0 });
    expect(readings).toMatchObject({ realisedVolatilityPct: 0, momentumPct: 0 });
  });

  test('flat bars at the start of the window do not poison ADX', () => {
    const moving = walk(60, 0.002, 9).map((bar, i) => ({ ...bar, openTime: (40 + i) * MINUTE_MS }));
    expect(timeframeFeatures([...flat(40, 100), ...moving])!.adx).not.toBeNull();
  });

  test('only the last bars of the window count', () => {
    const bars = walk(400, 0.003, 11);
    expect(timeframeFeatures(bars)).toEqual(timeframeFeatures(bars.slice(-WINDOW_BARS)));
  });

  test('too few bars give null', () => {
    const readings = timeframeFeatures(walk(10, 0.002, 3))!;
    expect(readings).toMatchObject({ adx: null, atr: null, rsi: null, emaFast: null });
    expect(readings).toMatchObject({ bollingerWidthPct: null, squeeze: null, volumeRatio: null });
  });
});
