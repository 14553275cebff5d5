/** What the outcomes of our own operations do to tracked orders. */
import { quantity } from '../core/money/units.ts';
import type { OrderUpdate } from '../core/orders/order.ts';
import type { CancelOutcome, ResolveOutcome, SubmitOutcome } from '../core/orders/outcomes.ts';
import { noteRisk } from './notes.ts';
import type { SymbolContext, TrackedOrder } from './symbol-context.ts';
import {
  isFlat,
  isStop,
  trackNew,
  withAbsent,
  withOrder,
  withPrice,
  withReport,
  withoutOrder,
} from './tracked-orders.ts';

/** The venue says that a stop would trigger at once: the price is beyond it, close at market. */
const WOULD_TRIGGER = '-2021';

/** An order that was proved absent shows: it is tracked again, and a person looks. */
export function withAppeared(context: SymbolContext, clientOrderId: string): SymbolContext {
  const { [clientOrderId]: intent, ...absent } = context.absent;
  if (intent === undefined) return context;
  const orders = { ...context.orders, [clientOrderId]: trackNew(intent) };
  const level = context.level === 'ACTIVE' ? 'REDUCING' : context.level;
  const next = { ...context, absent, orders, level };
  return noteRisk(next, 'ORDER_APPEARED_LATE', 'critical', { clientOrderId, level });
}

export const applyOrderUpdate = (before: SymbolContext, update: OrderUpdate): SymbolContext => {
  const context = withAppeared(before, update.clientOrderId);
  const order = context.orders[update.clientOrderId];
  if (order === undefined) return context;
  const next = withOrder(context, withReport(order, update.status, update.executed));
  const stopTraded = isStop(order) && quantity(update.executed) > 0n;
  return stopTraded ? { ...next, exitNow: next.exitNow ?? 'STOP_FILLED' } : next;
};

export function applySubmit(context: SymbolContext, outcome: SubmitOutcome): SymbolContext {
  const order = context.orders[outcome.clientOrderId];
  if (order === undefined) return context;
  switch (outcome.kind) {
    case 'acked':
      return withOrder(context, withReport(order, outcome.status, outcome.executed));
    case 'unknown':
      // A report that came first knows more than a reply that never came.
      if (order.phase !== 'placing') return context;
      return noteRisk(
        withOrder(context, { ...order, phase: 'unknown' }),
        'ORDER_OUTCOME_UNKNOWN',
        'warning',
        { clientOrderId: outcome.clientOrderId, message: outcome.message },
      );
    case 'denied':
      return refused(context, order, outcome.reason.code);
    case 'rejected':
      return refused(context, order, outcome.code);
  }
}

export function applyCancel(context: SymbolContext, outcome: CancelOutcome): SymbolContext {
  const order = context.orders[outcome.clientOrderId];
  if (order === undefined || outcome.kind === 'requested') return context;
  if (order.phase === 'terminal') return context;
  // "Unknown order" is never proof that it is cancelled: the order is asked.
  return withOrder(context, { ...order, phase: 'unknown', cancelling: false });
}

export function applyResolve(context: SymbolContext, outcome: ResolveOutcome): SymbolContext {
  const order = context.orders[outcome.clientOrderId];
  if (order === undefined) return context;
  switch (outcome.kind) {
    case 'found':
      return withOrder(context, {
        ...withPrice(withReport(order, outcome.status, outcome.executed), outcome.price),
        cancelling: false,
      });
    case 'absent':
    case 'expiredUnsent':
      if (order.phase !== 'unknown') return withOrder(context, { ...order, asking: 'no' });
      return outcome.kind === 'absent'
        ? withAbsent(context, order)
        : withoutOrder(context, order, 'INTENT_EXPIRED');
    case 'pending':
      return withOrder(context, { ...order, asking: 'later' });
  }
}

function refused(context: SymbolContext, order: TrackedOrder, code: string): SymbolContext {
  const next = withoutOrder(context, order, code);
  if (!isStop(order)) return next;
  const noted = noteRisk(next, 'STOP_REFUSED', 'warning', { code, slot: order.intent.slot });
  const closeNow = code === WOULD_TRIGGER && !isFlat(context);
  return closeNow ? { ...noted, exitNow: 'STOP_WOULD_TRIGGER' } : noted;
}
