/** `npm run bench:venue`: what the paper venue carries. */
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { paperKeys } from '../cli/paper-keys.ts';
import { startChild } from './harness/bench-child.ts';
import { describeMachine, residentMiB } from './harness/machine.ts';
import { benchOptions, say, writeFigures } from './harness/options.ts';
import { makeScratch } from './harness/scratch.ts';
import { table } from './harness/table.ts';
import { loadAtRate, saturate } from './venue/order-load.ts';
import type { OrderLoad } from './venue/order-load.ts';
import { openRestWire, openSocketWire } from './venue/order-wires.ts';
import { isReady, measureMarket } from './venue/market-load.ts';
import type { MarketLoad } from './venue/market-load.ts';
import { measureJournaled, measureMatching, writeJournal } from './venue/matching-load.ts';
import type { Load } from './venue/matching-load.ts';
import type { VenueMessage, VenueSetup } from './venue-messages.ts';

const options = benchOptions();
const keys = paperKeys('bench');
const scratch = makeScratch();
const ORDER_RATES = [500, 1_000, 2_000];
const RESTART_RECORDS = 100_000;
const READY_LIMIT_MS = 60_000;

try {
  const inProcess = measureInProcess(options.quick ? 20_000 : 100_000);
  const orders = await measureOrders(options.quick ? 1_500 : 4_000);
  const market = await measureMarkets(options.quick ? 1_500 : 3_000);
  const restart = await measureRestart();
  const figures = { machine: describeMachine(), inProcess, orders, market, restart };
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

async function measureOrders(durationMs: number): Promise<readonly OrderLoad[]> {
  const child = startVenue('orders.ndjson', Date.now() - 3_600_000);
  try {
    const { restUrl, wsApiUrl } = await child.next(isReady, READY_LIMIT_MS, 'the venue answers');
    const mid = await midOf(restUrl);
    const wires = [openRestWire(restUrl, keys, mid), await openSocketWire(wsApiUrl, keys, mid)];
    const loads: OrderLoad[] = [];
    for (const wire of wires) {
      await loadAtRate(wire, child.pid, 500, 1_000);
      for (const rate of ORDER_RATES)
        loads.push(await loadAtRate(wire, child.pid, rate, durationMs));
      loads.push(await saturate(wire, child.pid, durationMs));
      await wire.close();
    }
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
  readonly orders: readonly OrderLoad[];
  readonly market: readonly MarketLoad[];
  readonly restart: Awaited<ReturnType<typeof measureRestart>>;
};

function show({ inProcess, orders, market, restart }: Figures): void {
  say(
    table(
      'Orders in process',
      ['', 'orders/s', 'orders/cpu s', 'p50 µs', 'p99 µs', 'max µs'],
      Object.entries(inProcess).map(([name, { ordersPerS, ordersPerCpuS, latencyUs }]) => [
        name,
        ordersPerS,
        ordersPerCpuS,
        latencyUs.p50,
        latencyUs.p99,
        latencyUs.max,
      ]),
    ),
  );
  say(
    table(
      'Signed orders from another process',
      ['over', 'wanted/s', 'orders/s', 'orders/venue cpu s', 'p50 ms', 'p99 ms', 'max ms'],
      orders.map(({ wire, wantedPerS, ordersPerS, ordersPerVenueCpuS, latencyMs }) => [
        wire,
        wantedPerS ?? 'all it takes',
        ordersPerS,
        ordersPerVenueCpuS,
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
