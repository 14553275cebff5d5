/** P29: an order that opens must have room to earn more than it costs. */
import { roundTripCostsPct } from '../market/trading-costs.ts';
import { parsePrice, price, priceText } from '../money/units.ts';
import type { Price } from '../money/units.ts';
import type { OrderIntent } from '../orders/order.ts';
import type { Quote } from '../market/market.ts';
import { takesLiquidity } from './liquidity-rules.ts';
import { denied, limitMissing } from './moment-rules.ts';
import type { Control, Rule } from './moment-rules.ts';
import { statedPrice } from './order-figures.ts';
import { isSet, reachesPct } from './percent.ts';
import type { RiskContext } from './risk-context.ts';

/** Counter-orders close what an opening order has to pay for. */
const opens = ({ role }: OrderIntent): boolean => role === 'level' || role === 'entry';

const edgeOverCosts: Rule<RiskContext> = (order, { quote, rules, limits }) => {
  const { edgeMultiple } = limits;
  if (!isSet(edgeMultiple)) return limitMissing('edgeMultiple');
  if (!opens(order) || quote === null) return undefined;
  const from = expectedPrice(order, quote);
  const target = order.targetPrice === null ? undefined : parsePrice(order.targetPrice);
  const liquidity = takesLiquidity(order) ? 'taker' : 'maker';
  const neededPct = edgeMultiple * roundTripCostsPct(rules, quote, liquidity);
  if (target !== undefined) {
    const move = order.side === 'buy' ? target - from : from - target;
    if (reachesPct(move, neededPct, from)) return undefined;
  }
  return denied('EDGE_BELOW_COSTS', {
    price: priceText(from),
    target: target === undefined ? 'none' : priceText(target),
    neededPct: neededPct.toFixed(4),
  });
};

/** One that takes trades at the touch; its limit is only the worst that it accepts. */
function expectedPrice(order: OrderIntent, quote: Quote): Price {
  const touch = price(order.side === 'buy' ? quote.ask : quote.bid);
  return takesLiquidity(order) ? touch : (statedPrice(order) ?? touch);
}

export const EDGE_CONTROLS: readonly Control<RiskContext>[] = [
  { control: 'P29', rule: edgeOverCosts },
];
