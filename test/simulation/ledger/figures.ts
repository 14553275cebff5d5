/** A position from its fills: quantity and cost, in the order in which the venue made them. */
import { price, quantity } from '../../../core/money/units.ts';
import type { Fill } from '../../../core/orders/order.ts';
import { FLAT_POSITION, applyExecution } from '../../../core/portfolio/position.ts';
import type { Position } from '../../../core/portfolio/position.ts';
import { compareFills } from '../../../adapters/postgres/flow-positions.ts';

export const positionOf = (fills: readonly Fill[]): Position =>
  fills.toSorted(compareFills).reduce<Position>(
    (position, fill) =>
      applyExecution(position, {
        side: fill.side,
        price: price(fill.price),
        quantity: quantity(fill.quantity),
      }).position,
    FLAT_POSITION,
  );
