/** A fill changes position, order and grid; each is counted once, whoever reports it. */
import { addMoney, subtractMoney } from '../core/money/arithmetic.ts';
import { money, moneyText } from '../core/money/units.ts';
import { positionAfterFill } from '../core/orders/net-position.ts';
import type { Fill } from '../core/orders/order.ts';
import { gridAfterFill, netProfit } from './grid-progress.ts';
import { withAppeared } from './apply-outcome.ts';
import { noteRisk } from './notes.ts';
import type { SymbolContext, TrackedOrder } from './symbol-context.ts';
import { isStop, withFill, withOrder } from './tracked-orders.ts';

const TRADES_REMEMBERED = 64;

/**
 * The same context when the fill was counted before. A fill that first came without our id (the
 * child of a stop, before the link was known) is attributed, not counted, when it comes again.
 */
export function applyFill(before: SymbolContext, fill: Fill): SymbolContext {
  const context = fill.clientOrderId === null ? before : withAppeared(before, fill.clientOrderId);
  const key = `${fill.orderId}:${fill.tradeId}`;
  const order = fill.clientOrderId === null ? undefined : context.orders[fill.clientOrderId];
  if (context.recentTrades.includes(key)) return context;
  const loose = `${key}?`;
  const counted = context.recentTrades.includes(loose);
  if (counted && fill.clientOrderId === null) return context;
  const remembered = remember(context, fill.clientOrderId === null ? loose : key, loose);
  const moved = counted ? remembered : movePosition(remembered, fill);
  if (order !== undefined) return attribute(moved, order, fill);
  if (fill.clientOrderId !== null) return moved;
  return noteRisk(moved, 'EXTERNAL_FILL', 'warning', {
    tradeId: fill.tradeId,
    side: fill.side,
    quantity: fill.quantity,
    price: fill.price,
  });
}

/** A fill that was counted before anyone knew whose it is. */
export const isLoose = (key: string): boolean => key.endsWith('?');

function remember(context: SymbolContext, key: string, replaced: string): SymbolContext {
  const others = context.recentTrades.filter((known) => known !== replaced);
  return { ...context, recentTrades: [...others, key].slice(-TRADES_REMEMBERED) };
}

const movePosition = (context: SymbolContext, fill: Fill): SymbolContext => ({
  ...context,
  position: positionAfterFill(context.position, fill),
});

function attribute(context: SymbolContext, order: TrackedOrder, fill: Fill): SymbolContext {
  const next = withOrder(context, withFill(order, fill.quantity));
  // A stop that traded ends the plan that it protected, at market.
  if (isStop(order)) return { ...next, exitNow: next.exitNow ?? 'STOP_FILLED' };
  if (context.grid === null || order.intent.planId !== context.grid.plan.planId) return next;
  const grid = gridAfterFill(context.grid, order.intent.slot, fill);
  const gained = subtractMoney(money(netProfit(grid)), money(netProfit(context.grid)));
  return { ...next, grid, gridProfit: moneyText(addMoney(money(next.gridProfit), gained)) };
}
