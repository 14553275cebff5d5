import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addTrade, createBarBuilder } from './bars.ts';
import { instrumentOf } from './instruments.ts';
import type { Bar, MarketStep } from './market.ts';
import { createReplaySource } from './replay.ts';
import { adaptivePath } from './replay-path.ts';

const MINUTE = 60_000;
const START = Date.UTC(2024, 3, 2);
const RULES = [instrumentOf('BTCUSDT'), instrumentOf('ETHUSDT')];

const gridBar = fc
  .record({
    prices: fc.array(fc.integer({ min: 100, max: 10_000 }), { minLength: 2, maxLength: 4 }),
    volume: fc.integer({ min: 1, max: 100_000 }),
  })
  .map(({ prices, volume }) => ({
    open: prices[0]!,
    high: Math.max(...prices),
    low: Math.min(...prices),
    close: prices.at(-1)!,
    volume,
  }));

function aBar(minute: number, [open, high, low, close]: readonly number[], volume = 10): Bar {
  return {
    openTime: START + minute * MINUTE,
    open: open!,
    high: high!,
    low: low!,
    close: close!,
    volume,
  };
}

function replay(bars: Record<string, readonly Bar[]>, from = START, endTime = Infinity) {
  const options = { bars, timeframe: '1m', rules: RULES, startTime: from, endTime } as const;
  return createReplaySource({ ...options, path: 'adaptive' });
}

function drain(source: { next(): MarketStep | undefined }): MarketStep[] {
  const steps: MarketStep[] = [];
  for (let step = source.next(); step !== undefined; step = source.next()) steps.push(step);
  return steps;
}

describe('the adaptive path', () => {
  test('goes to the nearer extreme first', () => {
    const prices = (open: number, high: number, low: number, close: number) =>
      adaptivePath({ open, high, low, close, volume: 100 }, 4).map((point) => point.price);
    expect(prices(100, 103, 90, 95)).toEqual([100, 103, 90, 95]);
    expect(prices(100, 120, 98, 110)).toEqual([100, 98, 120, 110]);
    expect(prices(100, 110, 90, 105)).toEqual([100, 90, 110, 105]);
    expect(prices(100, 110, 90, 95)).toEqual([100, 110, 90, 95]);
  });

  test('has exactly the open, high, low, close and volume of its bar', () => {
    fc.assert(
      fc.property(gridBar, fc.constantFrom(4, 7, 10, 31), (bar, count) => {
        const path = adaptivePath(bar, count);
        const prices = path.map((point) => point.price);
        expect(prices[0]).toBe(bar.open);
        expect(prices.at(-1)).toBe(bar.close);
        expect(Math.max(...prices)).toBe(bar.high);
        expect(Math.min(...prices)).toBe(bar.low);
        const volume = path.reduce((sum, point) => sum + point.quantity, 0);
        const extra = bar.volume >= count ? 0 : 4;
        expect(volume - bar.volume).toBeGreaterThanOrEqual(0);
        expect(volume - bar.volume, 'a corner without a step gets one').toBeLessThanOrEqual(extra);
        expect(path.every((point) => Number.isInteger(point.price) && point.quantity >= 1)).toBe(
          true,
        );
      }),
    );
  });
});

describe('a replay', () => {
  const btc = [
    aBar(0, [60_000, 60_010, 59_990, 60_005]),
    aBar(1, [60_005, 60_030.5, 60_000, 60_020], 3.5),
    aBar(4, [60_000, 60_001, 59_000.1, 59_500]),
  ];

  test('rebuilds its bars and leaves holes without a step', () => {
    const builder = createBarBuilder('1m');
    const steps = drain(replay({ BTCUSDT: btc }));
    const closed = steps.flatMap((step) =>
      addTrade(builder, step.time, Number(step.last), Number(step.lastQuantity)),
    );
    expect([...closed, builder.current].filter((bar) => bar!.volume > 0)).toEqual(btc);
    const inHole = steps.filter((s) => s.time >= START + 2 * MINUTE && s.time < START + 4 * MINUTE);
    expect(inHole).toEqual([]);
  });

  test('trades nothing in a bar without volume', () => {
    const silent = aBar(2, [60_020, 60_020, 60_020, 60_020], 0);
    const bars = [btc[0]!, btc[1]!, silent, btc[2]!];
    expect(drain(replay({ BTCUSDT: bars }))).toEqual(drain(replay({ BTCUSDT: btc })));
  });

  test('keeps what is before its start as history and replays the rest the same', () => {
    const late = replay({ BTCUSDT: btc }, START + MINUTE + 5_000);
    expect(late.startTime).toBe(START + MINUTE);
    expect(late.history('BTCUSDT')).toEqual([btc[0]]);
    const whole = drain(replay({ BTCUSDT: btc }));
    expect(drain(late)).toEqual(whole.filter((step) => step.time >= START + MINUTE));
    const ended = drain(replay({ BTCUSDT: btc }, START, START + 4 * MINUTE));
    expect(ended).toEqual(whole.filter((step) => step.time < START + 4 * MINUTE));
  });

  test('has the history that an earlier one traded, minute by minute, also over holes', () => {
    const bars = [
      aBar(0, [60_000, 60_100, 59_900, 60_050], 31.007),
      aBar(5, [60_050, 60_060, 60_040, 60_045], 0),
      aBar(15, [60_040, 60_200, 60_000, 60_010], 0.005),
      aBar(20, [60_010, 60_020, 60_000, 60_010], 12),
    ];
    const source = (from: number) =>
      createReplaySource({
        bars: { BTCUSDT: bars },
        timeframe: '5m',
        rules: RULES,
        startTime: from,
        path: 'adaptive',
        stepsPerBar: 31,
      });
    const builder = createBarBuilder('1m');
    const traded = drain(source(START)).flatMap((step) =>
      addTrade(builder, step.time, Number(step.last), Number(step.lastQuantity)),
    );
    const late = source(START + 20 * MINUTE);
    const told = late.history('BTCUSDT');
    const rounded = (list: readonly Bar[]) =>
      list.map((bar) => ({ ...bar, volume: Number(bar.volume.toFixed(6)) }));
    expect(late.historyTimeframe).toBe('1m');
    expect(told.length).toBeGreaterThan(17);
    expect(rounded(told)).toEqual(rounded(traded.slice(0, told.length)));
  });

  test('interleaves symbols by time and name', () => {
    const eth = [aBar(0, [3_000, 3_001, 2_999, 3_000.5]), aBar(3, [3_000, 3_001, 2_999, 3_000.5])];
    const steps = drain(replay({ ETHUSDT: eth, BTCUSDT: btc }));
    const keys = steps.map((step) => `${step.time} ${step.symbol}`);
    expect(keys).toEqual([...keys].sort());
    expect(new Set(keys).size).toBe(50);
  });

  test('quotes at least a tick of spread with the trade at the touch', () => {
    for (const step of drain(replay({ BTCUSDT: btc }))) {
      const [bid, ask, last] = [Number(step.bid), Number(step.ask), Number(step.last)];
      expect(ask - bid).toBeGreaterThanOrEqual(0.1 - 1e-9);
      expect(((ask - bid) / last) * 10_000).toBeCloseTo(1, 1);
      expect(step.takerSide === 'buy' ? ask : bid).toBe(last);
    }
  });

  test('refuses bars out of order or off the timeframe', () => {
    expect(() => replay({ BTCUSDT: [btc[1]!, btc[0]!] })).toThrow('does not follow');
    expect(() => replay({ BTCUSDT: [{ ...btc[0]!, openTime: START + 1 }] })).toThrow('not on 1m');
  });
});
