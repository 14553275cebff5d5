/** Percentages and basis points as exact fractions of 1e12. */
import { ensureDefined } from '../assert.ts';
import { SCALE, divide, parseDecimal } from '../money/decimal-text.ts';
import type { Money, Price, Quantity } from '../money/units.ts';

/** A fraction scaled by 1e12. */
export type Rate = bigint & { readonly __rate: true };

/** Cash is booked in units of 1e-8 USDT, as Binance does. */
const CASH_UNIT = 10_000n;

export const fromPct = (pct: number): Rate => BigInt(Math.round(pct * 1e10)) as Rate;
export const fromBps = (bps: number): Rate => BigInt(Math.round(bps * 1e8)) as Rate;
/** A percentage as known-good decimal text. */
export const parsePct = (text: string): Rate =>
  (ensureDefined(parseDecimal(text), `not a percentage: ${text}`) / 100n) as Rate;

/** The fraction of two integers as cash, in whole units of 1e-8. */
export const cash = (numerator: bigint, denominator: bigint, rounding: 'up' | 'half'): Money =>
  (divide(numerator, denominator * CASH_UNIT, rounding) * CASH_UNIT) as Money;
/** Amount times rate, halves away from zero: a payment. */
export const cashShare = (amount: Money, rate: Rate): Money => cash(amount * rate, SCALE, 'half');
/** Amount times rate, rounded up: a requirement. */
export const required = (amount: Money, rate: Rate): Money => cash(amount * rate, SCALE, 'up');
export const shareOf = (amount: Quantity, rate: Rate): Quantity =>
  divide(amount * rate, SCALE, 'down') as Quantity;
/** Price times (1 + rate), exact to 1e-12. */
export const shiftPrice = (price: Price, rate: Rate): Price =>
  (price + divide(price * rate, SCALE, 'half')) as Price;
