/** What a symbol may come to hold: its position with every working order, worst case on one side. */
import { notional } from '../money/arithmetic.ts';
import type { Money, Price, Quantity } from '../money/units.ts';

/** Working orders of one side that can add risk: what is left of them, and the dearest of them. */
export type WorkingSide = {
  readonly quantity: Quantity;
  readonly notional: Money;
  readonly highestPrice: Price | null;
};

/** One symbol's position (signed, at cost) and its working orders without the reduce-only ones. */
export type SymbolExposure = {
  readonly quantity: Quantity;
  /** What the inventory cost; same sign as `quantity`. */
  readonly cost: Money;
  readonly buys: WorkingSide;
  readonly sells: WorkingSide;
};

const NO_ORDERS: WorkingSide = {
  quantity: 0n as Quantity,
  notional: 0n as Money,
  highestPrice: null,
};

export const FLAT: SymbolExposure = {
  quantity: 0n as Quantity,
  cost: 0n as Money,
  buys: NO_ORDERS,
  sells: NO_ORDERS,
};

/** The larger notional of "all buys fill, no sell" and "all sells fill, no buy". */
export function worstNotional(exposure: SymbolExposure): Money {
  const long = oneSided(exposure.quantity, exposure.cost, exposure.buys);
  const short = oneSided(-exposure.quantity, -exposure.cost, exposure.sells);
  return long > short ? long : short;
}

/**
 * A position that the orders enlarge adds up. One that they turn round ends at the net quantity,
 * each unit of it bought at the dearest price or less.
 */
function oneSided(position: bigint, cost: bigint, orders: WorkingSide): Money {
  if (position >= 0n) return (cost + orders.notional) as Money;
  const net = position + orders.quantity;
  if (net <= 0n || orders.highestPrice === null) return 0n as Money;
  const bound = notional(orders.highestPrice, net as Quantity);
  return bound < orders.notional ? bound : orders.notional;
}

/** The position, long for `buy` and short for `sell`, were all orders of that side to fill and no other. */
export const worstQuantity = (exposure: SymbolExposure, side: 'buy' | 'sell'): Quantity =>
  (side === 'buy'
    ? exposure.quantity + exposure.buys.quantity
    : exposure.sells.quantity - exposure.quantity) as Quantity;

/** The exposure with one more working order; `price` is the most that a unit of it may cost. */
export function withOrder(
  exposure: SymbolExposure,
  side: 'buy' | 'sell',
  quantity: Quantity,
  price: Price,
): SymbolExposure {
  const orders = side === 'buy' ? exposure.buys : exposure.sells;
  const highest = orders.highestPrice;
  const more: WorkingSide = {
    quantity: (orders.quantity + quantity) as Quantity,
    notional: (orders.notional + notional(price, quantity)) as Money,
    highestPrice: highest === null || price > highest ? price : highest,
  };
  return side === 'buy' ? { ...exposure, buys: more } : { ...exposure, sells: more };
}
