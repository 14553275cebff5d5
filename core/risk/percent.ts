/** Comparisons with percentages, exact and by multiplication: `value > pct % of base`. */
import { SCALE, parseDecimal } from '../money/decimal-text.ts';
import { textFromNumber } from '../money/units.ts';

/** A limit that may be used: finite and positive. */
export const isSet = (limit: number | undefined): limit is number =>
  limit !== undefined && Number.isFinite(limit) && limit > 0;

/** Strictly more than `pct` percent of `base`; `base` may be negative. */
export const exceedsPct = (value: bigint, pct: number, base: bigint): boolean =>
  value * 100n * SCALE > scaled(pct) * base;

/** At least `pct` percent of `base`. */
export const reachesPct = (value: bigint, pct: number, base: bigint): boolean =>
  value * 100n * SCALE >= scaled(pct) * base;

/** A limit or factor as an integer scaled by 1e12. */
export const scaled = (value: number): bigint => parseDecimal(textFromNumber(value)) ?? 0n;
