/** A trade that reaches the venue before the cancel of its order does. */
import type { AlgoView, OrderView } from '../../core/matching/types.ts';
import { roundToStep, subtractQuantity } from '../../core/money/arithmetic.ts';
import { quantity, quantityText } from '../../core/money/units.ts';
import type { Quantity, QuantityText } from '../../core/money/units.ts';
import { commandBase } from './order-parameters.ts';
import type { Call } from './route.ts';
import { tapeOf } from './route.ts';

const PARTS = 1_000_000;

/** A share of what is left of an order, rounded up to the step. */
export function shareOfRest(order: OrderView, share: number, step: QuantityText): QuantityText {
  const rest = subtractQuantity(quantity(order.origQty), quantity(order.executedQty));
  const part = (rest * BigInt(Math.round(share * PARTS))) / BigInt(PARTS);
  return quantityText(roundToStep(part as Quantity, quantity(step), 'up'));
}

/** Fires conditional orders where a fault asks for a fill; what their children get is the market's. */
export function triggerBeforeCancel(call: Call, algos: readonly AlgoView[]): void {
  if (call.fillShare === 0) return;
  const { exchange } = call.parts;
  for (const { accountId, symbol, algoId } of algos) {
    const on = { accountId, symbol, time: exchange.marketTime };
    exchange.submit({ type: 'triggerConditional', ...on, algoId });
  }
}

/** Fills the share that a fault asks for; nothing without one. */
export function fillBeforeCancel(call: Call, orders: readonly OrderView[]): void {
  if (call.fillShare === 0) return;
  const step = tapeOf(call).rules.quantityStep;
  for (const order of orders) {
    call.parts.exchange.submit({
      type: 'fillOrder',
      ...commandBase(call),
      orderId: order.orderId,
      quantity: shareOfRest(order, call.fillShare, step),
    });
  }
}
