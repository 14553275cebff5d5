/** A fresh, migrated database on a PostgreSQL that runs. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { migrate } from '../../adapters/postgres/migrate.ts';

export type TestPostgres = {
  readonly connectionString: string;
  /** Drops the database, closing every connection to it. */
  stop(): Promise<void>;
};

/** `server` ends in `/`. `migrated: false` leaves it empty, for the tests of `migrate` itself. */
export async function createDatabase(
  server: string,
  options = { migrated: true },
): Promise<TestPostgres> {
  const database = `test_${randomBytes(6).toString('hex')}`;
  await administer(server, `CREATE DATABASE ${database}`);
  const connectionString = `${server}${database}`;
  if (options.migrated) await migrate(connectionString);
  return {
    connectionString,
    stop: () => administer(server, `DROP DATABASE ${database} WITH (FORCE)`),
  };
}

async function administer(server: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: `${server}postgres` });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
