/** How far apart the levels of a grid stand, in percent of its centre. */
import type { GridConfig } from './strategy-config.ts';
import type { MarketFeatures } from '../market/features.ts';
import type { InstrumentRules, Quote } from '../market/market.ts';
import { roundTripCostsPct } from '../market/trading-costs.ts';

/** The step when volatility is unknown. */
const UNKNOWN_STEP_PCT = 0.4;

/** What a level's profit is measured by. */
export type LevelCosts = {
  readonly rules: InstrumentRules;
  readonly quote: Pick<Quote, 'bid' | 'ask'>;
  /** A level must earn this many times the maker fees of its two orders and half the spread (P29). */
  readonly minEdgeMultiple: number;
};

/** The least gross profit of a level, rounded up to 1e-6 percent, which prices keep. */
export function feeAwareMinimumPct({ rules, quote, minEdgeMultiple }: LevelCosts): number {
  return Math.ceil(minEdgeMultiple * roundTripCostsPct(rules, quote, 'maker') * 1e6) / 1e6;
}

/** Gross distance from a level to its counter-order. */
export function profitPerLevelPct(config: GridConfig, costs: LevelCosts): number {
  return Math.max(config.profitPerLevelPct, feeAwareMinimumPct(costs));
}

/**
 * The step for `levels` levels a side: `spacingMultiplier` times the mean of the ATR and of the
 * half Bollinger width over the levels, both on 15m bars; at least the profit per level, so that a
 * counter-order never passes the next level, and at most what keeps the outermost level inside
 * `maxSpreadPct`. Undefined when the two bounds exclude each other.
 */
export function gridStepPct(
  features: MarketFeatures,
  levels: number,
  config: GridConfig,
  costs: LevelCosts,
): number | undefined {
  const most = config.maxSpreadPct / levels;
  const least = profitPerLevelPct(config, costs);
  if (least > most) return undefined;
  const wanted = config.spacingMultiplier * volatilityStepPct(features, levels);
  return Math.min(Math.max(wanted, least), most);
}

function volatilityStepPct(features: MarketFeatures, levels: number): number {
  const readings = features.byTimeframe['15m'];
  if (readings === null || readings.atr === null) return UNKNOWN_STEP_PCT;
  const atrPct = (readings.atr / readings.close) * 100;
  if (readings.bollingerWidthPct === null) return atrPct;
  return (atrPct + readings.bollingerWidthPct / 2 / levels) / 2;
}
