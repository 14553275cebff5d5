/** One decision: the pure evaluation over what only the outside knows, and its row. */
import { evaluate } from '../core/strategies/evaluate.ts';
import type { EvaluateRequest, Evaluation } from '../core/strategies/plans.ts';
import { scalpSignal } from '../core/strategies/scalp-signal.ts';
import type { StrategyConfig } from '../core/strategies/strategy-config.ts';
import type { SymbolRef } from '../core/orders/order.ts';
import type { SymbolActivities } from '../workflows/activity-contract.ts';
import type { ActivityDeps } from './activity-deps.ts';

export function createEvaluateActivity(
  deps: ActivityDeps,
): Pick<SymbolActivities, 'evaluateSignal'> {
  return {
    evaluateSignal: async ({ ref, request }) => {
      const [rules, { equity }] = await Promise.all([
        deps.gateway.rules(ref.symbol),
        deps.gateway.equity(),
      ]);
      const config = deps.strategyConfig(ref.symbol);
      const evaluation = evaluate({ ...request, symbol: ref.symbol, rules, equity, config });
      await recordDecision(deps, ref, request, evaluation, config);
      return evaluation;
    },
  };
}

function recordDecision(
  { journal }: ActivityDeps,
  ref: SymbolRef,
  request: EvaluateRequest,
  evaluation: Evaluation,
  config: StrategyConfig,
): Promise<void> {
  const { decisionId, strategy, regime, reading, code, reason, gridPlan, scalpPlan } = evaluation;
  const { features, quote, state, busy, flat, grid, trigger, epoch, marketTime } = request;
  return journal.recordDecision(ref, {
    decisionId,
    epoch,
    trigger,
    strategy,
    regime,
    code,
    reason,
    inputs: { features, quote, state, busy, flat, grid },
    outputs: {
      reading,
      gridPlan,
      scalpPlan,
      rule_confidence: ruleConfidence(request, evaluation, config),
      ml_score: null,
    },
    eventTime: marketTime,
  });
}

/** 0 … 1, of an entry with the trend, also where it was not enough; null where no scalp was judged. */
function ruleConfidence(
  { features }: EvaluateRequest,
  { strategy, regime }: Evaluation,
  { scalping }: StrategyConfig,
): number | null {
  if (strategy !== 'trendingScalp') return null;
  if (regime !== 'trendingUp' && regime !== 'trendingDown') return null;
  const side = regime === 'trendingUp' ? 'buy' : 'sell';
  return scalpSignal(features, side, scalping)?.confidence ?? null;
}
