/** A fill: booked once, numbered, turned from reservation into position, in one transaction. */
import { z } from 'zod';
import type { Pool } from 'pg';
import { INTENT_STATES } from '../../core/orders/order.ts';
import type { Fill, SymbolRef } from '../../core/orders/order.ts';
import { lockAccount, setSeq } from './account-row.ts';
import { bookExecution, readPosition } from './book-position.ts';
import { bookRoundTrips, readLegs } from './book-round-trips.ts';
import { countColumn, keyOf, toTimestamp } from './columns.ts';
import { acknowledge } from './intent-evidence.ts';
import { INTENT_COLUMNS, intentRow } from './intent-rows.ts';
import { linkFills } from './link-fills.ts';
import { notify } from './notifications.ts';
import { inTransaction, select } from './transaction.ts';
import type { Statement, Transaction } from './transaction.ts';

/** True when the fill is new; a known one changes nothing, but may now learn whose it is. */
export const recordFill = (pool: Pool, ref: SymbolRef, fill: Fill): Promise<boolean> =>
  inTransaction(pool, async (transaction) => {
    const key = [...keyOf(ref), fill.tradeId, fill.orderId];
    const [, inserted, position, intents, legs] = await Promise.all([
      lockAccount(transaction, ref.account),
      select(transaction, INSERT, [...key, ...insertValues(fill)], insertedRow),
      readPosition(transaction, ref),
      select(transaction, INTENT, key, fillIntentRow),
      readLegs(transaction, ref, fill),
    ]);
    const intent = intents[0];
    const seq = inserted[0]?.seq;
    if (seq === undefined) {
      await linkKnown(transaction, ref, fill);
      return false;
    }
    await bookExecution(transaction, ref, position, { ...fill, seq, intent: intent ?? null });
    if (intent !== undefined) {
      countFill(transaction, ref, intent, fill);
      bookRoundTrips(transaction, ref, legs);
    }
    setSeq(transaction, ref.account, seq);
    notify(transaction, 'rows', ref);
    return true;
  });

// Whose it is: the client id, the order that it executed, or the parent of that order.
const OWNER = `coalesce(
  (SELECT client_order_id FROM order_intents
    WHERE client_order_id = $6 AND (account, venue, symbol) = ($1, $2, $3)),
  (SELECT o.intent_id FROM orders o WHERE (o.account, o.venue, o.symbol) = ($1, $2, $3)
    AND NOT o.conditional AND o.venue_order_id = $5),
  (SELECT p.intent_id FROM orders p WHERE (p.account, p.venue, p.symbol) = ($1, $2, $3)
    AND p.conditional AND p.child_order_id = $5 LIMIT 1))`;

const INSERT: Statement = {
  name: 'fill-insert',
  text: `INSERT INTO fills (account, venue, symbol, trade_id, order_id, venue_client_order_id, side,
      price, quantity, fee, fee_asset, maker, venue_realised_profit, event_time, seq, intent_id, plan_id)
    SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,
      (SELECT seq + 1 FROM accounts WHERE account = $1), owner.id,
      (SELECT plan_id FROM order_intents WHERE client_order_id = owner.id)
    FROM (SELECT ${OWNER} AS id) owner
    ON CONFLICT (account, venue, symbol, trade_id, order_id) DO NOTHING RETURNING seq`,
};
const insertedRow = z.object({ seq: countColumn });

const insertValues = (fill: Fill): unknown[] => [
  fill.clientOrderId,
  fill.side,
  fill.price,
  fill.quantity,
  fill.fee,
  fill.feeAsset,
  fill.maker,
  fill.realisedProfit,
  toTimestamp(fill.eventTime),
];

const INTENT: Statement = {
  name: 'fill-intent',
  text: `SELECT client_order_id, state, strategy, plan_id FROM order_intents
    WHERE client_order_id = (SELECT intent_id FROM fills
      WHERE (account, venue, symbol, trade_id, order_id) = ($1, $2, $3, $4, $5))
    FOR UPDATE`,
};
const fillIntentRow = z.object({
  client_order_id: z.string(),
  state: z.enum(INTENT_STATES),
  strategy: z.string(),
  plan_id: z.string(),
});

const COUNT: Statement = {
  name: 'fill-count',
  text: 'UPDATE order_intents SET state = $2, filled = filled + $3 WHERE client_order_id = $1',
};

/** An execution proves the order, and what it executed is reserved no longer: it is position. */
function countFill(
  transaction: Transaction,
  ref: SymbolRef,
  intent: z.output<typeof fillIntentRow>,
  fill: Fill,
): void {
  const { client_order_id: clientOrderId, state } = intent;
  const next = acknowledge(transaction, ref, { clientOrderId, state }, fill.eventTime);
  transaction.write(COUNT, [clientOrderId, next, fill.quantity]);
}

const UNLINKED: Statement = {
  name: 'fill-unlinked-intent',
  text: `SELECT ${INTENT_COLUMNS} FROM order_intents i
    WHERE i.client_order_id = ${OWNER} AND EXISTS (SELECT FROM fills
      WHERE (account, venue, symbol, trade_id, order_id) = ($1, $2, $3, $4, $5) AND intent_id IS NULL)
    FOR UPDATE`,
};

/** A stranger's fill came again, this time with a client id that is ours. */
async function linkKnown(transaction: Transaction, ref: SymbolRef, fill: Fill): Promise<void> {
  const key = [...keyOf(ref), fill.tradeId, fill.orderId];
  const values = [...key, fill.clientOrderId];
  const [intent] = await select(transaction, UNLINKED, values, intentRow);
  if (intent === undefined) return;
  const seq = await lockAccount(transaction, ref.account);
  const row = { trade_id: fill.tradeId, order_id: fill.orderId, quantity: fill.quantity };
  const last = await linkFills(transaction, ref, intent, [row], seq, fill.eventTime);
  setSeq(transaction, ref.account, last);
  notify(transaction, 'rows', ref);
}
