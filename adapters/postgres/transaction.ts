/** Transactions on one connection; READ COMMITTED, so each statement sees what was committed before it. */
import type { Pool, PoolClient, QueryResult } from 'pg';
import type { z } from 'zod';

/** A statement that is planned once a connection; the name must be unique to its text. */
export type Statement = { readonly name: string; readonly text: string };

/** What a statement runs on: a pool (one statement, one transaction) or an open transaction. */
export type Queryable = Pick<PoolClient, 'query'>;

export type Transaction = Queryable & {
  /** A write whose result nobody needs: it goes out at once and is awaited with COMMIT. */
  write(statement: Statement, values: readonly unknown[]): void;
};

/**
 * For rows that a crash of the server may forget as long as nothing came of them: the commit that
 * sets an order SENDING is flushed, and the log up to it, so what led to the order stands.
 */
export const COMMIT_WITHOUT_FLUSH: Statement = {
  name: 'commit-without-flush',
  text: 'SET LOCAL synchronous_commit = off',
};

export function run(
  on: Queryable,
  statement: Statement,
  values: readonly unknown[],
): Promise<QueryResult> {
  return on.query({ name: statement.name, text: statement.text, values: [...values] });
}

/** The rows of a statement, each checked. */
export async function select<Schema extends z.ZodType>(
  on: Queryable,
  statement: Statement,
  values: readonly unknown[],
  row: Schema,
): Promise<z.output<Schema>[]> {
  const { rows } = await run(on, statement, values);
  return rows.map((raw) => row.parse(raw));
}

/**
 * Runs `work` between BEGIN and COMMIT. Statements that `work` starts without awaiting each go
 * out in one round trip, in order; BEGIN travels with the first of them.
 */
export async function inTransaction<T>(
  pool: Pool,
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  const writes: Promise<QueryResult>[] = [];
  const transaction: Transaction = {
    query: client.query.bind(client),
    write: (statement, values) => {
      const write = run(client, statement, values);
      // Awaited with COMMIT; until then a refusal must not count as unhandled.
      write.catch(() => undefined);
      writes.push(write);
    },
  };
  let broken = true;
  try {
    const [, result] = await Promise.all([client.query('BEGIN'), work(transaction)]);
    await Promise.all([...writes, client.query('COMMIT')]);
    broken = false;
    return result;
  } finally {
    // A connection in an unknown state is closed, which rolls back; it is never put back.
    client.release(broken);
  }
}
