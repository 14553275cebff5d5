/** The venue's two clocks: wall time, measured, and the market time of its history. */
import type { EpochMs } from '../../core/market/market.ts';

const SAMPLES = 3;
const SYNC_INTERVAL_MS = 60_000;

const MARKET_TIME_HEADER = 'X-Tidegate-Market-Time';
/** How far the market may have moved since the last response that told its time. */
const MARKET_MARGIN_MS = 86_400_000;

export type VenueClock = {
  now(): EpochMs;
  /** No order or trade is later: venue time, or shortly after a paper market's own time. */
  historyEnd(): EpochMs;
  /** Takes what a response says of market time; only the paper venue does. */
  onResponse(headers: Readonly<Record<string, string>>): void;
  /** Measures again; errors of the request are the caller's. */
  sync(): Promise<void>;
  stop(): void;
};

export function createVenueClock(
  readTime: () => Promise<EpochMs>,
  wallClock: () => EpochMs,
): VenueClock {
  let offsetMs = 0;
  let marketTime = Number.POSITIVE_INFINITY;
  const now = () => wallClock() + offsetMs;
  const sync = async (samples = SAMPLES) => {
    offsetMs = await measureOffset(readTime, wallClock, samples);
  };
  const timer = setInterval(() => {
    // An old offset is better than none; a wrong one is refused by the venue (-1021).
    sync(1).catch(() => undefined);
  }, SYNC_INTERVAL_MS);
  timer.unref();
  return {
    now,
    historyEnd: () => Math.min(now(), marketTime + MARKET_MARGIN_MS),
    onResponse: (headers) => {
      const told = Number(headers[MARKET_TIME_HEADER]);
      if (Number.isFinite(told)) marketTime = told;
    },
    sync,
    stop: () => clearInterval(timer),
  };
}

/** The offset of the sample with the shortest round trip: it is the least uncertain. */
async function measureOffset(
  readTime: () => Promise<EpochMs>,
  wallClock: () => EpochMs,
  samples: number,
): Promise<number> {
  let best = { roundTripMs: Number.POSITIVE_INFINITY, offsetMs: 0 };
  for (let sample = 0; sample < samples; sample += 1) {
    const sentAt = wallClock();
    const venueTime = await readTime();
    const receivedAt = wallClock();
    const roundTripMs = receivedAt - sentAt;
    const offsetMs = Math.round(venueTime - (sentAt + receivedAt) / 2);
    if (roundTripMs < best.roundTripMs) best = { roundTripMs, offsetMs };
  }
  return best.offsetMs;
}
