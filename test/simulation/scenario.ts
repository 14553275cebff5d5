/** What a seed simulates beside its faults: clocks, market, configuration, limits. */
import { instrumentOf } from '../../core/market/instruments.ts';
import type { InstrumentRules } from '../../core/market/market.ts';
import type { SymbolRef } from '../../core/orders/order.ts';
import { PAPER_RISK_LIMITS } from '../../core/risk/risk-limits.ts';
import type { RiskLimits } from '../../core/risk/risk-limits.ts';
import { DEFAULT_STRATEGY_CONFIG } from '../../core/strategies/strategy-config.ts';
import type { StrategyConfig } from '../../core/strategies/strategy-config.ts';
import type { Dice } from './dice.ts';

export const REF: SymbolRef = { account: 'paper', venue: 'binance-usdm', symbol: 'SOLUSDT' };
export const BALANCE = '10000';

export type Scenario = {
  /** Wall time at the start; market time is a day behind. */
  readonly wallStartMs: number;
  readonly marketStartMs: number;
  /** Market milliseconds per wall millisecond. */
  readonly speed: number;
  /** Market time between two steps. */
  readonly stepMs: number;
  /** Wall time with faults. */
  readonly safetyMs: number;
  readonly rules: InstrumentRules;
  readonly limits: RiskLimits;
  readonly strategy: StrategyConfig;
  readonly workers: number;
  /** History length at which a run continues as new. */
  readonly historyEventsMax: number;
  /** How far the venue's wall clock is ahead of ours. */
  readonly clockSkewMs: number;
  /** Whether a halt that stands after the faults is resumed. */
  readonly resumes: boolean;
};

export function createScenario(dice: Dice): Scenario {
  const wallStartMs = Date.UTC(2026, 0, 5) + dice.between(0, 86_400) * 1_000;
  return {
    wallStartMs,
    marketStartMs: Math.floor((wallStartMs - 86_400_000) / 60_000) * 60_000,
    speed: dice.pick([20, 60, 60, 120]),
    stepMs: dice.pick([5_000, 10_000]),
    safetyMs: dice.between(30, 100) * 1_000,
    rules: instrumentOf(REF.symbol),
    limits: limitsOf(dice),
    strategy: strategyOf(dice),
    workers: dice.pick([1, 1, 2]),
    historyEventsMax: dice.pick([80, 250, 2_000]),
    clockSkewMs: dice.pick([0, 0, -150, 150]),
    resumes: dice.chance(0.6),
  };
}

/** The paper figures; a plan fills a third of the room, or all of it. */
const limitsOf = (dice: Dice): RiskLimits => ({
  ...PAPER_RISK_LIMITS,
  allowedSymbols: [REF.symbol],
  positionsPerSymbol: dice.pick([1, 2, 3]),
  collarMovePct: dice.pick([10, 10, 0.5]),
  unknownGraceMs: dice.pick([60_000, 5_000]),
});

/** ADX at which a trend begins and ends: grids only, scalps only, or what the bars say. */
const TREND_STRENGTHS = [
  [60, 55],
  [60, 55],
  [10, 5],
  [10, 5],
  [20, 12],
  [35, 20],
] as const;

/** Eager settings: a plan whenever the bars allow one. */
function strategyOf(dice: Dice): StrategyConfig {
  const { grid, scalping, regime } = DEFAULT_STRATEGY_CONFIG;
  const [minTrendStrength, leaveTrendStrength] = dice.pick(TREND_STRENGTHS);
  return {
    risk: DEFAULT_STRATEGY_CONFIG.risk,
    minEdgeMultiple: DEFAULT_STRATEGY_CONFIG.minEdgeMultiple,
    grid: {
      ...grid,
      initialLevels: dice.pick([1, 2, 3]),
      spacingMultiplier: dice.pick([0.25, 0.5, 1]),
      resetProfitPct: dice.pick([0.05, 0.3]),
      breakoutThresholdPct: dice.pick([2.1, 3]),
      stopPct: dice.pick([3.1, 3.5]),
      unwindLimitS: dice.pick([0, 60, 600]),
    },
    scalping: {
      ...scalping,
      minTrendStrength,
      confidenceMin: dice.pick([0.1, 0.3, 0.5]),
      maxBreakevenWinRate: 0.95,
      maxHoldMinutes: dice.pick([3, 15]),
      cooldownS: dice.pick([0, 60]),
      entryCollarBps: dice.pick([3, 20]),
    },
    regime: {
      ...regime,
      leaveTrendStrength,
      confirmationBars: dice.pick([1, 2]),
      minDwellMinutes: dice.pick([0, 10]),
      maxSwitchesPerHour: 12,
      volatilityBandsPct: { medium: 40, high: 100, extreme: 150 },
    },
  };
}
