/** The account row: its lock orders all writers of orders and fills, its counter numbers the rows. */
import { z } from 'zod';
import { ensureDefined } from '../../core/assert.ts';
import { countColumn } from './columns.ts';
import { run, select } from './transaction.ts';
import type { Queryable, Statement, Transaction } from './transaction.ts';

// Locks are always taken in this order: account, halt latch, order rows.
const LOCK: Statement = {
  name: 'account-lock',
  text: 'SELECT seq FROM accounts WHERE account = $1 FOR UPDATE',
};

/** Locks the row until the transaction ends; returns the highest number given so far. */
export async function lockAccount(on: Queryable, account: string): Promise<number> {
  const [row] = await select(on, LOCK, [account], z.object({ seq: countColumn }));
  return ensureDefined(row, `openEpoch comes before any write of account ${account}`).seq;
}

const SET_SEQ: Statement = {
  name: 'account-set-seq',
  text: 'UPDATE accounts SET seq = $2 WHERE account = $1 AND seq < $2',
};

/** Numbers up to `seq` are given away. */
export const setSeq = (transaction: Transaction, account: string, seq: number): void =>
  transaction.write(SET_SEQ, [account, seq]);

const CREATE: Statement = {
  name: 'account-create',
  text: `WITH created AS (INSERT INTO accounts (account, mode, instance) VALUES ($1, $2, $3)
      ON CONFLICT DO NOTHING RETURNING account)
    INSERT INTO halt_latch (account) SELECT account FROM created`,
};

/** Creates account and latch row when they are not there; the instance of the first call stays. */
export async function ensureAccount(
  on: Queryable,
  account: { readonly name: string; readonly mode: string; readonly instance: string },
): Promise<void> {
  await run(on, CREATE, [account.name, account.mode, account.instance]);
}
