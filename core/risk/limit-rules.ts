/** The limits on what may be added: size, position, exposure, number of orders. */
import { notional } from '../money/arithmetic.ts';
import { moneyText } from '../money/units.ts';
import type { Money } from '../money/units.ts';
import { ensureDefined } from '../assert.ts';
import type { OrderIntent } from '../orders/order.ts';
import { worstNotional, withOrder } from './exposure.ts';
import type { SymbolExposure } from './exposure.ts';
import { denied, limitMissing } from './moment-rules.ts';
import type { Control, Rule } from './moment-rules.ts';
import { quantityOf, reservePrice } from './order-figures.ts';
import { exceedsPct, isSet, scaled } from './percent.ts';
import type { RiskContext } from './risk-context.ts';
import { SCALE } from '../money/decimal-text.ts';

const allowedSymbol: Rule<RiskContext> = (_order, { symbol, limits }) => {
  if (limits.allowedSymbols === undefined) return limitMissing('allowedSymbols');
  return limits.allowedSymbols.includes(symbol)
    ? undefined
    : denied('SYMBOL_NOT_ALLOWED', { symbol });
};

/** P2. */
const orderNotional: Rule<RiskContext> = (order, context) => {
  const { orderNotionalPct } = context.limits;
  if (!isSet(orderNotionalPct)) return limitMissing('orderNotionalPct');
  const { orderNotionalMax } = context.limits;
  if (!isSet(orderNotionalMax)) return limitMissing('orderNotionalMax');
  const value = orderNotionalOf(order, context);
  if (exceedsPct(value, orderNotionalPct, context.equity))
    return denied('ORDER_NOTIONAL_EXCEEDED', figures(value, orderNotionalPct, context));
  if (value > scaled(orderNotionalMax))
    return denied('ORDER_NOTIONAL_EXCEEDED', {
      notional: moneyText(value),
      limit: orderNotionalMax,
    });
  return undefined;
};

/** P5, as notional and as margin of the positions that a symbol may hold. */
const positionLimit: Rule<RiskContext> = (order, context) => {
  const { positionNotionalPct, positionSizePct, positionsPerSymbol, leverage } = context.limits;
  if (!isSet(positionNotionalPct)) return limitMissing('positionNotionalPct');
  if (!isSet(positionSizePct)) return limitMissing('positionSizePct');
  if (!isSet(positionsPerSymbol)) return limitMissing('positionsPerSymbol');
  if (!isSet(leverage)) return limitMissing('leverage');
  const value = worstNotional(exposureWith(order, context));
  if (exceedsPct(value, positionNotionalPct, context.equity))
    return denied('POSITION_LIMIT_EXCEEDED', figures(value, positionNotionalPct, context));
  const marginPct = positionSizePct * positionsPerSymbol;
  if (exceedsPct(value, marginPct, leveraged(context.equity, leverage)))
    return denied('POSITION_LIMIT_EXCEEDED', { ...figures(value, marginPct, context), leverage });
  return undefined;
};

/** P6, as margin and as notional. */
const exposureLimit: Rule<RiskContext> = (order, context) => {
  const { exposurePct, grossNotionalPct, leverage } = context.limits;
  if (!isSet(exposurePct)) return limitMissing('exposurePct');
  if (!isSet(grossNotionalPct)) return limitMissing('grossNotionalPct');
  if (!isSet(leverage)) return limitMissing('leverage');
  const value = grossNotional(exposureWith(order, context), context);
  if (exceedsPct(value, exposurePct, leveraged(context.equity, leverage)))
    return denied('EXPOSURE_LIMIT_EXCEEDED', { ...figures(value, exposurePct, context), leverage });
  if (exceedsPct(value, grossNotionalPct, context.equity))
    return denied('EXPOSURE_LIMIT_EXCEEDED', figures(value, grossNotionalPct, context));
  return undefined;
};

/** P8; of the venue's own filter at most half, so that exits and stops always find room. */
const openOrders: Rule<RiskContext> = (_order, { openOrders, limits, rules }) => {
  const { openOrdersPerSymbol, openOrdersPerAccount } = limits;
  if (!isSet(openOrdersPerSymbol)) return limitMissing('openOrdersPerSymbol');
  if (!isSet(openOrdersPerAccount)) return limitMissing('openOrdersPerAccount');
  const symbol = openOrders.symbolOrdinary + openOrders.symbolConditional + 1;
  if (symbol > openOrdersPerSymbol)
    return denied('OPEN_ORDERS_EXCEEDED', { limit: openOrdersPerSymbol, orders: symbol });
  if (openOrders.account + 1 > openOrdersPerAccount)
    return denied('OPEN_ORDERS_EXCEEDED', {
      limit: openOrdersPerAccount,
      orders: openOrders.account + 1,
    });
  const half = rules.maxOpenOrders / 2;
  return openOrders.symbolOrdinary + 1 > half
    ? denied('OPEN_ORDERS_EXCEEDED', { limit: half, orders: openOrders.symbolOrdinary + 1 })
    : undefined;
};

/** A grid beyond the limit finds no first level; those that stand are not touched. */
const concurrentGrids: Rule<RiskContext> = (order, { gridsElsewhere, limits }) => {
  if (order.strategy !== 'grid') return undefined;
  const { concurrentGrids: limit } = limits;
  if (!isSet(limit)) return limitMissing('concurrentGrids');
  return gridsElsewhere + 1 > limit
    ? denied('GRIDS_EXCEEDED', { limit, grids: gridsElsewhere + 1 })
    : undefined;
};

export const LIMIT_CONTROLS: readonly Control<RiskContext>[] = [
  { control: 'P1', rule: allowedSymbol },
  { control: 'P2', rule: orderNotional },
  { control: 'P5', rule: positionLimit },
  { control: 'P6', rule: exposureLimit },
  { control: 'P8', rule: openOrders },
  { control: 'grids', rule: concurrentGrids },
];

export const orderNotionalOf = (order: OrderIntent, context: RiskContext): Money =>
  notional(reserve(order, context), orderQuantity(order));

/** This symbol's exposure once the order works. */
export const exposureWith = (order: OrderIntent, context: RiskContext): SymbolExposure =>
  order.reduceOnly
    ? context.exposure
    : withOrder(context.exposure, order.side, orderQuantity(order), reserve(order, context));

export const grossNotional = (exposure: SymbolExposure, context: RiskContext): Money =>
  (worstNotional(exposure) + context.otherNotional) as Money;

const orderQuantity = (order: OrderIntent) =>
  ensureDefined(quantityOf(order), `quantity of ${order.clientOrderId} passed the venue rules`);

const reserve = (order: OrderIntent, context: RiskContext) =>
  reservePrice(order, ensureDefined(context.quote, 'the data rule saw a quote'), context.limits);

export const leveraged = (equity: Money, leverage: number): bigint =>
  (equity * scaled(leverage)) / SCALE;

const figures = (value: Money, limitPct: number, { equity }: RiskContext) => ({
  notional: moneyText(value),
  limitPct,
  equity: moneyText(equity),
});
