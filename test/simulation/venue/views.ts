/** The engine's views as the adapters read them off the wire. */
import type {
  AlgoView,
  MatchingEvent,
  OrderView,
  TradeView,
} from '../../../core/matching/types.ts';
import type { Fill } from '../../../core/orders/order.ts';
import type { PriceText } from '../../../core/money/units.ts';
import type { UserEvent } from '../../../adapters/exchange/binance-usdm-frames.ts';
import { algoStatus, orderStatus } from '../../../adapters/exchange/binance-usdm-orders.ts';
import type { VenueOrder } from '../../../adapters/ports.ts';

const priceOrNull = (text: PriceText): PriceText | null => (text === '0' ? null : text);

export const toOrder = (view: OrderView): VenueOrder => ({
  clientOrderId: view.clientOrderId,
  venueOrderId: String(view.orderId),
  conditional: false,
  side: view.side,
  status: orderStatus(view.status),
  price: priceOrNull(view.price),
  triggerPrice: null,
  quantity: view.origQty,
  executed: view.executedQty,
  reduceOnly: view.reduceOnly,
  childOrderId: null,
  eventTime: view.updateTime,
});

export const toConditional = (view: AlgoView): VenueOrder => ({
  clientOrderId: view.clientAlgoId,
  venueOrderId: String(view.algoId),
  conditional: true,
  side: view.side,
  status: algoStatus(view.status, view.actualQty),
  price: priceOrNull(view.price),
  triggerPrice: priceOrNull(view.triggerPrice),
  quantity: view.quantity,
  executed: view.actualQty,
  reduceOnly: view.reduceOnly,
  childOrderId: view.actualOrderId === undefined ? null : String(view.actualOrderId),
  eventTime: view.updateTime,
});

/** `clientOrderId`: in the stream the order's own, in the list of trades null. */
export const toFill = (trade: TradeView, clientOrderId: string | null): Fill => ({
  tradeId: String(trade.tradeId),
  orderId: String(trade.orderId),
  clientOrderId,
  side: trade.side,
  price: trade.price,
  quantity: trade.quantity,
  fee: trade.fee,
  feeAsset: trade.feeAsset,
  maker: trade.maker,
  realisedProfit: trade.realizedProfit,
  eventTime: trade.time,
});

/** What the account's stream says of an event; undefined where it says nothing of orders. */
export function toUserEvent(event: MatchingEvent): UserEvent | undefined {
  if (event.type === 'orderUpdate') {
    const { order, trade } = event;
    return {
      symbol: order.symbol,
      order: toOrder(order),
      fill: trade === undefined ? null : toFill(trade, order.clientOrderId),
      isChild: order.algoId !== undefined,
      raw: rawOf(order.clientOrderId, order.status, order.executedQty),
    };
  }
  if (event.type !== 'algoUpdate') return undefined;
  const { algo } = event;
  return {
    symbol: algo.symbol,
    order: { ...toConditional(algo), price: null },
    fill: null,
    isChild: false,
    raw: rawOf(algo.clientAlgoId, algo.status, algo.actualQty),
  };
}

const rawOf = (clientOrderId: string, status: string, executedQty: string) => ({
  clientOrderId,
  status,
  executedQty,
});
