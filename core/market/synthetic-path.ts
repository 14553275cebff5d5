/** The trades inside one synthetic minute: a path through exactly the bar's open, high, low, close. */
import { createRandom } from './random.ts';
import type { Random } from './random.ts';
import type { MinuteBlock } from './synthetic-block.ts';
import { BLOCK_MINUTES } from './synthetic-regimes.ts';

/** Trades of one minute, evenly spaced; prices in ticks, quantities in steps. */
export type MinutePath = {
  readonly price: Float64Array;
  readonly quantity: Float64Array;
  readonly isBuy: Uint8Array;
};

/** The path of a minute with `count` trades (at least 4), a pure function of its arguments. */
export function minutePath(
  seed: number,
  symbol: string,
  bars: MinuteBlock,
  minute: number,
  count: number,
): MinutePath {
  const random = createRandom(seed, 'path', symbol, bars.block * BLOCK_MINUTES + minute);
  const price = new Float64Array(count);
  const corners = cornersOf(bars, minute, count, random);
  const step = (corners[0].price * (bars.volatility[minute] as number)) / Math.sqrt(count);
  const low = bars.low[minute] as number;
  const high = bars.high[minute] as number;
  for (let i = 1; i < corners.length; i++) {
    const [from, to] = [corners[i - 1] as Corner, corners[i] as Corner];
    bridge(
      price,
      from,
      to,
      (value) => Math.min(high, Math.max(low, Math.round(value))),
      step,
      random,
    );
  }
  const quantity = splitVolume(bars.volume[minute] as number, price, random);
  return { price, quantity, isBuy: takerSides(price, random) };
}

type Corner = { readonly at: number; readonly price: number };

/** Open, the two extremes at random places (the one against the bar's direction mostly first), close. */
function cornersOf(
  bars: MinuteBlock,
  minute: number,
  count: number,
  random: Random,
): readonly [Corner, Corner, Corner, Corner] {
  const open = bars.open[minute] as number;
  const close = bars.close[minute] as number;
  const first = 1 + Math.floor(random.uniform() * (count - 2));
  const shift = 1 + Math.floor(random.uniform() * (count - 3));
  const second = 1 + ((first - 1 + shift) % (count - 2));
  const [early, late] = first < second ? [first, second] : [second, first];
  const lowFirst = close >= open === random.uniform() < 0.8;
  const low = { at: lowFirst ? early : late, price: bars.low[minute] as number };
  const high = { at: lowFirst ? late : early, price: bars.high[minute] as number };
  const [a, b] = lowFirst ? [low, high] : [high, low];
  return [{ at: 0, price: open }, a, b, { at: count - 1, price: close }];
}

/** A random path from one corner to the next, kept inside the bar and on the tick. */
function bridge(
  price: Float64Array,
  from: Corner,
  to: Corner,
  fit: (value: number) => number,
  step: number,
  random: Random,
): void {
  let value = from.price;
  price[from.at] = from.price;
  for (let i = from.at + 1; i < to.at; i++) {
    const left = to.at - i;
    const noise = step * Math.sqrt(left / (left + 1)) * random.normal();
    value = fit(value + (to.price - value) / (left + 1) + noise);
    price[i] = value;
  }
  price[to.at] = to.price;
}

/** Splits a volume into whole steps, at least one a trade, more where the price moved. */
function splitVolume(volume: number, price: Float64Array, random: Random): Float64Array {
  const weight = new Float64Array(price.length);
  let total = 0;
  for (let i = 0; i < price.length; i++) {
    const moved = i > 0 && price[i] !== price[i - 1] ? 1.5 : 1;
    total += weight[i] = moved * Math.exp(random.normal());
  }
  let left = volume;
  for (let i = price.length - 1; i > 0; i--) {
    const share = 1 + Math.floor(((volume - price.length) * (weight[i] as number)) / total);
    weight[i] = share;
    left -= share;
  }
  weight[0] = left;
  return weight;
}

/** A trade that lifted the price was bought, one that lowered it was sold, others are a coin toss. */
function takerSides(price: Float64Array, random: Random): Uint8Array {
  const isBuy = new Uint8Array(price.length);
  for (let i = 0; i < price.length; i++) {
    const change = i === 0 ? 0 : (price[i] as number) - (price[i - 1] as number);
    isBuy[i] = change > 0 || (change === 0 && random.uniform() < 0.5) ? 1 : 0;
  }
  return isBuy;
}
