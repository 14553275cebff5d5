/** A small seeded market: ranges, trends and jumps, with thin prints so that orders fill in parts. */
import type { Bar, EpochMs, InstrumentRules, MarketStep } from '../../../core/market/market.ts';
import { price, priceText, quantityText, textFromNumber } from '../../../core/money/units.ts';
import type { Price, PriceText, Quantity } from '../../../core/money/units.ts';
import { roundToTick } from '../../../core/money/arithmetic.ts';
import type { Dice } from '../dice.ts';

const COARSE_BARS = 800;
const MINUTE_BARS = 1_500;
const MINUTE_MS = 60_000;
const COARSE_MS = 15 * MINUTE_MS;
const START_PRICE = 150;

type Mode = 'range' | 'up' | 'down' | 'flat';

export type PricePath = {
  /** 15m bars before the minutes, then 1m bars up to the start; oldest first. */
  readonly coarse: readonly Bar[];
  readonly minutes: readonly Bar[];
  next(time: EpochMs): MarketStep;
  /** From now on the price only swings a little, or not at all. */
  calm(mode: 'range' | 'flat'): void;
};

export function createPricePath(dice: Dice, rules: InstrumentRules, startMs: EpochMs): PricePath {
  const perMinute = dice.uniform(0.001, 0.005);
  let last = START_PRICE;
  let mean = START_PRICE;
  let mode: Mode = 'range';
  let isCalm = false;
  let shares = 0;

  const turn = (): void => {
    mode = dice.pick(['range', 'range', 'up', 'down'] as const);
    mean = last;
  };

  /** One move over so many minutes. */
  const move = (minutes: number): number => {
    if (mode === 'flat') return last;
    if (!isCalm && dice.chance(0.02 * minutes)) turn();
    const sigma = perMinute * Math.sqrt(minutes) * (isCalm ? 0.5 : 1);
    const pull = mode === 'range' ? (mean / last - 1) * 0.1 * minutes : 0;
    const drift = mode === 'up' ? 0.6 : mode === 'down' ? -0.6 : 0;
    const jump = !isCalm && dice.chance(0.004 * minutes) ? dice.uniform(-0.04, 0.04) : 0;
    const away = Math.log(START_PRICE / last) * 0.002 * minutes;
    last *= Math.exp(sigma * (dice.normal() + drift) + pull + jump + away);
    return last;
  };

  const bar = (openTime: EpochMs, minutes: number): Bar => {
    const open = last;
    const close = move(minutes);
    const reach = perMinute * Math.sqrt(minutes) * 0.5 * last;
    return {
      openTime,
      open,
      high: Math.max(open, close) + dice.uniform(0, reach),
      low: Math.min(open, close) - dice.uniform(0, reach),
      close,
      volume: dice.uniform(10, 100) * minutes,
    };
  };

  const minutesStart = startMs - MINUTE_BARS * MINUTE_MS;
  const coarseStart =
    Math.floor(minutesStart / COARSE_MS) * COARSE_MS - (COARSE_BARS - 1) * COARSE_MS;
  const coarse = Array.from({ length: COARSE_BARS }, (_, i) =>
    bar(coarseStart + i * COARSE_MS, 15),
  );
  const minutes = Array.from({ length: MINUTE_BARS }, (_, i) =>
    bar(minutesStart + i * MINUTE_MS, 1),
  );
  const tick = price(rules.tickSize);
  const size = (most: number): Quantity =>
    BigInt(Math.ceil(most * dice.uniform(0, 1) ** 3 * 100) * 10_000_000_000) as Quantity;

  return {
    coarse,
    minutes,
    calm: (next) => {
      isCalm = true;
      mode = next;
      mean = last;
    },
    next: (time) => {
      const stepMinutes = shares === 0 ? 0 : (time - shares) / MINUTE_MS;
      shares = time;
      const at = roundToTick(price(textFromNumber(move(stepMinutes))), tick, 'down');
      const takerSide = dice.pick(['buy', 'sell'] as const);
      const spread = (tick * BigInt(dice.between(1, 4))) as Price;
      const [bid, ask] = takerSide === 'buy' ? [at - spread, at] : [at, at + spread];
      return {
        symbol: rules.symbol,
        time,
        last: priceText(at),
        lastQuantity: quantityText(size(40)),
        takerSide,
        bid: text(bid),
        bidQuantity: quantityText(size(60)),
        ask: text(ask),
        askQuantity: quantityText(size(60)),
        mark: priceText(at),
        index: priceText(at),
      };
    },
  };
}

const text = (value: bigint): PriceText => priceText(value as Price);
