/** Transactions on one connection; READ COMMITTED, so each statement sees what was committed before it. */
import type { Pool, PoolClient, QueryResult } from 'pg';

/** A statement that is planned once a connection; the name must be unique to its text. */
export type Statement = { readonly name: string; readonly text: string };

/** What reads and writes need: a pool (one statement, one transaction) or an open transaction. */
export type Queryable = Pick<PoolClient, 'query'>;

export const run = (on: Queryable, statement: Statement, values: unknown[]): Promise<QueryResult> =>
  on.query({ name: statement.name, text: statement.text, values });

/**
 * Runs `work` between BEGIN and COMMIT. `work` may start statements without awaiting each: they
 * go out in one round trip, in order. BEGIN travels with the first of them.
 */
export async function inTransaction<T>(
  pool: Pool,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  // A connection that the server ended (idle in transaction) says so here; the statement fails too.
  const onError = (): void => undefined;
  client.on('error', onError);
  let broken = true;
  try {
    const [, result] = await Promise.all([client.query('BEGIN'), work(client)]);
    await client.query('COMMIT');
    broken = false;
    return result;
  } finally {
    client.off('error', onError);
    // A connection in an unknown state is closed, which rolls back; it is never put back.
    client.release(broken);
  }
}
