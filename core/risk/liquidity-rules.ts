/** P3: the market that an order meets. Orders that only reduce pass, however thin it is. */
import type { PriceLevel } from '../market/market.ts';
import { price, quantity, quantityText } from '../money/units.ts';
import type { Price, Quantity } from '../money/units.ts';
import type { OrderIntent } from '../orders/order.ts';
import { denied, limitMissing } from './moment-rules.ts';
import type { Control, Rule } from './moment-rules.ts';
import { mid, quantityOf } from './order-figures.ts';
import { exceedsPct, isSet } from './percent.ts';
import type { RiskContext } from './risk-context.ts';

/** A marketable order walks the book no farther than this. */
const DEPTH_WITHIN_PCT = 0.5;

/** It trades at once or not at all: how much rests on the other side matters. */
export const takesLiquidity = ({ kind, timeInForce, postOnly }: OrderIntent): boolean =>
  !postOnly && (kind === 'market' || timeInForce === 'IOC');

const shareOfVolume: Rule<RiskContext> = (order, { dayVolume, limits }) => {
  const { quantityVolumePct } = limits;
  if (!isSet(quantityVolumePct)) return limitMissing('quantityVolumePct');
  const size = quantityOf(order);
  if (dayVolume === null || size === undefined) return undefined;
  if (!exceedsPct(size, quantityVolumePct, dayVolume)) return undefined;
  return denied('VOLUME_SHARE_EXCEEDED', {
    quantity: order.quantity,
    dayVolume: quantityText(dayVolume),
    limitPct: quantityVolumePct,
  });
};

const shareOfDepth: Rule<RiskContext> = (order, { book, quote, limits }) => {
  const { quantityDepthPct } = limits;
  if (!isSet(quantityDepthPct)) return limitMissing('quantityDepthPct');
  const size = quantityOf(order);
  if (book === null || quote === null || size === undefined) return undefined;
  if (!takesLiquidity(order)) return undefined;
  const depth = depthWithin(order.side === 'buy' ? book.asks : book.bids, mid(quote));
  if (!exceedsPct(size, quantityDepthPct, depth)) return undefined;
  return denied('DEPTH_SHARE_EXCEEDED', {
    quantity: order.quantity,
    depth: quantityText(depth),
    limitPct: quantityDepthPct,
  });
};

const depthWithin = (levels: readonly PriceLevel[], middle: Price): Quantity =>
  levels
    .filter((level) => !exceedsPct(distance(price(level.price), middle), DEPTH_WITHIN_PCT, middle))
    .reduce((sum, level) => sum + quantity(level.quantity), 0n) as Quantity;

const distance = (one: Price, other: Price): bigint => (one > other ? one - other : other - one);

export const LIQUIDITY_CONTROLS: readonly Control<RiskContext>[] = [
  { control: 'P3 volume', rule: shareOfVolume },
  { control: 'P3 depth', rule: shareOfDepth },
];
