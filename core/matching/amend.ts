/**
 * Amends a working LIMIT order. A refused amendment leaves it as it is; a new quantity at or below
 * what is executed, or a post-only price that would take, cancels it. A new price or more quantity
 * loses the place in the queue, less quantity keeps it.
 */
import { absQuantity, minQuantity } from '../money/arithmetic.ts';
import type { Price, Quantity } from '../money/units.ts';
import type { Amend, Rejection, Replies } from './commands.ts';
import { lookUpOrder } from './cancel.ts';
import { emitOrder, endOrder, unrestOrder } from './lifecycle.ts';
import { reserve } from './margin.ts';
import {
  checkMinNotional,
  checkPercentPrice,
  isRejection,
  parsePriceField,
  parseQuantityField,
} from './order-checks.ts';
import { tradingSymbol } from './place.ts';
import { keepReduceOnly } from './reduce-only.ts';
import { NOTHING_TO_AMEND, NO_SUCH_ORDER } from './rejections.ts';
import { isMarketable } from './resting.ts';
import type { Run } from './run.ts';
import type { Order, SymbolState } from './state.ts';
import { accountOf, bookOf, isWorking } from './state.ts';
import { checkMargin, deskOf, planFor, takeThenRest } from './submit.ts';
import { orderView } from './views.ts';

type Target = { readonly price: Price; readonly quantity: Quantity };

export function amendOrder(run: Run, command: Amend): Replies['amend'] {
  const symbol = tradingSymbol(run, command.symbol);
  if (isRejection(symbol)) return symbol;
  const account = accountOf(run.state, command.accountId);
  const order = lookUpOrder(account, command.symbol, command);
  if (order === undefined || !isWorking(order)) return NO_SUCH_ORDER;
  const target = parseTarget(symbol, order, command);
  if (isRejection(target)) return target;
  const refused = applyTarget(run, symbol, order, target);
  return refused ?? { ok: true, order: orderView(order) };
}

function parseTarget(symbol: SymbolState, order: Order, command: Amend): Target | Rejection {
  const price = parsePriceField(symbol, 'price', command.price);
  if (isRejection(price)) return price;
  const quantity = parseQuantityField(symbol, command.quantity);
  if (isRejection(quantity)) return quantity;
  if (price === order.price && quantity === order.quantity) return NOTHING_TO_AMEND;
  const refused =
    checkPercentPrice(symbol, order.side, price) ??
    (order.reduceOnly ? undefined : checkMinNotional(symbol, price, quantity));
  return refused ?? { price, quantity };
}

function applyTarget(
  run: Run,
  symbol: SymbolState,
  order: Order,
  target: Target,
): Rejection | undefined {
  const crosses = isMarketable(bookOf(symbol), order.side, target.price);
  if (target.quantity <= order.executed || (order.timeInForce === 'GTX' && crosses)) {
    endOrder(run, order, 'CANCELED');
    return undefined;
  }
  if (target.price === order.price && target.quantity < order.quantity) {
    shrink(run, order, target.quantity);
    return undefined;
  }
  return requeue(run, order, target);
}

function shrink(run: Run, order: Order, quantity: Quantity): void {
  order.quantity = quantity;
  order.updateTime = run.time;
  reserve(deskOf(run, order.accountId, order.symbol).position, order);
  emitOrder(run, order, 'AMENDMENT');
}

function requeue(run: Run, order: Order, target: Target): Rejection | undefined {
  const desk = deskOf(run, order.accountId, order.symbol);
  const size = order.reduceOnly
    ? minQuantity(
        target.quantity,
        (order.executed + absQuantity(desk.position.quantity)) as Quantity,
      )
    : target.quantity;
  const plan = planFor(run, { ...order, price: target.price, quantity: size });
  const refused = order.reduceOnly
    ? undefined
    : checkMargin(run, desk, {
        ...order,
        price: target.price,
        quantity: (size - order.executed) as Quantity,
        replaced: order.reserved,
        plan,
      });
  if (refused !== undefined) return refused;
  unrestOrder(run, order);
  order.price = target.price;
  order.quantity = size;
  order.priority = run.state.nextPriority++;
  order.updateTime = run.time;
  emitOrder(run, order, 'AMENDMENT');
  takeThenRest(run, order, plan);
  if (order.reduceOnly) keepReduceOnly(run, desk.account, desk.position);
  return undefined;
}
