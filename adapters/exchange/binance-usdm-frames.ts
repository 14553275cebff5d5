/** Frames of Binance USD-M's market and user streams. Unknown or broken ones are undefined. */
import type { Fill } from '../../core/orders/order.ts';
import { parsePrice, priceText } from '../../core/money/units.ts';
import type { PriceText } from '../../core/money/units.ts';
import type { Tick } from '../../core/watcher/watcher.ts';
import type { z } from 'zod';
import type { VenueOrder } from '../ports.ts';
import {
  algoStatus,
  moneyOf,
  orderStatus,
  priceOf,
  priceOrNull,
  quantityOf,
  side,
} from './binance-usdm-orders.ts';
import type { algoUpdateSchema, orderUpdateSchema } from './binance-usdm-schemas.ts';
import { orderFrameSchema, userFrameSchema } from './binance-usdm-schemas.ts';

export type StreamTick = Exclude<Tick, { kind: 'barGap' }>;
export type MarketFrame = { readonly symbol: string; readonly tick: StreamTick };

export type UserEvent = {
  readonly symbol: string;
  readonly order: VenueOrder;
  /** The execution that this event tells of. */
  readonly fill: Fill | null;
  /** Whether the order came from a conditional one: its client id need not be ours. */
  readonly isChild: boolean;
  /** As the venue wrote it, for the lockstep acknowledgement. */
  readonly raw: {
    readonly clientOrderId: string;
    readonly status: string;
    readonly executedQty: string;
  };
};

type Frame = Readonly<Record<string, unknown>>;

/** Best bid and ask, mark price and trades. By hand, not with zod: this runs for every tick. */
export function parseMarketFrame(frame: unknown): MarketFrame | undefined {
  if (typeof frame !== 'object' || frame === null) return undefined;
  const fields = frame as Frame;
  const { s: symbol } = fields;
  if (typeof symbol !== 'string') return undefined;
  const tick = tickOf(fields);
  return tick === undefined ? undefined : { symbol, tick };
}

function tickOf(fields: Frame): StreamTick | undefined {
  switch (fields['e']) {
    case 'bookTicker':
      return quoteTick(Number(fields['T']), textPrice(fields['b']), textPrice(fields['a']));
    case 'markPriceUpdate':
      return markTick(Number(fields['E']), textPrice(fields['p']));
    case 'trade':
      return tradeTick(Number(fields['T']), Number(fields['p']), Number(fields['q']));
    default:
      return undefined;
  }
}

function quoteTick(
  time: number,
  bid: PriceText | undefined,
  ask: PriceText | undefined,
): StreamTick | undefined {
  if (bid === undefined || ask === undefined || !isTime(time)) return undefined;
  return { kind: 'quote', time, bid, ask };
}

function markTick(time: number, mark: PriceText | undefined): StreamTick | undefined {
  return mark === undefined || !isTime(time) ? undefined : { kind: 'mark', time, mark };
}

/** The venue also prints trades of its insurance fund with a price of 0. */
function tradeTick(time: number, price: number, quantity: number): StreamTick | undefined {
  if (!isTime(time) || !(price > 0) || !(quantity > 0)) return undefined;
  return { kind: 'trade', time, price, quantity };
}

const isTime = (time: number): boolean => Number.isSafeInteger(time) && time > 0;

function textPrice(value: unknown): PriceText | undefined {
  const parsed = typeof value === 'string' ? parsePrice(value) : undefined;
  return parsed === undefined ? undefined : priceText(parsed);
}

/**
 * `ended`: the stream's key expired, nothing more will come. `unreadable`: something happened to an
 * order, and the venue has to be asked what. `income`: money moved without a trade; how much is in
 * the venue's list, with the id that this event lacks. Undefined: of no interest.
 */
export function parseUserFrame(
  frame: unknown,
): UserEvent | 'ended' | 'unreadable' | 'income' | undefined {
  const parsed = userFrameSchema.safeParse(frame);
  if (!parsed.success) return orderFrameSchema.safeParse(frame).success ? 'unreadable' : undefined;
  if (parsed.data.e === 'listenKeyExpired') return 'ended';
  if (parsed.data.e === 'ACCOUNT_UPDATE')
    return WITHOUT_INCOME.has(parsed.data.a.m) ? undefined : 'income';
  return parsed.data.e === 'ALGO_UPDATE'
    ? conditionalEvent(parsed.data.o, parsed.data.T)
    : orderEvent(parsed.data.o);
}

/** What a trade did is in its own event; a change of margin moves no money. */
const WITHOUT_INCOME: ReadonlySet<string> = new Set(['ORDER', 'MARGIN_TYPE_CHANGE']);

const CONDITIONAL_TYPES = /^(STOP|TAKE_PROFIT|TRAILING_STOP)/;

function orderEvent(raw: z.output<typeof orderUpdateSchema>): UserEvent {
  return {
    symbol: raw.s,
    order: {
      clientOrderId: raw.c,
      venueOrderId: raw.i,
      conditional: false,
      side: side(raw.S),
      status: orderStatus(raw.X),
      price: priceOrNull(raw.p),
      triggerPrice: null,
      quantity: quantityOf(raw.q),
      executed: quantityOf(raw.z),
      reduceOnly: raw.R,
      childOrderId: null,
      eventTime: raw.T,
    },
    fill: fillOf(raw),
    isChild: CONDITIONAL_TYPES.test(raw.ot ?? ''),
    raw: { clientOrderId: raw.c, status: raw.X, executedQty: raw.z },
  };
}

/** CALCULATED is a trade of the liquidation engine. */
function fillOf(raw: z.output<typeof orderUpdateSchema>): Fill | null {
  if ((raw.x !== 'TRADE' && raw.x !== 'CALCULATED') || Number(raw.l) === 0) return null;
  return {
    tradeId: raw.t,
    orderId: raw.i,
    clientOrderId: raw.c,
    side: side(raw.S),
    price: priceOf(raw.L),
    quantity: quantityOf(raw.l),
    fee: moneyOf(raw.n ?? '0'),
    feeAsset: raw.N ?? 'USDT',
    maker: raw.m,
    realisedProfit: moneyOf(raw.rp),
    eventTime: raw.T,
  };
}

function conditionalEvent(raw: z.output<typeof algoUpdateSchema>, time: number): UserEvent {
  return {
    symbol: raw.s,
    order: {
      clientOrderId: raw.caid,
      venueOrderId: raw.aid,
      conditional: true,
      side: side(raw.S),
      status: algoStatus(raw.X, raw.aq),
      price: null,
      triggerPrice: priceOrNull(raw.tp),
      quantity: quantityOf(raw.q),
      executed: quantityOf(raw.aq || '0'),
      reduceOnly: raw.R,
      childOrderId: raw.ai || null,
      eventTime: time,
    },
    fill: null,
    isChild: false,
    raw: { clientOrderId: raw.caid, status: raw.X, executedQty: raw.aq || '0' },
  };
}
