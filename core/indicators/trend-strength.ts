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
 * The library divides by the sum of directional movement, which is zero while the first `period`
 * bars are flat, and then stays NaN for ever. Such a window is cut to begin right before its first
 * movement; from there the smoothed sums never return to zero.
 */
export function trendStrength(bars: readonly Bar[], period: number): TrendStrength | null {
  const still = barsBeforeMovement(bars);
  const moving = still < period ? bars : bars.slice(still);
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
function barsBeforeMovement(bars: readonly Bar[]): number {
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
