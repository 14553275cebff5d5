/** The venue's clock, from its measured distance to this machine's. */
import type { EpochMs } from '../../core/market/market.ts';

const SAMPLES = 3;
const SYNC_INTERVAL_MS = 60_000;

export type VenueClock = {
  now(): EpochMs;
  /** Measures again; errors of the request are the caller's. */
  sync(): Promise<void>;
  stop(): void;
};

/** Measures once before it returns, and every minute after that. */
export async function startVenueClock(
  readTime: () => Promise<EpochMs>,
  wallClock: () => EpochMs,
): Promise<VenueClock> {
  let offsetMs = await measureOffset(readTime, wallClock, SAMPLES);
  const sync = async () => {
    offsetMs = await measureOffset(readTime, wallClock, 1);
  };
  const timer = setInterval(() => {
    // An old offset is better than none; a wrong one is refused by the venue (-1021).
    void sync().catch(() => undefined);
  }, SYNC_INTERVAL_MS);
  timer.unref();
  return { now: () => wallClock() + offsetMs, sync, stop: () => clearInterval(timer) };
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
