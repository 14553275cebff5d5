/**
 * Fills that were booked as a stranger's get their intent. The position already counts them, so
 * only their number changes: a reader sees the row again, with the client id.
 */
import type { z } from 'zod';
import { ensureDefined } from '../../core/assert.ts';
import type { SymbolRef } from '../../core/orders/order.ts';
import { bookRoundTrips, readLegs } from './book-round-trips.ts';
import { keyOf } from './columns.ts';
import { acknowledge } from './intent-evidence.ts';
import type { intentRow } from './intent-rows.ts';
import type { Statement, Transaction } from './transaction.ts';

export type UnlinkedFill = {
  readonly trade_id: string;
  readonly order_id: string;
  readonly quantity: string;
};

const LINK: Statement = {
  name: 'fill-link',
  text: `UPDATE fills SET intent_id = $6, plan_id = $7, seq = $8
    WHERE (account, venue, symbol, trade_id, order_id) = ($1, $2, $3, $4, $5)`,
};

const COUNT: Statement = {
  name: 'fill-link-count',
  text: 'UPDATE order_intents SET state = $2, filled = filled + $3 WHERE client_order_id = $1',
};

const NAME_POSITION: Statement = {
  name: 'fill-link-position',
  text: `UPDATE flow_positions SET strategy = $5, plan_id = $6
    WHERE (account, venue, symbol, first_trade_id) = ($1, $2, $3, $4) AND plan_id IS NULL`,
};

/** Whoever starts from the position (reconcile) has counted them: its cursor is past their numbers. */
const RENUMBER_POSITION: Statement = {
  name: 'fill-link-position-seq',
  text: `UPDATE positions SET last_seq = greatest(last_seq, $4)
    WHERE (account, venue, symbol) = ($1, $2, $3)`,
};

/** Returns the highest number given; the caller holds the account row's lock. */
export async function linkFills(
  transaction: Transaction,
  ref: SymbolRef,
  intent: z.output<typeof intentRow>,
  fills: readonly UnlinkedFill[],
  seq: number,
  eventTime: number,
): Promise<number> {
  const { client_order_id: id, plan_id: planId, strategy } = intent;
  const state = acknowledge(
    transaction,
    ref,
    { clientOrderId: id, state: intent.state },
    eventTime,
  );
  for (const [index, fill] of fills.entries()) {
    const key = [...keyOf(ref), fill.trade_id];
    transaction.write(LINK, [...key, fill.order_id, id, planId, seq + index + 1]);
    transaction.write(COUNT, [id, state, fill.quantity]);
    transaction.write(NAME_POSITION, [...key, strategy, planId]);
  }
  const last = seq + fills.length;
  transaction.write(RENUMBER_POSITION, [...keyOf(ref), last]);
  const first = ensureDefined(fills[0], 'there is a fill to link');
  const legs = await readLegs(transaction, ref, {
    tradeId: first.trade_id,
    orderId: first.order_id,
  });
  bookRoundTrips(transaction, ref, legs);
  return last;
}
