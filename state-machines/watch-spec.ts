/** What the watcher is asked for, and the status that people see: both follow from the snapshot. */
import type { SymbolStatus, WatchSpec } from '../core/market/watch.ts';
import { stateName } from './advance.ts';
import type { SymbolSnapshot } from './advance.ts';
import { exitsAtMarket } from './desired-orders.ts';
import { tradingLevel } from './restraints.ts';
import type { SymbolContext } from './symbol-context.ts';
import { isFlat, isLive, isStop, trackedOrders } from './tracked-orders.ts';

export function watchSpec(snapshot: SymbolSnapshot, settled: boolean): WatchSpec {
  const { context } = snapshot;
  const state = stateName(snapshot.value);
  return {
    entryRule:
      state === 'trendingScalp.flat' && tradingLevel(context) === 'ACTIVE' ? 'scalp' : null,
    breakout: state.startsWith('rangingGrid') ? (context.grid?.plan.breakout ?? null) : null,
    trail: state === 'trendingScalp.holding' ? trailOf(context) : null,
    touch: touchOf(context),
    deadlines: deadlinesOf(context, state),
    collar: collarOf(context),
    settled,
    status: symbolStatus(snapshot),
  };
}

/** P4c. Null in lockstep, and where a run began before there was such a setting. */
function collarOf({ settings, restraints }: SymbolContext): WatchSpec['collar'] {
  const movePct = settings?.collarMovePct ?? null;
  if (movePct === null) return null;
  return { movePct, isExceeded: restraints.includes('PRICE_MOVED_TOO_FAST') };
}

function trailOf(context: SymbolContext): WatchSpec['trail'] {
  const { scalp } = context;
  if (scalp === null || scalp.plan.trail === null) return null;
  const { side, trail } = scalp.plan;
  return { positionSide: side, ...trail, stopPrice: scalp.stopPrice };
}

/** A passive exit follows the touch. */
function touchOf(context: SymbolContext): WatchSpec['touch'] {
  const exit = trackedOrders(context).find((o) => o.intent.slot === 'exit' && isLive(o));
  const price = exit?.intent.price ?? null;
  return exit === undefined || price === null ? null : { side: exit.intent.side, price };
}

function deadlinesOf(context: SymbolContext, state: string): WatchSpec['deadlines'] {
  if (state === 'trendingScalp.holding' && context.scalp !== null && context.exitNow === null) {
    return [{ id: 'hold', at: context.scalp.plan.holdUntil }];
  }
  if (state === 'trendingScalp.cooldown' && context.cooldownUntil !== null) {
    return [{ id: 'cooldown', at: context.cooldownUntil }];
  }
  const { workOutMarketAt } = context;
  const passive = workOutMarketAt !== null && !isFlat(context) && !exitsAtMarket(context);
  return passive ? [{ id: 'unwind', at: workOutMarketAt }] : [];
}

export function symbolStatus(snapshot: SymbolSnapshot): SymbolStatus {
  const { context } = snapshot;
  const orders = trackedOrders(context);
  return {
    epoch: context.prefix?.epoch ?? 0,
    state: stateName(snapshot.value),
    level: tradingLevel(context),
    restraints: context.restraints,
    haltReason: context.halt?.reason ?? null,
    regime: context.regime,
    strategy: context.wanted,
    decisionCode: context.decision?.code ?? null,
    decisionReason: context.decision?.reason ?? null,
    positionQuantity: context.position.quantity,
    entryPrice: context.position.entryPrice,
    openOrders: orders.filter((o) => o.phase !== 'terminal').length,
    protectiveStops: orders
      .filter((o) => isStop(o) && isLive(o))
      .map((o) => ({ side: o.intent.side, triggerPrice: o.intent.triggerPrice ?? '' })),
    gridProfit: context.gridProfit,
    unknownOrders: orders.filter((o) => o.phase === 'unknown').length,
    marketTime: context.marketTime,
  };
}
