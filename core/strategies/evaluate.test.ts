import { describe, expect, test } from 'vitest';
import { evaluate } from './evaluate.ts';
import type { EvaluateInput } from './evaluate.ts';
import { DEFAULT_STRATEGY_CONFIG } from './strategy-config.ts';
import { TRENDING_DOWN, TRENDING_UP, exampleFeatures } from '../indicators/example-features.ts';
import { instrumentOf } from '../market/instruments.ts';
import type { MoneyText, PriceText } from '../money/units.ts';
import type { Regime, RegimeState } from '../regime/regime.ts';

const NOW = 3_600_000;
const UP = exampleFeatures({
  '1m': { rsi: 62, momentumPct: 0.4, volumeRatio: 1.6 },
  '5m': TRENDING_UP,
  '15m': TRENDING_UP,
  '1h': TRENDING_UP,
});

function inputOf(changes: Partial<EvaluateInput> = {}): EvaluateInput {
  return {
    trigger: 'barClosed',
    entrySide: null,
    marketTime: NOW,
    quote: {
      time: NOW,
      bid: '59999.9' as PriceText,
      ask: '60000' as PriceText,
      mark: '60000' as PriceText,
    },
    features: exampleFeatures(),
    regimeState: null,
    state: 'standby',
    busy: false,
    flat: true,
    grid: null,
    decisionSeq: 7,
    epoch: 3,
    symbol: 'BTCUSDT',
    rules: instrumentOf('BTCUSDT'),
    equity: '10000' as MoneyText,
    config: DEFAULT_STRATEGY_CONFIG,
    ...changes,
  };
}

const inForce = (confirmed: Regime): RegimeState => ({
  confirmed,
  since: 0,
  candidate: confirmed,
  confirmations: 0,
  switchTimes: [],
});

const GRID: NonNullable<EvaluateInput['grid']> = {
  centre: '60000' as PriceText,
  step: '200' as PriceText,
  allArmed: true,
  netProfit: '1' as MoneyText,
  resetProfit: '6' as MoneyText,
  createdAt: 0,
};

describe('a ranging market', () => {
  test('gets its grid at the first evaluation', () => {
    const evaluation = evaluate(inputOf({ trigger: 'start' }));
    expect(evaluation).toMatchObject({
      decisionId: 'BTCUSDT-3-7',
      strategy: 'rangingGrid',
      regime: 'ranging',
      code: 'GRID_PLANNED',
      gridPlan: { planId: 'g3-7', createdAt: NOW },
      scalpPlan: null,
    });
  });

  test('keeps a standing grid, and plans anew when it is due for a reset', () => {
    const standing = { state: 'rangingGrid', grid: GRID } as const;
    expect(evaluate(inputOf(standing))).toMatchObject({ code: 'GRID_KEPT', gridPlan: null });
    const earned = { ...GRID, netProfit: '7' as MoneyText };
    expect(evaluate(inputOf({ ...standing, grid: earned }))).toMatchObject({
      code: 'GRID_RESET_PLANNED',
      gridPlan: { planId: 'g3-7' },
    });
  });

  test.each([
    ['PLAN_IN_PROGRESS', { state: 'rangingGrid', busy: true, flat: true }],
    ['WAIT_FOR_FLAT', { state: 'standby', busy: false, flat: false }],
  ] as const)('no plan: %s', (code, changes) => {
    expect(evaluate(inputOf(changes))).toMatchObject({ code, gridPlan: null });
  });

  test('keeps a standing grid while the timeframes disagree', () => {
    const torn = exampleFeatures({ '5m': TRENDING_UP, '15m': TRENDING_DOWN });
    const standing = {
      state: 'rangingGrid',
      grid: GRID,
      regimeState: inForce('undecided'),
    } as const;
    expect(evaluate(inputOf({ ...standing, features: torn }))).toMatchObject({
      strategy: 'rangingGrid',
      code: 'HOLD_UNDECIDED',
    });
  });

  test('lets an open scalp run to its own end', () => {
    const holding = { state: 'trendingScalp', flat: false } as const;
    expect(evaluate(inputOf(holding))).toMatchObject({
      strategy: 'trendingScalp',
      code: 'SCALP_KEPT',
      scalpPlan: null,
    });
  });

  test('is left alone without money for one level', () => {
    const evaluation = evaluate(inputOf({ equity: '500' as MoneyText }));
    expect(evaluation).toMatchObject({
      strategy: 'rangingGrid',
      code: 'SIZE_BELOW_VENUE_MINIMUM',
      gridPlan: null,
    });
  });
});

describe('a trending market', () => {
  const trending = {
    trigger: 'entryTriggered',
    features: UP,
    state: 'trendingScalp',
    regimeState: inForce('trendingUp'),
  } as const;

  test('gets an entry in its direction', () => {
    expect(evaluate(inputOf({ ...trending, entrySide: 'buy' }))).toMatchObject({
      strategy: 'trendingScalp',
      code: 'SCALP_ENTRY',
      scalpPlan: { planId: 's3-7', side: 'buy' },
      gridPlan: null,
    });
  });

  test('never one against it', () => {
    const down = exampleFeatures({
      '1m': { rsi: 38, momentumPct: -0.4, volumeRatio: 1.6 },
      '5m': TRENDING_DOWN,
    });
    const evaluation = evaluate(inputOf({ ...trending, features: down, entrySide: 'sell' }));
    expect(evaluation).toMatchObject({ code: 'SCALP_AGAINST_REGIME', scalpPlan: null });
  });

  test('waits while no rule holds', () => {
    const calm = exampleFeatures({ '5m': TRENDING_UP, '15m': TRENDING_UP, '1h': TRENDING_UP });
    const evaluation = evaluate(inputOf({ ...trending, trigger: 'barClosed', features: calm }));
    expect(evaluation).toMatchObject({ code: 'SCALP_WAIT', scalpPlan: null });
    expect(evaluation.reason).toContain('0.75 is needed');
  });

  test('takes a working grid down', () => {
    const working = { features: UP, state: 'rangingGrid', grid: GRID } as const;
    const evaluation = evaluate(inputOf({ ...working, regimeState: inForce('trendingUp') }));
    expect(evaluation).toMatchObject({ strategy: 'trendingScalp', code: 'HANDOVER_TO_SCALP' });
  });

  test('does so only once it is confirmed', () => {
    const working = { features: UP, state: 'rangingGrid', grid: GRID } as const;
    const first = evaluate(inputOf({ ...working, regimeState: inForce('ranging') }));
    expect(first).toMatchObject({ strategy: 'rangingGrid', code: 'GRID_KEPT' });
    const second = evaluate(inputOf({ ...working, regimeState: first.regimeState }));
    expect(second).toMatchObject({ strategy: 'trendingScalp', regime: 'trendingUp' });
  });
});

test('an entry trigger leaves the confirmations alone', () => {
  const regimeState = inForce('ranging');
  const entry = inputOf({ trigger: 'entryTriggered', features: UP, regimeState });
  expect(evaluate(entry).regimeState).toBe(regimeState);
  expect(evaluate({ ...entry, trigger: 'barClosed' }).regimeState.confirmations).toBe(1);
});

test('extreme volatility stands by at once, whatever is in force', () => {
  const wild = exampleFeatures({ '5m': { realisedVolatilityPct: 1.5 } });
  const working = { state: 'rangingGrid', grid: GRID } as const;
  const regimeState = { ...inForce('ranging'), since: NOW - 1 };
  expect(evaluate(inputOf({ ...working, features: wild, regimeState }))).toMatchObject({
    strategy: 'standby',
    regime: 'volatile',
    code: 'STANDBY_EXTREME_VOLATILITY',
  });
});
