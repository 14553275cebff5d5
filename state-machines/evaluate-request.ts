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
    busy: isBusy(context, mode, stateName),
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

/** A plan is being traded, worked out or cooled down from: a new one would find no taker. */
function isBusy(context: SymbolContext, mode: ArrangeMode, stateName: string): boolean {
  if (mode === 'grid') return false;
  if (stateName === 'trendingScalp.cooldown') return true;
  return mode !== 'clear' || hasOrders(context);
}

function strategyState(stateName: string): StrategyState {
  const top = stateName.split('.')[0];
  return top === 'rangingGrid' || top === 'trendingScalp' ? top : 'standby';
}
