/**
 * A whole Tidegate of which every part can die alone: PostgreSQL, Temporal, worker and API are
 * processes of this rig, the venue stays up and is looked at by a connection of the test's own.
 */
import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import pg from 'pg';
import { loadConfig } from '../../adapters/config/load-config.ts';
import { createExchangeGateway } from '../../adapters/exchange/gateway.ts';
import { createPaperTransport } from '../../adapters/exchange/paper-transport.ts';
import { migrate } from '../../adapters/postgres/migrate.ts';
import type { ExchangeGateway } from '../../adapters/ports.ts';
import { paperKeys } from '../../cli/paper-keys.ts';
import { writeEffectiveConfig } from '../../cli/up/effective-config.ts';
import type { ManagedProcess } from '../../cli/up/managed-process.ts';
import { startNodeRole } from '../../cli/up/node-role.ts';
import { startPostgres } from '../../cli/up/postgres.ts';
import { stopProcess } from '../../cli/up/process-identity.ts';
import { startTemporal } from '../../cli/up/temporal.ts';
import { VENUE_ID } from '../../cli/venue-account.ts';
import { ensureDefined } from '../../core/assert.ts';
import { findTemporal } from '../../scripts/bootstrap/temporal-binary.mjs';
import { startVenue } from '../../venue/server.ts';
import type { symbolWorkflow } from '../../workflows/index.ts';
import { symbolWorkflowId } from '../../workflows/messages.ts';
import { freePort } from '../support/free-port.ts';
import { rangingMarket } from './ranging-market.ts';

const ACCOUNT = 'paper';
const MAIN = join(import.meta.dirname, '..', '..', 'cli', 'main.ts');
const KILL = { signal: 'SIGKILL', timeoutMs: 5_000 } as const;
const READY_TIMEOUT_MS = 90_000;

/** Limits that would keep some symbol from holding a whole grid are raised; the gate stays. */
const ALWAYS_A_GRID = {
  'flow_trading.scalping.min_trend_strength': 80,
  'flow_trading.regime.confirmation_bars': 1,
  'flow_trading.regime.min_dwell_s': 0,
  'flow_trading.grid.initial_levels': 5,
  'flow_trading.risk.max_concurrent_grids': 100,
  'flow_trading.risk.exposure_limit_pct': 100,
  'limits.max_gross_exposure_pct': 1_000,
  'limits.max_open_orders_account': 1_000,
};

export type RigOptions = {
  readonly symbols: readonly string[];
  /** Market seconds per wall second. */
  readonly speed: number;
  /** How restless the market is: the standard deviation of its prices, in percent. */
  readonly noisePct?: number;
  readonly settings?: Readonly<Record<string, unknown>>;
};

/** Those that others need first. */
const PARTS = ['postgres', 'temporal', 'worker', 'api'] as const;
export type PartName = (typeof PARTS)[number];
export type Reply = { readonly status: number; readonly body: Record<string, unknown> };
export type Ran = { readonly code: number | null; readonly output: string; readonly ms: number };
export type Rig = Awaited<ReturnType<typeof build>>;

/** Everything is up and nothing trades yet. */
export async function startRig(options: RigOptions): Promise<Rig> {
  const closing: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of closing.splice(0).toReversed()) await close();
  };
  try {
    return await build(options, closing, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function build(
  { symbols, speed, noisePct, settings = {} }: RigOptions,
  closing: (() => Promise<unknown>)[],
  stop: () => Promise<void>,
) {
  const folder = await mkdtemp(join(tmpdir(), 'tidegate-rig-'));
  await chmod(folder, 0o755);
  closing.push(() => rm(folder, { recursive: true, force: true }));
  const source = rangingMarket(symbols, Date.now() - 20 * 86_400_000, noisePct);
  const venue = await startVenue({
    restPort: 0,
    journalPath: join(folder, 'venue', 'journal.ndjson'),
    accounts: [{ id: ACCOUNT, balance: '100000' }],
    apiKeys: [paperKeys(ACCOUNT)],
    limits: { weightPerMinute: 100_000, ordersPer10s: 10_000, ordersPerMinute: 60_000 },
    speed,
    source,
    wallClock: Date.now,
  });
  closing.push(() => venue.close());

  const ports = { postgres: await freePort(), temporal: await freePort(), api: await freePort() };
  const configPath = join(folder, 'config.json');
  const starters: Readonly<Record<PartName, () => Promise<ManagedProcess>>> = {
    postgres: () => startPostgres({ dataDir: join(folder, 'pg'), port: ports.postgres }),
    temporal: () =>
      startTemporal({
        binary: ensureDefined(findTemporal(), 'npm test finds or builds it'),
        port: ports.temporal,
        dbFile: join(folder, 'temporal.sqlite'),
      }),
    worker: () => role('worker'),
    api: () => role('api'),
  };
  const lines: string[] = [];
  const role = (name: string) =>
    startNodeRole({
      name,
      args: [MAIN, name, '--config', configPath],
      readyTimeoutMs: READY_TIMEOUT_MS,
      onLine: (line) => lines.push(`${name}: ${line}`),
    });
  const parts = new Map<PartName, ManagedProcess>();
  /** One after the other, because each may need those before it. */
  const start = async (...names: PartName[]): Promise<void> => {
    for (const name of names) parts.set(name, await starters[name]());
  };
  /** `kill -9`; resolves when they are gone. */
  const kill = async (...names: PartName[]): Promise<void> => {
    for (const name of names) {
      const part = parts.get(name);
      parts.delete(name);
      if (part !== undefined) await stopProcess(part.identity, KILL);
    }
  };
  closing.push(async () => {
    // Those that use the stores first. Nothing of it is needed again: a graceful end takes seconds.
    await kill('api', 'worker', 'temporal');
    await parts.get('postgres')?.stop();
  });

  const postgres = await startPostgres({ dataDir: join(folder, 'pg'), port: ports.postgres });
  parts.set('postgres', postgres);
  const { connectionString } = postgres;
  await Promise.all([start('temporal'), migrate(connectionString)]);
  const temporalAddress = `127.0.0.1:${ports.temporal}`;
  const loaded = loadConfig({
    flags: {
      symbols,
      'account.name': ACCOUNT,
      data_dir: folder,
      'ports.venue': Number(new URL(venue.restUrl).port),
      'ports.api': ports.api,
      'temporal.address': temporalAddress,
      'postgres.url': connectionString,
      ...ALWAYS_A_GRID,
      ...settings,
    },
  });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  writeEffectiveConfig(configPath, loaded.values, {
    account: ACCOUNT,
    symbols,
    dataDir: folder,
    postgresUrl: connectionString,
    temporalAddress,
  });
  const connection = Connection.lazy({ address: temporalAddress });
  closing.push(() => connection.close());
  const client = new Client({ connection });
  const eye = await openEye(venue.restUrl, closing);
  await start('worker', 'api');

  const api = async (method: 'GET' | 'POST', path: string, body?: unknown): Promise<Reply> => {
    const response = await fetch(
      `http://127.0.0.1:${ports.api}/api/v1/profit-scraping${path}`,
      method === 'GET'
        ? {}
        : {
            method,
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(body ?? {}),
          },
    );
    return { status: response.status, body: (await response.json()) as Reply['body'] };
  };
  return {
    symbols,
    folder,
    venue,
    eye,
    client,
    connectionString,
    start,
    kill,
    /** Parts that were killed and not started again, those that others need first. */
    missing: (): PartName[] => PARTS.filter((name) => !parts.has(name)),
    api,
    lines: () => lines,
    query: <T extends pg.QueryResultRow>(sql: string, values: readonly unknown[] = []) =>
      query<T>(connectionString, sql, values),
    /** Asks again and again; throws with the last answer when it never holds. */
    until,
    workflow: (symbol: string): WorkflowHandle<typeof symbolWorkflow> =>
      client.workflow.getHandle(symbolWorkflowId({ account: ACCOUNT, venue: VENUE_ID, symbol })),
    /** The command as a person calls it. */
    tidegate: (...args: string[]): Promise<Ran> => run([MAIN, ...args, '--config', configPath]),
    driftTo: (pct: number): void => {
      source.driftTo(pct);
    },
    fault: async (input: Record<string, unknown>): Promise<void> => {
      await admin(venue, 'POST', '/faults', input);
    },
    mend: async (): Promise<void> => {
      await admin(venue, 'DELETE', '/faults');
    },
    stop,
  };
}

async function query<T extends pg.QueryResultRow>(
  connectionString: string,
  sql: string,
  values: readonly unknown[],
): Promise<T[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query<T>(sql, [...values])).rows;
  } finally {
    await client.end();
  }
}

const POLL_MS = 100;

async function until<T>(
  what: string,
  ask: () => Promise<T>,
  holds: (answer: T) => boolean,
  timeoutMs = 30_000,
): Promise<T> {
  const limit = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (holds(answer)) return answer;
    if (performance.now() > limit) {
      throw new Error(`${what}: not within ${timeoutMs} ms; last: ${JSON.stringify(answer)}`);
    }
    await delay(POLL_MS);
  }
}

async function openEye(
  origin: string,
  closing: (() => Promise<unknown>)[],
): Promise<ExchangeGateway> {
  const transport = await createPaperTransport({ ...paperKeys(ACCOUNT), origin });
  closing.push(() => transport.close());
  const gateway = await createExchangeGateway({ transport, wallClock: Date.now });
  closing.push(() => gateway.close());
  return gateway;
}

async function admin(
  { adminUrl, adminToken }: { readonly adminUrl: string; readonly adminToken: string },
  method: string,
  path: string,
  body?: unknown,
): Promise<void> {
  const response = await fetch(`${adminUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${adminToken}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
}

function run(args: readonly string[]): Promise<Ran> {
  const begun = performance.now();
  const child = spawn(process.execPath, [...args]);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  }
  return new Promise((resolve) => {
    child.once('close', (code) => {
      resolve({ code, output, ms: Math.round(performance.now() - begun) });
    });
  });
}
