/** A venue in lockstep with an unmodified ccxt on it, for contract tests. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ccxt from 'ccxt';
import { Agent } from 'undici';
import { startVenue } from '../server.ts';
import type { Venue, VenueOptions } from '../server.ts';
import { KEYS } from './keys.ts';

export type Exchange = InstanceType<typeof ccxt.pro.binanceusdm>;

export type Bench = {
  readonly venue: Venue;
  readonly journalPath: string;
  /** Lets the market make one step of the symbol and answers its time. */
  step(symbol?: string): Promise<number>;
  /** Resolves when a stream such as `btcusdt@trade` (or `user`) has a listener. */
  listening(stream: string): Promise<void>;
  admin(method: string, path: string, body?: unknown): Promise<Record<string, unknown>>;
  /** A new ccxt instance; closed with the bench. */
  connect(config?: Record<string, unknown>): Promise<Exchange>;
  close(): Promise<void>;
};

export type BenchOptions = Omit<Partial<VenueOptions>, 'source'> & {
  readonly source: VenueOptions['source'];
  /** Kept when given, made and removed otherwise. */
  readonly folder?: string;
};

/** Starts a venue whose market moves only when `step` is called. */
export async function startBench({ folder, ...options }: BenchOptions): Promise<Bench> {
  const path = folder ?? mkdtempSync(join(tmpdir(), 'tidegate-venue-'));
  const journalPath = join(path, 'venue.jsonl');
  const venue = await startVenue({
    restPort: 0,
    journalPath,
    apiKeys: [{ ...KEYS, account: 'paper' }],
    accounts: [{ id: 'paper' }],
    // However slow the machine is, a symbol is there until the test ends.
    lockstep: { expect: 1, dropOutMs: 600_000 },
    wallClock: Date.now,
    ...options,
  });
  const agent = new Agent({ keepAliveTimeout: 30_000 });
  const opened: Exchange[] = [];
  const admin = adminOf(venue);
  return {
    venue,
    journalPath,
    admin,
    step: (symbol = 'BTCUSDT') => advance(admin, symbol),
    listening: (stream) => untilListening(admin, stream),
    connect: async (config = {}) => {
      const exchange = await connectTo(venue, agent, config);
      opened.push(exchange);
      return exchange;
    },
    close: async () => {
      for (const exchange of opened) await exchange.close();
      await agent.destroy();
      await venue.close();
      if (folder === undefined) rmSync(path, { recursive: true });
    },
  };
}

type Admin = Bench['admin'];

function adminOf(venue: Venue): Admin {
  return async (method, path, body) => {
    const response = await fetch(`${venue.adminUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${venue.adminToken}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return (await response.json()) as Record<string, unknown>;
  };
}

async function untilListening(admin: Admin, stream: string): Promise<void> {
  for (let i = 0; i < 5_000; i += 1) {
    const { subscriptions } = await admin('GET', '/state');
    if ((subscriptions as Record<string, number>)[stream] !== undefined) return;
  }
  throw new Error(`nobody listens to ${stream}`);
}

/** Settles the steps that wait, with whatever the venue wants to see, until a new one of the symbol waits. */
async function advance(admin: Admin, symbol: string): Promise<number> {
  const before = (await admin('GET', '/lockstep/state'))['steps'] as number;
  await admin('POST', '/lockstep/join', { symbol });
  for (let i = 0; i < 1_000; i += 1) {
    const state = await admin('GET', '/lockstep/state');
    const waiting = state['waiting'] as { symbol: string; time: number } | null;
    const isNew = (state['steps'] as number) > before;
    if (isNew && waiting?.symbol === symbol) return waiting.time;
    if (waiting !== null) await settle(admin, waiting);
  }
  throw new Error('the market does not move');
}

async function settle(admin: Admin, step: { symbol: string; time: number }): Promise<void> {
  const asked = await admin('POST', '/lockstep/ack', step);
  const orders = (asked['waitingFor'] ?? []) as Record<string, unknown>[];
  if (orders.length === 0) return;
  const shown = orders.map((order) => ({ executedQty: '0', ...order }));
  await admin('POST', '/lockstep/ack', { ...step, orders: shown });
}

/** An unmodified ccxt whose requests and sockets go to a venue. */
export async function connectTo(
  venue: Pick<Venue, 'restUrl' | 'wsUrl' | 'wsApiUrl'>,
  agent: Agent,
  config: Record<string, unknown>,
): Promise<Exchange> {
  const exchange = new ccxt.pro.binanceusdm({
    ...KEYS,
    number: String,
    enableRateLimit: false,
    options: {
      fetchCurrencies: false,
      fetchMargins: false,
      fetchMarkets: { types: ['linear'] },
    },
    ...config,
  });
  await exchange.loadFetchImplementation();
  exchange.fetchDispatcher = agent.compose(
    (dispatch) => (request, handler) => dispatch({ ...request, origin: venue.restUrl }, handler),
  );
  const api = exchange.urls['api'] as unknown as {
    ws: { future: string; 'ws-api': { future: string } };
  };
  api.ws.future = venue.wsUrl;
  api.ws['ws-api'].future = venue.wsApiUrl;
  await exchange.loadHttpProxyAgent();
  return exchange;
}
