/** Arithmetic on prices, quantities and money. Every rounding states its direction. */
import { SCALE, divide } from './decimal-text.ts';
import type { Money, Price, Quantity } from './units.ts';

type Rounding = 'down' | 'up';

/** Price times quantity, in quote currency; keeps the quantity's sign; halves away from zero. */
export const notional = (price: Price, quantity: Quantity): Money =>
  divide(price * quantity, SCALE, 'half') as Money;

export const addQuantity = (a: Quantity, b: Quantity): Quantity => (a + b) as Quantity;
export const subtractQuantity = (a: Quantity, b: Quantity): Quantity => (a - b) as Quantity;
export const negateQuantity = (a: Quantity): Quantity => -a as Quantity;
export const absQuantity = (a: Quantity): Quantity => (a < 0n ? -a : a) as Quantity;
export const minQuantity = (a: Quantity, b: Quantity): Quantity => (a < b ? a : b);

export const addMoney = (a: Money, b: Money): Money => (a + b) as Money;
export const subtractMoney = (a: Money, b: Money): Money => (a - b) as Money;
export const negateMoney = (a: Money): Money => -a as Money;
export const absMoney = (a: Money): Money => (a < 0n ? -a : a) as Money;

/** Money times a ratio given as integer parts, e.g. `scaleMoney(m, 5n, 10_000n)` for 5 bp. */
export const scaleMoney = (m: Money, numerator: bigint, denominator: bigint): Money =>
  divide(m * numerator, denominator, 'half') as Money;

/** The nearest multiple of `tick` at or beyond the price in the given direction. */
export const roundToTick = (price: Price, tick: Price, rounding: Rounding): Price =>
  (divide(price, tick, rounding) * tick) as Price;

/** The nearest multiple of `step` at or beyond the quantity in the given direction. */
export const roundToStep = (quantity: Quantity, step: Quantity, rounding: Rounding): Quantity =>
  (divide(quantity, step, rounding) * step) as Quantity;

/** The quantity that a notional buys at a price, rounded down to 1e-12. */
export const quantityFor = (amount: Money, price: Price): Quantity =>
  divide(amount * SCALE, price, 'down') as Quantity;

/** Price moved by basis points (signed, fractions of a bp allowed to 1e-4); not tick-rounded. */
export const movePriceBps = (price: Price, bps: number): Price =>
  (price + divide(price * BigInt(Math.round(bps * 10_000)), 100_000_000n, 'half')) as Price;

/** A ratio as a plain number, for reports and thresholds; never fed back into accounting. */
export const ratio = (a: bigint, b: bigint): number =>
  b === 0n ? 0 : Number((a * 1_000_000_000_000n) / b) / 1e12;

/** A plain number for indicators and reports. */
export const toNumber = (value: Price | Quantity | Money): number => Number(value) / 1e12;
