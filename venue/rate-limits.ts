/** Request weight and order counts over wall time, as the reply headers show them. */
import type { EpochMs } from '../core/market/market.ts';
import { banned, tooManyOrders, tooManyRequests } from './errors.ts';
import type { VenueError } from './errors.ts';
import type { VenueSettings } from './options.ts';

const MINUTE_MS = 60_000;
const TEN_SECONDS_MS = 10_000;

/** A counter that starts again with every window of wall time. */
class WindowCounter {
  readonly #windowMs: number;
  #window = -1;
  #count = 0;

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  add(amount: number, now: EpochMs): number {
    const window = Math.floor(now / this.#windowMs);
    if (window !== this.#window) this.#count = 0;
    this.#window = window;
    this.#count += amount;
    return this.#count;
  }

  secondsLeft(now: EpochMs): number {
    return Math.ceil((this.#windowMs - (now % this.#windowMs)) / 1_000);
  }
}

type OrderCounters = { readonly minute: WindowCounter; readonly tenSeconds: WindowCounter };

export class RateLimits {
  readonly #limits: VenueSettings['limits'];
  readonly #weight = new WindowCounter(MINUTE_MS);
  readonly #refusals = new WindowCounter(MINUTE_MS);
  #bannedUntil: EpochMs = 0;
  readonly #orders = new Map<string, OrderCounters>();

  constructor(limits: VenueSettings['limits']) {
    this.#limits = limits;
  }

  /** Counts a request's weight; answers the header, throws -1003 (HTTP 429) beyond the limit, 418 to a banned caller. */
  countRequest(weight: number, now: EpochMs): Record<string, string> {
    if (now < this.#bannedUntil) throw this.#ban(now);
    const used = this.#weight.add(weight, now);
    if (used > this.#limits.weightPerMinute) {
      if (this.#refusals.add(1, now) > this.#limits.refusalsBeforeBan) {
        this.#bannedUntil = now + this.#limits.banS * 1_000;
        throw this.#ban(now);
      }
      throw tooManyRequests(
        `Too many requests; current limit is ${this.#limits.weightPerMinute} request weight per 1 MINUTE.`,
        this.#weight.secondsLeft(now),
      );
    }
    return { 'X-MBX-USED-WEIGHT-1M': String(used) };
  }

  #ban(now: EpochMs): VenueError {
    return banned(this.#bannedUntil, Math.ceil((this.#bannedUntil - now) / 1_000));
  }

  /** Counts an account's new orders; answers the headers, throws -1015 (HTTP 429) beyond a limit. */
  countOrders(account: string, orders: number, now: EpochMs): Record<string, string> {
    const { minute, tenSeconds } = this.#countersOf(account);
    const inMinute = minute.add(orders, now);
    const inTenSeconds = tenSeconds.add(orders, now);
    const { ordersPer10s, ordersPerMinute } = this.#limits;
    if (inTenSeconds > ordersPer10s) {
      throw tooManyOrders(ordersPer10s, '10 SECOND', tenSeconds.secondsLeft(now));
    }
    if (inMinute > ordersPerMinute) {
      throw tooManyOrders(ordersPerMinute, '1 MINUTE', minute.secondsLeft(now));
    }
    return {
      'X-MBX-ORDER-COUNT-10S': String(inTenSeconds),
      'X-MBX-ORDER-COUNT-1M': String(inMinute),
    };
  }

  #countersOf(account: string): OrderCounters {
    const known = this.#orders.get(account);
    if (known !== undefined) return known;
    const created = {
      minute: new WindowCounter(MINUTE_MS),
      tenSeconds: new WindowCounter(TEN_SECONDS_MS),
    };
    this.#orders.set(account, created);
    return created;
  }
}
