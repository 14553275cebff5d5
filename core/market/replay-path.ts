/**
 * The adaptive path through a recorded bar: open, the extreme nearer to the open, the other
 * extreme, close. A fixed open-high-low-close order would invent about a third more swings. The
 * path is the same each time and says no more than the bar does: straight legs, equal volume.
 */
import { assert } from '../assert.ts';
import type { Bar, Side } from './market.ts';

/** One point of a path: price in ticks, quantity in steps, `offset` in parts of the bar, from 0. */
export type PathPoint = {
  readonly offset: number;
  readonly price: number;
  readonly quantity: number;
  readonly takerSide: Side;
};

/** A bar on the grid of its instrument. */
export type GridBar = Omit<Bar, 'openTime'>;

/**
 * The path of a bar in `count` (4, 7, 10 …) points with offsets 0 … count - 1. The bar's volume is
 * split into whole steps as evenly as they go; a point without one is left out, except the four
 * corners: a bar thinner than four steps trades one step at each. A bar without volume has no path.
 */
export function adaptivePath(bar: GridBar, count: number): readonly PathPoint[] {
  assert(count >= 4 && count % 3 === 1, `a path has 4, 7, 10 ... points, got ${count}`);
  if (bar.volume === 0) return [];
  const corners = cornersOf(bar);
  const legPoints = (count - 1) / 3;
  const points: PathPoint[] = [];
  for (let i = 0; i < count; i++) {
    const isCorner = i % legPoints === 0;
    const quantity = shareOf(bar.volume, i, count);
    if (quantity === 0 && !isCorner) continue;
    const from = corners[Math.floor(i / legPoints)] as number;
    const to = corners[Math.ceil(i / legPoints)] as number;
    const price = Math.round(from + ((to - from) * (i % legPoints)) / legPoints);
    points.push({
      offset: i,
      price,
      quantity: Math.max(1, quantity),
      takerSide: takerSide(points.at(-1)?.price ?? price, price, i),
    });
  }
  return points;
}

function cornersOf({ open, high, low, close }: GridBar): readonly number[] {
  const highIsNearer = high - open < open - low;
  // At equal distance the bar's own direction decides: a rising bar dips first.
  const highFirst = high - open === open - low ? close < open : highIsNearer;
  return highFirst ? [open, high, low, close] : [open, low, high, close];
}

/** Whole steps of part `i`: the parts sum to the volume and differ by at most one step. */
function shareOf(volume: number, i: number, count: number): number {
  return Math.floor((volume * (i + 1)) / count) - Math.floor((volume * i) / count);
}

/** A rise was bought, a fall was sold; without a change the sides take turns. */
function takerSide(before: number, price: number, i: number): Side {
  if (price === before) return i % 2 === 0 ? 'buy' : 'sell';
  return price > before ? 'buy' : 'sell';
}
