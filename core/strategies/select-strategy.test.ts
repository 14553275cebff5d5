import { expect, test } from 'vitest';
import { selectStrategy } from './select-strategy.ts';
import type { Regime, VolatilityClass } from '../regime/regime.ts';
import type { StrategyState } from './plans.ts';

type Row = readonly [
  regime: Regime,
  volatility: VolatilityClass,
  state: StrategyState,
  working: boolean,
  strategy: StrategyState,
  code: string | null,
];

const ROWS: readonly Row[] = [
  ['ranging', 'medium', 'standby', false, 'rangingGrid', null],
  ['trendingUp', 'medium', 'standby', false, 'trendingScalp', null],
  ['trendingDown', 'high', 'rangingGrid', false, 'trendingScalp', null],
  ['volatile', 'high', 'rangingGrid', true, 'standby', 'STANDBY_VOLATILE'],
  ['undecided', 'medium', 'standby', false, 'standby', 'STANDBY_UNDECIDED'],
  ['undecided', 'medium', 'standby', true, 'standby', 'STANDBY_UNDECIDED'],
  ['undecided', 'medium', 'rangingGrid', true, 'rangingGrid', 'HOLD_UNDECIDED'],
  ['trendingUp', 'medium', 'rangingGrid', true, 'trendingScalp', 'HANDOVER_TO_SCALP'],
  ['ranging', 'medium', 'trendingScalp', true, 'trendingScalp', 'SCALP_KEPT'],
  ['trendingDown', 'medium', 'trendingScalp', true, 'trendingScalp', 'SCALP_KEPT'],
  ['ranging', 'extreme', 'rangingGrid', true, 'standby', 'STANDBY_EXTREME_VOLATILITY'],
  ['trendingUp', 'extreme', 'trendingScalp', true, 'standby', 'STANDBY_EXTREME_VOLATILITY'],
];

test.each(ROWS)(
  '%s, %s volatility, in %s (working: %s)',
  (regime, volatility, state, working, ...to) => {
    const reading = { regime, volatility, confidence: 0.75, reasons: { volatilityDailyPct: 3 } };
    const selection = selectStrategy({ state, working, regime, reading });
    expect([selection.strategy, selection.code]).toEqual(to);
    expect(selection.reason).toMatch(/\.$/);
  },
);
