/**
 * Shares the venue's request limits out, by what the venue's own headers say is used: reads have the
 * first three quarters, new risk nine tenths, and the rest is for cancels and protection alone.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { EpochMs } from '../../core/market/market.ts';
import { rateLimitsSchema } from './binance-usdm-schemas.ts';
import { VenueUnavailable } from './errors.ts';
import type { Exchange } from './exchange-client.ts';
import type { ExchangeTransport } from './paper-transport.ts';
import { read } from './reply.ts';
import type { VenueTable } from './venue-table.ts';
import { BINANCE_USDM } from './venues/binance-usdm.ts';

/** The rest is for orders, cancels and whoever else uses this address. */
const READ_SHARE = 0.75;
/** Beyond it only cancels and orders that can only reduce go out. */
const RISK_SHARE = 0.9;
const WAIT_MAX_MS = 5_000;
const MINUTE_MS = 60_000;
const BLOCK_DEFAULT_MS = 10_000;
const ORDER_WINDOW_MS = 10_000;

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
  const weightMax = await readWeightMax(exchange);
  if (weightMax !== undefined) budget.learnWeightMax(weightMax);
  return exchange;
}

async function readWeightMax(exchange: Exchange): Promise<number | undefined> {
  const ask = () => exchange.fapiPublicGetExchangeInfo();
  const { rateLimits } = await read(rateLimitsSchema, 'exchangeInfo', ask);
  const minute = rateLimits.find(
    (entry) =>
      entry.rateLimitType === 'REQUEST_WEIGHT' &&
      entry.interval === 'MINUTE' &&
      entry.intervalNum === 1,
  );
  return minute?.limit;
}

export class RequestBudget {
  readonly #wallClock: () => EpochMs;
  readonly #fixedMax: number | undefined;
  readonly #limits: VenueTable['limits'];
  #weightMax: number;
  #usedWeight = 0;
  #minute = 0;
  #orders = 0;
  #orderWindow = 0;
  #blockedUntil = 0;

  /** `fixedMax`: the weight of a minute, whatever the venue says. */
  constructor(
    wallClock: () => EpochMs,
    fixedMax?: number,
    limits: VenueTable['limits'] = BINANCE_USDM.limits,
  ) {
    this.#wallClock = wallClock;
    this.#fixedMax = fixedMax;
    this.#limits = limits;
    this.#weightMax = fixedMax ?? limits.weightMax;
  }

  /** Takes the weight that the venue allows in a minute. */
  learnWeightMax(weightMax: number): void {
    this.#weightMax = this.#fixedMax ?? weightMax;
  }

  /** Wall milliseconds for which the venue told us to stay away (429, 418). */
  get blockedMs(): number {
    return Math.max(0, this.#blockedUntil - this.#wallClock());
  }

  /** Wall milliseconds for which what is left is for cancels and protection; 0: new risk may go. */
  get riskHeldMs(): number {
    if (this.#fixedMax === Number.POSITIVE_INFINITY) return 0;
    const now = this.#wallClock();
    const [minute, window] = [Math.floor(now / MINUTE_MS), Math.floor(now / ORDER_WINDOW_MS)];
    const isHeavy = minute === this.#minute && this.#usedWeight >= this.#weightMax * RISK_SHARE;
    if (isHeavy) return (minute + 1) * MINUTE_MS - now;
    const isBusy =
      window === this.#orderWindow && this.#orders >= this.#limits.ordersMax * RISK_SHARE;
    return isBusy ? (window + 1) * ORDER_WINDOW_MS - now : 0;
  }

  /** Takes what a response says of the limits. */
  onResponse(status: number, headers: Headers): void {
    const used = Number(headers[this.#limits.weightHeader]);
    if (Number.isFinite(used)) this.#setUsed(used);
    const orders = Number(headers[this.#limits.ordersHeader]);
    if (Number.isFinite(orders)) this.#setOrders(orders);
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

  #setOrders(orders: number): void {
    this.#orders = orders;
    this.#orderWindow = Math.floor(this.#wallClock() / ORDER_WINDOW_MS);
  }

  #setUsed(weight: number): void {
    this.#usedWeight = weight;
    this.#minute = Math.floor(this.#wallClock() / MINUTE_MS);
  }
}
