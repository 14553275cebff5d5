/** Three branded integers, scaled by 1e12, and their texts. Mixing them needs a named function. */
import { assert } from '../assert.ts';
import { formatDecimal, parseDecimal } from './decimal-text.ts';

declare const unit: unique symbol;
type Unit<Base, Name extends string> = Base & { readonly [unit]: Name };

/** Quote currency per base unit. */
export type Price = Unit<bigint, 'price'>;
/** Base currency; signed where it is a position (long positive). */
export type Quantity = Unit<bigint, 'quantity'>;
/** Quote or fee currency. */
export type Money = Unit<bigint, 'money'>;

export type PriceText = Unit<string, 'price'>;
export type QuantityText = Unit<string, 'quantity'>;
export type MoneyText = Unit<string, 'money'>;

/** Parses a price, which must be positive; undefined when it is not one. */
export function parsePrice(text: string): Price | undefined {
  const scaled = parseDecimal(text);
  return scaled === undefined || scaled <= 0n ? undefined : (scaled as Price);
}

/** The price of a text that is known to be good; asserts otherwise. */
export function price(text: PriceText | string): Price {
  const parsed = parsePrice(text);
  assert(parsed !== undefined, `not a price: ${text}`);
  return parsed;
}

/** The quantity of a text that is known to be good (any sign); asserts otherwise. */
export function quantity(text: QuantityText | string): Quantity {
  const parsed = parseDecimal(text);
  assert(parsed !== undefined, `not a quantity: ${text}`);
  return parsed as Quantity;
}

/** The money of a text that is known to be good (any sign); asserts otherwise. */
export function money(text: MoneyText | string): Money {
  const parsed = parseDecimal(text);
  assert(parsed !== undefined, `not money: ${text}`);
  return parsed as Money;
}

export const priceText = (value: Price): PriceText => formatDecimal(value) as PriceText;
export const quantityText = (value: Quantity): QuantityText => formatDecimal(value) as QuantityText;
export const moneyText = (value: Money): MoneyText => formatDecimal(value) as MoneyText;

export const ZERO_QUANTITY = 0n as Quantity;
export const ZERO_MONEY = 0n as Money;

/**
 * A number from an indicator or a strategy, as decimal text with at most 12 decimals: the shortest
 * that is this number where it has so few, for more digits (60980.400000000001) are noise.
 */
export function textFromNumber(value: number): string {
  assert(Number.isFinite(value) && Math.abs(value) < 1e15, `not a finite number: ${value}`);
  return formatDecimal(parseDecimal(String(value)) ?? parseDecimal(value.toFixed(12)) ?? 0n);
}
