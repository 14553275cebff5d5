/** An order that passed the filters meets position, margin and book. */
import type { Side } from '../market/market.ts';
import { minQuantity, notional } from '../money/arithmetic.ts';
import type { Money, Quantity } from '../money/units.ts';
import { ZERO_MONEY, ZERO_QUANTITY } from '../money/units.ts';
import type { Rejection } from './commands.ts';
import { executeTrade } from './execution.ts';
import { closingPart } from './holding.ts';
import { endOrder, openOrder, restOrder } from './lifecycle.ts';
import type { NewOrder } from './lifecycle.ts';
import { consume, isTouchBeyond, planTaker, protectedPrice } from './liquidity.ts';
import type { Fill } from './liquidity.ts';
import { available, maxNotional, openOrderMargin, worstNotional } from './margin.ts';
import { fromBps, required } from './rates.ts';
import { keepReduceOnly, reducible, reducibleBehind } from './reduce-only.ts';
import { BALANCE_INSUFFICIENT, FILL_OR_KILL, MARGIN_INSUFFICIENT } from './rejections.ts';
import { MARKET_PRICE_FILTER, POSITION_LIMIT, POST_ONLY } from './rejections.ts';
import { REDUCE_ONLY_REJECTED } from './rejections.ts';
import { isMarketable } from './resting.ts';
import { expireInMatch, meetOwn } from './self-trade.ts';
import type { Run } from './run.ts';
import type { Account, Order, Position, SymbolState } from './state.ts';
import { accountOf, bookOf, isWorking, positionOf, remaining, signOf, symbolOf } from './state.ts';

/** Everything that an order of one account on one symbol touches. */
type Desk = {
  readonly symbol: SymbolState;
  readonly account: Account;
  readonly position: Position;
};

export function deskOf(run: Run, accountId: string, symbol: string): Desk {
  const account = accountOf(run.state, accountId);
  return {
    symbol: symbolOf(run.state, symbol),
    account,
    position: positionOf(run.state, account, symbol),
  };
}

/** Places a checked order: it is refused, or opened, taken as far as it takes, and rested or expired. */
export function submitOrder(run: Run, draft: NewOrder): Order | Rejection {
  const desk = deskOf(run, draft.accountId, draft.symbol);
  const takes =
    draft.type === 'MARKET' || isMarketable(bookOf(desk.symbol), draft.side, draft.price);
  if (takes && draft.timeInForce === 'GTX') return POST_ONLY;
  const size = draft.reduceOnly ? reduceOnlySize(run, desk, draft, takes) : draft.quantity;
  if (size === 0n) return REDUCE_ONLY_REJECTED;
  const worst = worstPrice(run, desk.symbol, draft);
  if (draft.type === 'MARKET' && isTouchBeyond(desk.symbol, draft.side, worst)) {
    return MARKET_PRICE_FILTER;
  }
  const wanted = takes ? planTaker(run.state, desk.symbol, draft.side, size, worst) : [];
  const meeting = meetOwn(run, desk.symbol, { draft, size, worst, plan: wanted });
  const plan = meeting?.plan ?? wanted;
  if (draft.timeInForce === 'FOK' && sizeOf(plan) < size) return FILL_OR_KILL;
  const refused = draft.reduceOnly
    ? undefined
    : checkMargin(run, desk, { ...draft, quantity: size, replaced: ZERO_MONEY, plan });
  if (refused !== undefined) return refused;
  const order = openOrder(run, { ...draft, quantity: size });
  for (const maker of meeting?.makers ?? []) expireInMatch(run, maker);
  takeThenRest(run, order, plan, meeting?.expiresTaker);
  return order;
}

function reduceOnlySize(run: Run, desk: Desk, draft: NewOrder, takes: boolean): Quantity {
  const { account, position } = desk;
  const room = takes
    ? reducible(position, draft.side)
    : reducibleBehind(run, account, position, draft.side, draft.price);
  return minQuantity(room, draft.quantity);
}

const worstPrice = (
  run: Run,
  symbol: SymbolState,
  draft: Pick<NewOrder, 'type' | 'side' | 'price'>,
) => (draft.type === 'MARKET' ? protectedPrice(run.state, symbol, draft.side) : draft.price);

const sizeOf = (plan: readonly Fill[]): Quantity =>
  plan.reduce<bigint>((sum, fill) => sum + fill.quantity, 0n) as Quantity;

const mayRest = (order: Pick<Order, 'type' | 'timeInForce'>): boolean =>
  order.type === 'LIMIT' && (order.timeInForce === 'GTC' || order.timeInForce === 'GTX');

/** Executes the plan; what is left rests or expires. */
export function takeThenRest(run: Run, order: Order, plan: readonly Fill[], metOwn = false): void {
  const { symbol, account, position } = deskOf(run, order.accountId, order.symbol);
  for (const fill of plan) {
    consume(symbol, order.side, fill.quantity);
    executeTrade(run, order, fill, false);
  }
  if (!isWorking(order)) return;
  if (metOwn) {
    expireInMatch(run, order);
    return;
  }
  if (!mayRest(order)) {
    endOrder(run, order, 'EXPIRED');
    return;
  }
  restOrder(run, order);
  if (order.reduceOnly) keepReduceOnly(run, account, position);
}

/** The fills of a marketable order at its price; none when it does not take. */
export function planFor(run: Run, order: Order): Fill[] {
  const symbol = symbolOf(run.state, order.symbol);
  if (!isMarketable(bookOf(symbol), order.side, order.price)) return [];
  return planTaker(run.state, symbol, order.side, remaining(order), order.price);
}

type Exposure = Pick<Order, 'side' | 'price' | 'type' | 'timeInForce'> & {
  /** Not yet filled. */
  readonly quantity: Quantity;
  /** Open-order notional that this replaces. */
  readonly replaced: Money;
  readonly plan: readonly Fill[];
};

/**
 * -2019 when the growth of the open-order margin, the loss that the order opens with against the
 * mark, and the taker fee exceed what is available; -2027 beyond the leverage's notional cap. An
 * order that needs no more margin than before always passes.
 */
export function checkMargin(run: Run, desk: Desk, exposure: Exposure): Rejection | undefined {
  const { account, position } = desk;
  const taken = takenNotional(exposure.plan);
  const planned = sizeOf(exposure.plan);
  const left = mayRest(exposure) ? ((exposure.quantity - planned) as Quantity) : ZERO_QUANTITY;
  const amount = (taken + notional(exposure.price, left)) as Money;
  const grown = withOrder(position, exposure.side, (amount - exposure.replaced) as Money);
  const need = openOrderMargin(run.state, grown) - openOrderMargin(run.state, position);
  if (need <= 0n) return undefined;
  if (worstNotional(run.state, grown) > maxNotional(run.state, position.leverage)) {
    return POSITION_LIMIT;
  }
  const fee = required(taken, fromBps(Math.max(account.takerFeeBps, 0)));
  const loss = openLoss(desk, exposure.side, (planned + left) as Quantity, amount);
  if (need + fee + loss <= available(run.state, account)) return undefined;
  return account.walletBalance > 0n ? MARGIN_INSUFFICIENT : BALANCE_INSUFFICIENT;
}

const takenNotional = (plan: readonly Fill[]): Money =>
  plan.reduce<bigint>((sum, fill) => sum + notional(fill.price, fill.quantity), 0n) as Money;

const withOrder = (position: Position, side: Side, change: Money): Position =>
  side === 'buy'
    ? { ...position, bids: (position.bids + change) as Money }
    : { ...position, asks: (position.asks + change) as Money };

/** How far the opening part of the order costs more than the mark; 0 when it costs less. */
function openLoss(desk: Desk, side: Side, size: Quantity, amount: Money): bigint {
  const opening = size - closingPart(desk.position, side, size);
  if (size === 0n || opening === 0n) return 0n;
  const fair = notional(bookOf(desk.symbol).mark, size);
  const loss = signOf(side) * (amount - fair);
  return loss > 0n ? (loss * opening) / size : 0n;
}
