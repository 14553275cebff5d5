/** What the venue would refuse anyway: refused here, with figures. Holds for protective orders too. */
import { notional } from '../money/arithmetic.ts';
import { money, moneyText, price, quantity } from '../money/units.ts';
import type { Price } from '../money/units.ts';
import { denied } from './moment-rules.ts';
import type { Control, Rule } from './moment-rules.ts';
import { mid, quantityOf, statedPrice } from './order-figures.ts';
import { exceedsPct } from './percent.ts';
import type { RiskContext } from './risk-context.ts';

const quantityStep: Rule<RiskContext> = (order, { rules }) => {
  const amount = quantityOf(order);
  if (amount === undefined || amount < quantity(rules.minQuantity))
    return denied('QUANTITY_BELOW_MINIMUM', {
      quantity: order.quantity,
      minimum: rules.minQuantity,
    });
  if (amount % quantity(rules.quantityStep) !== 0n)
    return denied('QUANTITY_OFF_STEP', { quantity: order.quantity, step: rules.quantityStep });
  return undefined;
};

const priceTick: Rule<RiskContext> = (order, { rules }) => {
  const stated = statedPrice(order);
  if (stated === null) return undefined;
  if (stated !== undefined && stated % price(rules.tickSize) === 0n) return undefined;
  return denied('PRICE_OFF_TICK', {
    price: String(order.price ?? order.triggerPrice),
    tick: rules.tickSize,
  });
};

const quantityMaximum: Rule<RiskContext> = (order, { rules }) =>
  quantity(order.quantity) > quantity(rules.maxQuantity)
    ? denied('ORDER_NOTIONAL_EXCEEDED', { quantity: order.quantity, maximum: rules.maxQuantity })
    : undefined;

/** A reduce-only order is exempt: what is left of a position may be worth less. */
const minimumNotional: Rule<RiskContext> = (order, { rules, quote }) => {
  if (order.reduceOnly) return undefined;
  const stated = statedPrice(order);
  const at: Price | null = stated ?? (quote === null ? null : mid(quote));
  if (at === null) return undefined;
  const value = notional(at, quantity(order.quantity));
  if (value >= money(rules.minNotional)) return undefined;
  return denied('NOTIONAL_BELOW_MINIMUM', {
    notional: moneyText(value),
    minimum: rules.minNotional,
  });
};

/**
 * PERCENT_PRICE: no buy too far above the mark, no sell too far below. Reduce-only orders are left
 * to the venue, for they are judged by quotes that may be old; triggers have no such limit.
 */
const percentPrice: Rule<RiskContext> = (order, { rules, quote }) => {
  if (order.reduceOnly || order.price === null || quote === null) return undefined;
  const mark = price(quote.mark);
  const beyond = order.side === 'buy' ? price(order.price) - mark : mark - price(order.price);
  if (!exceedsPct(beyond, rules.percentPricePct, mark)) return undefined;
  return denied('PERCENT_PRICE_EXCEEDED', {
    limitPct: rules.percentPricePct,
    price: order.price,
    mark: quote.mark,
  });
};

/** In this order: the later ones may take the texts to be numbers. */
export const VENUE_CONTROLS: readonly Control<RiskContext>[] = [
  { control: 'P27 quantity', rule: quantityStep },
  { control: 'P27 price', rule: priceTick },
  { control: 'P27 maximum', rule: quantityMaximum },
  { control: 'P27 minimum', rule: minimumNotional },
  { control: 'P27 percent', rule: percentPrice },
];
