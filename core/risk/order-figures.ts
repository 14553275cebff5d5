/** An intent's texts as exact integers, for the rules. */
import { SCALE, divide, parseDecimal } from '../money/decimal-text.ts';
import type { Price, Quantity } from '../money/units.ts';
import { parsePrice, price } from '../money/units.ts';
import type { Quote } from '../market/market.ts';
import type { OrderIntent } from '../orders/order.ts';
import { isSet, scaled } from './percent.ts';
import type { RiskLimits } from './risk-limits.ts';

/** Positive, or undefined for anything else. */
export function quantityOf(order: OrderIntent): Quantity | undefined {
  const quantity = parseDecimal(order.quantity);
  return quantity === undefined || quantity <= 0n ? undefined : (quantity as Quantity);
}

/** The limit or trigger price that the venue will check; null for a market order. */
export function statedPrice(order: OrderIntent): Price | null | undefined {
  const text = order.price ?? order.triggerPrice;
  return text === null ? null : parsePrice(text);
}

export const mid = (quote: Quote): Price => ((price(quote.bid) + price(quote.ask)) / 2n) as Price;

/**
 * The most that a unit of the order may add to the position's cost. A buy never pays more than
 * its limit; a sell may be filled above its limit, up to the touch. A market order has only the
 * collar round the touch.
 */
export function reservePrice(order: OrderIntent, quote: Quote, limits: RiskLimits): Price {
  const ask = price(quote.ask);
  const stated = statedPrice(order);
  if (stated === null || stated === undefined) {
    const collar = isSet(limits.aggressiveCollarPct) ? scaled(limits.aggressiveCollarPct) : 0n;
    return divide(ask * (100n * SCALE + collar), 100n * SCALE, 'up') as Price;
  }
  return order.side === 'sell' && ask > stated ? ask : stated;
}
