import { describe, expect, test } from 'vitest';
import { planScalp } from './scalp-entry.ts';
import type { ScalpPlanInput } from './scalp-entry.ts';
import { DEFAULT_STRATEGY_CONFIG } from './strategy-config.ts';
import type { ScalpingConfig } from './strategy-config.ts';
import { instrumentOf } from '../market/instruments.ts';
import type { Side } from '../market/market.ts';
import type { MoneyText, PriceText } from '../money/units.ts';

function inputOf(
  side: Side,
  scalping: Partial<ScalpingConfig> = {},
  equity = '10000',
): ScalpPlanInput {
  return {
    planId: 's1-7',
    marketTime: 60_000,
    quote: {
      time: 60_000,
      bid: '59999.9' as PriceText,
      ask: '60000' as PriceText,
      mark: '60000' as PriceText,
    },
    signal: { side, rule: 'trendContinuation', confidence: 0.9, conditions: {}, due: true },
    rules: instrumentOf('BTCUSDT'),
    equity: equity as MoneyText,
    config: {
      ...DEFAULT_STRATEGY_CONFIG,
      scalping: { ...DEFAULT_STRATEGY_CONFIG.scalping, ...scalping },
    },
  };
}

test('a buy in full', () => {
  expect(planScalp(inputOf('buy'))).toEqual({
    planId: 's1-7',
    side: 'buy',
    quantity: '0.009',
    entryPrice: '60018',
    stopPrice: '59820',
    targetPrice: '60300',
    trail: { activateAt: '60180', distance: '180', step: '18' },
    holdUntil: 60_000 + 15 * 60_000,
    cooldownMs: 60_000,
    confidence: 0.9,
    createdAt: 60_000,
  });
});

test('a sell is its mirror image, from the bid', () => {
  expect(planScalp(inputOf('sell'))).toMatchObject({
    side: 'sell',
    entryPrice: '59982',
    stopPrice: '60179.8',
    targetPrice: '59699.9',
    trail: { activateAt: '59819.9' },
  });
});

test('no trail when trailing is off', () => {
  expect(planScalp(inputOf('buy', { trailingStop: false }))).toMatchObject({ trail: null });
});

describe('refusals', () => {
  test('a tight profile pays mostly the venue', () => {
    const result = planScalp(inputOf('buy', { profitTargetPct: 0.2, stopLossPct: 0.1 }));
    expect(result).toEqual({
      code: 'SKIP_FEES_EXCEED_TARGET',
      reason:
        'Target 0.2 %, stop 0.1 % and costs of 0.100 % need 67 % wins to break even; ' +
        '65 % is the most allowed.',
    });
  });

  test('a target under the costs', () => {
    const scalping = { profitTargetPct: 0.1, stopLossPct: 0.05, maxBreakevenWinRate: 1 };
    expect(planScalp(inputOf('buy', scalping))).toMatchObject({ code: 'SKIP_FEES_EXCEED_TARGET' });
  });

  test('a target under twice the fees and half the spread, which the gate would deny', () => {
    const loose = { stopLossPct: 0.1, maxBreakevenWinRate: 0.95 };
    expect(planScalp(inputOf('buy', { ...loose, profitTargetPct: 0.2 }))).toEqual({
      code: 'SKIP_FEES_EXCEED_TARGET',
      reason:
        'Target 0.2 % is less than 2 times the costs of 0.100 % (fees in and out, half the spread).',
    });
    expect(planScalp(inputOf('buy', { ...loose, profitTargetPct: 0.21 }))).not.toHaveProperty(
      'code',
    );
  });

  test('a size under the minimum of the venue', () => {
    const result = planScalp(inputOf('buy', {}, '1500'));
    expect(result).toMatchObject({ code: 'SIZE_BELOW_VENUE_MINIMUM' });
    expect(result).toHaveProperty('reason', expect.stringContaining('90.00 USDT'));
    expect(result).toHaveProperty('reason', expect.stringContaining('120.00 USDT'));
  });
});
