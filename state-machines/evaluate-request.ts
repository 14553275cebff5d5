/** The inputs of one decision, from what the machine knows. */
import type { EvaluateRequest, StrategyState } from '../core/strategies/plans.ts';
import type { ArrangeMode } from './desired-orders.ts';
import { allArmed, netProfit } from './grid-progress.ts';
import type { SymbolContext } from './symbol-context.ts';
import { hasOrders, isFlat } from './tracked-orders.ts';

/** Null while no decision is due or an input is missing. */
export function evaluateRequest(
  context: SymbolContext,
  mode: ArrangeMode,
  stateName: string,
): EvaluateRequest | null {
  const { evaluationDue, quote, prefix, grid } = context;
  if (evaluationDue === null || quote === null || prefix === null) return null;
  return {
    trigger: evaluationDue.trigger,
    entrySide: evaluationDue.entrySide,
    marketTime: context.marketTime,
    quote,
    features: evaluationDue.features,
    regimeState: context.regimeState,
    state: strategyState(stateName),
    busy: mode === 'workOut' || (mode === 'clear' && hasOrders(context)),
    flat: isFlat(context),
    grid:
      grid === null || mode !== 'grid'
        ? null
        : {
            centre: grid.plan.centre,
            step: grid.plan.step,
            allArmed: allArmed(grid),
            netProfit: netProfit(grid),
            resetProfit: grid.plan.resetProfit,
            createdAt: grid.plan.createdAt,
          },
    decisionSeq: context.counters.decision,
    epoch: prefix.epoch,
  };
}

function strategyState(stateName: string): StrategyState {
  const top = stateName.split('.')[0];
  return top === 'rangingGrid' || top === 'trendingScalp' ? top : 'standby';
}
