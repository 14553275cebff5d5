/**
 * Bar arithmetic, in UTC: every timeframe divides a day, so a bar's open time is its time rounded
 * down. A *flat* bar (no trade, open = high = low = close = the last close, volume 0) is what a
 * venue publishes for an interval without trades while its market is open, and the builder emits it
 * too. A *hole* is a bar that was never seen; it is listed, never invented.
 */
import type { Bar, EpochMs, Timeframe } from './market.ts';
import { TIMEFRAME_MS } from './market.ts';

/** Open time of the bar that holds `time`. */
export function barOpenTime(time: EpochMs, timeframe: Timeframe): EpochMs {
  return time - (time % TIMEFRAME_MS[timeframe]);
}

/**
 * Bars of a larger timeframe from bars of a smaller one, oldest first. A bar with some of its parts
 * missing is built from the rest; one with none of them stays a hole. Bars that end after
 * `closedUntil` are left out, so that the last one is not taken for closed.
 */
export function aggregateBars(
  bars: readonly Bar[],
  timeframe: Timeframe,
  closedUntil: EpochMs = Infinity,
): Bar[] {
  const result: Bar[] = [];
  let current: MutableBar | null = null;
  for (const bar of bars) {
    const openTime = barOpenTime(bar.openTime, timeframe);
    if (current !== null && current.openTime === openTime) {
      merge(current, bar);
    } else {
      current = { ...bar, openTime };
      result.push(current);
    }
  }
  const isOpen = (bar: Bar): boolean => bar.openTime + TIMEFRAME_MS[timeframe] > closedUntil;
  while (result.length > 0 && isOpen(result.at(-1) as Bar)) result.pop();
  return result;
}

/** Open times that are missing between the first and the last bar. */
export function missingBars(bars: readonly Bar[], timeframe: Timeframe): EpochMs[] {
  const missing: EpochMs[] = [];
  let expected = bars[0]?.openTime ?? 0;
  for (const { openTime } of bars) {
    for (; expected < openTime; expected += TIMEFRAME_MS[timeframe]) missing.push(expected);
    expected = openTime + TIMEFRAME_MS[timeframe];
  }
  return missing;
}

type MutableBar = { -readonly [K in keyof Bar]: Bar[K] };

/** A bar in the making; plain JSON, changed in place. */
export type BarBuilder = {
  readonly timeframe: Timeframe;
  /** The open bar, null before the first trade or bar. */
  current: MutableBar | null;
  /** Trades that came after their bar was closed; they are in no bar. */
  lateTrades: number;
};

const NONE: readonly Bar[] = [];

/** An empty builder. Its first bar begins with the first trade, so it may lack earlier ones. */
export function createBarBuilder(timeframe: Timeframe): BarBuilder {
  return { timeframe, current: null, lateTrades: 0 };
}

/** Takes a trade and returns the bars that its time closes, oldest first; flat ones included. */
export function addTrade(
  builder: BarBuilder,
  time: EpochMs,
  price: number,
  quantity: number,
): readonly Bar[] {
  const closed = closeBarsUntil(builder, time);
  const bar = builder.current;
  if (bar === null) {
    builder.current = flatBar(barOpenTime(time, builder.timeframe), price);
    builder.current.volume = quantity;
  } else if (time < bar.openTime) {
    builder.lateTrades += 1;
  } else if (bar.volume === 0) {
    // The bar was opened by the clock; its prices are those of its own first trade.
    builder.current = { ...flatBar(bar.openTime, price), volume: quantity };
  } else {
    extend(bar, price, price, price, quantity);
  }
  return closed;
}

/**
 * Closes every bar that ended at or before `time`, with flat bars where nothing traded, and opens
 * the one that holds `time`. Call it when market time moves without a trade.
 */
export function closeBarsUntil(builder: BarBuilder, time: EpochMs): readonly Bar[] {
  const lengthMs = TIMEFRAME_MS[builder.timeframe];
  if (builder.current === null || time < builder.current.openTime + lengthMs) return NONE;
  const closed: Bar[] = [];
  while (time >= builder.current.openTime + lengthMs) {
    const { openTime, close }: Bar = builder.current;
    closed.push(builder.current);
    builder.current = flatBar(openTime + lengthMs, close);
  }
  return closed;
}

/**
 * Takes a closed bar of a smaller timeframe and returns the bars that it closes: the open one when
 * this bar belongs to a later one (bars missing between stay holes) and its own when it is the last
 * part. Feeding bars one by one gives what `aggregateBars` gives.
 */
export function addBar(builder: BarBuilder, bar: Bar, timeframe: Timeframe): readonly Bar[] {
  const openTime = barOpenTime(bar.openTime, builder.timeframe);
  const closed: Bar[] = [];
  if (builder.current !== null && builder.current.openTime !== openTime) {
    closed.push(builder.current);
    builder.current = null;
  }
  if (builder.current === null) builder.current = { ...bar, openTime };
  else merge(builder.current, bar);
  const endTime = openTime + TIMEFRAME_MS[builder.timeframe];
  if (bar.openTime + TIMEFRAME_MS[timeframe] >= endTime) {
    closed.push(builder.current);
    builder.current = null;
  }
  return closed;
}

/** What a time without a trade looks like: every price the same, no volume. */
export function flatBar(openTime: EpochMs, price: number): MutableBar {
  return { openTime, open: price, high: price, low: price, close: price, volume: 0 };
}

function merge(into: MutableBar, part: Bar): void {
  extend(into, part.high, part.low, part.close, part.volume);
}

/** Plain numbers, because this runs for every trade. */
function extend(into: MutableBar, high: number, low: number, close: number, volume: number): void {
  if (high > into.high) into.high = high;
  if (low < into.low) into.low = low;
  into.close = close;
  into.volume = addVolume(into.volume, volume);
}

/**
 * Sum of two decimal volumes as the double nearest to it, so that the order of additions does not
 * matter: exact for up to 8 decimals below 9e7 and 4 decimals below 9e11.
 */
function addVolume(a: number, b: number): number {
  const sum = a + b;
  const scale = sum < 9e7 ? 1e8 : 1e4;
  return sum < 9e11 ? Math.round(sum * scale) / scale : sum;
}
