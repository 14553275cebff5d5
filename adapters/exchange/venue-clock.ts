/** The venue's two clocks: wall time, measured, and the market time of its history. */
import type { EpochMs } from '../../core/market/market.ts';

const SAMPLES = 3;
const SYNC_INTERVAL_MS = 60_000;

const MARKET_TIME_HEADER = 'X-Tidegate-Market-Time';
/** How far the market may have moved since the last response that told its time. */
const MARKET_MARGIN_MS = 86_400_000;

type ReadTime = () => Promise<EpochMs>;
type Sample = { readonly roundTripMs: number; readonly offsetMs: number };

export class VenueClock {
  readonly #wallClock: () => EpochMs;
  #readTime: ReadTime | undefined;
  #offsetMs = 0;
  #skewMs = 0;
  #marketTime = Number.POSITIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(wallClock: () => EpochMs) {
    this.#wallClock = wallClock;
  }

  /** Measures, and again every minute. Throws what the request throws. */
  async start(readTime: ReadTime): Promise<void> {
    this.#readTime = readTime;
    await this.#measure(readTime, SAMPLES);
    this.#timer = setInterval(() => void this.sync(), SYNC_INTERVAL_MS);
    this.#timer.unref();
  }

  now(): EpochMs {
    return this.#wallClock() + this.#offsetMs;
  }

  /** How far our clock is off, either way, less what the measurement itself leaves open. */
  get skewMs(): number {
    return this.#skewMs;
  }

  /** No order or trade is later: venue time, or shortly after a paper market's own time. */
  historyEnd(): EpochMs {
    return Math.min(this.now(), this.#marketTime + MARKET_MARGIN_MS);
  }

  /** Takes what a response says of market time; only the paper venue does. */
  onResponse(headers: Readonly<Record<string, string>>): void {
    const told = Number(headers[MARKET_TIME_HEADER]);
    if (Number.isFinite(told)) this.#marketTime = told;
  }

  /** An old offset is better than none: a wrong one is refused by the venue (-1021). */
  async sync(): Promise<void> {
    if (this.#readTime !== undefined)
      await this.#measure(this.#readTime, SAMPLES).catch(() => undefined);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #measure(readTime: ReadTime, samples: number): Promise<void> {
    const { offsetMs, roundTripMs } = await measureOffset(readTime, this.#wallClock, samples);
    this.#offsetMs = offsetMs;
    this.#skewMs = Math.max(0, Math.round(Math.abs(offsetMs) - roundTripMs / 2));
  }
}

/** The offset of the sample with the shortest round trip: it is the least uncertain. */
async function measureOffset(
  readTime: ReadTime,
  wallClock: () => EpochMs,
  samples: number,
): Promise<Sample> {
  let best: Sample = { roundTripMs: Number.POSITIVE_INFINITY, offsetMs: 0 };
  for (let sample = 0; sample < samples; sample += 1) {
    const sentAt = wallClock();
    const venueTime = await readTime();
    const receivedAt = wallClock();
    const roundTripMs = receivedAt - sentAt;
    const offsetMs = Math.round(venueTime - (sentAt + receivedAt) / 2);
    if (roundTripMs < best.roundTripMs) best = { roundTripMs, offsetMs };
  }
  return best;
}
