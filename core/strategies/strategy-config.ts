/** What the strategies read of the configuration. Percentages are percent, not fractions. */
import type { RegimeConfig } from '../regime/regime-config.ts';
import { DEFAULT_REGIME_CONFIG } from '../regime/regime-config.ts';

export type ScalpingConfig = {
  /** Distance of the target from the entry, 0.1 … 5. */
  readonly profitTargetPct: number;
  /** Distance of the stop from the entry, 0.05 … 5. */
  readonly stopLossPct: number;
  readonly trailingStop: boolean;
  /** ADX at which a trend begins, 10 … 60. It ends at `regime.leaveTrendStrength`. */
  readonly minTrendStrength: number;
  /** Market time that a position may stay open, 1 … 240 min. */
  readonly maxHoldMinutes: number;
  /** Least rule confidence of an entry, 0 … 1. */
  readonly confidenceMin: number;
  /** Market time between two entries, 0 … 3600 s. */
  readonly cooldownS: number;
  /** How far beyond the touch an entry may pay, 0 … 50 bp. */
  readonly entryCollarBps: number;
  /** Entries that need a larger share of wins to break even after fees are skipped, 0.3 … 0.95. */
  readonly maxBreakevenWinRate: number;
};

export type GridConfig = {
  /** Most levels on a side, 1 … 20. */
  readonly levels: number;
  /** Levels on a side that a plan asks for, 1 … `levels`. */
  readonly initialLevels: number;
  /** Multiplies the step between levels, 0.25 … 4. */
  readonly spacingMultiplier: number;
  /** Centre to outermost level, 0.2 … 10. */
  readonly maxSpreadPct: number;
  /** Half width of the corridor that cancels the grid, above `maxSpreadPct`. */
  readonly breakoutThresholdPct: number;
  /** Gross profit of a level; never under the fee-aware minimum. */
  readonly profitPerLevelPct: number;
  /** Net profit that allows a reset, in percent of the worst one-sided notional. */
  readonly resetProfitPct: number;
  /** Distance of the protective stops from the centre, above `breakoutThresholdPct`. */
  readonly stopPct: number;
  /** Market time that inventory may be worked out at the touch before it goes at market, 0 … 3600 s. */
  readonly unwindLimitS: number;
};

export type SizingConfig = {
  /** Initial margin of one plan over equity, 0.01 … 10. */
  readonly positionSizePct: number;
  /** Notional over margin, 1 … 20. */
  readonly leverage: number;
};

export type StrategyConfig = {
  readonly scalping: ScalpingConfig;
  readonly grid: GridConfig;
  readonly risk: SizingConfig;
  /** The way to a target over what a round trip costs (P29); the gate denies what stays below. */
  readonly minEdgeMultiple: number;
  readonly regime: RegimeConfig;
};

/** The defaults of the paper profile. */
export const DEFAULT_STRATEGY_CONFIG: StrategyConfig = {
  scalping: {
    profitTargetPct: 0.5,
    stopLossPct: 0.3,
    trailingStop: true,
    minTrendStrength: 25,
    maxHoldMinutes: 15,
    confidenceMin: 0.75,
    cooldownS: 60,
    entryCollarBps: 3,
    maxBreakevenWinRate: 0.65,
  },
  grid: {
    levels: 5,
    initialLevels: 3,
    spacingMultiplier: 1,
    maxSpreadPct: 2,
    breakoutThresholdPct: 3,
    profitPerLevelPct: 0.2,
    resetProfitPct: 1,
    stopPct: 3.5,
    unwindLimitS: 60,
  },
  risk: { positionSizePct: 2, leverage: 3 },
  minEdgeMultiple: 2,
  regime: DEFAULT_REGIME_CONFIG,
};
