/** Rules that hold for a moment only: checked when an order is approved and again when it is sent. */
import { price, priceText, quantityText } from '../money/units.ts';
import type { DeniedCode, DeniedReason } from '../orders/denied-reason.ts';
import type { OrderIntent } from '../orders/order.ts';
import { mid, quantityOf, statedPrice } from './order-figures.ts';
import { exceedsPct, isSet } from './percent.ts';
import type { LatchView, MomentContext } from './risk-context.ts';

export type Rule<Context> = (order: OrderIntent, context: Context) => DeniedReason | undefined;

/** A row of the gate's table: which control it is (`docs/RISK.md`), and its rule. */
export type Control<Context> = { readonly control: string; readonly rule: Rule<Context> };

export const denied = (
  code: DeniedCode,
  figures: Readonly<Record<string, string | number>>,
): DeniedReason => ({
  code,
  figures: Object.fromEntries(Object.entries(figures).map(([key, value]) => [key, String(value)])),
});

export const limitMissing = (limit: string): DeniedReason => denied('LIMIT_MISSING', { limit });

const latchFigures = (latch: Exclude<LatchView, { kind: 'clear' }>) =>
  latch.kind === 'set'
    ? { haltId: latch.haltId, level: latch.level }
    : { unreadable: latch.message };

/** A protective order is stopped by nothing but LOCKOUT. */
const lockout: Rule<MomentContext> = (_order, { latch }) =>
  latch.kind === 'set' && latch.level === 'LOCKOUT'
    ? denied('HALT_LATCH_SET', latchFigures(latch))
    : undefined;

const haltLatch: Rule<MomentContext> = (_order, { latch }) =>
  latch.kind === 'clear' ? undefined : denied('HALT_LATCH_SET', latchFigures(latch));

/** P17. */
const freshData: Rule<MomentContext> = (order, { dataAgeMs, quote, limits }) => {
  const limit = order.strategy === 'scalp' ? limits.scalpDataAgeMs : limits.gridDataAgeMs;
  if (!isSet(limit)) return limitMissing('dataAgeMs');
  if (dataAgeMs === null || quote === null || !(dataAgeMs <= limit))
    return denied('DATA_STALE', { limitMs: limit, ageMs: dataAgeMs ?? 'none' });
  return undefined;
};

/** P4a for a price that would trade at once, P4b for one that would rest. */
const priceCollar: Rule<MomentContext> = (order, { quote, limits }) => {
  const stated = statedPrice(order);
  if (stated === null || stated === undefined || quote === null) return undefined;
  const middle = mid(quote);
  const marketable = order.side === 'buy' ? stated >= price(quote.ask) : stated <= price(quote.bid);
  const limit = marketable ? limits.aggressiveCollarPct : limits.passiveDistancePct;
  if (!isSet(limit)) return limitMissing(marketable ? 'aggressiveCollarPct' : 'passiveDistancePct');
  const distance = stated > middle ? stated - middle : middle - stated;
  if (!exceedsPct(distance, limit, middle)) return undefined;
  return denied('PRICE_COLLAR_EXCEEDED', {
    limitPct: limit,
    price: priceText(stated),
    mid: priceText(middle),
  });
};

/** P4c: while the mids of the last minute (market time) lie too far apart. */
const collarOverTime: Rule<MomentContext> = (_order, { priceMoves, limits }) => {
  const { collarMovePct } = limits;
  if (!isSet(collarMovePct)) return limitMissing('collarMovePct');
  if (priceMoves === null || priceMoves.rangePct <= collarMovePct) return undefined;
  return denied('PRICE_MOVED_TOO_FAST', {
    limitPct: collarMovePct,
    movedPct: priceMoves.rangePct.toFixed(3),
  });
};

const JUMP_SIGMAS = 10;

/** P19: until three quotes confirm the new level or the price is back. */
const jumpFilter: Rule<MomentContext> = (_order, { priceMoves, limits }) => {
  const { jumpPct } = limits;
  if (!isSet(jumpPct)) return limitMissing('jumpPct');
  const jump = priceMoves?.jump ?? null;
  if (jump === null || (jump.pct <= jumpPct && jump.sigmas <= JUMP_SIGMAS)) return undefined;
  return denied('PRICE_JUMPED', {
    limitPct: jumpPct,
    jumpPct: jump.pct.toFixed(3),
    sigmas: jump.sigmas.toFixed(1),
  });
};

/** P21: ages and deadlines by a clock that is off say nothing. */
const clockSkew: Rule<MomentContext> = (_order, { clockSkewMs, limits }) => {
  if (!isSet(limits.clockSkewMs)) return limitMissing('clockSkewMs');
  return clockSkewMs > limits.clockSkewMs
    ? denied('CLOCK_SKEWED', { limitMs: limits.clockSkewMs, skewMs: clockSkewMs })
    : undefined;
};

/** P26: a stop that fired while nobody listened still stands in the ledger. */
const reconciling: Rule<MomentContext> = (_order, { isReconciled }) =>
  isReconciled ? undefined : denied('RECONCILING', {});

const unknownOrder: Rule<MomentContext> = (_order, { unknownOrders }) =>
  unknownOrders > 0 ? denied('UNKNOWN_ORDER_PENDING', { orders: unknownOrders }) : undefined;

const protection: Rule<MomentContext> = (_order, { unprotectedMs, limits }) => {
  if (!isSet(limits.protectionGraceMs)) return limitMissing('protectionGraceMs');
  if (unprotectedMs === null || unprotectedMs <= limits.protectionGraceMs) return undefined;
  return denied('PROTECTION_MISSING', {
    limitMs: limits.protectionGraceMs,
    unprotectedMs: Math.round(unprotectedMs),
  });
};

/**
 * The stop stood when the machine wanted this order; it may have fired or expired since. With a
 * position open, the rule before this one looks at what is uncovered.
 */
const standingStop: Rule<MomentContext> = (order, { stops }) => {
  const size = quantityOf(order);
  const standing = order.side === 'buy' ? stops.sell : stops.buy;
  if (size === undefined || standing >= size) return undefined;
  return denied('STOP_MISSING', { quantity: order.quantity, stops: quantityText(standing) });
};

/** The stops of a plan fit the position that it made itself; somebody else may have traded since. */
const stopsCoverWorst: Rule<MomentContext> = ({ side }, { worst, stops }) => {
  const [most, standing] = side === 'buy' ? [worst.long, stops.sell] : [worst.short, stops.buy];
  if (most <= standing) return undefined;
  return denied('STOP_MISSING', { worstCase: quantityText(most), stops: quantityText(standing) });
};

/** P18: a book that crosses, lacks a side or has come apart prices nothing. */
const saneBook: Rule<MomentContext> = (_order, { quote, limits }) => {
  if (!isSet(limits.spreadPct)) return limitMissing('spreadPct');
  if (quote === null) return undefined;
  const [bid, ask] = [price(quote.bid), price(quote.ask)];
  const isSane = bid > 0n && bid < ask && !exceedsPct(ask - bid, limits.spreadPct, mid(quote));
  return isSane
    ? undefined
    : denied('BOOK_INSANE', { bid: quote.bid, ask: quote.ask, limitPct: limits.spreadPct });
};

export const RISK_ADDING_CONTROLS: readonly Control<MomentContext>[] = [
  { control: 'latch', rule: haltLatch },
  { control: 'P17', rule: freshData },
  { control: 'P18', rule: saneBook },
  { control: 'P4', rule: priceCollar },
  { control: 'P4c', rule: collarOverTime },
  { control: 'P19', rule: jumpFilter },
  { control: 'P21', rule: clockSkew },
  { control: 'P26', rule: reconciling },
  { control: 'P25 symbol', rule: unknownOrder },
  { control: 'protection', rule: protection },
  { control: 'stop', rule: standingStop },
  { control: 'stop for the worst case', rule: stopsCoverWorst },
];
export const PROTECTIVE_CONTROLS: readonly Control<MomentContext>[] = [
  { control: 'lockout', rule: lockout },
];

/** The first rule that refuses the order now; undefined when none does. */
export function momentRefusal(
  order: OrderIntent,
  context: MomentContext,
): DeniedReason | undefined {
  return firstRefusal(
    order.reduceOnly ? PROTECTIVE_CONTROLS : RISK_ADDING_CONTROLS,
    order,
    context,
  );
}

export function firstRefusal<Context>(
  controls: readonly Control<Context>[],
  order: OrderIntent,
  context: Context,
): DeniedReason | undefined {
  for (const { rule } of controls) {
    const reason = rule(order, context);
    if (reason !== undefined) return reason;
  }
  return undefined;
}
