/**
 * How a fill changes a position: average cost, realised profit, isolated margin. The cost is kept
 * instead of the entry price, so that no cash is lost to rounding: what one reduction rounds away
 * stays in the cost of the rest.
 */
import { absQuantity, minQuantity, notional } from '../money/arithmetic.ts';
import type { Money, Quantity } from '../money/units.ts';
import { ZERO_QUANTITY } from '../money/units.ts';
import type { Side } from '../market/market.ts';
import type { Fill } from './liquidity.ts';
import { leveraged } from './margin.ts';
import { cash } from './rates.ts';
import type { Position } from './state.ts';
import { signOf } from './state.ts';

/** Applies a fill and returns the realised profit, before fees. A fill may close and open at once. */
export function applyFill(position: Position, side: Side, fill: Fill): Money {
  const closing = closingPart(position, side, fill.quantity);
  const closed = notional(fill.price, closing);
  const realized = reduce(position, closing, closed);
  const opened = (notional(fill.price, fill.quantity) - closed) as Money;
  increase(position, side, (fill.quantity - closing) as Quantity, opened);
  position.accumulatedRealized = (position.accumulatedRealized + realized) as Money;
  return realized;
}

/** How much of a quantity would close the position rather than open one. */
export function closingPart(position: Position, side: Side, size: Quantity): Quantity {
  const closes = position.quantity * signOf(side) < 0n;
  return closes ? minQuantity(absQuantity(position.quantity), size) : ZERO_QUANTITY;
}

function reduce(position: Position, size: Quantity, proceeds: Money): Money {
  if (size === 0n) return 0n as Money;
  const held = absQuantity(position.quantity);
  const isAll = size === held;
  const sign = position.quantity > 0n ? 1n : -1n;
  const cost = isAll ? position.cost : cash(position.cost * size, held, 'half');
  const released = isAll
    ? position.isolatedWallet
    : cash(position.isolatedWallet * size, held, 'half');
  position.quantity = (position.quantity - sign * size) as Quantity;
  position.cost = (position.cost - cost) as Money;
  position.isolatedWallet = (position.isolatedWallet - released) as Money;
  return (sign * proceeds - cost) as Money;
}

function increase(position: Position, side: Side, size: Quantity, paid: Money): void {
  if (size === 0n) return;
  position.quantity = (position.quantity + signOf(side) * size) as Quantity;
  position.cost = (position.cost + signOf(side) * paid) as Money;
  if (position.marginType === 'ISOLATED') {
    const margin = leveraged(paid, position.leverage);
    position.isolatedWallet = (position.isolatedWallet + margin) as Money;
  }
}
