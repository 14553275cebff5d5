/** The pre-trade gate: the only place that turns an intent into one that may become a row. */
import type { DeniedReason } from '../orders/denied-reason.ts';
import type { OrderIntent } from '../orders/order.ts';
import { LIMIT_RULES, exposureWith } from './limit-rules.ts';
import { denied, firstRefusal, momentRefusal } from './moment-rules.ts';
import type { Rule } from './moment-rules.ts';
import type { RiskContext } from './risk-context.ts';
import { VENUE_RULES } from './venue-rules.ts';

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
    momentRefusal(order, context) ??
    firstRefusal(VENUE_RULES, order, context) ??
    (order.reduceOnly ? undefined : firstRefusal(LIMIT_RULES, order, context))
  );
}

function afterApproval(order: OrderIntent, context: RiskContext): RiskContext {
  const { openOrders } = context;
  const conditional = order.kind === 'stopMarket' ? 1 : 0;
  return {
    ...context,
    exposure: exposureWith(order, context),
    openOrders: {
      symbolOrdinary: openOrders.symbolOrdinary + 1 - conditional,
      symbolConditional: openOrders.symbolConditional + conditional,
      account: openOrders.account + 1,
    },
  };
}
