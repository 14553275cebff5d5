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

/** Headers with the counters, and the refusal where they are beyond a limit. */
export type Counted = {
  readonly headers: Readonly<Record<string, string>>;
  readonly refusal: VenueError | undefined;
};

export class RateLimits {
  readonly #limits: VenueSettings['limits'];
  readonly #weight = new WindowCounter(MINUTE_MS);
  readonly #refusals = new WindowCounter(MINUTE_MS);
  #bannedUntil: EpochMs = 0;
  readonly #orders = new Map<string, OrderCounters>();

  constructor(limits: VenueSettings['limits']) {
    this.#limits = limits;
  }

  /** Counts a request's weight; -1003 (HTTP 429) beyond the limit, 418 to a banned caller. */
  countRequest(weight: number, now: EpochMs): Counted {
    const used = this.#weight.add(now < this.#bannedUntil ? 0 : weight, now);
    const headers = { 'X-MBX-USED-WEIGHT-1M': String(used) };
    return { headers, refusal: this.#weightRefusal(used, now) };
  }

  #weightRefusal(used: number, now: EpochMs): VenueError | undefined {
    if (now < this.#bannedUntil) return this.#ban(now);
    if (used <= this.#limits.weightPerMinute) return undefined;
    if (this.#refusals.add(1, now) > this.#limits.refusalsBeforeBan) {
      this.#bannedUntil = now + this.#limits.banS * 1_000;
      return this.#ban(now);
    }
    return tooManyRequests(
      `Too many requests; current limit is ${this.#limits.weightPerMinute} request weight per 1 MINUTE.`,
      this.#weight.secondsLeft(now),
    );
  }

  #ban(now: EpochMs): VenueError {
    return banned(this.#bannedUntil, Math.ceil((this.#bannedUntil - now) / 1_000));
  }

  /** Counts an account's new orders; -1015 (HTTP 429) beyond a limit. */
  countOrders(account: string, orders: number, now: EpochMs): Counted {
    const { minute, tenSeconds } = this.#countersOf(account);
    const inMinute = minute.add(orders, now);
    const inTenSeconds = tenSeconds.add(orders, now);
    const { ordersPer10s, ordersPerMinute } = this.#limits;
    const headers = {
      'X-MBX-ORDER-COUNT-10S': String(inTenSeconds),
      'X-MBX-ORDER-COUNT-1M': String(inMinute),
    };
    if (inTenSeconds > ordersPer10s) {
      const refusal = tooManyOrders(ordersPer10s, '10 SECOND', tenSeconds.secondsLeft(now));
      return { headers, refusal };
    }
    if (inMinute > ordersPerMinute) {
      const refusal = tooManyOrders(ordersPerMinute, '1 MINUTE', minute.secondsLeft(now));
      return { headers, refusal };
    }
    return { headers, refusal: undefined };
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
