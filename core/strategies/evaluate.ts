/** One evaluation: regime, strategy, a plan where one is due, and one sentence of why. Pure. */
import type { DecisionCode, Refusal } from './decision-codes.ts';
import { planGrid } from './grid-plan.ts';
import { gridResetReason } from './grid-reset.ts';
import type { EvaluateRequest, Evaluation, GridPlan, ScalpPlan } from './plans.ts';
import { planScalp } from './scalp-entry.ts';
import { scalpSignal } from './scalp-signal.ts';
import { selectStrategy } from './select-strategy.ts';
import type { StrategyConfig } from './strategy-config.ts';
import type { InstrumentRules, Side } from '../market/market.ts';
import type { MoneyText } from '../money/units.ts';
import { classifyRegime } from '../regime/classify.ts';
import { confirmRegime } from '../regime/confirm.ts';
import type { Regime, RegimeReading, RegimeState } from '../regime/regime.ts';

/** The machine's request and what the activity reads beside it. */
export type EvaluateInput = EvaluateRequest & {
  readonly symbol: string;
  readonly rules: InstrumentRules;
  /** Account equity in the quote currency. */
  readonly equity: MoneyText;
  readonly config: StrategyConfig;
};

type Outcome = {
  readonly code: DecisionCode;
  readonly reason: string;
  readonly gridPlan?: GridPlan;
  readonly scalpPlan?: ScalpPlan;
};

/** Total: every input gets an evaluation with a code, skips included. */
export function evaluate(input: EvaluateInput): Evaluation {
  const { reading, regimeState } = readRegime(input);
  const regime = regimeState.confirmed;
  const working = input.busy || input.grid !== null || !input.flat;
  const selection = selectStrategy({ state: input.state, working, regime, reading });
  const outcome =
    selection.code === null
      ? planFor(input, selection.strategy === 'rangingGrid', regime, selection.reason)
      : { code: selection.code, reason: selection.reason };
  return {
    decisionId: `${input.symbol}-${input.epoch}-${input.decisionSeq}`,
    strategy: selection.strategy,
    regime,
    reading,
    regimeState,
    gridPlan: outcome.gridPlan ?? null,
    scalpPlan: outcome.scalpPlan ?? null,
    code: outcome.code,
    reason: outcome.reason,
  };
}

/** A trigger between two 5m closes reads the regime and leaves its confirmations alone. */
function readRegime(input: EvaluateInput): { reading: RegimeReading; regimeState: RegimeState } {
  const { features, regimeState: before, config, marketTime } = input;
  const thresholds = { ...config.regime, enterTrendStrength: config.scalping.minTrendStrength };
  const reading = classifyRegime(features, thresholds, before?.confirmed ?? null);
  if (input.trigger === 'entryTriggered' && before !== null)
    return { reading, regimeState: before };
  return { reading, regimeState: confirmRegime(before, reading, marketTime, config.regime) };
}

function planFor(input: EvaluateInput, grid: boolean, regime: Regime, why: string): Outcome {
  if (grid && input.state === 'rangingGrid' && input.grid !== null) {
    return standingGrid(input, input.grid, why);
  }
  if (input.busy) return { code: 'PLAN_IN_PROGRESS', reason: `A plan is in progress. ${why}` };
  if (!input.flat) {
    return { code: 'WAIT_FOR_FLAT', reason: `Inventory is worked out before a new plan. ${why}` };
  }
  return grid
    ? newGrid(input, 'GRID_PLANNED', why)
    : scalp(input, regime === 'trendingUp' ? 'buy' : 'sell', why);
}

function standingGrid(
  input: EvaluateInput,
  grid: NonNullable<EvaluateRequest['grid']>,
  why: string,
): Outcome {
  const reset = gridResetReason(grid, input.quote, input.marketTime);
  return reset === null
    ? { code: 'GRID_KEPT', reason: `The grid earned ${grid.netProfit} so far. ${why}` }
    : newGrid(input, 'GRID_RESET_PLANNED', reset);
}

function newGrid(input: EvaluateInput, code: DecisionCode, why: string): Outcome {
  const result = planGrid({ ...input, planId: planId('g', input) });
  if (isRefusal(result)) return result;
  const side = result.levels.length / 2;
  const size = `${side} levels a side, ${result.step} apart around ${result.centre}`;
  return { code, reason: `Grid of ${size}. ${why}`, gridPlan: result };
}

function scalp(input: EvaluateInput, trendSide: Side, why: string): Outcome {
  if (input.entrySide !== null && input.entrySide !== trendSide) {
    const reason = `A ${input.entrySide} entry against the trend in force is skipped. ${why}`;
    return { code: 'SCALP_AGAINST_REGIME', reason };
  }
  const signal = scalpSignal(input.features, trendSide, input.config.scalping);
  if (signal === null || !signal.due) {
    const score = signal === null ? 'unknown' : `${signal.confidence} by ${signal.rule}`;
    const needed = input.config.scalping.confidenceMin;
    return { code: 'SCALP_WAIT', reason: `Confidence is ${score}, ${needed} is needed. ${why}` };
  }
  const result = planScalp({ ...input, signal, planId: planId('s', input) });
  if (isRefusal(result)) return result;
  const reason = `${signal.rule} at confidence ${signal.confidence}. ${why}`;
  return { code: 'SCALP_ENTRY', reason, scalpPlan: result };
}

const planId = (kind: 'g' | 's', { epoch, decisionSeq }: EvaluateInput): string =>
  `${kind}${epoch}-${decisionSeq}`;

const isRefusal = (result: GridPlan | ScalpPlan | Refusal): result is Refusal => 'code' in result;
