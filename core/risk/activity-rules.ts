/** The limits on how much was done and lost lately. None of them stops an order that only reduces. */
import { notional } from '../money/arithmetic.ts';
import { moneyText, price, priceText, quantity, quantityText } from '../money/units.ts';
import type { Money } from '../money/units.ts';
import { worstNotional } from './exposure.ts';
import { exposureWith, grossNotional, leveraged, orderNotionalOf } from './limit-rules.ts';
import { denied, limitMissing } from './moment-rules.ts';
import type { Control, Rule } from './moment-rules.ts';
import { mid, quantityOf, statedPrice } from './order-figures.ts';
import { exceedsPct, isSet } from './percent.ts';
import type { RiskContext } from './risk-context.ts';
import type { RiskLimits } from './risk-limits.ts';
import type { DeniedCode } from '../orders/denied-reason.ts';

/** Refuses when the count, this order included, is above the limit. */
const atMost =
  (
    code: DeniedCode,
    limit: keyof RiskLimits,
    countOf: (context: RiskContext) => number,
    scope: string,
  ): Rule<RiskContext> =>
  (_order, context) => {
    const most = context.limits[limit];
    if (typeof most !== 'number' || !isSet(most)) return limitMissing(limit);
    const count = countOf(context);
    return count > most ? denied(code, { limit: most, count, scope }) : undefined;
  };

/** P3: an order far larger than those before it is a mistake, whatever its notional. */
const usualQuantity: Rule<RiskContext> = (order, { activity, limits }) => {
  if (!isSet(limits.quantityMedianMultiple)) return limitMissing('quantityMedianMultiple');
  const median = activity.medianQuantity[order.strategy] ?? null;
  const size = quantityOf(order);
  if (median === null || size === undefined) return undefined;
  if (!exceedsPct(size, limits.quantityMedianMultiple * 100, median)) return undefined;
  return denied('ORDER_QUANTITY_UNUSUAL', {
    quantity: order.quantity,
    median: quantityText(median),
    limitMultiple: limits.quantityMedianMultiple,
  });
};

/** P9, of the symbol: realised, fees and what is open now. */
const symbolDailyLoss: Rule<RiskContext> = (_order, context) => {
  const { dailyLossSymbolPct } = context.limits;
  if (!isSet(dailyLossSymbolPct)) return limitMissing('dailyLossSymbolPct');
  const profit = context.activity.symbolProfitToday + openProfit(context);
  if (profit >= 0n || !exceedsPct(-profit, dailyLossSymbolPct, context.activity.equity.dayStart))
    return undefined;
  return denied('SYMBOL_DAILY_LOSS_EXCEEDED', {
    limitPct: dailyLossSymbolPct,
    loss: moneyText(-profit as Money),
    equity: moneyText(context.activity.equity.dayStart),
  });
};

function openProfit({ exposure, quote }: RiskContext): bigint {
  if (quote === null || exposure.quantity === 0n) return 0n;
  return notional(mid(quote), exposure.quantity) - exposure.cost;
}

/** P9, of the account. */
const accountDailyLoss: Rule<RiskContext> = (_order, { limits, activity, equity }) => {
  if (!isSet(limits.dailyLossAccountPct)) return limitMissing('dailyLossAccountPct');
  const { dayStart } = activity.equity;
  const loss = dayStart - equity;
  if (!exceedsPct(loss, limits.dailyLossAccountPct, dayStart)) return undefined;
  return denied('DAILY_LOSS_EXCEEDED', {
    limitPct: limits.dailyLossAccountPct,
    loss: moneyText(loss as Money),
    dayStart: moneyText(dayStart),
  });
};

/** P10: beyond the first step only orders of half the largest size, beyond the second none. */
const drawdown: Rule<RiskContext> = (order, context) => {
  const { limits, activity, equity } = context;
  const { drawdownHalfPct, drawdownHaltPct, orderNotionalPct } = limits;
  if (!isSet(drawdownHalfPct)) return limitMissing('drawdownHalfPct');
  if (!isSet(drawdownHaltPct)) return limitMissing('drawdownHaltPct');
  if (!isSet(orderNotionalPct)) return limitMissing('orderNotionalPct');
  const { highest } = activity.equity;
  const fallen = highest - equity;
  const told = { drawdown: moneyText(fallen as Money), highest: moneyText(highest) };
  if (exceedsPct(fallen, drawdownHaltPct, highest))
    return denied('DRAWDOWN_EXCEEDED', { ...told, limitPct: drawdownHaltPct });
  if (!exceedsPct(fallen, drawdownHalfPct, highest)) return undefined;
  const value = orderNotionalOf(order, context);
  return exceedsPct(value, orderNotionalPct / 2, equity)
    ? denied('DRAWDOWN_HALVES_ORDERS', {
        ...told,
        limitPct: orderNotionalPct / 2,
        notional: moneyText(value),
      })
    : undefined;
};

/** Four candles of five minutes (market time), after so many stops within 24 of them. */
const STOP_PAUSE_MS = 4 * 5 * 60_000;

/** P11. */
const stopGuard: Rule<RiskContext> = (_order, { limits, activity }) => {
  if (!isSet(limits.stopsBeforePause)) return limitMissing('stopsBeforePause');
  const { count, lastAgoMs } = activity.stops;
  if (count < limits.stopsBeforePause || lastAgoMs === null || lastAgoMs >= STOP_PAUSE_MS)
    return undefined;
  return denied('STOPS_REPEATED', {
    limit: limits.stopsBeforePause,
    stops: count,
    pauseMs: STOP_PAUSE_MS - lastAgoMs,
  });
};

/** P15: the same slot again, while the first one is young and alive, within a tick. */
const duplicate: Rule<RiskContext> = (order, { activity, rules }) => {
  const stated = statedPrice(order) ?? null;
  const tick = price(rules.tickSize);
  const twin = activity.young.find(
    (one) =>
      one.slot === order.slot &&
      one.side === order.side &&
      one.quantity === quantity(order.quantity) &&
      (one.price === null || stated === null
        ? one.price === stated
        : one.price - stated <= tick && stated - one.price <= tick),
  );
  return twin === undefined ? undefined : denied('DUPLICATE_ORDER', { slot: order.slot });
};

/** P16: what would trade with a resting order of ours. The venue's own prevention comes after it. */
const selfTrade: Rule<RiskContext> = (order, { activity, quote }) => {
  const { highestBuy, lowestSell } = activity.touch;
  const isBuy = order.side === 'buy';
  const facing = isBuy ? lowestSell : highestBuy;
  if (facing === null || quote === null) return undefined;
  const reach = statedPrice(order) ?? price(isBuy ? quote.ask : quote.bid);
  if (isBuy ? reach < facing : reach > facing) return undefined;
  return denied('SELF_TRADE', { price: priceText(reach), own: priceText(facing) });
};

/** P22: part of the equity is never pledged. */
const marginReserve: Rule<RiskContext> = (order, context) => {
  const { marginReservePct, leverage } = context.limits;
  if (!isSet(marginReservePct)) return limitMissing('marginReservePct');
  if (!isSet(leverage)) return limitMissing('leverage');
  const value = grossNotional(exposureWith(order, context), context);
  const room = leveraged(context.equity, leverage);
  if (!exceedsPct(value, 100 - marginReservePct, room)) return undefined;
  return denied('MARGIN_RESERVE_TOUCHED', {
    reservePct: marginReservePct,
    notional: moneyText(worstNotional(exposureWith(order, context))),
    leverage,
  });
};

const others = ({ activity }: RiskContext) => activity;

export const ACTIVITY_CONTROLS: readonly Control<RiskContext>[] = [
  { control: 'P3', rule: usualQuantity },
  { control: 'P9 symbol', rule: symbolDailyLoss },
  { control: 'P9 account', rule: accountDailyLoss },
  { control: 'P10', rule: drawdown },
  { control: 'P11', rule: stopGuard },
  {
    control: 'P12 symbol',
    rule: atMost(
      'MESSAGE_RATE_EXCEEDED',
      'messagesPerMinuteSymbol',
      (c) => others(c).messagesPerMinute.symbol + 1,
      'symbol',
    ),
  },
  {
    control: 'P12 account',
    rule: atMost(
      'MESSAGE_RATE_EXCEEDED',
      'messagesPerMinuteAccount',
      (c) => others(c).messagesPerMinute.account + 1,
      'account',
    ),
  },
  {
    control: 'P12 burst of the symbol',
    rule: atMost(
      'MESSAGE_RATE_EXCEEDED',
      'messagesPerTenSecondsSymbol',
      (c) => others(c).messagesPerTenSeconds.symbol + 1,
      'symbol, ten seconds',
    ),
  },
  {
    control: 'P12 burst of the account',
    rule: atMost(
      'MESSAGE_RATE_EXCEEDED',
      'messagesPerTenSecondsAccount',
      (c) => others(c).messagesPerTenSeconds.account + 1,
      'account, ten seconds',
    ),
  },
  {
    control: 'P13 minute',
    rule: atMost(
      'EXECUTION_REPEATED',
      'repeatedFillsPerMinute',
      (c) => others(c).repeatedFills.perMinute + 1,
      'minute',
    ),
  },
  {
    control: 'P13 ten minutes',
    rule: atMost(
      'EXECUTION_REPEATED',
      'repeatedFillsPerTenMinutes',
      (c) => others(c).repeatedFills.perTenMinutes + 1,
      'ten minutes',
    ),
  },
  {
    control: 'P14',
    rule: atMost(
      'ORDERS_PER_DAY_EXCEEDED',
      'ordersPerDaySymbol',
      (c) => others(c).ordersToday + 1,
      'symbol',
    ),
  },
  {
    control: 'P14 first day',
    rule: atMost(
      'ORDERS_PER_DAY_EXCEEDED',
      'ordersFirstDaySymbol',
      (c) => (others(c).isFirstDay ? others(c).ordersToday + 1 : 0),
      'symbol, first day',
    ),
  },
  { control: 'P15', rule: duplicate },
  { control: 'P16', rule: selfTrade },
  { control: 'P22', rule: marginReserve },
  {
    control: 'P24 symbol',
    rule: atMost(
      'REJECT_STORM',
      'rejectsPerMinuteSymbol',
      (c) => others(c).rejects.symbolMinute + 1,
      'symbol',
    ),
  },
  {
    control: 'P24 account',
    rule: atMost(
      'REJECT_STORM_ACCOUNT',
      'rejectsPerFiveMinutesAccount',
      (c) => others(c).rejects.accountFiveMinutes + 1,
      'account',
    ),
  },
  {
    control: 'P25 account',
    rule: atMost(
      'UNKNOWN_ORDERS_ACCOUNT',
      'unknownRequestsAccount',
      (c) => others(c).unknownRequests + 1,
      'account',
    ),
  },
];

/** Denials after which a person must look: the gate halts what they name. */
export const HALTING: Readonly<Partial<Record<DeniedCode, 'symbol' | 'account'>>> = {
  SYMBOL_DAILY_LOSS_EXCEEDED: 'symbol',
  DAILY_LOSS_EXCEEDED: 'account',
  DRAWDOWN_EXCEEDED: 'account',
  EXECUTION_REPEATED: 'symbol',
  REJECT_STORM_ACCOUNT: 'account',
};
