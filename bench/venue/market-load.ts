/** How fast a venue's market can run, and what it sends to a reader that listens to all of it. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { cpuMs, residentMiB } from '../harness/machine.ts';
import { startChild } from '../harness/bench-child.ts';
import type { BenchChild } from '../harness/bench-child.ts';
import { clonedSymbols } from '../market/cloned-market.ts';
import type { VenueMessage, VenueSetup } from '../venue-messages.ts';

export type MarketLoad = {
  readonly symbols: number;
  readonly streams: number;
  readonly eventsPerS: number;
  readonly framesPerS: number;
  /** Of the venue's one thread, 0 … 1. */
  readonly cpuShare: number;
  readonly residentMiB: number;
};

export type ReadyVenue = Extract<VenueMessage, { kind: 'ready' }>;
export const isReady = (message: VenueMessage): message is ReadyVenue => message.kind === 'ready';

const READY_LIMIT_MS = 60_000;
const SETTLE_MS = 1_000;
/** Past any speed that the machine reaches: the venue runs as fast as it can. */
const UNBOUNDED_SPEED = 100_000;
const CHANNELS = ['trade', 'bookTicker', 'markPrice'];
const DAY_MS = 86_400_000;

export type MarketLoadRequest = {
  readonly folder: string;
  readonly keys: VenueSetup['keys'];
  readonly symbols: number;
  readonly listens: boolean;
  readonly measureMs: number;
};

export async function measureMarket(request: MarketLoadRequest): Promise<MarketLoad> {
  const { folder, keys, symbols, listens, measureMs } = request;
  const child = startChild<VenueMessage>('venue-process.ts', {
    journalPath: join(folder, `market-${symbols}-${String(listens)}.ndjson`),
    keys,
    balance: '10000',
    market: {
      kind: 'cloned',
      symbols,
      seed: 1,
      startTime: Date.now() - 90 * DAY_MS,
      stepMs: 1_000,
      historyDays: 2,
      speed: UNBOUNDED_SPEED,
    },
  } satisfies VenueSetup);
  try {
    const venue = await child.next(isReady, READY_LIMIT_MS, 'the venue answers');
    return await measure(child, venue, request, measureMs);
  } finally {
    await child.stop();
  }
}

async function measure(
  child: BenchChild<VenueMessage>,
  venue: ReadyVenue,
  { symbols, listens }: MarketLoadRequest,
  measureMs: number,
): Promise<MarketLoad> {
  const streams = listens ? streamsOf(symbols) : [];
  const reader = await openReader(venue.wsUrl, streams);
  await delay(SETTLE_MS);
  const before = { ...(await stateOf(venue)), frames: reader.frames(), cpu: cpuMs(child.pid) };
  const begun = performance.now();
  await delay(measureMs);
  const after = { ...(await stateOf(venue)), frames: reader.frames(), cpu: cpuMs(child.pid) };
  const tookMs = performance.now() - begun;
  reader.close();
  const perS = (count: number): number => Math.round((count * 1_000) / tookMs);
  return {
    symbols,
    streams: streams.length,
    eventsPerS: perS(after.steps - before.steps),
    framesPerS: perS(after.frames - before.frames),
    cpuShare: Math.round(((after.cpu - before.cpu) / tookMs) * 100) / 100,
    residentMiB: residentMiB(child.pid),
  };
}

const streamsOf = (symbols: number): string[] =>
  clonedSymbols(symbols).flatMap((symbol) =>
    CHANNELS.map((channel) => `${symbol.toLowerCase()}@${channel}`),
  );

async function stateOf({ adminUrl, adminToken }: ReadyVenue): Promise<{ steps: number }> {
  const headers = { authorization: `Bearer ${adminToken}` };
  const response = await fetch(`${adminUrl}/state`, { headers });
  return (await response.json()) as { steps: number };
}

async function openReader(wsUrl: string, streams: readonly string[]) {
  let frames = 0;
  if (streams.length === 0) return { frames: () => frames, close: () => {} };
  const socket = new WebSocket(wsUrl);
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  socket.on('message', () => (frames += 1));
  socket.send(JSON.stringify({ method: 'SUBSCRIBE', params: streams, id: 1 }));
  return { frames: () => frames, close: () => socket.close() };
}
