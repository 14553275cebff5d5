/**
 * The 1m bars that recorded bars trade on their paths: what a venue that replayed them has built, so
 * that history reads the same whether the venue began before it or after it.
 */
import { flatBar } from './bars.ts';
import { TIMEFRAME_MS } from './market.ts';
import type { Bar, EpochMs, Timeframe } from './market.ts';
import { offGrid, onGrid } from './replay-grid.ts';
import type { Grids } from './replay-grid.ts';
import { adaptivePath } from './replay-path.ts';
import type { GridBar, PathPoint } from './replay-path.ts';

export type MinuteOptions = {
  readonly timeframe: Timeframe;
  /** Points of a path: 4, 7, 10 … */
  readonly stepsPerBar: number;
  readonly grids: Grids;
};

const MINUTE_MS = TIMEFRAME_MS['1m'];

/** Prices in ticks, volume in steps. */
type Minute = { openTime: EpochMs } & { -readonly [K in keyof GridBar]: GridBar[K] };

/** Market time between two points of a path, in whole milliseconds. */
export const pointMs = (timeframe: Timeframe, stepsPerBar: number): number =>
  Math.floor(TIMEFRAME_MS[timeframe] / stepsPerBar);

/**
 * From the first minute that traded to the last, flat without volume where nothing did.
 * `bars`: oldest first.
 */
export function minutesOf(bars: readonly Bar[], options: MinuteOptions): Bar[] {
  const { timeframe, stepsPerBar, grids } = options;
  const spacing = pointMs(timeframe, stepsPerBar);
  const minutes: Minute[] = [];
  for (const bar of bars) {
    for (const point of adaptivePath(onGrid(bar, grids), stepsPerBar)) {
      addPoint(minutes, bar.openTime + point.offset * spacing, point);
    }
  }
  return minutes.map((minute) => offGrid(minute.openTime, minute, grids));
}

function addPoint(minutes: Minute[], time: EpochMs, { price, quantity }: PathPoint): void {
  const minute = minuteAt(minutes, time - (time % MINUTE_MS), price);
  minute.high = Math.max(minute.high, price);
  minute.low = Math.min(minute.low, price);
  minute.close = price;
  minute.volume += quantity;
}

/** The open minute, after flat ones for the time in which nothing traded. */
function minuteAt(minutes: Minute[], openTime: EpochMs, price: number): Minute {
  let last = minutes.at(-1);
  for (; last !== undefined && last.openTime < openTime; last = minutes.at(-1)) {
    const next = last.openTime + MINUTE_MS;
    minutes.push(flatBar(next, next === openTime ? price : last.close));
  }
  if (last !== undefined) return last;
  const first = flatBar(openTime, price);
  minutes.push(first);
  return first;
}
