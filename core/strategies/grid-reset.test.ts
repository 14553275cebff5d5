import { expect, test } from 'vitest';
import { gridResetReason } from './grid-reset.ts';
import type { EvaluateRequest } from './plans.ts';
import type { Quote } from '../market/market.ts';
import type { MoneyText, PriceText } from '../money/units.ts';

const GRID: NonNullable<EvaluateRequest['grid']> = {
  centre: '60000' as PriceText,
  step: '200' as PriceText,
  allArmed: true,
  netProfit: '1' as MoneyText,
  resetProfit: '6' as MoneyText,
  createdAt: 0,
};
const LATER = 300_000;

const quoteAt = (mid: number): Quote => ({
  time: LATER,
  bid: String(mid - 1) as PriceText,
  ask: String(mid + 1) as PriceText,
  mark: String(mid) as PriceText,
});

test.each([
  ['near the centre', GRID, 60_199, LATER, false],
  ['more than a step above', GRID, 60_201, LATER, true],
  ['more than a step below', GRID, 59_799, LATER, true],
  ['too soon', GRID, 60_201, LATER - 1, false],
  ['with inventory', { ...GRID, allArmed: false }, 60_201, LATER, false],
  ['profit reached', { ...GRID, netProfit: '6' as MoneyText }, 60_000, LATER, true],
  [
    'profit reached with inventory',
    { ...GRID, netProfit: '6' as MoneyText, allArmed: false },
    60_000,
    LATER,
    false,
  ],
  ['profit reached too soon', { ...GRID, netProfit: '6' as MoneyText }, 60_000, 299_999, false],
])('%s', (_name, grid, mid, time, due) => {
  expect(gridResetReason(grid, quoteAt(mid), time) !== null).toBe(due);
});
