import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planGrid } from './grid-plan.ts';
import type { GridPlanInput } from './grid-plan.ts';
import { feeAwareMinimumPct } from './grid-spacing.ts';
import type { GridPlan } from './plans.ts';
import { DEFAULT_STRATEGY_CONFIG } from './strategy-config.ts';
import type { GridConfig, SizingConfig } from './strategy-config.ts';
import { ensureDefined } from '../assert.ts';
import { exampleFeatures } from '../indicators/example-features.ts';
import { INSTRUMENTS, instrumentOf } from '../market/instruments.ts';
import type { InstrumentRules, Quote } from '../market/market.ts';
import { money, price, quantity } from '../money/units.ts';
import type { MoneyText, PriceText } from '../money/units.ts';

type Case = {
  readonly rules?: InstrumentRules;
  readonly equity?: string;
  readonly mid?: number;
  readonly spreadTicks?: number;
  readonly atrPct?: number | null;
  readonly grid?: Partial<GridConfig>;
  readonly risk?: Partial<SizingConfig>;
};

/** An input around a mid; the features' prices are scaled to it. */
function inputOf(example: Case): GridPlanInput {
  const { rules = instrumentOf('BTCUSDT'), mid = 60_000, spreadTicks = 1 } = example;
  const atrPct = example.atrPct === undefined ? 0.3 : example.atrPct;
  const readings = {
    close: mid,
    atr: atrPct === null ? null : (mid * atrPct) / 100,
    bollingerWidthPct: atrPct === null ? null : 6 * atrPct,
  };
  const { grid, risk } = DEFAULT_STRATEGY_CONFIG;
  return {
    planId: 'g1-1',
    marketTime: 1_000,
    quote: quoteAround(mid, spreadTicks, rules),
    features: exampleFeatures({ '15m': readings }),
    rules,
    equity: (example.equity ?? '10000') as MoneyText,
    config: {
      ...DEFAULT_STRATEGY_CONFIG,
      grid: { ...grid, ...example.grid },
      risk: { ...risk, ...example.risk },
    },
  };
}

function quoteAround(mid: number, spreadTicks: number, rules: InstrumentRules): Quote {
  const tick = Number(rules.tickSize);
  const decimals = rules.tickSize.split('.')[1]?.length ?? 0;
  const bid = Math.floor(mid / tick);
  const text = (ticks: number): PriceText =>
    String(Number((ticks * tick).toFixed(decimals))) as PriceText;
  return { time: 1_000, bid: text(bid), ask: text(bid + spreadTicks), mark: text(bid) };
}

function planOf(example: Case): GridPlan {
  const result = planGrid(inputOf(example));
  expect(result).not.toHaveProperty('code');
  return result as GridPlan;
}

const numbers = (plan: GridPlan): number[] => plan.levels.map((level) => Number(level.price));

test('a plan in full', () => {
  const plan = planOf({});
  expect(plan.centre).toBe('60000');
  expect(plan.step).toBe('180');
  expect(plan.levels.map(({ index, side, price: at }) => [index, side, at])).toEqual([
    [-3, 'buy', '59550'],
    [-2, 'buy', '59730'],
    [-1, 'buy', '59910'],
    [1, 'sell', '60090'],
    [2, 'sell', '60270'],
    [3, 'sell', '60450'],
  ]);
  expect(plan.levels.map((level) => level.counterPrice)).toEqual([
    '59669.1',
    '59849.5',
    '60029.9',
    '59969.8',
    '60149.4',
    '60329.1',
  ]);
  expect(new Set(plan.levels.map((level) => level.quantity))).toEqual(new Set(['0.003']));
  expect(plan.stops).toEqual({
    lower: { triggerPrice: '57900', quantity: '0.009' },
    upper: { triggerPrice: '62100', quantity: '0.009' },
  });
  expect(plan.breakout).toEqual({ lower: '58200', upper: '61800' });
  expect(plan).toMatchObject({ worstNotional: '542.43', resetProfit: '5.4243', createdAt: 1_000 });
});

describe('spacing', () => {
  const stepPct = (example: Case): number => {
    const plan = planOf(example);
    return (100 * Number(plan.step)) / Number(plan.centre);
  };

  test('is 0.4 % when ATR is unknown', () => {
    expect(stepPct({ atrPct: null })).toBeCloseTo(0.4, 2);
  });

  test('follows volatility between the profit per level and the spread limit', () => {
    expect(stepPct({ atrPct: 0.4 })).toBeCloseTo(0.4, 2);
    expect(stepPct({ atrPct: 0.01 })).toBeCloseTo(0.2, 2);
    expect(stepPct({ atrPct: 5 })).toBeCloseTo(2 / 3, 2);
    expect(stepPct({ atrPct: 0.2, grid: { spacingMultiplier: 2 } })).toBeCloseTo(0.4, 2);
  });

  test('fees raise the profit of a level and with it the step', () => {
    const rules = { ...instrumentOf('BTCUSDT'), makerFeeBps: 10 };
    const plan = planOf({ rules, atrPct: 0.01 });
    const quote = { bid: '60000', ask: '60000' } as Quote;
    expect(feeAwareMinimumPct({ rules, quote, minEdgeMultiple: 2 })).toBe(0.4);
    const wide = { ...quote, ask: '60120' } as Quote;
    expect(feeAwareMinimumPct({ rules, quote: wide, minEdgeMultiple: 2 })).toBeCloseTo(0.6, 5);
    expect(feeAwareMinimumPct({ rules, quote, minEdgeMultiple: 3 })).toBeCloseTo(0.6, 5);
    expect(stepPct({ rules, atrPct: 0.01 })).toBeCloseTo(0.4, 2);
    const level = ensureDefined(plan.levels[0], 'no level');
    expect(Number(level.counterPrice) / Number(level.price)).toBeGreaterThanOrEqual(1.004);
  });
});

describe('sizes', () => {
  test('fewer levels when the size is small', () => {
    expect(planOf({ equity: '10000' }).levels).toHaveLength(6);
    expect(planOf({ equity: '5000' }).levels).toHaveLength(4);
    expect(planOf({ equity: '2500' }).levels).toHaveLength(2);
  });

  test('the cap on levels holds', () => {
    const grid = { initialLevels: 5, levels: 2 };
    expect(planOf({ equity: '1000000', grid }).levels).toHaveLength(4);
  });

  test('none fits: a refusal with both figures', () => {
    expect(planGrid(inputOf({ equity: '1000' }))).toEqual({
      code: 'SIZE_BELOW_VENUE_MINIMUM',
      reason:
        'The size allows 60.00 USDT (2 % of equity at leverage 3); ' +
        'the smallest order of BTCUSDT is 120.00 USDT.',
    });
  });
});

test('a spread wider than a step is refused', () => {
  const wide = inputOf({ spreadTicks: 20_000 });
  const result = planGrid(wide);
  expect(result).toMatchObject({ code: 'SPREAD_TOO_WIDE' });
  expect(result).toHaveProperty('reason', expect.stringContaining('60000 / 62000'));
  // Where costs count once, the levels may still stand inside the touch.
  const cheap = { ...wide, config: { ...wide.config, minEdgeMultiple: 1 } };
  expect(planGrid(cheap)).toMatchObject({ code: 'SPREAD_TOO_WIDE' });
});

describe('laws, for every instrument', () => {
  const anyCase = fc
    .record({
      rules: fc.constantFrom(...INSTRUMENTS),
      equity: fc.integer({ min: 3_000, max: 5_000_000 }).map(String),
      scale: fc.double({ min: 0.5, max: 2, noNaN: true }),
      spreadTicks: fc.integer({ min: 1, max: 4 }),
      atrPct: fc.option(fc.double({ min: 0.001, max: 8, noNaN: true })),
      initialLevels: fc.integer({ min: 1, max: 5 }),
      spacingMultiplier: fc.double({ min: 0.25, max: 4, noNaN: true }),
    })
    .map(({ scale, initialLevels, spacingMultiplier, ...rest }) => ({
      ...rest,
      mid: TYPICAL_PRICE[rest.rules.base]! * scale,
      grid: { initialLevels, spacingMultiplier },
    }));

  const always = (law: (plan: GridPlan, input: GridPlanInput) => void): void => {
    let planned = 0;
    fc.assert(
      fc.property(anyCase, (example) => {
        const input = inputOf(example);
        const result = planGrid(input);
        if ('code' in result) return;
        planned += 1;
        law(result, input);
      }),
      { numRuns: 400 },
    );
    expect(planned).toBeGreaterThan(200);
  };

  test('prices are whole ticks, quantities whole steps, orders at least the minimum notional', () => {
    always(({ levels }, { rules }) => {
      for (const level of levels) {
        expect(price(level.price) % price(rules.tickSize)).toBe(0n);
        expect(price(level.counterPrice) % price(rules.tickSize)).toBe(0n);
        expect(quantity(level.quantity) % quantity(rules.quantityStep)).toBe(0n);
        const least = money(rules.minNotional) * 10n ** 12n;
        expect(price(level.price) * quantity(level.quantity)).toBeGreaterThanOrEqual(least);
      }
    });
  });

  test('no level crosses the touch and each side is symmetric around the centre', () => {
    always(({ levels, centre }, { quote }) => {
      for (const [i, level] of levels.entries()) {
        const at = price(level.price);
        expect(level.side === 'buy' ? at <= price(quote.bid) : at >= price(quote.ask)).toBe(true);
        const mirrored = ensureDefined(levels.at(-1 - i), 'no mirror');
        expect(at + price(mirrored.price)).toBe(2n * price(centre));
      }
    });
  });

  test('the inventory of the dearer side stays inside the size, and both stops cover it', () => {
    always(({ levels, stops, worstNotional }, { equity, config, rules }) => {
      const sells = levels.filter((level) => level.side === 'sell');
      const limit = (Number(equity) * config.risk.positionSizePct * config.risk.leverage) / 100;
      const notional = sells.reduce((sum, l) => sum + Number(l.price) * Number(l.quantity), 0);
      expect(notional).toBeLessThanOrEqual(limit * (1 + 1e-9));
      expect(Number(worstNotional)).toBeCloseTo(notional, 6);
      const inventory = sells.reduce((sum, level) => sum + quantity(level.quantity), 0n);
      expect(quantity(stops.lower.quantity)).toBe(inventory);
      expect(quantity(stops.upper.quantity)).toBe(inventory);
      expect(quantity(stops.upper.quantity) % quantity(rules.quantityStep)).toBe(0n);
    });
  });

  test('a counter-order earns at least the profit per level and the fee-aware minimum', () => {
    always(({ levels }, { config, rules, quote }) => {
      const { minEdgeMultiple } = config;
      const fees = feeAwareMinimumPct({ rules, quote, minEdgeMultiple });
      const least = Math.max(config.grid.profitPerLevelPct, fees) / 100;
      for (const level of levels) {
        const gain = Number(level.counterPrice) / Number(level.price) - 1;
        expect(level.side === 'buy' ? gain : -gain).toBeGreaterThanOrEqual(least - 1e-12);
      }
    });
  });

  test('levels, corridor and stops enclose each other and respect the spread limit', () => {
    always((plan, { config, rules }) => {
      const prices = numbers(plan);
      const outer = Number(plan.centre) * (1 - config.grid.maxSpreadPct / 100);
      const slack = plan.levels.length * Number(rules.tickSize);
      expect(Math.min(...prices)).toBeGreaterThanOrEqual(outer - slack);
      expect(Number(plan.breakout.lower)).toBeLessThan(Math.min(...prices));
      expect(Number(plan.stops.lower.triggerPrice)).toBeLessThan(Number(plan.breakout.lower));
      expect(Number(plan.breakout.upper)).toBeGreaterThan(Math.max(...prices));
      expect(Number(plan.stops.upper.triggerPrice)).toBeGreaterThan(Number(plan.breakout.upper));
    });
  });
});

const TYPICAL_PRICE: Readonly<Record<string, number>> = {
  BTC: 65_000,
  ETH: 3_200,
  SOL: 150,
  BNB: 600,
  XRP: 0.6,
  ADA: 0.5,
  AVAX: 30,
  DOGE: 0.15,
  DOT: 6,
  LINK: 15,
  LTC: 80,
  NEAR: 5,
  BCH: 400,
  TRX: 0.15,
  UNI: 8,
  ATOM: 8,
};
