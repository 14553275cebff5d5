/** Workflow starts of a symbol, and what its client order ids begin with. */
import { createHash, randomInt } from 'node:crypto';
import type { Pool } from 'pg';
import { z } from 'zod';
import { ensureDefined } from '../../core/assert.ts';
import type { SymbolRef } from '../../core/orders/order.ts';
import type { Ledger } from '../ports.ts';
import { ensureAccount, lockAccount } from './account-row.ts';
import { keyOf } from './columns.ts';
import { inTransaction, select } from './transaction.ts';
import type { Queryable, Statement } from './transaction.ts';

/** First 5 base-36 digits of SHA-256(`account|venue|symbol`). */
export function symbolCodeOf({ account, venue, symbol }: SymbolRef): string {
  const digest = createHash('sha256').update(`${account}|${venue}|${symbol}`).digest('hex');
  return BigInt(`0x${digest}`).toString(36).padStart(50, '0').slice(0, 5);
}

/** Chosen once, when the account's first row is written; stored from then on. */
export const newInstance = (): string =>
  randomInt(36 ** 4)
    .toString(36)
    .padStart(4, '0');

const INSTANCE: Statement = {
  name: 'account-instance',
  text: 'SELECT instance FROM accounts WHERE account = $1',
};

async function readInstance(on: Queryable, account: string): Promise<string> {
  const [row] = await select(on, INSTANCE, [account], z.object({ instance: z.string() }));
  return ensureDefined(row, `account ${account} was created`).instance;
}

/** Creates the account when it is not there yet; its instance. */
export async function instanceOf(pool: Pool, mode: string, account: string): Promise<string> {
  await ensureAccount(pool, { name: account, mode, instance: newInstance() });
  return readInstance(pool, account);
}

export async function identity(
  pool: Pool,
  mode: string,
  ref: SymbolRef,
): Promise<{ instance: string; symbolCode: string }> {
  return { instance: await instanceOf(pool, mode, ref.account), symbolCode: symbolCodeOf(ref) };
}

const HOLDER: Statement = {
  name: 'epoch-holder',
  text: `SELECT venue, symbol FROM symbol_epochs
    WHERE account = $1 AND symbol_code = $4 AND (venue, symbol) <> ($2, $3)`,
};
const holderRow = z.object({ venue: z.string(), symbol: z.string() });

const OPEN: Statement = {
  name: 'epoch-open',
  text: `INSERT INTO symbol_epochs AS e (account, venue, symbol, symbol_code, epoch, workflow_id)
    VALUES ($1, $2, $3, $4, 1 + $5::integer, $6)
    ON CONFLICT (account, venue, symbol) DO UPDATE SET
      epoch = 1 + greatest(e.epoch, $5), workflow_id = $6, opened_at = now()
    RETURNING epoch`,
};

/**
 * What older starts prepared, nobody sends any more; until it is expired it holds exposure. A row that
 * a submit holds right now is its own to expire: never waited for.
 */
const EXPIRE_OLDER: Statement = {
  name: 'intents-expire-older',
  text: `UPDATE order_intents SET state = 'EXPIRED' WHERE client_order_id IN (
    SELECT client_order_id FROM order_intents
    WHERE (account, venue, symbol) = ($1, $2, $3) AND state = 'PREPARED' AND epoch < $4
    FOR UPDATE SKIP LOCKED)`,
};

export async function openEpoch(
  pool: Pool,
  mode: string,
  ref: SymbolRef,
  venueEpoch: number,
  workflowId: string,
): ReturnType<Ledger['openEpoch']> {
  const { instance, symbolCode } = await identity(pool, mode, ref);
  return inTransaction(pool, async (transaction) => {
    const key = [...keyOf(ref), symbolCode];
    const [, [holder]] = await Promise.all([
      lockAccount(transaction, ref.account),
      select(transaction, HOLDER, key, holderRow),
    ]);
    if (holder !== undefined)
      return {
        kind: 'refused',
        reason: `code ${symbolCode} belongs to ${holder.symbol} on ${holder.venue}`,
      };
    const values = [...key, venueEpoch, workflowId];
    const [row] = await select(transaction, OPEN, values, z.object({ epoch: z.int() }));
    const { epoch } = ensureDefined(row, 'an upsert returns its row');
    transaction.write(EXPIRE_OLDER, [...keyOf(ref), epoch]);
    return { kind: 'opened', prefix: { instance, symbolCode, epoch } };
  });
}
