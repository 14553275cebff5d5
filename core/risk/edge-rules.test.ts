import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exampleFeatures } from '../indicators/example-features.ts';
import { INSTRUMENTS, instrumentOf } from '../market/instruments.ts';
import type { InstrumentRules, Quote } from '../market/market.ts';
import { roundTripCostsPct } from '../market/trading-costs.ts';
import type { MoneyText } from '../money/units.ts';
import type { OrderIntent } from '../orders/order.ts';
import { planGrid } from '../strategies/grid-plan.ts';
import { DEFAULT_STRATEGY_CONFIG } from '../strategies/strategy-config.ts';
import { EDGE_CONTROLS } from './edge-rules.ts';
import { firstRefusal } from './moment-rules.ts';
import type { RiskContext } from './risk-context.ts';

/** Maker 2 bp, taker 5 bp; half of the spread of 0.1 % is 0.05 %. */
const RULES = { makerFeeBps: 2, takerFeeBps: 5 } as InstrumentRules;
const QUOTE = { bid: '60000', ask: '60060' } as Quote;

const LEVEL = {
  role: 'level',
  side: 'buy',
  kind: 'limit',
  timeInForce: 'GTC',
  postOnly: true,
  price: '60000',
} as OrderIntent;
const ENTRY = { ...LEVEL, role: 'entry', timeInForce: 'IOC', postOnly: false } as OrderIntent;

const refusal = (
  order: OrderIntent,
  targetPrice: string | null,
  context: Partial<RiskContext> = {},
) =>
  firstRefusal(
    EDGE_CONTROLS,
    { ...order, targetPrice } as OrderIntent,
    {
      limits: { edgeMultiple: 2 },
      quote: QUOTE,
      rules: RULES,
      ...context,
    } as unknown as RiskContext,
  );

test('P29: a level earns twice the maker fees of its two orders and half the spread', () => {
  // 2 x (0.04 + 0.05) % of 60000 is 108.
  expect(refusal(LEVEL, '60108')).toBeUndefined();
  expect(refusal(LEVEL, '60107.9')).toEqual({
    code: 'EDGE_BELOW_COSTS',
    figures: { price: '60000', target: '60107.9', neededPct: '0.1800' },
  });
});

test('P29: an entry is judged from the touch, by taker fees, whatever the worst price it accepts', () => {
  // 2 x (0.1 + 0.05) % of 60060 is 180.18.
  const worst = { ...ENTRY, price: '60200' } as OrderIntent;
  expect(refusal(worst, '60240.2')).toBeUndefined();
  expect(refusal(worst, '60240.1')?.code).toBe('EDGE_BELOW_COSTS');
  const sell = { ...ENTRY, side: 'sell', price: '59900' } as OrderIntent;
  expect(refusal(sell, '59820')).toBeUndefined();
  expect(refusal(sell, '59820.1')?.code).toBe('EDGE_BELOW_COSTS');
});

test('P29: a target on the wrong side, and none at all', () => {
  expect(refusal(LEVEL, '59000')?.code).toBe('EDGE_BELOW_COSTS');
  expect(refusal(LEVEL, null)).toMatchObject({ figures: { target: 'none' } });
  expect(refusal({ ...LEVEL, role: 'counter' }, null)).toBeUndefined();
});

test('P29: the multiple is a limit, and without it nothing opens', () => {
  const limits = (edgeMultiple: number | undefined) => ({ limits: { edgeMultiple } as never });
  expect(refusal(LEVEL, '60054', limits(1))).toBeUndefined();
  expect(refusal(LEVEL, '60053.9', limits(1))?.code).toBe('EDGE_BELOW_COSTS');
  expect(refusal(LEVEL, '61000', limits(undefined))?.code).toBe('LIMIT_MISSING');
});

test('a rebate counts as no fee', () => {
  const rules = { ...instrumentOf('BTCUSDT'), makerFeeBps: -1 };
  expect(roundTripCostsPct(rules, { bid: '100', ask: '100' } as Quote, 'maker')).toBe(0);
});

/** Levels at the least profit that the planner takes, at prices of any size. */
test('P29: the gate takes every level that the planner makes', () => {
  let levels = 0;
  const example = fc.record({
    rules: fc.constantFrom(...INSTRUMENTS),
    steps: fc.integer({ min: 20_000, max: 900_000 }),
    spreadTicks: fc.integer({ min: 1, max: 60 }),
    makerFeeBps: fc.double({ min: 0, max: 10, noNaN: true }),
    multiple: fc.double({ min: 1, max: 5, noNaN: true }),
  });
  fc.assert(
    fc.property(example, ({ rules: listed, steps, spreadTicks, makerFeeBps, multiple }) => {
      const rules = { ...listed, makerFeeBps };
      const decimals = rules.tickSize.split('.')[1]?.length ?? 0;
      const text = (ticks: number) => (ticks * Number(rules.tickSize)).toFixed(decimals);
      const bid = String(Number(text(steps)));
      const ask = String(Number(text(steps + spreadTicks)));
      const quote = { time: 0, bid, ask, mark: bid } as Quote;
      const config = {
        ...DEFAULT_STRATEGY_CONFIG,
        grid: { ...DEFAULT_STRATEGY_CONFIG.grid, profitPerLevelPct: 0.001 },
        minEdgeMultiple: multiple,
      };
      const plan = planGrid({
        planId: 'g',
        marketTime: 0,
        quote,
        features: exampleFeatures({}),
        rules,
        equity: '1000000000' as MoneyText,
        config,
      });
      if ('code' in plan) return;
      for (const { side, price, counterPrice } of plan.levels) {
        levels += 1;
        const level = { ...LEVEL, side, price } as OrderIntent;
        const limits = { edgeMultiple: multiple } as never;
        expect(refusal(level, counterPrice, { quote, rules, limits })).toBeUndefined();
      }
    }),
    { numRuns: 500 },
  );
  expect(levels).toBeGreaterThan(500);
});
