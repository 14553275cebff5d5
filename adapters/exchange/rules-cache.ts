/** Instrument rules with the account's fees, read once and again every hour. */
import type { EpochMs, InstrumentRules } from '../../core/market/market.ts';
import { VenueRejected } from './errors.ts';
import type { Fees, TradingRules, VenueReads } from './venue-wire.ts';

const REFRESH_MS = 3_600_000;

type Cached<T> = { readonly value: T; readonly readAt: EpochMs };

export class RulesCache {
  readonly #wire: Pick<VenueReads, 'rules' | 'fees'>;
  readonly #wallClock: () => EpochMs;
  readonly #fees = new Map<string, Cached<Promise<Fees>>>();
  #rules: Cached<Promise<readonly TradingRules[]>> | undefined;

  constructor(wire: Pick<VenueReads, 'rules' | 'fees'>, wallClock: () => EpochMs) {
    this.#wire = wire;
    this.#wallClock = wallClock;
  }

  /** Throws VenueRejected for a symbol that cannot be traded. */
  async rules(symbol: string): Promise<InstrumentRules> {
    const [all, fees] = await Promise.all([this.#readRules(), this.#readFees(symbol)]);
    const rules = all.find((entry) => entry.symbol === symbol);
    if (rules === undefined) throw new VenueRejected('-1121', `${symbol} is not traded here`);
    return { ...rules, ...fees };
  }

  #readRules(): Promise<readonly TradingRules[]> {
    if (this.#rules === undefined || this.#isOld(this.#rules)) {
      const value = this.#wire.rules();
      this.#rules = { value, readAt: this.#wallClock() };
      value.catch(() => (this.#rules = undefined));
    }
    return this.#rules.value;
  }

  #readFees(symbol: string): Promise<Fees> {
    const cached = this.#fees.get(symbol);
    if (cached !== undefined && !this.#isOld(cached)) return cached.value;
    const value = this.#wire.fees(symbol);
    this.#fees.set(symbol, { value, readAt: this.#wallClock() });
    value.catch(() => this.#fees.delete(symbol));
    return value;
  }

  #isOld = (cached: Cached<unknown>): boolean => this.#wallClock() - cached.readAt > REFRESH_MS;
}
