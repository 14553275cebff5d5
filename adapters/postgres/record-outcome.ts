/** What became of an attempt to place an order, by compare-and-set on its state. */
import type { Pool } from 'pg';
import { z } from 'zod';
import { assertNever, ensureDefined } from '../../core/assert.ts';
import { INTENT_STATES } from '../../core/orders/order.ts';
import type { SymbolRef } from '../../core/orders/order.ts';
import type { Ledger } from '../ports.ts';
import { timeColumn } from './columns.ts';
import { bookOrder } from './record-order.ts';
import { raiseRiskEvent } from './risk-events.ts';
import { inTransaction, run, select } from './transaction.ts';
import type { Queryable, Statement, Transaction } from './transaction.ts';

type Outcome = Parameters<Ledger['recordOutcome']>[2];

export const recordOutcome = (
  pool: Pool,
  ref: SymbolRef,
  clientOrderId: string,
  outcome: Outcome,
): Promise<void> =>
  inTransaction(pool, async (transaction) => {
    switch (outcome.kind) {
      case 'acked':
        return bookOrder(transaction, ref, outcome.order, clientOrderId);
      case 'rejected':
        return reject(transaction, ref, clientOrderId, outcome);
      case 'unknown':
        return setUnknown(transaction, ref, clientOrderId, outcome.message);
      case 'absent':
        return setAbsent(transaction, ref, clientOrderId);
      default:
        return assertNever(outcome);
    }
  });

const STATE: Statement = {
  name: 'outcome-state',
  text: 'SELECT state, sent_at FROM order_intents WHERE client_order_id = $1 FOR UPDATE',
};
const stateRow = z.object({
  state: z.enum(INTENT_STATES),
  sent_at: timeColumn.nullable(),
});

async function lockState(on: Queryable, clientOrderId: string) {
  const [row] = await select(on, STATE, [clientOrderId], stateRow);
  return ensureDefined(row, `${clientOrderId} was prepared before it has an outcome`);
}

const SET: Statement = {
  name: 'outcome-set',
  text: `UPDATE order_intents SET state = $2, venue_code = coalesce($3, venue_code),
    venue_message = coalesce($4, venue_message) WHERE client_order_id = $1`,
};

async function reject(
  transaction: Transaction,
  ref: SymbolRef,
  clientOrderId: string,
  { code, message }: Extract<Outcome, { kind: 'rejected' }>,
): Promise<void> {
  const { state, sent_at: sentAt } = await lockState(transaction, clientOrderId);
  if (state === 'SENDING' || state === 'UNKNOWN')
    return transaction.write(SET, [clientOrderId, 'REJECTED', code, message]);
  if (state !== 'ACKED') return;
  // The venue showed the order and then refused it: the order counts, a person looks.
  raiseRiskEvent(transaction, ref, {
    key: `rejected-after-ack:${clientOrderId}`,
    code: 'ORDER_REJECTED_AFTER_ACK',
    severity: 'critical',
    detail: { clientOrderId, venueCode: code },
    eventTime: sentAt ?? 0,
  });
}

async function setUnknown(
  transaction: Transaction,
  ref: SymbolRef,
  clientOrderId: string,
  message: string,
): Promise<void> {
  const { state, sent_at: sentAt } = await lockState(transaction, clientOrderId);
  if (state !== 'SENDING') return;
  transaction.write(SET, [clientOrderId, 'UNKNOWN', null, message]);
  raiseRiskEvent(transaction, ref, {
    key: `unknown-order:${clientOrderId}`,
    code: 'ORDER_UNKNOWN',
    severity: 'warning',
    detail: { clientOrderId, message },
    eventTime: sentAt ?? 0,
  });
}

/** A row that a crash left SENDING passes through UNKNOWN. */
async function setAbsent(
  transaction: Transaction,
  ref: SymbolRef,
  clientOrderId: string,
): Promise<void> {
  const { state, sent_at: sentAt } = await lockState(transaction, clientOrderId);
  if (state !== 'SENDING' && state !== 'UNKNOWN') return;
  if (state === 'SENDING') transaction.write(SET, [clientOrderId, 'UNKNOWN', null, null]);
  transaction.write(SET, [clientOrderId, 'ABSENT', null, null]);
  raiseRiskEvent(transaction, ref, {
    key: `absent-order:${clientOrderId}`,
    code: 'ORDER_ABSENT',
    severity: 'info',
    detail: { clientOrderId },
    eventTime: sentAt ?? 0,
  });
}

const EXPIRE: Statement = {
  name: 'intent-expire',
  text: `UPDATE order_intents SET state = 'EXPIRED' WHERE client_order_id = $1 AND state = 'PREPARED'`,
};

/** True when it was PREPARED: from now on it can never be sent. */
export async function expirePrepared(pool: Pool, clientOrderId: string): Promise<boolean> {
  const { rowCount } = await run(pool, EXPIRE, [clientOrderId]);
  return rowCount === 1;
}
