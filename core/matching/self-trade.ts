/**
 * Self-trade prevention. Orders trade with the market and never with each other, so an order "meets"
 * one of its own account where the two would have traded: at or before the last price of its plan,
 * or at its limit when it is not filled before.
 */
import type { Price, Quantity } from '../money/units.ts';
import { endOrder } from './lifecycle.ts';
import type { NewOrder } from './lifecycle.ts';
import { planTaker } from './liquidity.ts';
import type { Fill } from './liquidity.ts';
import { ordersOn } from './resting.ts';
import type { Run } from './run.ts';
import type { Order, SymbolState } from './state.ts';
import { opposite, signOf } from './state.ts';

export type Meeting = {
  /** What the taker gets before it meets its own order, or all of it where only makers expire. */
  readonly plan: readonly Fill[];
  readonly makers: readonly Order[];
  readonly expiresTaker: boolean;
};

type Taker = {
  readonly draft: NewOrder;
  readonly size: Quantity;
  readonly worst: Price;
  readonly plan: readonly Fill[];
};

/** What the order's mode makes of the own orders that it meets; undefined when there is nothing to do. */
export function meetOwn(run: Run, symbol: SymbolState, taker: Taker): Meeting | undefined {
  const { draft, size, plan } = taker;
  const mode = draft.selfTradePrevention ?? 'NONE';
  if (mode === 'NONE') return undefined;
  const own = ownOrders(symbol, draft, reachOf(taker));
  const [best] = own;
  if (best === undefined) return undefined;
  if (mode === 'EXPIRE_MAKER') return { plan, makers: own, expiresTaker: false };
  const before = (best.price - signOf(draft.side) * symbol.rules.tick) as Price;
  return {
    plan: plan.length === 0 ? [] : planTaker(run.state, symbol, draft.side, size, before),
    makers: mode === 'EXPIRE_BOTH' ? [best] : [],
    expiresTaker: true,
  };
}

/** The worst price that the order comes to. */
function reachOf({ size, worst, plan }: Taker): Price {
  const planned = plan.reduce<bigint>((sum, fill) => sum + fill.quantity, 0n);
  return planned < size ? worst : (plan.at(-1)?.price ?? worst);
}

/** The account's own orders on the other side down to a price, best first. */
const ownOrders = (symbol: SymbolState, draft: NewOrder, reach: Price): Order[] =>
  ordersOn(symbol, opposite(draft.side)).filter(
    (order) =>
      order.accountId === draft.accountId &&
      (draft.side === 'buy' ? order.price <= reach : order.price >= reach),
  );

export function expireInMatch(run: Run, order: Order): void {
  order.expiredInMatch = true;
  endOrder(run, order, 'EXPIRED');
}
