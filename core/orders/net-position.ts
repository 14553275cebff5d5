/** A net position from its fills: average cost, as one-way perpetual accounts keep it. */
import { absQuantity, addQuantity, negateQuantity } from '../money/arithmetic.ts';
import { divide } from '../money/decimal-text.ts';
import { price, priceText, quantity, quantityText } from '../money/units.ts';
import type { Price, PriceText, Quantity, QuantityText } from '../money/units.ts';
import type { Side } from '../market/market.ts';

/** Signed quantity (long positive) and average entry price; flat has no entry price. */
export type NetPosition = {
  readonly quantity: QuantityText;
  readonly entryPrice: PriceText | null;
};

export const FLAT: NetPosition = { quantity: '0' as QuantityText, entryPrice: null };

/** The position after one fill. Reducing keeps the entry price; passing zero starts anew. */
export function positionAfterFill(
  position: NetPosition,
  fill: { readonly side: Side; readonly price: PriceText; readonly quantity: QuantityText },
): NetPosition {
  const before = quantity(position.quantity);
  const traded = signedQuantity(fill.side, quantity(fill.quantity));
  const after = addQuantity(before, traded);
  if (after === 0n) return FLAT;
  return {
    quantity: quantityText(after),
    entryPrice: priceText(entryAfter(position, before, after, traded, price(fill.price))),
  };
}

const signedQuantity = (side: Side, value: Quantity): Quantity =>
  side === 'buy' ? value : negateQuantity(value);

/** The side that reduces the position. */
export const closingSide = (position: Quantity): Side => (position > 0n ? 'sell' : 'buy');

function entryAfter(
  position: NetPosition,
  before: Quantity,
  after: Quantity,
  traded: Quantity,
  at: Price,
): Price {
  if (position.entryPrice === null || before > 0n !== after > 0n) return at;
  const entry = price(position.entryPrice);
  if (absQuantity(after) < absQuantity(before)) return entry;
  const cost = absQuantity(before) * entry + absQuantity(traded) * at;
  return divide(cost, absQuantity(after), 'half') as Price;
}
