/** Binance USD-M orders, conditional orders and trades as the ports name them, and the way back. */
import type { Side } from '../../core/market/market.ts';
import {
  money,
  moneyText,
  price,
  priceText,
  quantity,
  quantityText,
} from '../../core/money/units.ts';
import type { MoneyText, PriceText, QuantityText } from '../../core/money/units.ts';
import type { Fill, OrderIntent, OrderStatus } from '../../core/orders/order.ts';
import type { z } from 'zod';
import type { VenueOrder } from '../ports.ts';
import type { algoSchema, orderSchema, tradeSchema } from './binance-usdm-schemas.ts';
import { BINANCE_USDM } from './venues/binance-usdm.ts';

type RawOrder = z.output<typeof orderSchema>;
type RawAlgo = z.output<typeof algoSchema>;
type RawTrade = z.output<typeof tradeSchema>;

export const side = (raw: 'BUY' | 'SELL'): Side => (raw === 'BUY' ? 'buy' : 'sell');
export const quantityOf = (text: string): QuantityText => quantityText(quantity(text));
export const moneyOf = (text: string): MoneyText => moneyText(money(text));
export const priceOf = (text: string): PriceText => priceText(price(text));
/** The venue writes "0" where there is no price. */
export const priceOrNull = (text: string): PriceText | null =>
  quantity(text) > 0n ? priceOf(text) : null;

export const orderStatus = (raw: RawOrder['status']): OrderStatus => ORDER_STATUS[raw];

const ORDER_STATUS: Readonly<Record<RawOrder['status'], OrderStatus>> = {
  NEW: 'working',
  PARTIALLY_FILLED: 'partiallyFilled',
  FILLED: 'filled',
  CANCELED: 'cancelled',
  EXPIRED: 'expired',
  EXPIRED_IN_MATCH: 'expired',
  REJECTED: 'rejected',
};

export const toVenueOrder = (raw: RawOrder): VenueOrder => ({
  clientOrderId: raw.clientOrderId,
  venueOrderId: raw.orderId,
  conditional: false,
  side: side(raw.side),
  status: orderStatus(raw.status),
  price: priceOrNull(raw.price),
  triggerPrice: null,
  quantity: quantityOf(raw.origQty),
  executed: quantityOf(raw.executedQty),
  reduceOnly: raw.reduceOnly,
  childOrderId: null,
  eventTime: raw.updateTime,
});

export const toConditionalOrder = (raw: RawAlgo): VenueOrder => ({
  clientOrderId: raw.clientAlgoId,
  venueOrderId: raw.algoId,
  conditional: true,
  side: side(raw.side),
  status: algoStatus(raw.algoStatus, raw.actualQty),
  price: priceOrNull(raw.price ?? '0'),
  triggerPrice: priceOrNull(raw.triggerPrice),
  quantity: quantityOf(raw.quantity),
  executed: quantityOf(raw.actualQty || '0'),
  reduceOnly: raw.reduceOnly,
  childOrderId: raw.actualOrderId || null,
  eventTime: raw.updateTime ?? raw.createTime ?? 0,
});

/**
 * FINISHED means that the child is terminal. With an executed quantity it traded (a reduce-only
 * child may be trimmed to the position); where the venue does not say how much, the child is asked.
 */
export function algoStatus(raw: RawAlgo['algoStatus'], executed: string | undefined): OrderStatus {
  if (raw === 'NEW') return 'working';
  if (raw === 'TRIGGERING' || raw === 'TRIGGERED') return 'triggered';
  if (raw !== 'FINISHED') return ORDER_STATUS[raw];
  if (executed === undefined || executed === '') return 'triggered';
  return quantity(executed) > 0n ? 'filled' : 'expired';
}

/** `clientOrderId` is not in the venue's trade rows: the gateway adds it. */
export const toFill = (raw: RawTrade): Fill => ({
  tradeId: raw.id,
  orderId: raw.orderId,
  clientOrderId: null,
  side: side(raw.side),
  price: priceOf(raw.price),
  quantity: quantityOf(raw.qty),
  fee: moneyOf(raw.commission),
  feeAsset: raw.commissionAsset,
  maker: raw.maker,
  realisedProfit: moneyOf(raw.realizedPnl),
  eventTime: raw.time,
});

const { ordinary, conditional } = BINANCE_USDM.clientId;

/** Parameters of POST order, and of one entry of POST batchOrders. All text: JSON keeps them exact. */
export function orderParameters(symbol: string, intent: OrderIntent): Record<string, string> {
  const limit = intent.kind === 'limit';
  return {
    symbol,
    side: intent.side.toUpperCase(),
    type: limit ? 'LIMIT' : 'MARKET',
    quantity: intent.quantity,
    ...(limit && { price: intent.price ?? '', timeInForce: timeInForce(intent) }),
    ...(intent.reduceOnly && { reduceOnly: 'true' }),
    newOrderRespType: 'RESULT',
    [ordinary.create]: intent.clientOrderId,
  };
}

const timeInForce = (intent: OrderIntent): string => (intent.postOnly ? 'GTX' : intent.timeInForce);

/** Parameters of POST algoOrder: a stop that becomes a market order when the mark reaches it. */
export const conditionalParameters = (
  symbol: string,
  intent: OrderIntent,
): Record<string, string> => ({
  algoType: 'CONDITIONAL',
  symbol,
  side: intent.side.toUpperCase(),
  type: 'STOP_MARKET',
  quantity: intent.quantity,
  triggerPrice: intent.triggerPrice ?? '',
  workingType: 'MARK_PRICE',
  ...(intent.reduceOnly && { reduceOnly: 'true' }),
  [conditional.create]: intent.clientOrderId,
});
