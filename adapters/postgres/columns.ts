/** How columns become values: decimals canonical, times in milliseconds, counts as numbers. */
import { z } from 'zod';
import { formatDecimal, parseDecimal } from '../../core/money/decimal-text.ts';
import type { MoneyText, PriceText, QuantityText } from '../../core/money/units.ts';
import type { SymbolRef } from '../../core/orders/order.ts';

/** `numeric` as canonical decimal text (Postgres keeps trailing zeros). */
const decimal = z.string().transform((text, context) => {
  const parsed = parseDecimal(text.replace(/(\.\d{12})0+$/, '$1'));
  if (parsed !== undefined) return formatDecimal(parsed);
  context.addIssue({ code: 'custom', message: `not a decimal with at most 12 places: ${text}` });
  return z.NEVER;
});

export const priceColumn = decimal.transform((text) => text as PriceText);
export const quantityColumn = decimal.transform((text) => text as QuantityText);
export const moneyColumn = decimal.transform((text) => text as MoneyText);

/** `timestamptz` as the driver gives it, as milliseconds since 1970. */
export const timeColumn = z.date().transform((date) => date.getTime());

/** `bigint` and `count(*)`, which arrive as text. */
export const countColumn = z.coerce.number().int().safe();

export const sideColumn = z.enum(['buy', 'sell']);

/** Milliseconds as a `timestamptz` parameter. */
export const toTimestamp = (time: number): string => new Date(time).toISOString();

/** The three parameters that name a symbol, in the order of every key. */
export const keyOf = (ref: SymbolRef): [string, string, string] => [
  ref.account,
  ref.venue,
  ref.symbol,
];
