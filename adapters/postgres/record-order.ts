/** What the venue says of an order, ours or not; a triggered stop and its child become one. */
import { z } from 'zod';
import type { Pool } from 'pg';
import { ORDER_STATUSES } from '../../core/orders/order.ts';
import type { SymbolRef } from '../../core/orders/order.ts';
import type { VenueOrder } from '../ports.ts';
import { lockAccount, setSeq } from './account-row.ts';
import { keyOf, quantityColumn, timeColumn, toTimestamp } from './columns.ts';
import { acknowledge } from './intent-evidence.ts';
import { INTENT_COLUMNS, intentRow } from './intent-rows.ts';
import { linkFills } from './link-fills.ts';
import { notify } from './notifications.ts';
import { forward, orderView } from './order-view.ts';
import type { VenueOrderView } from './order-view.ts';
import { raiseRiskEvent } from './risk-events.ts';
import { inTransaction, run, select } from './transaction.ts';
import type { Statement, Transaction } from './transaction.ts';

export const recordOrder = (pool: Pool, ref: SymbolRef, order: VenueOrder): Promise<void> =>
  inTransaction(pool, (transaction) => bookOrder(transaction, ref, order, order.clientOrderId));

/** `clientOrderId`: the intent that it is known to belong to, when the caller knows better. */
export async function bookOrder(
  transaction: Transaction,
  ref: SymbolRef,
  order: VenueOrder,
  clientOrderId: string | null,
): Promise<void> {
  const key = [...keyOf(ref), order.conditional, order.venueOrderId];
  const [seq, , , intents, orders, unlinked] = await Promise.all([
    lockAccount(transaction, ref.account),
    run(transaction, UPSERT, [...key, clientOrderId, ...upsertValues(order)]),
    run(transaction, ADOPT_CHILD, key),
    select(transaction, INTENT, key, intentRow),
    select(transaction, INTENT_ORDERS, key, orderRow),
    select(transaction, UNLINKED_FILLS, key, unlinkedRow),
  ]);
  const intent = intents[0];
  if (intent === undefined) return;
  raiseDuplicates(transaction, ref, intent.client_order_id, orders);
  const viewed = applyView(transaction, ref, intent, orders, seq);
  const last =
    unlinked.length === 0
      ? viewed
      : await linkFills(transaction, ref, intent, unlinked, viewed, order.eventTime);
  if (last === seq) return;
  setSeq(transaction, ref.account, last);
  notify(transaction, 'rows', ref);
}

/** Writes what the intent's orders now say, if that is news; returns the highest number given. */
function applyView(
  transaction: Transaction,
  ref: SymbolRef,
  intent: z.output<typeof intentRow>,
  orders: readonly z.output<typeof orderRow>[],
  seq: number,
): number {
  const { client_order_id: clientOrderId, order_status: status, executed, state } = intent;
  const now = orderView(intent.kind, orders.map(toView));
  if (now === undefined) return seq;
  const view = forward(status === null ? null : { status, executed }, now, intent.quantity);
  if (view.status === status && view.executed === executed) return seq;
  const next = acknowledge(transaction, ref, { clientOrderId, state }, view.eventTime);
  const values = [clientOrderId, next, view.status, view.executed, toTimestamp(view.eventTime)];
  transaction.write(SET_VIEW, [...values, seq + 1]);
  return seq + 1;
}

// The intent of an order: the client id, or the conditional parent that names it as its child.
const UPSERT: Statement = {
  name: 'order-upsert',
  text: `INSERT INTO orders AS o (account, venue, symbol, conditional, venue_order_id,
      venue_client_order_id, side, status, quantity, executed, price, trigger_price, reduce_only,
      child_order_id, event_time, intent_id)
    VALUES ($1, $2, $3, $4, $5, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, coalesce(
      (SELECT client_order_id FROM order_intents
        WHERE client_order_id = $6 AND (account, venue, symbol) = ($1, $2, $3)),
      (SELECT p.intent_id FROM orders p WHERE (p.account, p.venue, p.symbol) = ($1, $2, $3)
        AND p.conditional AND NOT $4 AND p.child_order_id = $5 LIMIT 1)))
    ON CONFLICT (account, venue, symbol, conditional, venue_order_id) DO UPDATE SET
      intent_id = coalesce(o.intent_id, excluded.intent_id),
      venue_client_order_id = coalesce(o.venue_client_order_id, excluded.venue_client_order_id),
      status = CASE WHEN status_rank(excluded.status) > status_rank(o.status)
        THEN excluded.status ELSE o.status END,
      quantity = greatest(o.quantity, excluded.quantity),
      executed = greatest(o.executed, excluded.executed),
      price = CASE WHEN excluded.event_time >= o.event_time THEN coalesce(excluded.price, o.price) ELSE o.price END,
      child_order_id = coalesce(o.child_order_id, excluded.child_order_id),
      event_time = greatest(o.event_time, excluded.event_time)`,
};

const upsertValues = (order: VenueOrder): unknown[] => [
  order.clientOrderId,
  order.side,
  order.status,
  order.quantity,
  order.executed,
  order.price,
  order.triggerPrice,
  order.reduceOnly,
  order.childOrderId,
  toTimestamp(order.eventTime),
];

/** The child was recorded first, as a stranger: now its parent is known. */
const ADOPT_CHILD: Statement = {
  name: 'order-adopt-child',
  text: `UPDATE orders c SET intent_id = p.intent_id FROM orders p
    WHERE (p.account, p.venue, p.symbol, p.conditional, p.venue_order_id) = ($1, $2, $3, $4, $5)
      AND p.conditional AND p.intent_id IS NOT NULL
      AND (c.account, c.venue, c.symbol) = ($1, $2, $3) AND NOT c.conditional
      AND c.venue_order_id = p.child_order_id AND c.intent_id IS NULL`,
};

const THIS_INTENT = `(SELECT intent_id FROM orders WHERE
  (account, venue, symbol, conditional, venue_order_id) = ($1, $2, $3, $4, $5))`;

const INTENT: Statement = {
  name: 'order-intent',
  text: `SELECT ${INTENT_COLUMNS} FROM order_intents i WHERE i.client_order_id = ${THIS_INTENT} FOR UPDATE`,
};

const INTENT_ORDERS: Statement = {
  name: 'order-intent-orders',
  text: `SELECT conditional, status, executed, child_order_id, event_time
    FROM orders WHERE intent_id = ${THIS_INTENT}`,
};
const orderRow = z.object({
  conditional: z.boolean(),
  status: z.enum(ORDER_STATUSES),
  executed: quantityColumn,
  child_order_id: z.string().nullable(),
  event_time: timeColumn,
});
const toView = (row: z.output<typeof orderRow>): VenueOrderView => ({
  conditional: row.conditional,
  status: row.status,
  executed: row.executed,
  childOrderId: row.child_order_id,
  eventTime: row.event_time,
});

/** Fills of this order, or of its child, that were booked before anyone knew whose they are. */
const UNLINKED_FILLS: Statement = {
  name: 'order-unlinked-fills',
  text: `SELECT f.trade_id, f.order_id, f.quantity FROM fills f
    WHERE (f.account, f.venue, f.symbol) = ($1, $2, $3) AND f.intent_id IS NULL
      AND f.order_id IN (
        SELECT CASE WHEN o.conditional THEN o.child_order_id ELSE o.venue_order_id END FROM orders o
        WHERE (o.account, o.venue, o.symbol, o.conditional, o.venue_order_id) = ($1, $2, $3, $4, $5)
          AND o.intent_id IS NOT NULL)
    ORDER BY f.seq`,
};
const unlinkedRow = z.object({
  trade_id: z.string(),
  order_id: z.string(),
  quantity: quantityColumn,
});

/** One intent, one order: a second one of the same kind means that the venue took it twice. */
function raiseDuplicates(
  transaction: Transaction,
  ref: SymbolRef,
  clientOrderId: string,
  orders: readonly z.output<typeof orderRow>[],
): void {
  const conditional = orders.filter((order) => order.conditional).length;
  const count = Math.max(conditional, orders.length - conditional);
  if (count < 2) return;
  raiseRiskEvent(transaction, ref, {
    key: `duplicate-order:${clientOrderId}`,
    code: 'ORDER_DUPLICATED',
    severity: 'critical',
    detail: { clientOrderId, orders: count },
    eventTime: Math.max(...orders.map((order) => order.event_time)),
  });
}

const SET_VIEW: Statement = {
  name: 'order-set-view',
  text: `UPDATE order_intents SET state = $2, order_status = $3, executed = $4,
      order_event_time = greatest(order_event_time, $5), order_seq = $6
    WHERE client_order_id = $1`,
};
