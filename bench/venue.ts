/** `npm run bench:venue`: what the paper venue carries. */
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { paperKeys } from '../cli/paper-keys.ts';
import { startChild } from './harness/bench-child.ts';
import { describeMachine, residentMiB } from './harness/machine.ts';
import { benchOptions, say, writeFigures } from './harness/options.ts';
import { makeScratch } from './harness/scratch.ts';
import { table } from './harness/table.ts';
import { OrderClient } from './venue/http-load.ts';
import type { HttpLoad } from './venue/http-load.ts';
import { isReady, measureMarket } from './venue/market-load.ts';
import type { MarketLoad } from './venue/market-load.ts';
import { measureJournaled, measureMatching, writeJournal } from './venue/matching-load.ts';
import type { Load } from './venue/matching-load.ts';
import type { VenueMessage, VenueSetup } from './venue-messages.ts';

const options = benchOptions();
const keys = paperKeys('bench');
const scratch = makeScratch();
const HTTP_RATES = [500, 1_000, 2_000];
const RESTART_RECORDS = 100_000;
const READY_LIMIT_MS = 60_000;

try {
  const inProcess = measureInProcess(options.quick ? 20_000 : 100_000);
  const http = await measureHttp(options.quick ? 2_000 : 5_000);
  const market = await measureMarkets(options.quick ? 1_500 : 3_000);
  const restart = await measureRestart();
  const figures = { machine: describeMachine(), inProcess, http, market, restart };
  show(figures);
  writeFigures(options, figures);
} finally {
  scratch.remove();
}

function measureInProcess(orders: number) {
  return {
    resting: measureMatching('resting', orders),
    market: measureMatching('market', orders),
    restingJournaled: measureJournaled('resting', orders, scratch.folder),
    marketJournaled: measureJournaled('market', orders, scratch.folder),
  };
}

async function measureHttp(durationMs: number): Promise<readonly HttpLoad[]> {
  const child = startVenue('http.ndjson', Date.now() - 3_600_000);
  try {
    const { restUrl } = await child.next(isReady, READY_LIMIT_MS, 'the venue answers');
    const client = new OrderClient(restUrl, keys, await midOf(restUrl));
    await client.atRate(500, 1_000);
    const loads: HttpLoad[] = [];
    for (const rate of HTTP_RATES) loads.push(await client.atRate(rate, durationMs));
    loads.push(await client.saturate(durationMs));
    await client.close();
    return loads;
  } finally {
    await child.stop();
  }
}

async function midOf(restUrl: string): Promise<number> {
  const response = await fetch(`${restUrl}/fapi/v1/ticker/bookTicker?symbol=BTCUSDT`);
  const { bidPrice } = (await response.json()) as { bidPrice: string };
  return Number(bidPrice);
}

async function measureMarkets(measureMs: number): Promise<readonly MarketLoad[]> {
  const loads: MarketLoad[] = [];
  for (const symbols of [1, 20, 200]) {
    for (const listens of [false, true]) {
      const { folder } = scratch;
      loads.push(await measureMarket({ folder, keys, symbols, listens, measureMs }));
    }
  }
  return loads;
}

/** The second start has a snapshot, which the first one wrote. */
async function measureRestart() {
  const startTime = Date.now() - 3_600_000;
  const journal = 'restart.ndjson';
  const records = writeJournal(join(scratch.folder, journal), RESTART_RECORDS, startTime);
  const starts: { startMs: number; spawnToAnswerMs: number; residentMiB: number }[] = [];
  for (const _attempt of ['replayed', 'snapshot']) {
    const begun = performance.now();
    const child = startVenue(journal, startTime);
    try {
      const { startMs } = await child.next(isReady, READY_LIMIT_MS, 'the venue answers again');
      const spawnToAnswerMs = Math.round(performance.now() - begun);
      starts.push({
        startMs: Math.round(startMs),
        spawnToAnswerMs,
        residentMiB: residentMiB(child.pid),
      });
    } finally {
      await child.stop();
    }
  }
  return { records, starts };
}

function startVenue(journal: string, startTime: number) {
  return startChild<VenueMessage>('venue-process.ts', {
    journalPath: join(scratch.folder, journal),
    keys,
    balance: '100000000',
    market: {
      kind: 'cloned',
      symbols: 1,
      seed: 1,
      startTime,
      stepMs: 1_000,
      historyDays: 1,
      speed: 1,
    },
  } satisfies VenueSetup);
}

type Figures = {
  readonly inProcess: Readonly<Record<string, Load>>;
  readonly http: readonly HttpLoad[];
  readonly market: readonly MarketLoad[];
  readonly restart: Awaited<ReturnType<typeof measureRestart>>;
};

function show({ inProcess, http, market, restart }: Figures): void {
  say(
    table(
      'Orders in process',
      ['', 'orders/s', 'p50 µs', 'p99 µs', 'max µs'],
      Object.entries(inProcess).map(([name, { ordersPerS, latencyUs }]) => [
        name,
        ordersPerS,
        latencyUs.p50,
        latencyUs.p99,
        latencyUs.max,
      ]),
    ),
  );
  say(
    table(
      'Signed orders over HTTP (there is no order entry over WebSocket)',
      ['wanted/s', 'orders/s', 'p50 ms', 'p99 ms', 'max ms'],
      http.map(({ wantedPerS, ordersPerS, latencyMs }) => [
        wantedPerS ?? 'all it takes',
        ordersPerS,
        latencyMs.p50,
        latencyMs.p99,
        latencyMs.max,
      ]),
    ),
  );
  say(
    table(
      'Market events at full speed',
      ['symbols', 'streams', 'events/s', 'frames/s', 'cpu', 'MiB'],
      market.map((load) => [
        load.symbols,
        load.streams,
        load.eventsPerS,
        load.framesPerS,
        load.cpuShare,
        load.residentMiB,
      ]),
    ),
  );
  say(
    table(
      `Restart with ${restart.records} journal records`,
      ['start', 'own ms', 'spawn to answer ms', 'MiB'],
      restart.starts.map((start, i) => [
        i === 0 ? 'records applied again' : 'from the snapshot',
        start.startMs,
        start.spawnToAnswerMs,
        start.residentMiB,
      ]),
    ),
  );
}
