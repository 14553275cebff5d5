/** A position from its fills. */
import { addQuantity, negateQuantity } from '../../../core/money/arithmetic.ts';
import { price, quantity } from '../../../core/money/units.ts';
import type { Fill } from '../../../core/orders/order.ts';
import { FLAT_POSITION, applyExecution } from '../../../core/portfolio/position.ts';
import type { Position } from '../../../core/portfolio/position.ts';
import { compareFills } from '../../../adapters/postgres/flow-positions.ts';
import type { LedgerState } from './ledger-state.ts';

/** Quantity and cost, in the order in which the venue made the fills. */
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

export const signed = ({ side, quantity: size }: Fill) =>
  side === 'buy' ? quantity(size) : negateQuantity(quantity(size));

export const sumOfFills = (state: LedgerState) =>
  [...state.fills.values()].reduce(
    (sum, { fill }) => addQuantity(sum, signed(fill)),
    quantity('0'),
  );
