/** One symbol's trades and quotes in market time, a pure function of (seed, symbol, time). */
import type { PriceText, QuantityText } from '../money/units.ts';
import { createDecimalGrid } from './decimal-grid.ts';
import { instrumentOf } from './instruments.ts';
import type { Bar, EpochMs, MarketStep } from './market.ts';
import { createRandom } from './random.ts';
import type { Random } from './random.ts';
import { generateBlock } from './synthetic-block.ts';
import type { MinuteBlock } from './synthetic-block.ts';
import { minutePath } from './synthetic-path.ts';
import type { MinutePath } from './synthetic-path.ts';
import { profileOf } from './synthetic-profiles.ts';
import type { SyntheticProfile } from './synthetic-profiles.ts';
import { BLOCK_MINUTES } from './synthetic-regimes.ts';
import type { MarketRegime } from './synthetic-regimes.ts';
import type { CommonMinutes } from './synthetic-volatility.ts';

export const MINUTE_MS = 60_000;

export type SymbolFeed = {
  /** The closed 1m bar that opens at this time, a full minute. */
  barAt(openTime: EpochMs): Bar;
  /** The trade at this time, a multiple of the step; fast when times are asked in order. */
  stepAt(time: EpochMs): MarketStep;
  /** The regime that the generator was in. */
  regimeAt(time: EpochMs): MarketRegime;
};

/** Averaging windows: an index follows the last price closely, a mark price more slowly. */
const INDEX_WINDOW_MS = 5_000;
const MARK_WINDOW_MS = 15_000;
/** Standard deviation of the premium of the perpetual over its index, a value per hour. */
const PREMIUM_BPS = 1.5;
/** BTC's log return over a calm minute: the spread is wider in proportion, up to a limit. */
const CALM_VOLATILITY = 0.0005;
const SPREAD_STRESS_MAX = 6;
/** Quantity at the touch relative to the volume of a calm minute. */
const TOUCH_SHARE = 0.03;

export function createSymbolFeed(
  seed: number,
  symbol: string,
  stepMs: number,
  commonOf: (block: number) => CommonMinutes,
): SymbolFeed {
  const profile = profileOf(symbol);
  const blockAt = keepLatest(2, (block) => generateBlock(seed, profile, block, commonOf(block)));
  const barsOf = (minute: number): MinuteBlock => blockAt(Math.floor(minute / BLOCK_MINUTES));
  const pathAt = keepLatest(2, (minute) =>
    minutePath(seed, symbol, barsOf(minute), minute % BLOCK_MINUTES, MINUTE_MS / stepMs),
  );
  const minuteAt = keepLatest(1, (minute) =>
    describeMinute(
      seed,
      profile,
      minute,
      stepMs,
      barsOf(minute),
      pathAt(minute - 1),
      pathAt(minute),
    ),
  );
  const rules = instrumentOf(symbol);
  const prices = createDecimalGrid(rules.tickSize);
  const quantities = createDecimalGrid(rules.quantityStep);
  const price = (ticks: number): PriceText => prices.text(ticks) as PriceText;
  const quantity = (steps: number): QuantityText => quantities.text(steps) as QuantityText;

  return {
    barAt: (openTime) => {
      const minute = openTime / MINUTE_MS;
      const bars = barsOf(minute);
      const i = minute % BLOCK_MINUTES;
      return {
        openTime,
        open: prices.value(bars.open[i] as number),
        high: prices.value(bars.high[i] as number),
        low: prices.value(bars.low[i] as number),
        close: prices.value(bars.close[i] as number),
        volume: quantities.value(bars.volume[i] as number),
      };
    },
    stepAt: (time) => {
      const minute = minuteAt(Math.floor(time / MINUTE_MS));
      const i = (time % MINUTE_MS) / stepMs;
      const last = minute.path.price[i] as number;
      const isBuy = minute.path.isBuy[i] === 1;
      const spread = minute.spread[i] as number;
      return {
        symbol,
        time,
        last: price(last),
        lastQuantity: quantity(minute.path.quantity[i] as number),
        takerSide: isBuy ? 'buy' : 'sell',
        bid: price(isBuy ? last - spread : last),
        bidQuantity: quantity(minute.bidQuantity[i] as number),
        ask: price(isBuy ? last : last + spread),
        askQuantity: quantity(minute.askQuantity[i] as number),
        mark: price(minute.mark[i] as number),
        index: price(minute.index[i] as number),
      };
    },
    regimeAt: (time) => {
      const minute = Math.floor(time / MINUTE_MS);
      return regimeIn(barsOf(minute), minute % BLOCK_MINUTES);
    },
  };
}

/** Everything of one minute's steps: prices in ticks, quantities in steps. */
type Minute = {
  readonly path: MinutePath;
  readonly spread: Float64Array;
  readonly bidQuantity: Float64Array;
  readonly askQuantity: Float64Array;
  readonly mark: Float64Array;
  readonly index: Float64Array;
};

function describeMinute(
  seed: number,
  profile: SyntheticProfile,
  minute: number,
  stepMs: number,
  bars: MinuteBlock,
  before: MinutePath,
  path: MinutePath,
): Minute {
  const random = createRandom(seed, 'quotes', profile.symbol, minute);
  const premium = (PREMIUM_BPS / 10_000) * premiumAt(seed, profile.symbol, minute);
  return {
    path,
    spread: spreads(profile, bars, minute % BLOCK_MINUTES, path, random),
    bidQuantity: touchQuantities(profile, path, random),
    askQuantity: touchQuantities(profile, path, random),
    mark: average(before, path, Math.round(MARK_WINDOW_MS / stepMs), 1),
    index: average(before, path, Math.round(INDEX_WINDOW_MS / stepMs), 1 - premium),
  };
}

/** The calm spread, wider in a volatile minute, in ticks and at least one. */
function spreads(
  profile: SyntheticProfile,
  bars: MinuteBlock,
  i: number,
  path: MinutePath,
  random: Random,
): Float64Array {
  const stress = (bars.volatility[i] as number) / (CALM_VOLATILITY * profile.volatilityRatio);
  const share = (profile.spreadBps / 10_000) * Math.min(SPREAD_STRESS_MAX, Math.max(0.7, stress));
  return path.price.map((price) =>
    Math.max(1, Math.round(price * share * Math.exp(0.5 * random.normal()))),
  );
}

function touchQuantities(
  profile: SyntheticProfile,
  path: MinutePath,
  random: Random,
): Float64Array {
  const grid = createDecimalGrid(instrumentOf(profile.symbol).quantityStep);
  const typical = grid.nearest((profile.dailyVolume / 1440) * TOUCH_SHARE);
  return path.price.map(() => Math.max(1, Math.round(typical * Math.exp(0.8 * random.normal()))));
}

/** Mean of the last `window` prices at each step, reaching back into the minute before. */
function average(
  before: MinutePath,
  path: MinutePath,
  window: number,
  factor: number,
): Float64Array {
  const count = path.price.length;
  const width = Math.max(1, window);
  const priceAt = (i: number): number =>
    (i < 0 ? before.price[count + i] : path.price[i]) as number;
  let sum = 0;
  for (let i = -width; i < 0; i++) sum += priceAt(i);
  return path.price.map((price, i) => {
    sum += price - priceAt(i - width);
    return Math.round((sum / width) * factor);
  });
}

/** Premium in units of its standard deviation: a straight line between hourly values. */
function premiumAt(seed: number, symbol: string, minute: number): number {
  const hour = Math.floor(minute / 60);
  const from = createRandom(seed, 'premium', symbol, hour).normal();
  const to = createRandom(seed, 'premium', symbol, hour + 1).normal();
  return from + ((to - from) * (minute % 60)) / 60;
}

function regimeIn(bars: MinuteBlock, minute: number): MarketRegime {
  const segment = bars.regimes.find(({ endMinute }) => minute < endMinute);
  return segment?.regime ?? 'ranging';
}

/** Remembers the latest results of a pure function of an integer. */
export function keepLatest<T>(limit: number, make: (key: number) => T): (key: number) => T {
  const kept = new Map<number, T>();
  return (key) => {
    const known = kept.get(key);
    if (known !== undefined) return known;
    const made = make(key);
    for (const oldest of kept.keys()) {
      if (kept.size < limit) break;
      kept.delete(oldest);
    }
    kept.set(key, made);
    return made;
  };
}
