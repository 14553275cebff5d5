import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrate } from '../../adapters/postgres/migrate.ts';
import { startTestPostgres } from '../support/postgres.ts';
import type { TestPostgres } from '../support/postgres.ts';

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startTestPostgres({ migrated: false });
});
afterAll(() => postgres.stop());

test('two processes migrate at once: each file is applied once, a third time changes nothing', async () => {
  const applied = await Promise.all([
    migrate(postgres.connectionString),
    migrate(postgres.connectionString),
  ]);
  const names = applied.flat();
  expect(names[0]).toBe('0001_ledger.sql');
  expect(new Set(names).size).toBe(names.length);
  expect(await migrate(postgres.connectionString)).toEqual([]);
});

test('a migration that changed after it was applied is refused by name', async () => {
  const client = new pg.Client({ connectionString: postgres.connectionString });
  await client.connect();
  await client.query(
    `UPDATE schema_migrations SET sha256 = 'other' WHERE name = '0001_ledger.sql'`,
  );
  await client.end();
  await expect(migrate(postgres.connectionString)).rejects.toThrow('0001_ledger.sql');
});
