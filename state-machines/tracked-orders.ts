/** Questions about tracked orders, and the pure updates that reports of the venue make to them. */
import { addQuantity, absQuantity, subtractQuantity } from '../core/money/arithmetic.ts';
import { quantity, quantityText } from '../core/money/units.ts';
import type { PriceText, Quantity, QuantityText } from '../core/money/units.ts';
import { isTerminalStatus } from '../core/orders/order.ts';
import type { OrderIntent, OrderStatus } from '../core/orders/order.ts';
import type { SymbolContext, TrackedOrder } from './symbol-context.ts';

export const trackNew = (intent: OrderIntent): TrackedOrder => ({
  intent,
  phase: 'placing',
  venueStatus: null,
  executed: '0' as QuantityText,
  filled: '0' as QuantityText,
  cancelling: false,
  asking: 'no',
});

export const isStop = (order: TrackedOrder): boolean => order.intent.role === 'stop';

/** Acknowledged and not terminal: the venue holds it. */
export const isLive = (order: TrackedOrder): boolean => order.phase === 'working';

/** The venue reported an execution whose fill has not reached us. */
export const lacksFills = (order: TrackedOrder): boolean =>
  quantity(order.executed) > quantity(order.filled);

/** Nothing more can come from it. */
const isSettled = (order: TrackedOrder): boolean =>
  order.phase === 'terminal' && !lacksFills(order);

export const trackedOrders = (context: SymbolContext): readonly TrackedOrder[] =>
  Object.values(context.orders);

export const inSlot = (context: SymbolContext, slot: string): readonly TrackedOrder[] =>
  trackedOrders(context).filter((order) => order.intent.slot === slot);

export const hasOrders = (context: SymbolContext): boolean => trackedOrders(context).length > 0;

export const hasUnknown = (context: SymbolContext): boolean =>
  trackedOrders(context).some((order) => order.phase === 'unknown');

/** Orders that could still change the position by themselves, stops apart. */
export const ordinaryOrders = (context: SymbolContext): readonly TrackedOrder[] =>
  trackedOrders(context).filter((order) => !isStop(order));

export const isFlat = (context: SymbolContext): boolean => context.position.quantity === '0';

export const remaining = (order: TrackedOrder): Quantity =>
  subtractQuantity(quantity(order.intent.quantity), quantity(order.filled));

/** Live or pending stop quantity on the side that closes the position. `unknown` protects nothing. */
function protectedQuantity(context: SymbolContext): Quantity {
  const closing = quantity(context.position.quantity) > 0n ? 'sell' : 'buy';
  return trackedOrders(context)
    .filter((order) => isStop(order) && order.intent.side === closing)
    .filter((order) => order.phase === 'working' || order.phase === 'placing')
    .reduce((sum, order) => addQuantity(sum, remaining(order)), 0n as Quantity);
}

export const isProtected = (context: SymbolContext): boolean =>
  protectedQuantity(context) >= absQuantity(quantity(context.position.quantity));

/** Replaces one order, and forgets it once it is settled. */
export function withOrder(context: SymbolContext, order: TrackedOrder): SymbolContext {
  const { [order.intent.clientOrderId]: _old, ...others } = context.orders;
  const orders = isSettled(order)
    ? others
    : { ...context.orders, [order.intent.clientOrderId]: order };
  return { ...context, orders };
}

/** Drops an order that never came to life and remembers why its slot is blocked. */
export function withoutOrder(
  context: SymbolContext,
  order: TrackedOrder,
  code: string,
): SymbolContext {
  const { [order.intent.clientOrderId]: _gone, ...orders } = context.orders;
  return { ...context, orders, blocked: { ...context.blocked, [order.intent.slot]: code } };
}

const ABSENT_REMEMBERED = 32;

/** An order that was sent and is not at the venue; it blocks its slot, and is not forgotten. */
export function withAbsent(context: SymbolContext, order: TrackedOrder): SymbolContext {
  const { clientOrderId } = order.intent;
  const others = Object.entries(context.absent).slice(1 - ABSENT_REMEMBERED);
  const absent = Object.fromEntries([...others, [clientOrderId, order.intent]]);
  return { ...withoutOrder(context, order, 'ABSENT'), absent };
}

/** A report of the venue; executed quantity and terminal states only go forward. */
export function withReport(
  order: TrackedOrder,
  status: OrderStatus,
  executed: QuantityText,
): TrackedOrder {
  const larger = quantity(executed) > quantity(order.executed) ? executed : order.executed;
  if (order.phase === 'terminal') return { ...order, executed: larger, asking: 'no' };
  const terminal = isTerminalStatus(status);
  return {
    ...order,
    phase: terminal ? 'terminal' : 'working',
    venueStatus: status,
    executed: larger,
    asking: 'no',
    cancelling: order.cancelling && !terminal,
  };
}

/** The venue's word on the price of a limit order; one that it does not state is kept. */
export const withPrice = (order: TrackedOrder, price: PriceText | null): TrackedOrder =>
  order.intent.kind === 'limit'
    ? { ...order, intent: { ...order.intent, price: price ?? order.intent.price } }
    : order;

export const withFill = (order: TrackedOrder, traded: QuantityText): TrackedOrder => ({
  ...order,
  filled: quantityText(addQuantity(quantity(order.filled), quantity(traded))),
});
