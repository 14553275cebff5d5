/** Wilder's directional movement: ADX and the two directional indicators. */
import { ADX } from 'technicalindicators';
import type { Bar } from '../market/market.ts';

export type TrendStrength = {
  readonly adx: number;
  readonly plusDi: number;
  readonly minusDi: number;
};

/**
 * ADX, +DI and -DI over `period` bars, each 0 … 100; null with too few bars.
 *
 * The library divides by the sum of directional movement and stays NaN for ever once that was
 * zero, which it is when the window opens with flat bars. So the window is cut to begin right
 * before its first directional movement; from there the smoothed sums never return to zero.
 */
export function trendStrength(bars: readonly Bar[], period: number): TrendStrength | null {
  const moving = bars.slice(firstMovement(bars));
  const readings = ADX.calculate({
    high: moving.map((bar) => bar.high),
    low: moving.map((bar) => bar.low),
    close: moving.map((bar) => bar.close),
    period,
  });
  const last = readings.at(-1);
  if (last === undefined || !isFiniteReading(last)) return null;
  return { adx: last.adx, plusDi: last.pdi, minusDi: last.mdi };
}

/** Index of the bar before the first directional movement; the length when nothing ever moves. */
function firstMovement(bars: readonly Bar[]): number {
  for (let i = 1; i < bars.length; i += 1) {
    const bar = bars[i];
    const before = bars[i - 1];
    if (bar === undefined || before === undefined) break;
    const up = bar.high - before.high;
    const down = before.low - bar.low;
    if (up !== down && (up > 0 || down > 0)) return i - 1;
  }
  return bars.length;
}

function isFiniteReading(reading: { adx: number; pdi: number; mdi: number }): boolean {
  return [reading.adx, reading.pdi, reading.mdi].every(Number.isFinite);
}
