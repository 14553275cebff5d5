/**
 * How each event changes the context, whatever the state. Pure and total; the same reference back
 * means that the event changed nothing, which `advance()` reports as ignored.
 */
import type { MarketEvent } from '../core/market/features.ts';
import type { ReconcileReport, StandingOrder } from '../core/orders/reconcile.ts';
import type { Evaluation } from '../core/strategies/plans.ts';
import { applyFill, isLoose } from './apply-fill.ts';
import { applyHalt, applyLevel, applyResume, applyStop } from './apply-message.ts';
import { applyCancel, applyOrderUpdate, applyResolve, applySubmit } from './apply-outcome.ts';
import { noteRisk } from './notes.ts';
import { release, restrain } from './restraints.ts';
import type { SymbolContext, TrackedOrder } from './symbol-context.ts';
import type { DeadlineId, SymbolEvent } from './symbol-events.ts';
import { isFlat, isProtected, lacksFills, trackNew, withPrice } from './tracked-orders.ts';

export function applyEvent(context: SymbolContext, event: SymbolEvent): SymbolContext {
  switch (event.type) {
    case 'epochOpened':
      return { ...context, prefix: event.prefix };
    case 'reconciled':
      return applyReconcile(context, event.report);
    case 'market':
      return applyMarket(context, event.event);
    case 'quoted':
      return { ...context, quote: event.quote, marketTime: later(context, event.quote.time) };
    case 'fill':
      return applyFill(context, event.fill);
    case 'orderUpdated':
      return applyOrderUpdate(context, event.order);
    case 'evaluated':
      return applyEvaluation(context, event.evaluation);
    case 'evaluationFailed':
      return noteRisk({ ...context, evaluating: false }, 'EVALUATION_FAILED', 'warning', {
        message: event.message,
      });
    case 'placed':
      return event.outcomes.reduce(applySubmit, context);
    case 'cancelled':
      return event.outcomes.reduce(applyCancel, context);
    case 'resolved':
      return event.outcomes.reduce(applyResolve, context);
    case 'halt':
      return applyHalt(context, event);
    case 'resume':
      return applyResume(context, event);
    case 'level':
      return applyLevel(context, event);
    case 'stop':
      return applyStop(context, event);
    case 'deadline':
      return applyDeadline(context, event.id);
    case 'arrange':
      return context;
  }
}

const later = (context: SymbolContext, time: number): number => Math.max(context.marketTime, time);

function applyMarket(context: SymbolContext, event: MarketEvent): SymbolContext {
  // Whatever the watcher says comes from a tick; a feed that took over says no `dataFresh`.
  const next = {
    ...context,
    quote: event.quote,
    marketTime: later(context, event.time),
    dataStale: false,
  };
  switch (event.kind) {
    case 'barClosed':
      // A bar close is the market-time beat at which refused slots are tried again.
      return { ...next, blocked: {}, evaluationDue: dueAtBar(context, event) };
    case 'entryTriggered':
      if (event.late) return noteRisk(next, 'ENTRY_LATE', 'info', { rule: event.rule });
      return {
        ...next,
        evaluationDue: {
          trigger: 'entryTriggered',
          entrySide: event.side,
          features: event.features,
        },
      };
    case 'breakout':
      // Said of a plan that is gone: it must not keep the next one away.
      return context.grid === null ? next : { ...next, breakout: true, wanted: 'standby' };
    case 'trail':
      return context.scalp === null
        ? next
        : { ...next, scalp: { ...context.scalp, stopPrice: event.stopPrice } };
    case 'touchMoved':
      return next;
    case 'deadline':
      return event.id === 'hold' && isHoldOver(context, event.time)
        ? { ...next, exitNow: next.exitNow ?? 'HOLD_TIME_OVER' }
        : next;
    case 'dataStale':
      return noteStale({ ...next, dataStale: true }, event.ageMs);
    case 'dataFresh':
      return next;
    case 'priceMoved':
      return restrain(next, 'PRICE_MOVED_TOO_FAST', { rangePct: event.rangePct });
    case 'priceCalm':
      return release(next, 'PRICE_MOVED_TOO_FAST');
  }
}

/** Prices this old (wall) are no short outage any more: a person should look. */
const VERY_STALE_MS = 60_000;

const noteStale = (context: SymbolContext, ageMs: number): SymbolContext =>
  noteRisk(context, 'DATA_STALE', ageMs < VERY_STALE_MS ? 'warning' : 'critical', { ageMs });

const isHoldOver = ({ scalp }: SymbolContext, time: number): boolean =>
  scalp !== null && time >= scalp.plan.holdUntil;

function dueAtBar(
  context: SymbolContext,
  event: Extract<MarketEvent, { kind: 'barClosed' }>,
): SymbolContext['evaluationDue'] {
  const trigger = context.decision === null ? 'start' : 'barClosed';
  return { trigger, entrySide: null, features: event.features };
}

/** A stopping or halted symbol takes the regime, never a wish to trade. */
function applyEvaluation(context: SymbolContext, evaluation: Evaluation): SymbolContext {
  // Nobody waits for it: its plans may be of prices long gone.
  if (!context.evaluating) return context;
  const closed = context.stopping !== null || context.breakout;
  return {
    ...context,
    evaluating: false,
    regime: evaluation.regime,
    regimeState: evaluation.regimeState,
    decision: { code: evaluation.code, reason: evaluation.reason },
    wanted: closed ? 'standby' : evaluation.strategy,
    offer: closed
      ? { grid: null, scalp: null }
      : { grid: evaluation.gridPlan, scalp: evaluation.scalpPlan },
  };
}

function applyReconcile(context: SymbolContext, report: ReconcileReport): SymbolContext {
  if (context.reconcile !== 'inFlight') return context;
  if (report.kind === 'notClean') {
    const { code, reason } = report;
    return noteRisk({ ...context, reconcile: 'waiting' }, 'RECONCILE_NOT_CLEAN', 'warning', {
      code,
      reason,
    });
  }
  const { positionQuantity, entryPrice, standing, quote, settings } = report;
  return {
    ...context,
    reconcile: 'done',
    settings,
    quote,
    marketTime: later(context, quote.time),
    position: { quantity: positionQuantity, entryPrice },
    // The position holds what came without an id; it comes again when it is known to be ours.
    recentTrades: context.recentTrades.filter(isLoose),
    orders: Object.fromEntries(standing.map((s) => [s.clientOrderId, adopt(context, s)])),
    grid: null,
    scalp: null,
    breakout: false,
    exitNow: null,
    workOutMarketAt: null,
    cooldownUntil: null,
    blocked: {},
    dataStale: false,
  };
}

/** An order that stands at the venue: ours from before, or one of an earlier workflow start. */
function adopt(context: SymbolContext, standing: StandingOrder): TrackedOrder {
  const known = context.orders[standing.clientOrderId];
  const { clientOrderId, side, price, triggerPrice, quantity, executed, reduceOnly } = standing;
  const role = standing.conditional ? 'stop' : 'exit';
  const amended = known && withPrice(known, price).intent;
  const intent = amended ?? {
    clientOrderId,
    role,
    slot: `adopted:${clientOrderId}`,
    planId: 'adopted',
    strategy: 'workOut',
    side,
    kind: standing.conditional ? 'stopMarket' : 'limit',
    quantity,
    price,
    triggerPrice,
    targetPrice: null,
    reduceOnly,
    postOnly: false,
    timeInForce: 'GTC',
    decisionId: null,
  };
  return {
    ...trackNew(intent),
    phase: 'working',
    venueStatus: 'working',
    executed,
    filled: executed,
  };
}

function applyDeadline(context: SymbolContext, id: DeadlineId): SymbolContext {
  const next = { ...context, armed: context.armed.filter((armed) => armed !== id) };
  switch (id) {
    case 'reconcile':
      return context.reconcile === 'waiting' ? { ...next, reconcile: 'due' } : next;
    case 'retry':
      return retry(next);
    case 'unknown':
      // The arrangement that follows every event knows the time and decides.
      return next;
    case 'protection':
      return isFlat(context) || isProtected(context)
        ? next
        : noteRisk({ ...next, exitNow: 'UNPROTECTED' }, 'PROTECTION_MISSING', 'critical', {
            position: context.position.quantity,
          });
  }
}

/** Protective slots are tried again; orders that stay silent, or whose fills do, are asked. */
function retry(context: SymbolContext): SymbolContext {
  const blocked = Object.entries(context.blocked).filter(([slot]) => !isProtectiveSlot(slot));
  const orders = Object.entries(context.orders).map(
    ([id, order]) => [id, askAgain(order)] as const,
  );
  return { ...context, blocked: Object.fromEntries(blocked), orders: Object.fromEntries(orders) };
}

function askAgain(order: TrackedOrder): TrackedOrder {
  const silent = order.cancelling && order.phase === 'working';
  if (silent) return { ...order, phase: 'unknown', cancelling: false, asking: 'no' };
  if (lacksFills(order) && order.asking !== 'inFlight') return { ...order, asking: 'due' };
  return order.asking === 'later' ? { ...order, asking: 'due' } : order;
}

export const isProtectiveSlot = (slot: string): boolean =>
  slot.startsWith('stop:') || slot === 'exit';
