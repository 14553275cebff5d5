/** Bollinger bands, their width and how far they are squeezed. */
import { BollingerBands } from 'technicalindicators';

export type Bands = {
  readonly upper: number;
  readonly lower: number;
  /** Upper minus lower band over the middle, in percent. */
  readonly widthPct: number;
  /** Share of the recent widths that are larger, 0 … 1; null with too few of them. */
  readonly squeeze: number | null;
};

const PERIOD = 20;
const DEVIATIONS = 2;
/** Widths that the squeeze compares with, and the fewest that it needs. */
const SQUEEZE_WIDTHS = 100;
const SQUEEZE_WIDTHS_MIN = 50;

/** Bands over 20 closes at 2 (population) standard deviations; null with too few closes. */
export function bollingerBands(closes: readonly number[]): Bands | null {
  const values = closes.slice(-(PERIOD + SQUEEZE_WIDTHS - 1));
  const readings = BollingerBands.calculate({ period: PERIOD, stdDev: DEVIATIONS, values });
  const last = readings.at(-1);
  if (last === undefined) return null;
  const widths = readings.map(({ upper, lower, middle }) => ((upper - lower) / middle) * 100);
  const widthPct = widths.at(-1);
  if (widthPct === undefined || !Number.isFinite(widthPct)) return null;
  return { upper: last.upper, lower: last.lower, widthPct, squeeze: squeezeOf(widths, widthPct) };
}

function squeezeOf(widths: readonly number[], widthPct: number): number | null {
  if (widths.length < SQUEEZE_WIDTHS_MIN) return null;
  return widths.filter((width) => width > widthPct).length / widths.length;
}
