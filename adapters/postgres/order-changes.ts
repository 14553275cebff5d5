/** Requests that change standing orders: they count for the rate of messages (P12). */
import type { Pool } from 'pg';
import type { SymbolRef } from '../../core/orders/order.ts';
import { keyOf } from './columns.ts';
import { COMMIT_WITHOUT_FLUSH, inTransaction } from './transaction.ts';
import type { Statement } from './transaction.ts';

const NOTE: Statement = {
  name: 'order-changes-note',
  text: `INSERT INTO order_changes (account, venue, symbol, kind, client_order_id)
    SELECT $1, $2, $3, $4, id FROM unnest($5::text[]) id`,
};

export const noteChanges = (
  pool: Pool,
  ref: SymbolRef,
  kind: 'cancel' | 'amend',
  clientOrderIds: readonly string[],
): Promise<void> =>
  inTransaction(pool, async (transaction) => {
    transaction.write(COMMIT_WITHOUT_FLUSH, []);
    transaction.write(NOTE, [...keyOf(ref), kind, clientOrderIds]);
  });
