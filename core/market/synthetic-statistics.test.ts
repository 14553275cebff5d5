import { beforeAll, describe, expect, test } from 'vitest';
import { aggregateBars } from './bars.ts';
import { compareFigures, figuresFromMinutes, medianFigures } from './market-figures.ts';
import type { FigureComparison } from './market-figures.ts';
import { correlation, logReturns } from './market-statistics.ts';
import { RECORDED_BTC, RECORDED_MINUTE_BARS } from './recorded-figures.ts';
import { createSyntheticSource } from './synthetic.ts';

const SEEDS = [1, 2, 3, 4, 5];
const DAYS = 60;

function marketOf(seed: number, symbols: readonly string[]) {
  const startTime = Date.UTC(2025, 5, 1) + seed * 97 * 86_400_000;
  return createSyntheticSource({ seed, symbols, startTime, historyDays: DAYS });
}

describe('the synthetic BTC market', () => {
  let comparisons: readonly FigureComparison[] = [];
  beforeAll(() => {
    const markets = SEEDS.map((seed) => {
      const minutes = marketOf(seed, ['BTCUSDT']).history('BTCUSDT');
      return figuresFromMinutes(minutes, RECORDED_MINUTE_BARS);
    });
    comparisons = compareFigures(medianFigures(markets), RECORDED_BTC);
  });

  test.each(Object.keys(RECORDED_BTC))('is like the recorded one in %s', (figure) => {
    expect(comparisons.find((row) => row.figure === figure)).toMatchObject({ within: true });
  });
});

test('symbols move together about as much as recorded ones', () => {
  const source = marketOf(1, ['BTCUSDT', 'ETHUSDT', 'SOLUSDT']);
  const [btc, eth, sol] = source.instruments.map(({ symbol }) =>
    logReturns(aggregateBars(source.history(symbol), '5m'), '5m'),
  );
  // Recorded at 5m, January to September 2024: 0.84 and 0.73.
  expect(correlation(btc!, eth!)).toBeCloseTo(0.84, 1);
  expect(correlation(btc!, sol!)).toBeCloseTo(0.75, 1);
});

describe('a comparison', () => {
  test('takes a ratio up to two, and a difference where the figure is near zero', () => {
    const recorded = { '5m volatility (bp)': 10, '5m return memory, lag 1': -0.01 };
    const verdicts = (volatility: number, memory: number) =>
      compareFigures(
        { '5m volatility (bp)': volatility, '5m return memory, lag 1': memory },
        recorded,
      ).map(({ measure, within }) => [measure, within]);
    expect(verdicts(19.9, 0.03)).toEqual([
      ['ratio', true],
      ['difference', true],
    ]);
    expect(verdicts(20.1, 0.05)).toEqual([
      ['ratio', false],
      ['difference', false],
    ]);
    expect(verdicts(4.9, Number.NaN)).toEqual([
      ['ratio', false],
      ['difference', false],
    ]);
  });
});
