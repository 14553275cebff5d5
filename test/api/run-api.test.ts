/** The API over a real Temporal and a real PostgreSQL; no worker runs, because signals need none. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import type { Pool } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../../adapters/config/load-config.ts';
import type { TidegateConfig } from '../../adapters/config/load-config.ts';
import type { ExchangeGateway } from '../../adapters/ports.ts';
import { createHaltLatch } from '../../adapters/postgres/halt-latch.ts';
import { createHostHalts } from '../../adapters/postgres/host-halts.ts';
import { createPool } from '../../adapters/postgres/pool.ts';
import { createStatusReads } from '../../adapters/postgres/reads/limit-figures.ts';
import { aWorld, fakeVenue } from '../../api/fake-ports.ts';
import { runApi } from '../../api/run-api.ts';
import type { Served } from '../../api/serve.ts';
import { createTemporalClient } from '../../api/temporal-client.ts';
import type { ManagedProcess } from '../../cli/up/managed-process.ts';
import { startTemporal } from '../../cli/up/temporal.ts';
import { ensureDefined } from '../../core/assert.ts';
import { findTemporal } from '../../scripts/bootstrap/temporal-binary.mjs';
import { symbolWorkflowId } from '../../workflows/messages.ts';
import { startTestPostgres } from '../support/postgres.ts';
import type { TestPostgres } from '../support/postgres.ts';

const folder = mkdtempSync(join(tmpdir(), 'tidegate-api-'));
const BTC = { account: 'paper', venue: 'binance-usdm', symbol: 'BTCUSDT' };

let temporal: ManagedProcess & { address: string };
let postgres: TestPostgres;
let pool: Pool;
let served: Served;
let connection: Connection;
let client: Client;

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

function apiConfig(port: number): TidegateConfig {
  const loaded = loadConfig({ flags: { 'ports.api': port } });
  if (!loaded.ok) throw new Error('the default configuration must load');
  return loaded.config;
}

const openVenue = async (): Promise<ExchangeGateway> => {
  const venue = { ...fakeVenue(aWorld()), close: async () => {} };
  return venue as unknown as ExchangeGateway;
};

beforeAll(async () => {
  const binary = ensureDefined(findTemporal(), 'npm test finds or builds it');
  const dbFile = join(folder, 'temporal.sqlite');
  [temporal, postgres] = await Promise.all([
    freePort().then((port) => startTemporal({ binary, port, dbFile })),
    startTestPostgres(),
  ]);
  connection = await Connection.connect({ address: temporal.address });
  client = new Client({ connection });
  pool = createPool({ connectionString: postgres.connectionString, applicationName: 'test' });
  const hostHalts = createHostHalts(join(folder, 'halts'));
  served = await runApi({
    config: apiConfig(await freePort()),
    venueId: BTC.venue,
    temporalAddress: temporal.address,
    reads: createStatusReads(pool),
    latch: createHaltLatch(pool, { mode: 'paper', hostHalts }),
    openVenue,
    log: () => {},
  });
});

afterAll(async () => {
  await served.close();
  await pool.end();
  await postgres.stop();
  await connection.close();
  await temporal.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function call(path: string, body?: unknown) {
  const response = await fetch(new URL(path, served.url), {
    ...(body !== undefined && {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const command = (name: string, body: unknown) => call(`/api/v1/profit-scraping/${name}`, body);

async function signalsOf(symbol: string): Promise<string[]> {
  const handle = client.workflow.getHandle(symbolWorkflowId({ ...BTC, symbol }));
  const { events } = await handle.fetchHistory();
  return (events ?? []).flatMap((event) => {
    const signal = event.workflowExecutionSignaledEventAttributes;
    return signal?.signalName === null || signal?.signalName === undefined
      ? []
      : [signal.signalName];
  });
}

test('a symbol is started, halted, resumed and stopped', async () => {
  expect(await call('/health')).toMatchObject({ status: 200, body: { status: 'healthy' } });

  const symbols = ['BTCUSDT', 'ETHUSDT'];
  expect(await command('start', { symbols })).toMatchObject({
    status: 202,
    body: { started: symbols },
  });
  expect(await command('start', { symbols })).toMatchObject({
    status: 409,
    body: { code: 'ALREADY_RUNNING', symbols },
  });

  const stopped = await command('emergency-stop', { reason: 'drill' });
  expect(stopped).toMatchObject({
    status: 200,
    body: { latched: true, signalled: 2, unsignalled: [], still_open: 0 },
  });
  expect(await command('start', { symbols: ['SOLUSDT'] })).toMatchObject({
    status: 409,
    body: { code: 'USE_RESUME' },
  });

  expect(await command('resume', { reason: 'drill over' })).toMatchObject({
    status: 202,
    body: { halt_ids: [stopped.body['halt_id']], signalled: symbols },
  });
  expect(await command('stop', { symbols: ['BTCUSDT'], flatten: true })).toMatchObject({
    status: 202,
    body: { signalled: ['BTCUSDT'] },
  });
  expect(await signalsOf('BTCUSDT')).toEqual(['halt', 'resume', 'stop']);
  expect(await signalsOf('ETHUSDT')).toEqual(['halt', 'resume']);
});

test('a workflow that ended is not running, and can be started again', async () => {
  const temporalClient = createTemporalClient({
    address: temporal.address,
    namespace: 'default',
  });
  const ref = { ...BTC, symbol: 'SOLUSDT' };
  expect(await temporalClient.describe(ref)).toBe('notRunning');
  const message = { flatten: false, reason: 'x', by: 'test' };
  expect(await temporalClient.signalStop(ref, message)).toBe('notRunning');
  expect(await temporalClient.startSymbol(ref)).toBe('started');
  expect(await temporalClient.startSymbol(ref)).toBe('alreadyRunning');
  await client.workflow.getHandle(symbolWorkflowId(ref)).terminate();
  expect(await temporalClient.describe(ref)).toBe('notRunning');
  expect(await temporalClient.signalStop(ref, message)).toBe('notRunning');
  expect(await temporalClient.startSymbol(ref)).toBe('started');
  // Visibility is a moment behind.
  const listed = async () =>
    (await temporalClient.listRunning('paper')).some(({ symbol }) => symbol === 'SOLUSDT');
  for (let attempt = 0; attempt < 50 && !(await listed()); attempt += 1) await delay(100);
  expect(await listed()).toBe(true);
  expect(await temporalClient.listRunning('other')).toEqual([]);
  await temporalClient.close();
});

test('without Postgres the stop reaches workflows and venue, and says that it is not latched', async () => {
  const deadPool = createPool({
    connectionString: `postgres://tidegate@127.0.0.1:${await freePort()}/none`,
    applicationName: 'test',
  });
  const hostHalts = createHostHalts(join(folder, 'dead-halts'));
  const api = await runApi({
    config: apiConfig(await freePort()),
    venueId: BTC.venue,
    temporalAddress: temporal.address,
    reads: createStatusReads(deadPool),
    latch: createHaltLatch(deadPool, { mode: 'paper', hostHalts }),
    openVenue,
    log: () => {},
  });
  const response = await fetch(`${api.url}/api/v1/profit-scraping/emergency-stop`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  });
  expect(response.status).toBe(202);
  expect(await response.json()).toMatchObject({ latched: false, still_open: 0 });
  expect(await hostHalts.view(BTC)).toMatchObject({ kind: 'set', level: 'HALT' });
  expect(await (await fetch(`${api.url}/health`)).json()).toMatchObject({
    status: 'down',
    down: ['postgres'],
  });
  await api.close();
  await deadPool.end();
});

test('without Temporal the API starts, says so, and the stop still latches', async () => {
  const hostHalts = createHostHalts(join(folder, 'lonely-halts'));
  const api = await runApi({
    config: apiConfig(await freePort()),
    venueId: BTC.venue,
    temporalAddress: `127.0.0.1:${await freePort()}`,
    reads: createStatusReads(pool),
    latch: createHaltLatch(pool, { mode: 'paper', hostHalts }),
    openVenue,
    log: () => {},
  });
  expect(await (await fetch(`${api.url}/health`)).json()).toMatchObject({ down: ['temporal'] });
  const response = await fetch(`${api.url}/api/v1/profit-scraping/emergency-stop`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  });
  expect(response.status).toBe(202);
  expect(await response.json()).toMatchObject({
    latched: true,
    signalled: 0,
    unsignalled: ['BTCUSDT', 'ETHUSDT', 'SOLUSDT'],
    still_open: 0,
  });
  await api.close();
});
