import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addBar,
  addTrade,
  aggregateBars,
  barOpenTime,
  closeBarsUntil,
  createBarBuilder,
  missingBars,
} from './bars.ts';
import type { Bar } from './market.ts';

const MINUTE = 60_000;

/** 1m bars on a 0.1 tick with some left out. */
const minuteBars = fc
  .array(
    fc.record({
      prices: fc.array(fc.integer({ min: 1, max: 9_999 }), { minLength: 2, maxLength: 4 }),
      volume: fc.integer({ min: 0, max: 10 ** 9 }),
      skipped: fc.integer({ min: 0, max: 9 }),
    }),
    { maxLength: 200 },
  )
  .map((rows) => {
    let openTime = 1_700_000_040_000;
    return rows.map(({ prices, volume, skipped }): Bar => {
      openTime += MINUTE * (skipped > 7 ? skipped : 1);
      const values = prices.map((price) => price / 10);
      return {
        openTime,
        open: values[0]!,
        high: Math.max(...values),
        low: Math.min(...values),
        close: values.at(-1)!,
        volume: volume / 1_000,
      };
    });
  });

/** Trades in time order, some far apart. */
const trades = fc
  .array(
    fc.record({
      waitMs: fc.oneof(fc.integer({ min: 0, max: 20_000 }), fc.integer({ min: 0, max: 400_000 })),
      price: fc.integer({ min: 1, max: 9_999 }).map((ticks) => ticks / 100),
      quantity: fc.integer({ min: 1, max: 10 ** 6 }).map((steps) => steps / 1_000),
    }),
    { minLength: 1, maxLength: 100 },
  )
  .map((rows) => {
    let time = 1_700_000_012_345;
    return rows.map((row) => ({ ...row, time: (time += row.waitMs) }));
  });

describe('aggregation', () => {
  test('5m on the way to 15m changes nothing', () => {
    fc.assert(
      fc.property(minuteBars, (bars) => {
        expect(aggregateBars(aggregateBars(bars, '5m'), '15m')).toEqual(aggregateBars(bars, '15m'));
      }),
    );
  });

  test('bar by bar gives what the whole gives', () => {
    fc.assert(
      fc.property(minuteBars, (bars) => {
        const builder = createBarBuilder('15m');
        const closed = bars.flatMap((bar) => addBar(builder, bar, '1m'));
        const open = builder.current === null ? [] : [builder.current];
        expect([...closed, ...open]).toEqual(aggregateBars(bars, '15m'));
      }),
    );
  });

  test('a bar that has not ended is left out', () => {
    const bars = [0, 1, 2, 3, 4, 5].map((i): Bar => {
      return { openTime: i * MINUTE, open: 1, high: 2, low: 1, close: 2, volume: 0.1 };
    });
    expect(aggregateBars(bars, '5m', 6 * MINUTE)).toEqual([
      { openTime: 0, open: 1, high: 2, low: 1, close: 2, volume: 0.5 },
    ]);
    expect(aggregateBars(bars, '5m')).toHaveLength(2);
  });

  test('a day opens at midnight UTC', () => {
    expect(barOpenTime(Date.UTC(2024, 1, 29, 23, 59), '1d')).toBe(Date.UTC(2024, 1, 29));
    expect(barOpenTime(Date.UTC(2024, 1, 29, 23, 59), '4h')).toBe(Date.UTC(2024, 1, 29, 20));
  });

  test('holes are listed and not filled', () => {
    fc.assert(
      fc.property(minuteBars, (bars) => {
        const missing = missingBars(bars, '1m');
        const all = [...missing, ...bars.map((bar) => bar.openTime)].sort((a, b) => a - b);
        const first = bars[0]?.openTime ?? 0;
        expect(all).toEqual(all.map((_, i) => first + i * MINUTE));
        expect(all).toHaveLength(missing.length + bars.length);
      }),
    );
  });
});

describe('the builder', () => {
  test('equals the batch over the same trades, with flat bars between', () => {
    fc.assert(
      fc.property(trades, (all) => {
        const builder = createBarBuilder('1m');
        const closed = all.flatMap((t) => addTrade(builder, t.time, t.price, t.quantity));
        const bars = [...closed, builder.current!];
        expect(missingBars(bars, '1m')).toEqual([]);
        let before = Number.NaN;
        for (const bar of bars) {
          expect(bar).toEqual(barOfTrades(bar.openTime, all, before));
          before = bar.close;
        }
      }),
    );
  });

  test('builds a larger timeframe as the aggregation of its 1m bars does', () => {
    fc.assert(
      fc.property(trades, (all) => {
        const [minutes, fives] = [createBarBuilder('1m'), createBarBuilder('5m')];
        const parts = all.flatMap((t) => addTrade(minutes, t.time, t.price, t.quantity));
        const whole = all.flatMap((t) => addTrade(fives, t.time, t.price, t.quantity));
        const traded = [...parts, minutes.current!].filter((bar) => bar.volume > 0);
        expect([...whole, fives.current!].filter((bar) => bar.volume > 0)).toEqual(
          aggregateBars(traded, '5m'),
        );
      }),
    );
  });

  test('closes by the clock when nothing trades', () => {
    const builder = createBarBuilder('1m');
    expect(addTrade(builder, 10, 5, 1)).toEqual([]);
    expect(closeBarsUntil(builder, MINUTE - 1)).toEqual([]);
    expect(closeBarsUntil(builder, 2 * MINUTE)).toEqual([
      { openTime: 0, open: 5, high: 5, low: 5, close: 5, volume: 1 },
      { openTime: MINUTE, open: 5, high: 5, low: 5, close: 5, volume: 0 },
    ]);
    addTrade(builder, 2 * MINUTE + 1, 7, 2);
    expect(builder.current).toEqual({
      openTime: 2 * MINUTE,
      open: 7,
      high: 7,
      low: 7,
      close: 7,
      volume: 2,
    });
  });

  test('counts a trade of a closed bar instead of putting it into another', () => {
    const builder = createBarBuilder('1m');
    addTrade(builder, MINUTE, 5, 1);
    expect(addTrade(builder, MINUTE - 1, 99, 1)).toEqual([]);
    expect(builder).toMatchObject({ lateTrades: 1, current: { high: 5, volume: 1 } });
  });
});

function barOfTrades(
  openTime: number,
  all: readonly { time: number; price: number; quantity: number }[],
  before: number,
): Bar {
  const inside = all.filter((t) => t.time >= openTime && t.time < openTime + MINUTE);
  const prices = inside.length === 0 ? [before] : inside.map((t) => t.price);
  const steps = inside.reduce((sum, t) => sum + Math.round(t.quantity * 1_000), 0);
  return {
    openTime,
    open: prices[0]!,
    high: Math.max(...prices),
    low: Math.min(...prices),
    close: prices.at(-1)!,
    volume: steps / 1_000,
  };
}
