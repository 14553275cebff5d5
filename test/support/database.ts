/** A fresh, migrated database on a PostgreSQL that runs. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { migrate } from '../../adapters/postgres/migrate.ts';

export type TestPostgres = {
  readonly connectionString: string;
  /** Drops the database, closing every connection to it. */
  stop(): Promise<void>;
};

/** Copied for each test: cheaper than to migrate again. */
const TEMPLATE = 'migrated';

/** What `createDatabase` copies; once a server. */
export async function createTemplate(server: string): Promise<void> {
  await administer(server, `CREATE DATABASE ${TEMPLATE}`);
  await migrate(`${server}${TEMPLATE}`);
}

/**
 * `server` ends in `/` and has its template. `migrated: false` leaves the database empty, for the
 * tests of `migrate` itself.
 */
export async function createDatabase(
  server: string,
  options = { migrated: true },
): Promise<TestPostgres> {
  const database = `test_${randomBytes(6).toString('hex')}`;
  const template = options.migrated ? TEMPLATE : 'template1';
  await administer(server, `CREATE DATABASE ${database} TEMPLATE ${template}`);
  return {
    connectionString: `${server}${database}`,
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
