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
  const step =
    ((corners[0] as Corner).price * (bars.volatility[minute] as number)) / Math.sqrt(count);
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

/** Open, the two extremes in the order of their times, close. */
function cornersOf(
  bars: MinuteBlock,
  minute: number,
  count: number,
  random: Random,
): readonly Corner[] {
  const open = bars.open[minute] as number;
  const close = bars.close[minute] as number;
  const high = bars.high[minute] as number;
  const low = bars.low[minute] as number;
  const highAt = extremeAt(high - open, high - close, count, random);
  const drawnLowAt = extremeAt(open - low, close - low, count, random);
  const lowAt = drawnLowAt === highAt ? 1 + (drawnLowAt % (count - 2)) : drawnLowAt;
  const extremes = [
    { at: highAt, price: high },
    { at: lowAt, price: low },
  ].sort((a, b) => a.at - b.at);
  return [{ at: 0, price: open }, ...extremes, { at: count - 1, price: close }];
}

/** When a path is at its extreme: near the end of the bar whose price is near it, with chance. */
function extremeAt(fromOpen: number, fromClose: number, count: number, random: Random): number {
  const whole = fromOpen + fromClose;
  const expected = whole === 0 ? 0.5 : fromOpen / whole;
  const share = (expected + random.uniform()) / 2;
  return 1 + Math.floor(share * (count - 2));
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
