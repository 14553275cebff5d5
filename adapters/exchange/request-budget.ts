/** Keeps reads below the venue's request limits, so that orders and cancels always have room. */
import { setTimeout as delay } from 'node:timers/promises';
import type { EpochMs } from '../../core/market/market.ts';
import { rateLimitsSchema } from './binance-usdm-schemas.ts';
import { VenueUnavailable } from './errors.ts';
import type { Exchange } from './exchange-client.ts';
import type { ExchangeTransport } from './paper-transport.ts';
import { read } from './reply.ts';

/** Request weight a minute on Binance USD-M, unless the venue says otherwise. */
const WEIGHT_MAX = 2_400;
/** The rest is for orders, cancels and whoever else uses this address. */
const READ_SHARE = 0.75;
const WAIT_MAX_MS = 5_000;
const MINUTE_MS = 60_000;
const BLOCK_DEFAULT_MS = 10_000;
const WEIGHT_HEADER = 'X-Mbx-Used-Weight-1m';

type Headers = Readonly<Record<string, string>>;

/** A ccxt instance for reads whose own rate limiter is replaced by a budget. */
export async function openReadClient(
  transport: ExchangeTransport,
  budget: RequestBudget,
  onHeaders: (headers: Headers) => void = () => {},
): Promise<Exchange> {
  const exchange = await transport.open({
    onResponse: (status, headers) => {
      budget.onResponse(status, headers);
      onHeaders(headers);
    },
  });
  exchange.enableRateLimit = true;
  exchange.throttle = (weight: unknown) => budget.admitRead(Number(weight));
  budget.learnWeightMax(await readWeightMax(exchange));
  return exchange;
}

async function readWeightMax(exchange: Exchange): Promise<number> {
  const ask = () => exchange.fapiPublicGetExchangeInfo();
  const { rateLimits } = await read(rateLimitsSchema, 'exchangeInfo', ask);
  const minute = rateLimits.find(
    (entry) =>
      entry.rateLimitType === 'REQUEST_WEIGHT' &&
      entry.interval === 'MINUTE' &&
      entry.intervalNum === 1,
  );
  return minute?.limit ?? WEIGHT_MAX;
}

export class RequestBudget {
  readonly #wallClock: () => EpochMs;
  readonly #fixedMax: number | undefined;
  #weightMax: number;
  #usedWeight = 0;
  #minute = 0;
  #blockedUntil = 0;

  /** `fixedMax`: the weight of a minute, whatever the venue says. */
  constructor(wallClock: () => EpochMs, fixedMax?: number) {
    this.#wallClock = wallClock;
    this.#fixedMax = fixedMax;
    this.#weightMax = fixedMax ?? WEIGHT_MAX;
  }

  /** Takes the weight that the venue allows in a minute. */
  learnWeightMax(weightMax: number): void {
    this.#weightMax = this.#fixedMax ?? weightMax;
  }

  /** Wall milliseconds for which the venue told us to stay away (429, 418). */
  get blockedMs(): number {
    return Math.max(0, this.#blockedUntil - this.#wallClock());
  }

  /** Takes what a response says of the limits. */
  onResponse(status: number, headers: Headers): void {
    const used = Number(headers[WEIGHT_HEADER]);
    if (Number.isFinite(used)) this.#setUsed(used);
    if (status !== 429 && status !== 418) return;
    const retryAfterMs = Number(headers['Retry-After']) * 1_000 || BLOCK_DEFAULT_MS;
    this.#blockedUntil = this.#wallClock() + retryAfterMs;
  }

  /** Waits until a read may go out; throws VenueUnavailable when that takes over 5 s. */
  async admitRead(weight: number): Promise<void> {
    const now = this.#wallClock();
    const minute = Math.floor(now / MINUTE_MS);
    if (minute > this.#minute) this.#setUsed(0);
    const full = this.#usedWeight + weight > this.#weightMax * READ_SHARE;
    const untilNextMinuteMs = full ? (minute + 1) * MINUTE_MS - now : 0;
    const waitMs = Math.max(this.blockedMs, untilNextMinuteMs);
    this.#usedWeight += weight;
    if (waitMs > WAIT_MAX_MS)
      throw new VenueUnavailable(`request limit of the venue: not asked for ${waitMs} ms`);
    if (waitMs > 0) await delay(waitMs);
  }

  #setUsed(weight: number): void {
    this.#usedWeight = weight;
    this.#minute = Math.floor(this.#wallClock() / MINUTE_MS);
  }
}
