/** Everything that may happen next to a symbol: the alphabet of the walk, from its snapshot. */
import { absQuantity, minQuantity, subtractQuantity } from '../../core/money/arithmetic.ts';
import { divide } from '../../core/money/decimal-text.ts';
import { quantity, quantityText } from '../../core/money/units.ts';
import type { Quantity } from '../../core/money/units.ts';
import type { OrderIntent, OrderStatus } from '../../core/orders/order.ts';
import type { ResolveOutcome, SubmitOutcome } from '../../core/orders/outcomes.ts';
import type { SymbolSnapshot } from '../advance.ts';
import { stateName } from '../advance.ts';
import { isLoose } from '../apply-fill.ts';
import { isHaltLevel } from '../apply-message.ts';
import type { SymbolContext, TrackedOrder } from '../symbol-context.ts';
import type { SymbolEvent } from '../symbol-events.ts';
import { isLive, isStop, remaining, trackedOrders } from '../tracked-orders.ts';
import {
  aCleanReport,
  aFill,
  aQuote,
  anEvaluation,
  barClosed,
  gridEvaluation,
  p,
  q,
  scalpEvaluation,
} from './fixtures.ts';

const HALTS = ['HALT', 'HALT_AND_FLATTEN', 'LOCKOUT'] as const;

export function alphabet(snapshot: SymbolSnapshot, levelsPerSide: number): SymbolEvent[] {
  const { context } = snapshot;
  const state = stateName(snapshot.value);
  return [
    ...trackedOrders(context).flatMap((order) => orderEvents(context, order)),
    ...Object.values(context.absent).map((intent) => appears(intent)),
    resolvedStranger(),
    ...(state === 'stopped' ? [] : tradesOfOthers(context)),
    ...evaluations(context, levelsPerSide),
    ...reconciliations(context),
    ...marketEvents(context, state),
    ...context.armed.map((id): SymbolEvent => ({ type: 'deadline', id })),
    ...messages(context),
  ];
}

function orderEvents(context: SymbolContext, order: TrackedOrder): SymbolEvent[] {
  switch (order.phase) {
    case 'placing':
      return [...submitOutcomes(order).map(placed), ...executions(context, order)];
    case 'working':
      return [
        ...executions(context, order),
        updated(order, 'expired', order.filled),
        ...(order.cancelling ? cancelEvents(order) : []),
        ...confirmations(order),
        lateReply(order),
      ];
    case 'unknown':
      return [...resolutions(order), ...executions(context, order), lateReply(order)];
    case 'terminal':
      return [...executions(context, order), ...confirmations(order), lateReply(order)];
  }
}

/** The reply to the request comes after the stream or an answer has said more. */
const lateReply = ({ intent: { clientOrderId } }: TrackedOrder): SymbolEvent =>
  placed({ clientOrderId, kind: 'acked', status: 'working', executed: q('0') });

/**
 * Asked because its fills are missing, or asked by nobody any more: the venue says again what it
 * said, or cannot be read.
 */
function confirmations(order: TrackedOrder): SymbolEvent[] {
  const { clientOrderId } = order.intent;
  const status = order.venueStatus ?? 'working';
  const outcomes: ResolveOutcome[] = [
    { clientOrderId, kind: 'found', status, executed: order.executed, price: order.intent.price },
    { clientOrderId, kind: 'pending', message: 'venue away' },
  ];
  return outcomes.map((outcome) => ({ type: 'resolved', outcomes: [outcome] }));
}

function submitOutcomes(order: TrackedOrder): SubmitOutcome[] {
  const { clientOrderId } = order.intent;
  const rejection = isStop(order) ? '-2021' : '-2019';
  return [
    { clientOrderId, kind: 'acked', status: 'working', executed: q('0') },
    { clientOrderId, kind: 'denied', reason: { code: 'DATA_STALE', figures: {} } },
    { clientOrderId, kind: 'rejected', code: rejection, message: 'no' },
    { clientOrderId, kind: 'unknown', message: 'timeout' },
  ];
}

/** An answer about an order that was settled and forgotten long ago. */
const resolvedStranger = (): SymbolEvent => {
  const clientOrderId = 'tgtestabcde00001zzzzzzz';
  const outcome = { status: 'working', executed: q('0'), price: null } as const;
  const found = { clientOrderId, kind: 'found', ...outcome } as const;
  return { type: 'resolved', outcomes: [found] };
};

/** A trade by hand, once a life: each side takes or adds what a level does. */
function tradesOfOthers({ settings, recentTrades }: SymbolContext): SymbolEvent[] {
  if (settings === null || recentTrades.some(isLoose)) return [];
  return (['buy', 'sell'] as const).map((side): SymbolEvent => {
    const intent = { clientOrderId: 'web_1', side, price: p('100') } as OrderIntent;
    return { type: 'fill', fill: { ...aFill(intent, '1', 'by hand'), clientOrderId: null } };
  });
}

const placed = (outcome: SubmitOutcome): SymbolEvent => ({ type: 'placed', outcomes: [outcome] });

const cancelEvents = (order: TrackedOrder): SymbolEvent[] => [
  updated(order, 'cancelled', order.filled),
  {
    type: 'cancelled',
    outcomes: [{ clientOrderId: order.intent.clientOrderId, kind: 'notFound', message: '-2011' }],
  },
];

function resolutions(order: TrackedOrder): SymbolEvent[] {
  const { clientOrderId, price } = order.intent;
  const outcomes: ResolveOutcome[] = [
    { clientOrderId, kind: 'found', status: 'working', executed: order.filled, price },
    { clientOrderId, kind: 'found', status: 'cancelled', executed: order.filled, price },
    { clientOrderId, kind: 'pending', message: 'not found yet' },
    ...(order.filled === '0' ? [{ clientOrderId, kind: 'absent' } as const] : []),
  ];
  return outcomes.map((outcome) => ({ type: 'resolved', outcomes: [outcome] }));
}

const updated = (
  order: TrackedOrder,
  status: OrderStatus,
  executed: TrackedOrder['filled'],
): SymbolEvent => ({
  type: 'orderUpdated',
  order: { clientOrderId: order.intent.clientOrderId, status, executed, eventTime: 1_000 },
});

/** An order that was proved absent shows after all. */
const appears = ({ clientOrderId }: OrderIntent): SymbolEvent => ({
  type: 'orderUpdated',
  order: { clientOrderId, status: 'working', executed: q('0'), eventTime: 1_000 },
});

/** Fills before, with or after the report; whole and in half; a duplicate of the last one. */
function executions(context: SymbolContext, order: TrackedOrder): SymbolEvent[] {
  const whole = fillable(context, order);
  if (whole <= 0n) return duplicates(context, order);
  const half = divide(whole, 2n, 'down') as Quantity;
  const filled = quantityText((quantity(order.filled) + whole) as Quantity);
  const reports = order.phase === 'terminal' ? [] : [updated(order, 'filled', filled)];
  const partial = order.filled === '0' ? [fillOf(order, half)] : duplicates(context, order);
  return [fillOf(order, whole), ...partial, ...reports];
}

/** What the venue would still execute: reduce-only orders never turn a position. */
function fillable(context: SymbolContext, order: TrackedOrder): Quantity {
  const reported = subtractQuantity(quantity(order.executed), quantity(order.filled));
  if (order.phase === 'terminal') return reported;
  if (!order.intent.reduceOnly) return remaining(order);
  const position = quantity(context.position.quantity);
  const closes = order.intent.side === 'sell' ? position > 0n : position < 0n;
  return closes ? minQuantity(remaining(order), absQuantity(position)) : (0n as Quantity);
}

const fillOf = (order: TrackedOrder, traded: Quantity): SymbolEvent => ({
  type: 'fill',
  fill: aFill(order.intent, quantityText(traded), `after ${order.filled}`),
});

/** The first fill once more; after a reconcile the cursor keeps it away. */
function duplicates(context: SymbolContext, order: TrackedOrder): SymbolEvent[] {
  const fill = aFill(order.intent, '0.5', 'after 0');
  const counted = context.recentTrades.includes(`${fill.orderId}:${fill.tradeId}`);
  return counted ? [{ type: 'fill', fill }] : [];
}

function evaluations(context: SymbolContext, levelsPerSide: number): SymbolEvent[] {
  const grid: SymbolEvent = { type: 'evaluated', evaluation: gridEvaluation(levelsPerSide) };
  // One that nobody waits for: a plan of yesterday's prices.
  if (!context.evaluating) return [grid];
  return [
    grid,
    { type: 'evaluated', evaluation: scalpEvaluation() },
    { type: 'evaluated', evaluation: anEvaluation({}) },
  ];
}

/** The venue's truth agrees with what we were told so far, or cannot be read. */
function reconciliations(context: SymbolContext): SymbolEvent[] {
  if (context.reconcile !== 'inFlight') return [];
  const standing = trackedOrders(context)
    .filter((order) => isLive(order) && remaining(order) > 0n)
    .map(({ intent, filled }) => ({
      clientOrderId: intent.clientOrderId,
      conditional: intent.kind === 'stopMarket',
      side: intent.side,
      price: intent.price,
      triggerPrice: intent.triggerPrice,
      quantity: intent.quantity,
      executed: filled,
      reduceOnly: intent.reduceOnly,
    }));
  const { quantity: positionQuantity, entryPrice } = context.position;
  return [
    { type: 'reconciled', report: aCleanReport({ positionQuantity, entryPrice, standing }) },
    { type: 'reconciled', report: { kind: 'notClean', code: 'X', reason: 'venue away' } },
  ];
}

function marketEvents(context: SymbolContext, state: string): SymbolEvent[] {
  const at = { time: 2_000, quote: aQuote(2_000) };
  const events: SymbolEvent[] = [
    context.dataStale
      ? { type: 'market', event: { ...at, kind: 'dataFresh' } }
      : { type: 'market', event: { ...at, kind: 'dataStale', ageMs: 30_000 } },
    context.restraints.includes('PRICE_MOVED_TOO_FAST')
      ? { type: 'market', event: { ...at, kind: 'priceCalm' } }
      : { type: 'market', event: { ...at, kind: 'priceMoved', rangePct: 11 } },
  ];
  if (context.prefix !== null && !context.evaluating) {
    events.push({ type: 'market', event: barClosed(2_000) });
  }
  if (state.startsWith('rangingGrid') && context.grid !== null && !context.breakout) {
    events.push({ type: 'market', event: { ...at, kind: 'breakout', direction: 'down' } });
  }
  if (state === 'trendingScalp.holding' && context.scalp?.stopPrice === '99.7') {
    events.push({ type: 'market', event: { ...at, kind: 'trail', stopPrice: p('99.9') } });
    const time = context.scalp.plan.holdUntil;
    events.push({ type: 'market', event: { ...at, time, kind: 'deadline', id: 'hold' } });
  }
  if (trackedOrders(context).some(({ intent }) => intent.slot === 'exit')) {
    const [bid, ask] = context.quote?.bid === aQuote().bid ? [p('99.5'), p('99.6')] : [];
    const quote = { ...aQuote(2_000), ...(bid && ask ? { bid, ask } : {}) };
    events.push({ type: 'market', event: { time: 2_000, quote, kind: 'touchMoved' } });
  }
  if (context.workOutMarketAt !== null && context.marketTime < context.workOutMarketAt) {
    const late = { time: context.workOutMarketAt, quote: aQuote(context.workOutMarketAt) };
    events.push({ type: 'market', event: { ...late, kind: 'deadline', id: 'unwind' } });
  }
  return events;
}

/** Each message that could change something, and a few that could not. */
function messages(context: SymbolContext): SymbolEvent[] {
  const by = { reason: 'walk', by: 'walk' };
  const halt = (level: (typeof HALTS)[number]): SymbolEvent => ({
    type: 'halt',
    haltId: 'h',
    level,
    ...by,
    wallMs: 0,
  });
  const isHalted = isHaltLevel(context.level);
  const levels = isHalted ? (['ACTIVE'] as const) : (['ACTIVE', 'PAUSE', 'REDUCING'] as const);
  const resume: SymbolEvent = { type: 'resume', haltId: context.halt?.haltId ?? null, ...by };
  const stops = context.stopping === null ? [false, true] : [true];
  return [
    ...HALTS.filter((level) => !isHalted || level !== 'HALT').map(halt),
    ...levels
      .filter((level) => level !== context.level)
      .map((level): SymbolEvent => ({ type: 'level', level, ...by })),
    ...(context.level === 'ACTIVE' ? [] : [resume]),
    ...stops.map((flatten): SymbolEvent => ({ type: 'stop', flatten, ...by })),
  ];
}
