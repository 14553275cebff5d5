/** Applies `db/migrations/*.sql` in order: once each, all or nothing, safe to call from every process. */
import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import pg from 'pg';
import { z } from 'zod';

const FOLDER = new URL('../../db/migrations/', import.meta.url);
const FILE = /^\d{4}_[a-z0-9_]+\.sql$/;
/** Any fixed number: whoever holds it migrates, the others wait. */
const ADVISORY_LOCK = 7_431_001;

type Migration = { readonly name: string; readonly sql: string; readonly sha256: string };

const appliedRow = z.object({ name: z.string(), sha256: z.string() });

/**
 * Brings the database to the newest schema; returns the names applied now, none when it was there.
 * Throws when an applied migration's file has changed since, or when a statement fails (then
 * nothing is applied).
 */
export async function migrate(connectionString: string): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString, application_name: 'tidegate-migrate' });
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query('SELECT pg_advisory_xact_lock($1)', [ADVISORY_LOCK]);
    const applied = await applyMissing(client, await readMigrations());
    await client.query('COMMIT');
    return applied;
  } finally {
    await client.end();
  }
}

async function readMigrations(): Promise<readonly Migration[]> {
  const names = (await readdir(FOLDER)).filter((name) => FILE.test(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(new URL(name, FOLDER), 'utf8');
      return { name, sql, sha256: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

async function applyMissing(
  client: pg.Client,
  migrations: readonly Migration[],
): Promise<readonly string[]> {
  await client.query(`CREATE TABLE IF NOT EXISTS schema_migrations (
    name text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`);
  const { rows } = await client.query('SELECT name, sha256 FROM schema_migrations');
  const known = new Map(
    appliedRow
      .array()
      .parse(rows)
      .map((row) => [row.name, row.sha256]),
  );
  const applied: string[] = [];
  for (const { name, sql, sha256 } of migrations) {
    const recorded = known.get(name);
    if (recorded === sha256) continue;
    if (recorded !== undefined)
      throw new Error(`migration ${name} was applied with other content (sha256 ${recorded})`);
    await client.query(sql);
    await client.query('INSERT INTO schema_migrations (name, sha256) VALUES ($1, $2)', [
      name,
      sha256,
    ]);
    applied.push(name);
  }
  return applied;
}
