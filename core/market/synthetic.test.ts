import { describe, expect, test } from 'vitest';
import { addTrade, createBarBuilder } from './bars.ts';
import { createDecimalGrid } from './decimal-grid.ts';
import { INSTRUMENTS } from './instruments.ts';
import type { Bar, MarketStep } from './market.ts';
import { createSyntheticSource } from './synthetic.ts';
import type { SyntheticOptions } from './synthetic.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const START = Date.UTC(2026, 2, 3, 12);
/** Weeks of the generator begin on Thursdays, 00:00 UTC. */
const WEEK_START = Date.UTC(2026, 2, 5);

function market(options: Partial<SyntheticOptions> = {}) {
  return createSyntheticSource({
    seed: 7,
    symbols: ['BTCUSDT', 'ETHUSDT', 'XRPUSDT'],
    startTime: START,
    historyDays: 1,
    ...options,
  });
}

function take(source: { next(): MarketStep | undefined }, count: number): MarketStep[] {
  const steps: MarketStep[] = [];
  while (steps.length < count) {
    const step = source.next();
    if (step === undefined) break;
    steps.push(step);
  }
  return steps;
}

/** Bars of a stretch of a market, built from its trades. */
function tradedBars(options: Partial<SyntheticOptions>, minutes: number): Bar[] {
  const endTime = (options.startTime ?? START) + minutes * MINUTE;
  const source = market({ symbols: ['BTCUSDT'], ...options, endTime });
  const builder = createBarBuilder('1m');
  const closed = take(source, Infinity).flatMap((step) =>
    addTrade(builder, step.time, Number(step.last), Number(step.lastQuantity)),
  );
  return [...closed, builder.current!];
}

describe('one seed is one market', () => {
  test('the same seed trades the same, another does not', () => {
    const steps = take(market(), 1_000);
    expect(take(market(), 1_000)).toEqual(steps);
    expect(take(market({ seed: 8 }), 1_000)).not.toEqual(steps);
  });

  test('a source that starts later goes on with the same trades', () => {
    const steps = take(market(), 3 * 60 * 20);
    const later = market({ startTime: START + 7 * MINUTE });
    expect(take(later, 3 * 60 * 13)).toEqual(
      steps.filter((step) => step.time >= START + 7 * MINUTE),
    );
  });

  test('a symbol trades the same in any company', () => {
    const together = take(market(), 900).filter((step) => step.symbol === 'ETHUSDT');
    expect(take(market({ symbols: ['ETHUSDT'] }), 300)).toEqual(together);
  });

  test('history is what an earlier source traded, over the seam of two weeks too', () => {
    const from = WEEK_START - 30 * MINUTE;
    const traded = tradedBars({ startTime: from }, 60);
    const later = market({ startTime: WEEK_START + 30 * MINUTE });
    expect(later.history('BTCUSDT').slice(-60)).toEqual(traded);
  });

  test.each([250, 5_000, 15_000])('steps of %d ms make the same bars', (stepMs) => {
    expect(tradedBars({ stepMs }, 15)).toEqual(
      market({ startTime: START + 15 * MINUTE })
        .history('BTCUSDT')
        .slice(-15),
    );
  });

  test('a week begins where the one before ended', () => {
    const bars = market({ startTime: WEEK_START + 8 * DAY, historyDays: 15 }).history('BTCUSDT');
    for (const time of [WEEK_START, WEEK_START + 7 * DAY]) {
      const at = bars.findIndex((bar) => bar.openTime === time);
      const gapBps = (bars[at]!.open / bars[at - 1]!.close - 1) * 10_000;
      expect(Math.abs(gapBps)).toBeLessThan(5);
    }
  });
});

describe('steps', () => {
  const symbols = INSTRUMENTS.map((rules) => rules.symbol);
  const steps = take(market({ symbols }), symbols.length * 600);

  test('come in the order of time and symbol, strictly later for each symbol', () => {
    const keys = steps.map((step) => `${step.time} ${step.symbol}`);
    expect(keys).toEqual([...keys].sort());
    expect(new Set(keys).size).toBe(keys.length);
    expect(steps[0]!.time).toBe(START);
  });

  test('are on tick and step, with the trade at the touch of an open spread', () => {
    for (const rules of INSTRUMENTS) {
      const [price, quantity] = [rules.tickSize, rules.quantityStep].map(createDecimalGrid);
      const isOnGrid = (grid: typeof price, text: string) =>
        grid!.text(grid!.nearest(Number(text))) === text && Number(text) > 0;
      const broken = steps.filter((step) => {
        if (step.symbol !== rules.symbol) return false;
        const prices = [step.last, step.bid, step.ask, step.mark, step.index];
        const quantities = [step.lastQuantity, step.bidQuantity, step.askQuantity];
        const areOnGrid =
          prices.every((text) => isOnGrid(price, text)) &&
          quantities.every((text) => isOnGrid(quantity, text));
        const touch = step.takerSide === 'buy' ? step.ask : step.bid;
        return !(areOnGrid && Number(step.bid) < Number(step.ask) && touch === step.last);
      });
      expect(broken, rules.symbol).toEqual([]);
    }
  });

  test('carry a mark price that is the mean of the last 15 seconds', () => {
    const own = steps.filter((step) => step.symbol === 'BTCUSDT');
    const trades = own.map((step) => Number(step.last));
    for (let i = 15; i < own.length; i++) {
      const mean = trades.slice(i - 14, i + 1).reduce((sum, value) => sum + value, 0) / 15;
      expect(Math.abs(Number(own[i]!.mark) - mean)).toBeLessThan(0.051);
    }
  });

  test('carry an index within the premium of the last price', () => {
    const distancesBps = steps.map((step) => (Number(step.index) / Number(step.last) - 1) * 10_000);
    const mean = distancesBps.reduce((sum, value) => sum + Math.abs(value), 0) / steps.length;
    expect(mean).toBeLessThan(6);
  });

  test('end before the end time', () => {
    const ended = take(market({ endTime: START + 2_500 }), 100);
    expect(ended.map((step) => step.time - START)).toEqual([
      0, 0, 0, 1_000, 1_000, 1_000, 2_000, 2_000, 2_000,
    ]);
  });

  test('start on a full minute', () => {
    expect(market({ startTime: START + 59_999 }).startTime).toBe(START);
  });
});

test('bars hold together for every instrument', () => {
  const symbols = INSTRUMENTS.map((rules) => rules.symbol);
  const source = market({ symbols, historyDays: 8 });
  for (const symbol of symbols) {
    const bars = source.history(symbol);
    expect(bars).toHaveLength(8 * 1_440);
    const broken = bars.filter(({ openTime, open, high, low, close, volume }, i) => {
      const isOrdered = low <= Math.min(open, close) && high >= Math.max(open, close);
      const isNext = openTime === START - (bars.length - i) * MINUTE;
      return !(isOrdered && isNext && low > 0 && volume > 0);
    });
    expect(broken, symbol).toEqual([]);
  }
});

describe('regimes', () => {
  const days = 120;
  const source = market({ historyDays: days, symbols: ['BTCUSDT'] });
  const bars = source.history('BTCUSDT');
  const regimes = bars.map((bar) => source.regimeAt('BTCUSDT', bar.openTime));
  const minutesOf = (regime: string) => regimes.filter((r) => r === regime).length;
  const returnsIn = (regime: string) =>
    bars.slice(1).flatMap((bar, i) => {
      return regimes[i + 1] === regime ? [Math.log(bar.close / bars[i]!.close)] : [];
    });
  const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
  const deviation = (values: readonly number[]) =>
    Math.sqrt(total(values.map((value) => value ** 2)) / values.length);

  test('all take their turn, ranges the longest', () => {
    const shares = ['ranging', 'trendingUp', 'trendingDown', 'volatile'].map(minutesOf);
    expect(Math.min(...shares)).toBeGreaterThan(0.02 * bars.length);
    expect(Math.max(...shares)).toBe(shares[0]);
  });

  test('trends move the price their way and volatile times move it most', () => {
    expect(total(returnsIn('trendingUp'))).toBeGreaterThan(0.2);
    expect(total(returnsIn('trendingDown'))).toBeLessThan(-0.2);
    expect(Math.abs(total(returnsIn('ranging')))).toBeLessThan(0.2);
    expect(deviation(returnsIn('volatile'))).toBeGreaterThan(1.5 * deviation(returnsIn('ranging')));
  });

  test('last an hour and more', () => {
    const lengths: number[] = [];
    let length = 0;
    for (const [i, regime] of regimes.entries()) {
      if (i > 0 && regime !== regimes[i - 1]) {
        lengths.push(length);
        length = 0;
      }
      length += 1;
    }
    const short = lengths.filter((minutes) => minutes < 60);
    expect(short.length, 'only the end of a week cuts a regime short').toBeLessThanOrEqual(
      days / 7 + 1,
    );
    expect(total(lengths) / lengths.length).toBeGreaterThan(240);
  });
});

test.each([
  [{ stepMs: 7_000 }, 'stepMs must divide 60000, got 7000'],
  [{ stepMs: 50 }, 'stepMs must be a whole number from 100 to 15000, got 50'],
  [{ historyDays: -1 }, 'historyDays must be a whole number from 0 to 3650, got -1'],
  [{ seed: 0.5 }, 'seed must be a whole number'],
  [{ symbols: [] }, 'symbols: one or more, each once'],
  [{ symbols: ['BTCUSDT', 'BTCUSDT'] }, 'symbols: one or more, each once'],
  [{ symbols: ['NOPEUSDT'] }, 'NOPEUSDT'],
])('options %j are refused', (options, message) => {
  expect(() => market(options)).toThrow(message);
});
