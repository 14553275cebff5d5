/** What the venue shows of orders, booked, and what became of an attempt to place one. */
import { assertNever } from '../../../core/assert.ts';
import { quantity } from '../../../core/money/units.ts';
import type { QuantityText } from '../../../core/money/units.ts';
import { isTerminalStatus } from '../../../core/orders/order.ts';
import type { OrderStatus } from '../../../core/orders/order.ts';
import type { Ledger, VenueOrder } from '../../../adapters/ports.ts';
import { forward, orderView } from '../../../adapters/postgres/order-view.ts';
import { linkFills } from './book-fills.ts';
import { acknowledge, orderKey, parentOf } from './evidence.ts';
import { intentOf, notify, raise, setIntentState, touch } from './ledger-state.ts';
import type { IntentRecord, LedgerState, OrderRecord } from './ledger-state.ts';

type Outcome = Parameters<Ledger['recordOutcome']>[2];

export function recordOutcome(state: LedgerState, clientOrderId: string, outcome: Outcome): void {
  const record = intentOf(state, clientOrderId);
  switch (outcome.kind) {
    case 'acked':
      return bookOrder(state, outcome.order, clientOrderId);
    case 'rejected':
      if (record.state === 'SENDING' || record.state === 'UNKNOWN')
        setIntentState(state, record, 'REJECTED');
      else if (record.state === 'ACKED')
        raise(state, `rejected-after-ack:${clientOrderId}`, 'ORDER_REJECTED_AFTER_ACK');
      return;
    case 'unknown':
      if (record.state === 'SENDING') setIntentState(state, record, 'UNKNOWN');
      return;
    case 'absent':
      if (record.state !== 'SENDING' && record.state !== 'UNKNOWN') return;
      if (record.state === 'SENDING') setIntentState(state, record, 'UNKNOWN');
      setIntentState(state, record, 'ABSENT');
      return;
    default:
      assertNever(outcome);
  }
}

export function bookOrder(
  state: LedgerState,
  order: VenueOrder,
  clientOrderId: string | null,
): void {
  const before = state.seq;
  const booked = upsert(state, order, clientOrderId);
  const parent = adoptChild(state, booked);
  const record = parent.intentId === null ? undefined : state.intents.get(parent.intentId);
  if (record === undefined) return;
  const orders = [...state.orders.values()].filter((o) => o.intentId === parent.intentId);
  raiseDuplicates(state, record, orders);
  setView(state, record, orders);
  const orderId = booked.conditional ? booked.childOrderId : booked.venueOrderId;
  linkFills(state, record, (fill) => fill.orderId === orderId);
  if (state.seq !== before) notify(state);
}

/** The furthest that is known of an order; whose it is, by its id or by its parent. */
function upsert(state: LedgerState, order: VenueOrder, clientOrderId: string | null): OrderRecord {
  const key = orderKey(order.conditional, order.venueOrderId);
  const known = state.orders.get(key);
  const ours = clientOrderId !== null && state.intents.has(clientOrderId) ? clientOrderId : null;
  const record: OrderRecord = {
    conditional: order.conditional,
    venueOrderId: order.venueOrderId,
    intentId: known?.intentId ?? ours ?? parentIntent(state, order),
    status:
      known !== undefined && rank(known.status) >= rank(order.status) ? known.status : order.status,
    executed: larger(known?.executed, order.executed),
    childOrderId: known?.childOrderId ?? order.childOrderId,
    eventTime: Math.max(known?.eventTime ?? 0, order.eventTime),
  };
  state.orders.set(key, record);
  return record;
}

function parentIntent(state: LedgerState, order: VenueOrder): string | null {
  if (order.conditional) return null;
  return parentOf(state, order.venueOrderId)?.intentId ?? null;
}

/** The child was recorded first, as a stranger: now its parent is known. */
function adoptChild(state: LedgerState, order: OrderRecord): OrderRecord {
  const { conditional, childOrderId, intentId } = order;
  if (!conditional || childOrderId === null || intentId === null) return order;
  const key = orderKey(false, childOrderId);
  const child = state.orders.get(key);
  if (child?.intentId === null) state.orders.set(key, { ...child, intentId });
  return order;
}

function raiseDuplicates(
  state: LedgerState,
  record: IntentRecord,
  orders: readonly OrderRecord[],
): void {
  const conditional = orders.filter((o) => o.conditional).length;
  if (Math.max(conditional, orders.length - conditional) < 2) return;
  raise(state, `duplicate-order:${record.intent.clientOrderId}`, 'ORDER_DUPLICATED');
}

function setView(state: LedgerState, record: IntentRecord, orders: readonly OrderRecord[]): void {
  const now = orderView(record.intent.kind, orders);
  if (now === undefined) return;
  const next = forward(record.view, now, record.intent.quantity);
  if (next.status === record.view?.status && next.executed === record.view.executed) return;
  checkForward(state, record, next);
  acknowledge(state, record);
  state.seq += 1;
  record.view = {
    ...next,
    eventTime: Math.max(record.view?.eventTime ?? 0, next.eventTime),
    seq: state.seq,
  };
  touch(state, record);
}

function checkForward(
  state: LedgerState,
  { intent, view }: IntentRecord,
  next: { readonly status: OrderStatus; readonly executed: QuantityText },
): void {
  if (view === null) return;
  const back = rank(next.status) < rank(view.status);
  const revived =
    isTerminalStatus(view.status) && next.status !== view.status && next.status !== 'filled';
  const shrunk = quantity(next.executed) < quantity(view.executed);
  if (back || revived || shrunk) {
    state.broken(`${intent.clientOrderId}: ${view.status} cannot become ${next.status}`);
  }
}

/** How far an order has come; the same order as in the database. */
function rank(status: OrderStatus): number {
  if (status === 'filled') return 4;
  if (isTerminalStatus(status)) return 3;
  return ['working', 'triggered', 'partiallyFilled'].indexOf(status);
}

const larger = (a: QuantityText | undefined, b: QuantityText): QuantityText =>
  a !== undefined && quantity(a) > quantity(b) ? a : b;
