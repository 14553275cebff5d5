/** Average-cost accounting, exact: realised profit is always cash received minus inventory at cost. */
import { SCALE, divide } from '../money/decimal-text.ts';
import { notional } from '../money/arithmetic.ts';
import type { Side } from '../market/market.ts';
import type { Money, Price, Quantity } from '../money/units.ts';

export type Position = {
  /** Signed, long positive. */
  readonly quantity: Quantity;
  /** What the inventory cost; same sign as the quantity. */
  readonly cost: Money;
  /** Since the first execution, before fees. */
  readonly realisedProfit: Money;
  /** Since the position left zero, before fees; zero when flat. */
  readonly openRealisedProfit: Money;
};

export type Execution = {
  readonly side: Side;
  readonly price: Price;
  /** Positive. */
  readonly quantity: Quantity;
};

/** What one execution did; one that passes through zero closes a part and opens the rest. */
export type PositionChange = {
  readonly position: Position;
  readonly closed: {
    readonly quantity: Quantity;
    readonly notional: Money;
    readonly profit: Money;
  } | null;
  readonly opened: { readonly quantity: Quantity; readonly notional: Money } | null;
};

export const FLAT_POSITION: Position = {
  quantity: 0n as Quantity,
  cost: 0n as Money,
  realisedProfit: 0n as Money,
  openRealisedProfit: 0n as Money,
};

export function applyExecution(position: Position, execution: Execution): PositionChange {
  const direction = execution.side === 'buy' ? 1n : -1n;
  const signed = (direction * execution.quantity) as Quantity;
  const against = position.quantity !== 0n && position.quantity > 0n !== signed > 0n;
  if (!against) return { ...increase(position, signed, execution.price), closed: null };
  const held = abs(position.quantity);
  if (execution.quantity <= held) return { ...decrease(position, execution), opened: null };
  const closing = decrease(position, { ...execution, quantity: held as Quantity });
  const rest = (direction * (execution.quantity - held)) as Quantity;
  return { ...increase(closing.position, rest, execution.price), closed: closing.closed };
}

/** Adds at the execution's own price; leaves realised profit alone. */
function increase(position: Position, signed: Quantity, price: Price) {
  const value = notional(price, signed);
  return {
    position: {
      ...position,
      quantity: (position.quantity + signed) as Quantity,
      cost: (position.cost + value) as Money,
    },
    opened: { quantity: abs(signed) as Quantity, notional: abs(value) as Money },
  };
}

/** Venues book cash in units of 1e-8: the cost of a part is rounded so that the profit is what they pay. */
const CASH_UNIT = 10_000n;

/** Closes at average cost; the last unit takes what rounding left, so a flat position costs zero. */
function decrease(position: Position, { price, quantity }: Execution) {
  const direction = position.quantity > 0n ? 1n : -1n;
  const held = abs(position.quantity);
  const isAll = quantity === held;
  const costShare = isAll ? position.cost : partOf(position.cost, quantity, held);
  const proceeds = direction * notional(price, quantity);
  const profit = (proceeds - costShare) as Money;
  const left = (position.quantity - direction * quantity) as Quantity;
  return {
    position: {
      quantity: left,
      cost: (position.cost - costShare) as Money,
      realisedProfit: (position.realisedProfit + profit) as Money,
      openRealisedProfit: (left === 0n ? 0n : position.openRealisedProfit + profit) as Money,
    },
    closed: { quantity, notional: abs(proceeds) as Money, profit },
  };
}

const partOf = (cost: Money, part: bigint, whole: bigint): bigint =>
  divide(cost * part, whole * CASH_UNIT, 'half') * CASH_UNIT;

/** Average entry price, rounded to 1e-12; null when flat. */
export const entryPrice = (position: Pick<Position, 'quantity' | 'cost'>): Price | null =>
  position.quantity === 0n
    ? null
    : (divide(position.cost * SCALE, position.quantity, 'half') as Price);

/** Profit if the position were closed at `mark`, before fees. */
export const unrealisedProfit = (
  position: Pick<Position, 'quantity' | 'cost'>,
  mark: Price,
): Money => (notional(mark, position.quantity) - position.cost) as Money;

const abs = (value: bigint): bigint => (value < 0n ? -value : value);
