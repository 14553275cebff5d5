/**
 * A whole Tidegate for a test: real Temporal and PostgreSQL (one of each a run, a namespace and a
 * database of its own a stack), the paper venue, worker processes as `up` starts them, the API.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { loadConfig } from '../../adapters/config/load-config.ts';
import { startApiRole } from '../../cli/api.ts';
import { writeEffectiveConfig } from '../../cli/up/effective-config.ts';
import { poll } from '../../cli/up/managed-process.ts';
import { VENUE_ID } from '../../cli/venue-account.ts';
import {
  SHARED_TASK_QUEUE,
  SYMBOL_WORKFLOW,
  WORKFLOW_TASK_TIMEOUT,
  symbolWorkflowId,
} from '../../workflows/messages.ts';
import type { symbolWorkflow } from '../../workflows/index.ts';
import type { WitnessReport } from '../witness/witness.ts';
import { watchDatabase } from './database-watch.ts';
import type { DatabaseWatch } from './database-watch.ts';
import { startTcpCutter } from '../feed/tcp-cutter.ts';
import type { TcpCutter } from '../feed/tcp-cutter.ts';
import { createDatabase } from './database.ts';
import { freePort } from './free-port.ts';
import { openNamespace } from './namespace.ts';
import { startStackVenue } from './stack-venue.ts';
import type { StackMarket, StackPace, StackVenue } from './stack-venue.ts';
import { stackWitness } from './stack-witness.ts';
import { StackWorkers } from './stack-workers.ts';

export type StackOptions = {
  readonly symbols: readonly string[];
  readonly market: StackMarket;
  readonly pace: StackPace;
  /** Lifts the venue's request limits, as lockstep does. */
  readonly unlimited?: boolean;
  /** Configuration by path, e.g. `{ 'limits.max_gross_exposure_pct': 400 }`. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Outside of a test run: servers of its own. */
  readonly servers?: { readonly postgresUrl: string; readonly temporalAddress: string };
  /** Workers and the API reach the venue, PostgreSQL and Temporal through relays that can be cut. */
  readonly relayed?: boolean;
};

/** What a process talks to, by the relay between. */
export type StackLinks = Readonly<Record<'venue' | 'postgres' | 'temporal', TcpCutter>>;
/** The workers share theirs; the API has its own. */
export type RelayedStack = Readonly<Record<'worker' | 'api', StackLinks>>;

export type Stack = {
  readonly account: string;
  readonly venue: StackVenue;
  readonly workers: StackWorkers;
  readonly database: DatabaseWatch;
  readonly connectionString: string;
  /** With `relayed`. */
  readonly links: RelayedStack | undefined;
  /** Starts symbols as a user does, through the API. */
  startSymbols(symbols?: readonly string[]): Promise<void>;
  /** Starts one workflow by itself; a small history makes it continue as new often. */
  startWorkflow(symbol: string, historyEventsMax: number): Promise<void>;
  /** The newest run, or the one that is named. */
  workflow(symbol: string, runId?: string): WorkflowHandle<typeof symbolWorkflow>;
  /** Status and body of `/api/v1/profit-scraping<path>`. */
  api(method: 'GET' | 'POST', path: string, body?: unknown): Promise<ApiReply>;
  /** Resolves when the market in lockstep is at its end and everything that it caused is settled. */
  marketEnded(timeoutMs: number): Promise<void>;
  witness(): Promise<WitnessReport>;
  /** What the worker processes said, newest last. */
  lines(): readonly string[];
  stop(): Promise<void>;
};

export type ApiReply = { readonly status: number; readonly body: Record<string, unknown> };

const ACCOUNT = 'paper';

/** Everything is up and nothing trades yet. What was started is stopped again when one part fails. */
export async function startStack(options: StackOptions): Promise<Stack> {
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
  { symbols, market, pace, unlimited = false, settings = {}, ...options }: StackOptions,
  closing: (() => Promise<unknown>)[],
  stop: () => Promise<void>,
): Promise<Stack> {
  const folder = await mkdtemp(join(tmpdir(), 'tidegate-stack-'));
  closing.push(() => rm(folder, { recursive: true, force: true }));
  // Only a test run knows the servers of the run.
  const servers = options.servers ?? (await import('./run-servers.ts')).runServers();
  const postgres = await createDatabase(servers.postgresUrl);
  closing.push(() => postgres.stop());
  const { connectionString } = postgres;
  const temporal = await openNamespace(servers.temporalAddress);
  closing.push(() => temporal.stop());
  const database = await watchDatabase(connectionString);
  closing.push(() => database.close());
  const venue = await startStackVenue({
    folder,
    account: ACCOUNT,
    symbols,
    market,
    pace,
    unlimited,
  });
  closing.push(() => venue.close());
  const reach = { venue, connectionString, temporalAddress: temporal.address };
  const links =
    options.relayed === true
      ? { worker: await relays(closing, reach), api: await relays(closing, reach) }
      : undefined;

  const flags = (link: StackLinks | undefined) => ({
    symbols,
    'account.name': ACCOUNT,
    data_dir: folder,
    'ports.venue': link?.venue.port ?? venue.port,
    'temporal.address': link === undefined ? temporal.address : `127.0.0.1:${link.temporal.port}`,
    'temporal.namespace': temporal.namespace,
    'postgres.url': throughRelay(connectionString, link?.postgres),
    ...settings,
  });
  const apiPort = await freePort();
  const forWorker = configOf({ ...flags(links?.worker), 'ports.api': apiPort });
  const forApi = configOf({ ...flags(links?.api), 'ports.api': apiPort });
  const configPath = join(folder, 'config.json');
  writeEffectiveConfig(configPath, forWorker.values, {
    account: ACCOUNT,
    symbols,
    dataDir: folder,
    postgresUrl: forWorker.config.postgres.url,
    temporalAddress: forWorker.config.temporal.address,
  });
  const workers = new StackWorkers(configPath, pace.kind === 'lockstep' ? venue : undefined);
  closing.push(() => workers.stop());
  const api = await startApiRole(forApi.config);
  closing.push(() => api.stop());
  await workers.start();

  const refOf = (symbol: string) => ({ account: ACCOUNT, venue: VENUE_ID, symbol });
  const request = apiRequest(String(api.ready['url']));
  return {
    account: ACCOUNT,
    venue,
    workers,
    database,
    connectionString,
    links,
    api: request,
    startSymbols: async (wanted = symbols) => {
      const { status, body } = await request('POST', '/start', { symbols: wanted });
      if (status !== 202) throw new Error(`start answered ${status}: ${JSON.stringify(body)}`);
    },
    startWorkflow: async (symbol, historyEventsMax) => {
      const ref = refOf(symbol);
      await temporal.client.workflow.start<typeof symbolWorkflow>(SYMBOL_WORKFLOW, {
        workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
        workflowId: symbolWorkflowId(ref),
        taskQueue: SHARED_TASK_QUEUE,
        args: [{ ref, historyEventsMax }],
      });
    },
    workflow: (symbol, runId) =>
      temporal.client.workflow.getHandle(symbolWorkflowId(refOf(symbol)), runId),
    marketEnded: (timeoutMs) => marketEnded(venue, timeoutMs),
    witness: () =>
      stackWitness({ journalPath: venue.journalPath, connectionString, account: ACCOUNT }),
    lines: () => workers.lines(),
    stop,
  };
}

function configOf(flags: Readonly<Record<string, unknown>>) {
  const loaded = loadConfig({ flags });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return loaded;
}

async function relays(
  closing: (() => Promise<unknown>)[],
  { venue, connectionString, temporalAddress }: Reach,
): Promise<StackLinks> {
  const relayTo = async (target: string) => {
    const relay = await startTcpCutter(target);
    closing.push(() => relay.close());
    return relay;
  };
  return {
    venue: await relayTo(`http://127.0.0.1:${venue.port}`),
    postgres: await relayTo(connectionString),
    temporal: await relayTo(`http://${temporalAddress}`),
  };
}

type Reach = {
  readonly venue: StackVenue;
  readonly connectionString: string;
  readonly temporalAddress: string;
};

function throughRelay(connectionString: string, relay: TcpCutter | undefined): string {
  if (relay === undefined) return connectionString;
  const url = new URL(connectionString);
  url.port = String(relay.port);
  return url.href;
}

function apiRequest(url: string): Stack['api'] {
  return async (method, path, body) => {
    const response = await fetch(`${url}/api/v1/profit-scraping${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    return { status: response.status, body: (await response.json()) as ApiReply['body'] };
  };
}

async function marketEnded(venue: StackVenue, timeoutMs: number): Promise<void> {
  const limit = AbortSignal.timeout(timeoutMs);
  const isOver = async () => {
    const { ended } = await venue.admin('GET', '/state');
    const { waiting } = await venue.admin('GET', '/lockstep/state');
    return ended === true && waiting === null;
  };
  await poll(isOver, limit, 200);
  if (!limit.aborted) return;
  const state = JSON.stringify(await venue.admin('GET', '/lockstep/state'));
  throw new Error(`the market did not end within ${timeoutMs} ms: ${state}`);
}
