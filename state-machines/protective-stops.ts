/** The stops beside those of a plan: what stands is kept, and what it leaves uncovered gets one more. */
import type { Quote, Side } from '../core/market/market.ts';
import {
  absQuantity,
  movePriceBps,
  roundToTick,
  subtractQuantity,
} from '../core/money/arithmetic.ts';
import { price, priceText, quantity, quantityText } from '../core/money/units.ts';
import type { PriceText, Quantity, QuantityText } from '../core/money/units.ts';
import type { MachineSettings } from '../core/orders/machine-settings.ts';
import { closingSide } from '../core/orders/net-position.ts';
import type { OrderIntent } from '../core/orders/order.ts';
import type { DesiredOrder } from './desired-orders.ts';
import { inventory } from './grid-progress.ts';
import type { GridProgress, SymbolContext, TrackedOrder } from './symbol-context.ts';
import {
  inSlot,
  isFlat,
  isLive,
  isStop,
  ordinaryOrders,
  remaining,
  trackedOrders,
} from './tracked-orders.ts';

const EXTRA = 'stop:extra';
const SIDES = ['buy', 'sell'] as const;

/** A stop that stands and is not about to go: what adds risk may be sent under it. */
export const guards = (order: TrackedOrder): boolean => isLive(order) && !order.cancelling;

/**
 * The stops that stand already, while there is or may come inventory for them to protect, and one more
 * a side for what they leave of the worst case: a trade by hand is covered by no plan.
 */
export function keptStops(context: SymbolContext): readonly DesiredOrder[] {
  if (isFlat(context) && ordinaryOrders(context).length === 0) return [];
  const closing = closingSide(quantity(context.position.quantity));
  const mayTurn = ordinaryOrders(context).some((order) => !order.intent.reduceOnly);
  return SIDES.filter((side) => mayTurn || side === closing).flatMap((side) => {
    const standing = trackedOrders(context).filter(
      (order) => isStop(order) && order.intent.side === side && guards(order),
    );
    const kept = standing.filter((o) => o.intent.slot !== EXTRA && remaining(o) > 0n);
    const lacking = subtractQuantity(worstCase(context, side), total(kept));
    const extra = standing.findLast((order) => order.intent.slot === EXTRA);
    // It is made smaller only once nothing can make the position larger again.
    const suffices = mayTurn && extra !== undefined && remaining(extra) >= lacking;
    return [
      ...[...kept, ...(suffices ? [extra] : [])].map(keep),
      ...(suffices ? [] : fallbackStop(context, side, lacking)),
    ];
  });
}

const keep = ({ intent }: TrackedOrder): DesiredOrder => ({ ...intent, replace: 'never' });

/** What stops of a side would have to close, were every order that opens against it to fill. */
export function worstCase(context: SymbolContext, side: Side): Quantity {
  const held = quantity(context.position.quantity);
  const adding = ordinaryOrders(context).filter(
    ({ intent, phase }) => !intent.reduceOnly && intent.side !== side && phase !== 'terminal',
  );
  return ((side === 'sell' ? held : -held) + total(adding)) as Quantity;
}

export const total = (orders: readonly TrackedOrder[]): Quantity =>
  orders.reduce((sum, order) => sum + remaining(order), 0n) as Quantity;

/** Adds a fallback stop for whatever part of the position the stops of a plan leave uncovered. */
export function protection(
  context: SymbolContext,
  desired: readonly DesiredOrder[],
): readonly DesiredOrder[] {
  const position = quantity(context.position.quantity);
  const side = closingSide(position);
  const closes = desired
    .filter((order) => order.role === 'stop' && order.side === side)
    .reduce((sum, order) => sum + quantity(order.quantity), 0n);
  const lacking = subtractQuantity(absQuantity(position), closes as Quantity);
  return [...desired, ...fallbackStop(context, side, lacking)];
}

function fallbackStop(
  context: SymbolContext,
  side: Side,
  lacking: Quantity,
): readonly DesiredOrder[] {
  const { quote, settings } = context;
  if (lacking <= 0n || quote === null || settings === null) return [];
  return [extraStop(context, side, lacking, fallbackTrigger(settings, quote, side))];
}

/**
 * What the symbol holds beside the plan's inventory, after a trade by hand, a liquidation or an
 * auto-deleveraging, shifts the worst case of one side by as much. A stop of that size keeps every
 * level covered, those that stand already included; without it they would be after their fill.
 */
export function stopBesidePlan(
  context: SymbolContext,
  grid: GridProgress,
): readonly DesiredOrder[] {
  const { lower, upper } = grid.plan.stops;
  const beside = subtractQuantity(quantity(context.position.quantity), inventory(grid));
  if (beside === 0n) return [];
  const side = closingSide(beside);
  const trigger = side === 'sell' ? lower.triggerPrice : upper.triggerPrice;
  return [extraStop(context, side, absQuantity(beside), trigger)];
}

/** One that stands keeps its trigger: it does not follow the price. */
function extraStop(
  context: SymbolContext,
  side: Side,
  size: Quantity,
  trigger: PriceText,
): DesiredOrder {
  const standing = inSlot(context, EXTRA).find(
    (order) => order.intent.side === side && order.phase !== 'terminal',
  );
  const triggerPrice = standing?.intent.triggerPrice ?? trigger;
  return stopOrder(EXTRA, 'protection', 'workOut', side, triggerPrice, quantityText(size));
}

function fallbackTrigger(settings: MachineSettings, quote: Quote, side: Side): PriceText {
  const bps = settings.protectionStopBps;
  const moved = movePriceBps(price(quote.mark), side === 'sell' ? -bps : bps);
  return priceText(roundToTick(moved, price(settings.tickSize), side === 'sell' ? 'down' : 'up'));
}

export const stopOrder = (
  slot: string,
  planId: string,
  strategy: OrderIntent['strategy'],
  side: Side,
  triggerPrice: PriceText,
  size: QuantityText,
): DesiredOrder => ({
  role: 'stop',
  slot,
  planId,
  strategy,
  side,
  kind: 'stopMarket',
  quantity: size,
  price: null,
  triggerPrice,
  targetPrice: null,
  reduceOnly: true,
  postOnly: false,
  timeInForce: 'GTC',
  replace: 'newFirst',
});
