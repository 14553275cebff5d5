/** Turns what a state wants into effects, and notes in the context that they were asked for. */
import { clientOrderId } from '../core/orders/client-order-id.ts';
import type { OrderIntent } from '../core/orders/order.ts';
import { ensureDefined } from '../core/assert.ts';
import { desiredOrders } from './desired-orders.ts';
import type { ArrangeMode, DesiredOrder } from './desired-orders.ts';
import { diffOrders } from './diff-orders.ts';
import type { OrderChanges } from './diff-orders.ts';
import { isProtectiveSlot } from './apply-event.ts';
import { evaluateRequest } from './evaluate-request.ts';
import { reviewDelayMs, reviewUnknown } from './restraints.ts';
import type { SymbolContext, TrackedOrder } from './symbol-context.ts';
import type { SymbolEffect } from './symbol-effects.ts';
import { DEADLINE_IDS } from './symbol-events.ts';
import type { DeadlineId } from './symbol-events.ts';
import { isFlat, isProtected, lacksFills, trackNew, trackedOrders } from './tracked-orders.ts';

const BATCH = 5;

export type Arrangement = {
  readonly context: SymbolContext;
  readonly effects: readonly SymbolEffect[];
};

/** `stateName` is the dotted state, told to the strategy; `wallMs` is the wall clock now. */
export function arrange(
  context: SymbolContext,
  mode: ArrangeMode,
  stateName: string,
  wallMs: number,
): Arrangement {
  const steps = [
    (reviewed: SymbolContext) => unchanged(reviewUnknown(reviewed, wallMs)),
    placeAndCancel(mode),
    askUnknown,
    reconcileWhenDue,
    evaluateWhenDue(mode, stateName),
    flushRecords,
    armDeadlines(wallMs),
  ];
  return steps.reduce<Arrangement>(
    (sofar, step) => {
      const next = step(sofar.context);
      return { context: next.context, effects: [...sofar.effects, ...next.effects] };
    },
    { context: { ...context, offer: { grid: null, scalp: null } }, effects: [] },
  );
}

type Step = (context: SymbolContext) => Arrangement;

const unchanged = (context: SymbolContext): Arrangement => ({ context, effects: [] });

function nextOp(context: SymbolContext): { context: SymbolContext; opId: string } {
  const counters = { ...context.counters, op: context.counters.op + 1 };
  return { context: { ...context, counters }, opId: `op${context.counters.op}` };
}

const placeAndCancel =
  (mode: ArrangeMode): Step =>
  (context) => {
    const changes = diffOrders(context, mode, desiredOrders(context, mode));
    const placed = placeOrders(context, changes.place);
    const amended = amendOrders(placed.context, changes.amend);
    const cancelled = cancelOrders(amended.context, changes.cancel);
    const effects = [...placed.effects, ...amended.effects, ...cancelled.effects];
    return { context: cancelled.context, effects };
  };

/** Protective orders leave first and alone; one batch of risk at a time. */
function placeOrders(context: SymbolContext, orders: readonly DesiredOrder[]): Arrangement {
  const protective = orders.filter((order) => order.reduceOnly);
  const adding = orders.filter((order) => !order.reduceOnly);
  const first = placeBatch(context, protective.slice(0, BATCH), true);
  const second = placeBatch(first.context, adding.slice(0, BATCH), false);
  return { context: second.context, effects: [...first.effects, ...second.effects] };
}

function placeBatch(
  context: SymbolContext,
  orders: readonly DesiredOrder[],
  protective: boolean,
): Arrangement {
  if (orders.length === 0) return unchanged(context);
  const { context: numbered, opId } = nextOp(context);
  const intents = orders.map((order, i) => toIntent(context, order, i));
  const tracked = Object.fromEntries(intents.map((i) => [i.clientOrderId, trackNew(i)]));
  const entryAsked = intents.some((intent) => intent.role === 'entry');
  const next: SymbolContext = {
    ...numbered,
    orders: { ...numbered.orders, ...tracked },
    counters: { ...numbered.counters, order: numbered.counters.order + intents.length },
    scalp: entryAsked && context.scalp ? { ...context.scalp, entryAsked } : context.scalp,
    // A truth that was read meanwhile may lack this order: it is read again.
    reconcile: context.reconcile === 'inFlight' ? 'due' : context.reconcile,
  };
  return { context: next, effects: [{ kind: 'place', opId, intents, protective }] };
}

function toIntent(context: SymbolContext, order: DesiredOrder, offset: number): OrderIntent {
  const prefix = ensureDefined(context.prefix, 'an order needs an epoch');
  const { replace: _replace, ...rest } = order;
  return {
    ...rest,
    clientOrderId: clientOrderId(prefix, context.counters.order + offset),
    decisionId: null,
  };
}

/** What the order is after that, the venue says: until then it is being asked. */
function amendOrders(context: SymbolContext, changes: OrderChanges['amend']): Arrangement {
  if (changes.length === 0) return unchanged(context);
  const { context: numbered, opId } = nextOp(context);
  const asked = changes.map(
    ({ order }) => [order.intent.clientOrderId, { ...order, asking: 'inFlight' }] as const,
  );
  const orders = changes.map(({ order: { intent }, price }) => {
    const { clientOrderId: id, side, quantity } = intent;
    return { clientOrderId: id, side, quantity, price };
  });
  return {
    context: { ...numbered, orders: { ...numbered.orders, ...Object.fromEntries(asked) } },
    effects: [{ kind: 'amend', opId, orders }],
  };
}

function cancelOrders(context: SymbolContext, orders: readonly TrackedOrder[]): Arrangement {
  if (orders.length === 0) return unchanged(context);
  const { context: numbered, opId } = nextOp(context);
  const marked = orders.map((o) => [o.intent.clientOrderId, { ...o, cancelling: true }] as const);
  return {
    context: { ...numbered, orders: { ...numbered.orders, ...Object.fromEntries(marked) } },
    effects: [
      {
        kind: 'cancel',
        opId,
        orders: orders.map(({ intent }) => ({
          clientOrderId: intent.clientOrderId,
          conditional: intent.kind === 'stopMarket',
        })),
      },
    ],
  };
}

/** Asked at once, then again after each `retry` deadline. */
function askUnknown(context: SymbolContext): Arrangement {
  const due = trackedOrders(context).filter(
    (o) => o.asking === 'due' || (o.phase === 'unknown' && o.asking === 'no'),
  );
  if (due.length === 0) return unchanged(context);
  const { context: numbered, opId } = nextOp(context);
  const asked = due.map((o) => [o.intent.clientOrderId, { ...o, asking: 'inFlight' }] as const);
  const clientOrderIds = due.map((o) => o.intent.clientOrderId);
  return {
    context: { ...numbered, orders: { ...numbered.orders, ...Object.fromEntries(asked) } },
    effects: [{ kind: 'resolve', opId, clientOrderIds }],
  };
}

/** Only when none of our own requests is on its way: the report replaces what is tracked. */
function reconcileWhenDue(context: SymbolContext): Arrangement {
  if (context.reconcile !== 'due' || context.prefix === null) return unchanged(context);
  if (trackedOrders(context).some((o) => o.phase === 'placing' || o.phase === 'unknown')) {
    return unchanged(context);
  }
  const { context: numbered, opId } = nextOp(context);
  return {
    context: { ...numbered, reconcile: 'inFlight' },
    effects: [{ kind: 'reconcile', opId }],
  };
}

const evaluateWhenDue =
  (mode: ArrangeMode, stateName: string): Step =>
  (context) => {
    if (mode === 'frozen' || mode === 'halted' || context.evaluating) return unchanged(context);
    const request = evaluateRequest(context, mode, stateName);
    if (request === null) return unchanged(context);
    const { context: numbered, opId } = nextOp(context);
    const counters = { ...numbered.counters, decision: numbered.counters.decision + 1 };
    return {
      context: { ...numbered, counters, evaluating: true, evaluationDue: null },
      effects: [{ kind: 'evaluate', opId, request }],
    };
  };

function flushRecords(context: SymbolContext): Arrangement {
  if (context.records.length === 0) return unchanged(context);
  const { context: numbered, opId } = nextOp(context);
  return {
    context: { ...numbered, records: [] },
    effects: [{ kind: 'record', opId, entries: context.records }],
  };
}

/** Which wall-time backstops the context needs, and when they are due if they are not armed. */
const armDeadlines =
  (wallMs: number): Step =>
  (context) =>
    DEADLINE_IDS.reduce<Arrangement>((sofar, id) => {
      const next = armOne(sofar.context, id, wallMs);
      return { context: next.context, effects: [...sofar.effects, ...next.effects] };
    }, unchanged(context));

function armOne(context: SymbolContext, id: DeadlineId, wallMs: number): Arrangement {
  const delayMs = deadlineDelayMs(context, id, wallMs);
  const armed = context.armed.includes(id);
  if (delayMs !== null && !armed) {
    return {
      context: { ...context, armed: [...context.armed, id] },
      effects: [{ kind: 'armDeadline', id, at: wallMs + delayMs }],
    };
  }
  // A deadline that is no longer needed only fires into a context that has nothing due.
  return unchanged(context);
}

function deadlineDelayMs(context: SymbolContext, id: DeadlineId, wallMs: number): number | null {
  const retryMs = context.settings?.retryMs ?? null;
  switch (id) {
    case 'reconcile':
      return context.reconcile === 'waiting' ? RECONCILE_RETRY_MS : null;
    case 'retry':
      return needsRetry(context) ? retryMs : null;
    case 'unknown':
      return reviewDelayMs(context, wallMs);
    case 'protection':
      return isFlat(context) || isProtected(context)
        ? null
        : (context.settings?.protectionGraceMs ?? null);
  }
}

const RECONCILE_RETRY_MS = 2_000;

const needsRetry = (context: SymbolContext): boolean =>
  trackedOrders(context).some((o) => o.cancelling || o.asking === 'later' || lacksFills(o)) ||
  Object.keys(context.blocked).some(isProtectiveSlot);
