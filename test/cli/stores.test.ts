/** The embedded PostgreSQL and Temporal through kills and restarts, in folders and on ports of their own. */
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { afterAll, afterEach, expect, test } from 'vitest';
import { ensureDefined } from '../../core/assert.ts';
import { findTemporal } from '../../scripts/bootstrap/temporal-binary.mjs';
import type { ManagedProcess } from '../../cli/up/managed-process.ts';
import { startPostgres } from '../../cli/up/postgres.ts';
import { postgresUser } from '../../cli/up/postgres-user.ts';
import { freePort } from '../support/free-port.ts';
import { startTemporal } from '../../cli/up/temporal.ts';

const folder = mkdtempSync(join(tmpdir(), 'tidegate-stores-'));
chmodSync(folder, 0o755);
const running: ManagedProcess[] = [];

afterEach(async () => {
  for (const child of running.splice(0)) await child.stop();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function postgres(dataDir: string) {
  const server = await startPostgres({ dataDir, port: await freePort() });
  running.push(server);
  return server;
}

async function query(connectionString: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    const result = await client.query<Record<string, unknown>>(sql);
    return result.rows;
  } finally {
    await client.end();
  }
}

async function kill(child: ManagedProcess): Promise<void> {
  process.kill(child.identity.pid, 'SIGKILL');
  await child.exited;
}

test('PostgreSQL keeps what was committed through kill -9', async () => {
  const dataDir = join(folder, 'killed', 'pg');
  const first = await postgres(dataDir);
  await query(first.connectionString, 'CREATE TABLE kept AS SELECT 7 AS value');
  await kill(first);
  const second = await postgres(dataDir);
  expect(await query(second.connectionString, 'SELECT value FROM kept')).toEqual([{ value: 7 }]);
});

test('PostgreSQL starts although its old pid belongs to another process now', async () => {
  const dataDir = join(folder, 'reused', 'pg');
  const first = await postgres(dataDir);
  await first.stop();
  const other = spawn('sleep', ['60'], { stdio: 'ignore', ...postgresUser() });
  writeFileSync(
    join(first.dataDir, 'postmaster.pid'),
    `${other.pid}\n${first.dataDir}\n1\n5432\n\n127.0.0.1\n`,
  );
  const second = await postgres(dataDir);
  expect(await query(second.connectionString, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  expect(other.exitCode).toBeNull();
  other.kill();
});

test('a PostgreSQL that an earlier run left behind is stopped first', async () => {
  const dataDir = join(folder, 'left', 'pg');
  const left = await postgres(dataDir);
  const next = await postgres(dataDir);
  expect(await left.exited).toEqual({ code: 0, signal: null });
  expect(await query(next.connectionString, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('a first start that was killed half-way is begun anew', async () => {
  const dataDir = join(folder, 'half', 'pg');
  mkdirSync(join(`${dataDir}.new`, 'base'), { recursive: true });
  const server = await postgres(dataDir);
  expect(readFileSync(join(server.dataDir, 'PG_VERSION'), 'utf8').trim()).toBe('18');
});

test('a server that does not come up is told with its own words', async () => {
  const dataDir = join(folder, 'taken', 'pg');
  const occupied = createServer();
  await new Promise<void>((resolve) => occupied.listen(0, '127.0.0.1', resolve));
  const { port } = occupied.address() as AddressInfo;
  await expect(startPostgres({ dataDir, port })).rejects.toThrow(/PostgreSQL ended[^]*in use/);
  occupied.close();
});

test.runIf(process.getuid?.() === 0)(
  'as root, data that the user postgres could not reach is kept where he can',
  async () => {
    const closed = mkdtempSync(join(tmpdir(), 'tidegate-closed-'));
    const server = await postgres(join(closed, 'pg'));
    expect(server.notice).toContain(server.dataDir);
    expect(server.dataDir.startsWith(closed)).toBe(false);
    await server.stop();
    rmSync(server.dataDir, { recursive: true });
    rmSync(closed, { recursive: true });
  },
);

test('Temporal keeps its workflows through kill -9', async () => {
  const binary = ensureDefined(findTemporal(), 'npm test finds or builds it');
  const dbFile = join(folder, 'temporal', 'temporal.sqlite');
  const start = async () => {
    const server = await startTemporal({ binary, port: await freePort(), dbFile });
    running.push(server);
    return server;
  };
  const connect = async (address: string) =>
    new Client({ connection: await Connection.connect({ address }) });
  const first = await start();
  const client = await connect(first.address);
  await client.workflow.start('anyWorkflow', { taskQueue: 'nobody', workflowId: 'kept' });
  await client.connection.close();
  await kill(first);
  const second = await start();
  const again = await connect(second.address);
  const { status } = await again.workflow.getHandle('kept').describe();
  await again.connection.close();
  expect(status.name).toBe('RUNNING');
});
