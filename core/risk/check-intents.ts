/** The pre-trade gate: the only place that turns an intent into one that may become a row. */
import type { DeniedReason } from '../orders/denied-reason.ts';
import type { Side } from '../market/market.ts';
import { price, quantity } from '../money/units.ts';
import type { Quantity } from '../money/units.ts';
import type { OrderIntent } from '../orders/order.ts';
import { ACTIVITY_CONTROLS } from './activity-rules.ts';
import { EDGE_CONTROLS } from './edge-rules.ts';
import { worstQuantity } from './exposure.ts';
import { LIMIT_CONTROLS, exposureWith } from './limit-rules.ts';
import { LIQUIDITY_CONTROLS } from './liquidity-rules.ts';
import { denied, firstRefusal, momentRefusal } from './moment-rules.ts';
import type { Control, Rule } from './moment-rules.ts';
import { quantityOf, statedPrice } from './order-figures.ts';
import type { RecentActivity } from './recent-activity.ts';
import type { MomentContext, RiskContext } from './risk-context.ts';
import { VENUE_CONTROLS } from './venue-rules.ts';

type Touch = RecentActivity['touch'];

declare const approval: unique symbol;
/** An order that passed every control in the context of this moment. Only `checkIntents` makes one. */
export type RiskApproved<Order> = Order & { readonly [approval]: true };

export type IntentVerdict =
  | { readonly kind: 'approved'; readonly order: RiskApproved<OrderIntent> }
  | { readonly kind: 'denied'; readonly order: OrderIntent; readonly reason: DeniedReason };

/** Only ACTIVE lets risk in; LOCKOUT lets nothing out either. */
const tradingLevel: Rule<RiskContext> = (order, { level }) =>
  level === 'LOCKOUT' || (level !== 'ACTIVE' && !order.reduceOnly)
    ? denied('LEVEL_FORBIDS_ENTRY', { level })
    : undefined;

/** What every order passes, protective ones too, in this order after the rules of the moment. */
export const ALL_ORDER_CONTROLS: readonly Control<RiskContext>[] = VENUE_CONTROLS;
/** What an order that may add risk passes as well. */
export const ADDING_CONTROLS: readonly Control<RiskContext>[] = [
  ...LIMIT_CONTROLS,
  ...LIQUIDITY_CONTROLS,
  ...EDGE_CONTROLS,
  ...ACTIVITY_CONTROLS,
];

/** Judges the orders in turn; each approved one counts as working for those after it. */
export function checkIntents(
  orders: readonly OrderIntent[],
  start: RiskContext,
): readonly IntentVerdict[] {
  let context = start;
  return orders.map((order) => {
    const reason = refusal(order, context);
    if (reason !== undefined) return { kind: 'denied', order, reason };
    context = afterApproval(order, context);
    return { kind: 'approved', order: order as RiskApproved<OrderIntent> };
  });
}

function refusal(order: OrderIntent, context: RiskContext): DeniedReason | undefined {
  return (
    tradingLevel(order, context) ??
    momentRefusal(order, { ...context, worst: worstWith(order, context) }) ??
    firstRefusal(ALL_ORDER_CONTROLS, order, context) ??
    (order.reduceOnly ? undefined : firstRefusal(ADDING_CONTROLS, order, context))
  );
}

function worstWith(order: OrderIntent, { exposure }: RiskContext): MomentContext['worst'] {
  const size = (order.reduceOnly ? undefined : quantityOf(order)) ?? 0n;
  const more = (side: Side): bigint =>
    worstQuantity(exposure, side) + (order.side === side ? size : 0n);
  return { long: more('buy') as Quantity, short: more('sell') as Quantity };
}

function afterApproval(order: OrderIntent, context: RiskContext): RiskContext {
  const { openOrders, activity } = context;
  const { messagesPerMinute, messagesPerTenSeconds } = activity;
  const conditional = order.kind === 'stopMarket' ? 1 : 0;
  return {
    ...context,
    exposure: exposureWith(order, context),
    openOrders: {
      symbolOrdinary: openOrders.symbolOrdinary + 1 - conditional,
      symbolConditional: openOrders.symbolConditional + conditional,
      account: openOrders.account + 1,
    },
    activity: {
      ...activity,
      ordersToday: activity.ordersToday + 1,
      messagesPerMinute: oneMore(messagesPerMinute),
      messagesPerTenSeconds: oneMore(messagesPerTenSeconds),
      touch: touchWith(order, activity.touch),
      young: [...activity.young, youngOf(order)],
    },
  };
}

const oneMore = ({ symbol, account }: RecentActivity['messagesPerMinute']) => ({
  symbol: symbol + 1,
  account: account + 1,
});

/** Our own best resting prices once the order rests; a trigger does not rest in the book. */
function touchWith({ side, price: text }: OrderIntent, touch: Touch): Touch {
  if (text === null) return touch;
  const { highestBuy, lowestSell } = touch;
  const at = price(text);
  if (side === 'buy')
    return highestBuy !== null && highestBuy >= at ? touch : { ...touch, highestBuy: at };
  return lowestSell !== null && lowestSell <= at ? touch : { ...touch, lowestSell: at };
}

const youngOf = (order: OrderIntent): RecentActivity['young'][number] => ({
  slot: order.slot,
  side: order.side,
  quantity: quantity(order.quantity),
  price: statedPrice(order) ?? null,
});
