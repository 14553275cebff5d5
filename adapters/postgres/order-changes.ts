/** Requests that change standing orders: they count for the rate of messages (P12). */
import type { Pool } from 'pg';
import type { SymbolRef } from '../../core/orders/order.ts';
import { SHARE_LATCH } from './begin-sending.ts';
import { keyOf } from './columns.ts';
import { settledHostView } from './halt-latch.ts';
import { latchView } from './halts.ts';
import type { LedgerOptions } from './ledger-options.ts';
import { readSymbolState } from './read-risk-context.ts';
import { COMMIT_WITHOUT_FLUSH, inTransaction, run } from './transaction.ts';
import type { Statement } from './transaction.ts';

const NOTE: Statement = {
  name: 'order-changes-note',
  text: `INSERT INTO order_changes (account, venue, symbol, kind, client_order_id)
    SELECT $1, $2, $3, $4, id FROM unnest($5::text[]) id`,
};

export const noteCancels = (
  pool: Pool,
  ref: SymbolRef,
  clientOrderIds: readonly string[],
): Promise<void> =>
  inTransaction(pool, async (transaction) => {
    transaction.write(COMMIT_WITHOUT_FLUSH, []);
    transaction.write(NOTE, [...keyOf(ref), 'cancel', clientOrderIds]);
  });

/** What only reduces is stopped by nothing but LOCKOUT, amended or new. */
export async function beginAmending(
  pool: Pool,
  options: LedgerOptions,
  ref: SymbolRef,
  clientOrderIds: readonly string[],
): Promise<boolean> {
  const hostView = await settledHostView(pool, options.hostHalts, ref);
  return inTransaction(pool, async (transaction) => {
    const [, state] = await Promise.all([
      run(transaction, SHARE_LATCH, [ref.account]),
      readSymbolState(transaction, ref),
    ]);
    const latch = hostView.kind === 'clear' ? latchView(state.halts) : hostView;
    if (latch.kind === 'set' && latch.level === 'LOCKOUT') return false;
    transaction.write(COMMIT_WITHOUT_FLUSH, []);
    transaction.write(NOTE, [...keyOf(ref), 'amend', clientOrderIds]);
    return true;
  });
}
