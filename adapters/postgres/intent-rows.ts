/** Rows of `order_intents` as intents. */
import { z } from 'zod';
import { INTENT_STATES, ORDER_STATUSES } from '../../core/orders/order.ts';
import type { OrderIntent, OrderUpdate } from '../../core/orders/order.ts';
import type { DeniedCode, DeniedReason } from '../../core/orders/denied-reason.ts';
import { DENIED_CODES } from '../../core/orders/denied-reason.ts';
import { priceColumn, quantityColumn, sideColumn, timeColumn } from './columns.ts';
import type { IntentRow } from '../ports.ts';

/** Columns that `intentRow` needs, of the table alias `i`. */
export const INTENT_COLUMNS = `i.client_order_id, i.account, i.venue, i.symbol, i.epoch, i.role,
  i.slot, i.plan_id, i.strategy, i.side, i.kind, i.quantity, i.price, i.trigger_price, i.target_price,
  i.reduce_only, i.post_only, i.time_in_force, i.decision_id, i.state, i.denied_code,
  i.denied_figures, i.sent_at, i.order_status, i.executed, i.order_event_time`;

const isDeniedCode = (code: string): code is DeniedCode => Object.hasOwn(DENIED_CODES, code);

export const intentRow = z.object({
  client_order_id: z.string(),
  account: z.string(),
  venue: z.string(),
  symbol: z.string(),
  epoch: z.int(),
  role: z.enum(['level', 'counter', 'entry', 'target', 'stop', 'exit']),
  slot: z.string(),
  plan_id: z.string(),
  strategy: z.enum(['grid', 'scalp', 'workOut']),
  side: sideColumn,
  kind: z.enum(['limit', 'market', 'stopMarket']),
  quantity: quantityColumn,
  price: priceColumn.nullable(),
  trigger_price: priceColumn.nullable(),
  target_price: priceColumn.nullable(),
  reduce_only: z.boolean(),
  post_only: z.boolean(),
  time_in_force: z.enum(['GTC', 'IOC']),
  decision_id: z.string().nullable(),
  state: z.enum(INTENT_STATES),
  denied_code: z.string().refine(isDeniedCode).nullable(),
  denied_figures: z.record(z.string(), z.string()).nullable(),
  sent_at: timeColumn.nullable(),
  order_status: z.enum(ORDER_STATUSES).nullable(),
  executed: quantityColumn,
  order_event_time: timeColumn.nullable(),
});
type Row = z.output<typeof intentRow>;

export const toIntent = (row: Row): OrderIntent => ({
  clientOrderId: row.client_order_id,
  role: row.role,
  slot: row.slot,
  planId: row.plan_id,
  strategy: row.strategy,
  side: row.side,
  kind: row.kind,
  quantity: row.quantity,
  price: row.price,
  triggerPrice: row.trigger_price,
  targetPrice: row.target_price,
  reduceOnly: row.reduce_only,
  postOnly: row.post_only,
  timeInForce: row.time_in_force,
  decisionId: row.decision_id,
});

export const toIntentRow = (row: Row): IntentRow => ({
  intent: toIntent(row),
  ref: { account: row.account, venue: row.venue, symbol: row.symbol },
  state: row.state,
  sentAt: row.sent_at,
});

/** The venue's last word on it; null while the venue has said nothing. */
export function toOrderUpdate(row: Row): OrderUpdate | null {
  const { order_status: status, order_event_time: eventTime } = row;
  if (status === null || eventTime === null) return null;
  return { clientOrderId: row.client_order_id, status, executed: row.executed, eventTime };
}

/** Why the row was refused; undefined unless its state is DENIED. */
export const toDeniedReason = (
  row: Pick<Row, 'denied_code' | 'denied_figures'>,
): DeniedReason | undefined =>
  row.denied_code === null
    ? undefined
    : { code: row.denied_code, figures: row.denied_figures ?? {} };
