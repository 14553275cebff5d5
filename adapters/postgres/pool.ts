/** One pool of short-lived transactions for a process; every limit bounds what a stalled one holds. */
import pg from 'pg';

export type PoolOptions = {
  readonly connectionString: string;
  /** Shows in `pg_stat_activity`, e.g. `tidegate-worker`. */
  readonly applicationName: string;
  /** Connections; 8 serve hundreds of symbols, since a transaction takes about a millisecond. */
  readonly max?: number;
};

/** A frozen process may hold a row lock (account, latch) for no longer than this. */
const IDLE_IN_TRANSACTION_MS = 500;
/** Below the 5 s that an order activity has, so that a blocked one fails with a reason. */
const STATEMENT_TIMEOUT_MS = 2_000;
const CONNECT_TIMEOUT_MS = 2_000;
/** For a server that no longer answers: its own limit cannot be relied on. */
const ANSWER_TIMEOUT_MS = 3_000;

/** The caller ends it. Statements of one transaction share round trips (`pipeline`). */
export function createPool(options: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: options.connectionString,
    application_name: options.applicationName,
    max: options.max ?? 8,
    pipeline: true,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    allowExitOnIdle: true,
  });
  // A connection that dies fails the statement that uses it and is replaced on the next use. Its
  // error event adds nothing, and unheard it would end the process.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}
