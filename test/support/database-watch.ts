/** Waits until a query answers what is hoped for: asked again at each commit, never by a clock. */
import pg from 'pg';

const CHANNEL = 'test_watch';
const TABLES = [
  'order_intents',
  'fills',
  'positions',
  'incomes',
  'decisions',
  'strategy_switches',
  'risk_events',
  'symbol_status',
];

export type Row = Readonly<Record<string, unknown>>;

export type DatabaseWatch = {
  query<T extends Row = Row>(sql: string, values?: readonly unknown[]): Promise<T[]>;
  /**
   * The first rows for which `holds` is true. Throws with the last rows after `timeoutMs` (wall).
   */
  until<T extends Row = Row>(
    what: string,
    sql: string,
    holds: (rows: T[]) => boolean,
    options?: { readonly values?: readonly unknown[]; readonly timeoutMs?: number },
  ): Promise<T[]>;
  close(): Promise<void>;
};

/** Puts triggers of its own into the test's database: every change of a table is heard. */
export async function watchDatabase(connectionString: string): Promise<DatabaseWatch> {
  let changed = Promise.withResolvers<void>();
  const wake = (): void => {
    changed.resolve();
    changed = Promise.withResolvers();
  };
  let connected: Promise<pg.Client> | undefined;
  /** A new connection where the server was gone meanwhile. */
  const connection = (): Promise<pg.Client> => (connected ??= connect());
  const connect = async (): Promise<pg.Client> => {
    const fresh = new pg.Client({ connectionString });
    const lose = (): void => {
      connected = undefined;
      wake();
    };
    fresh.on('error', lose);
    fresh.on('notification', wake);
    try {
      await fresh.connect();
      await fresh.query(`LISTEN ${CHANNEL}`);
    } catch (error) {
      lose();
      throw error;
    }
    return fresh;
  };
  const client = await connection();
  await client.query(`CREATE FUNCTION test_watch() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN NOTIFY ${CHANNEL}; RETURN NULL; END $$`);
  for (const table of TABLES) {
    await client.query(`CREATE TRIGGER test_watch AFTER INSERT OR UPDATE OR DELETE ON ${table}
      FOR EACH STATEMENT EXECUTE FUNCTION test_watch()`);
  }
  const query = async <T extends Row>(sql: string, values: readonly unknown[] = []) =>
    (await (await connection()).query<T>(sql, [...values])).rows;

  return {
    query,
    until: async (what, sql, holds, { values = [], timeoutMs = 60_000 } = {}) => {
      const late = timeLimit(timeoutMs);
      try {
        for (;;) {
          const next = changed.promise;
          const rows = await query<never>(sql, values);
          if (holds(rows)) return rows;
          if ((await Promise.race([next, late.reached])) !== undefined) {
            throw new Error(`${what}: not within ${timeoutMs} ms; last: ${JSON.stringify(rows)}`);
          }
        }
      } finally {
        late.cancel();
      }
    },
    close: async () => {
      if (connected !== undefined) await (await connected).end();
    },
  };
}

/** Resolves with true when the time is up. */
function timeLimit(timeoutMs: number) {
  const { promise, resolve } = Promise.withResolvers<true>();
  const timer = setTimeout(() => resolve(true), timeoutMs);
  return { reached: promise, cancel: () => clearTimeout(timer) };
}
