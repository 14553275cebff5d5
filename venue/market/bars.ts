/** Bars of one symbol in the source's base timeframe, and any coarser interval made from them. */
import { TIMEFRAME_MS } from '../../core/market/market.ts';
import type { Bar, EpochMs, MarketStep, Timeframe } from '../../core/market/market.ts';

/** A bar with what klines carry beside prices. Volumes are in base units, `quoteVolume` in quote. */
export type VenueBar = {
  readonly openTime: EpochMs;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
  quoteVolume: number;
  takerBuyVolume: number;
  trades: number;
};

/** Binance's kline intervals that are plain multiples of a minute. */
export const INTERVAL_MS: ReadonlyMap<string, number> = new Map([
  ['1m', 60_000],
  ['3m', 180_000],
  ['5m', 300_000],
  ['15m', 900_000],
  ['30m', 1_800_000],
  ['1h', 3_600_000],
  ['2h', 7_200_000],
  ['4h', 14_400_000],
  ['6h', 21_600_000],
  ['8h', 28_800_000],
  ['12h', 43_200_000],
  ['1d', 86_400_000],
]);

/** Live steps are folded into bars of one minute, whatever the timeframe of the history. */
const LIVE_MS = 60_000;

/** Bars kept per symbol: 46 days of minutes; older ones are dropped in blocks. */
const KEPT_BARS = 66_240;
const DROPPED_AT_ONCE = 1_440;

export type BarQuery = {
  readonly intervalMs: number;
  readonly limit: number;
  readonly startTime?: EpochMs | undefined;
  readonly endTime?: EpochMs | undefined;
};

/** History plus live steps of one symbol. The last bar is the one still open. */
export class BarSeries {
  readonly #bars: VenueBar[];
  /** First moment that the last bar no longer covers; undefined before the first bar. */
  #coveredUntil: EpochMs | undefined;

  constructor(history: readonly Bar[], timeframe: Timeframe) {
    this.#bars = history.slice(-KEPT_BARS).map(fromHistory);
    const last = this.#bars.at(-1);
    if (last !== undefined) this.#coveredUntil = last.openTime + TIMEFRAME_MS[timeframe];
  }

  /** Folds a step's trade into the open bar, opening bars (also empty ones) as time passes. */
  add(step: MarketStep): void {
    const price = Number(step.last);
    const bar = this.#openBarAt(step.time, price);
    const quantity = Number(step.lastQuantity);
    fold(bar, price, price, price, quantity);
    bar.quoteVolume += quantity * price;
    if (step.takerSide === 'buy') bar.takerBuyVolume += quantity;
    bar.trades += 1;
  }

  /** The newest base bar. */
  last(): VenueBar | undefined {
    return this.#bars.at(-1);
  }

  /** Bars of an interval: the latest `limit`, or the first `limit` from `startTime` on. */
  query(query: BarQuery): VenueBar[] {
    const { intervalMs, limit } = query;
    const from = query.startTime ?? this.#defaultStart(query);
    const to = query.endTime ?? Number.POSITIVE_INFINITY;
    const result: VenueBar[] = [];
    for (let i = this.#indexAt(from - (from % intervalMs)); i < this.#bars.length; i += 1) {
      const bar = this.#bars[i];
      if (bar === undefined || bar.openTime > to) break;
      const openTime = bar.openTime - (bar.openTime % intervalMs);
      if (openTime < from) continue;
      const open = result.at(-1);
      if (open?.openTime === openTime) merge(open, bar);
      else if (result.length === limit) break;
      else result.push({ ...bar, openTime });
    }
    return result;
  }

  #defaultStart({ intervalMs, limit, endTime }: BarQuery): EpochMs {
    const newest = Math.min(this.last()?.openTime ?? 0, endTime ?? Number.POSITIVE_INFINITY);
    return newest - (newest % intervalMs) - (limit - 1) * intervalMs;
  }

  #openBarAt(time: EpochMs, price: number): VenueBar {
    const openTime = time - (time % LIVE_MS);
    this.#coveredUntil ??= openTime;
    while (this.#coveredUntil < openTime) {
      this.#open(this.#coveredUntil, this.#bars.at(-1)?.close ?? price);
    }
    const last = this.#bars.at(-1);
    if (last !== undefined && time < this.#coveredUntil) return last;
    return this.#open(openTime, price);
  }

  #open(openTime: EpochMs, price: number): VenueBar {
    if (this.#bars.length >= KEPT_BARS + DROPPED_AT_ONCE) this.#bars.splice(0, DROPPED_AT_ONCE);
    const bar = emptyBar(openTime, price);
    this.#bars.push(bar);
    this.#coveredUntil = openTime + LIVE_MS;
    return bar;
  }

  /** Index of the first base bar at or after a time. */
  #indexAt(time: EpochMs): number {
    let low = 0;
    let high = this.#bars.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#bars[middle]?.openTime ?? 0) < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The open bar of a coarser interval, kept up to date step by step (for kline streams). */
export function latestBar(series: BarSeries, intervalMs: number): VenueBar | undefined {
  return series.query({ intervalMs, limit: 1 }).at(-1);
}

const emptyBar = (openTime: EpochMs, price: number): VenueBar => ({
  openTime,
  open: price,
  high: price,
  low: price,
  close: price,
  volume: 0,
  quoteVolume: 0,
  takerBuyVolume: 0,
  trades: 0,
});

const fromHistory = (bar: Bar): VenueBar => ({
  ...bar,
  quoteVolume: (bar.volume * (bar.high + bar.low + bar.close)) / 3,
  takerBuyVolume: bar.volume / 2,
  trades: bar.volume > 0 ? 1 : 0,
});

function fold(bar: VenueBar, high: number, low: number, close: number, volume: number): void {
  bar.high = Math.max(bar.high, high);
  bar.low = Math.min(bar.low, low);
  bar.close = close;
  bar.volume += volume;
}

function merge(into: VenueBar, bar: VenueBar): void {
  fold(into, bar.high, bar.low, bar.close, bar.volume);
  into.quoteVolume += bar.quoteVolume;
  into.takerBuyVolume += bar.takerBuyVolume;
  into.trades += bar.trades;
}
