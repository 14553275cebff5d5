/** Whole multiples of a tick or a step: counted as integers, written as canonical decimal text. */
import { assert } from '../assert.ts';

export type DecimalGrid = {
  /** The value of `units` ticks: the double nearest to its decimal text. */
  value(units: number): number;
  /** Canonical decimal text of `units` ticks, e.g. 600001 ticks of 0.1 are "60000.1". */
  text(units: number): string;
  /** The whole number of ticks nearest to a value. */
  nearest(value: number): number;
};

/** The grid of a positive decimal text such as "0.001" or "5". */
export function createDecimalGrid(size: string): DecimalGrid {
  assert(/^\d+(\.\d+)?$/.test(size) && Number(size) > 0, `not a tick size: ${size}`);
  const decimals = size.split('.')[1]?.length ?? 0;
  const mantissa = Number(size.replace('.', ''));
  const scale = 10 ** decimals;
  return {
    value: (units) => (units * mantissa) / scale,
    text: (units) => decimalText(units * mantissa, decimals),
    nearest: (value) => Math.round((value * scale) / mantissa),
  };
}

function decimalText(scaled: number, decimals: number): string {
  assert(Number.isSafeInteger(scaled) && scaled >= 0, `not a whole number of units: ${scaled}`);
  if (decimals === 0) return String(scaled);
  const digits = String(scaled).padStart(decimals + 1, '0');
  let end = digits.length;
  const point = end - decimals;
  while (end > point && digits.charCodeAt(end - 1) === 48) end--;
  return end === point
    ? digits.slice(0, point)
    : `${digits.slice(0, point)}.${digits.slice(point, end)}`;
}
