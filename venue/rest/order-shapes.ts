/** Orders, conditional orders and trades in Binance USD-M's REST fields. */
import type { AlgoView, OrderView, TradeView } from '../../core/matching/types.ts';
import type { Side } from '../../core/market/market.ts';

type Json = Record<string, unknown>;

export const sideText = (side: Side): 'BUY' | 'SELL' => (side === 'buy' ? 'BUY' : 'SELL');

/** The status as clients see it. */
export const statusText = (order: OrderView): string =>
  order.expiredInMatch === true ? 'EXPIRED_IN_MATCH' : order.status;

/** Reply of POST, GET, DELETE and PUT order. `time` is only in the answers of queries. */
export function orderJson(order: OrderView, query = false): Json {
  return {
    orderId: order.orderId,
    symbol: order.symbol,
    status: statusText(order),
    clientOrderId: order.clientOrderId,
    price: order.price,
    avgPrice: order.avgPrice,
    origQty: order.origQty,
    executedQty: order.executedQty,
    ...(query ? {} : { cumQty: order.executedQty }),
    cumQuote: order.cumQuote,
    timeInForce: order.timeInForce,
    type: order.type,
    reduceOnly: order.reduceOnly,
    closePosition: order.closePosition,
    side: sideText(order.side),
    positionSide: 'BOTH',
    stopPrice: order.stopPrice,
    workingType: order.workingType,
    priceProtect: false,
    origType: order.origType,
    priceMatch: 'NONE',
    selfTradePreventionMode: order.selfTradePrevention ?? 'NONE',
    goodTillDate: 0,
    ...(query ? { time: order.time } : {}),
    updateTime: order.updateTime,
  };
}

/** Reply of POST and GET algoOrder and the lists of conditional orders. */
export function algoJson(algo: AlgoView): Json {
  return {
    algoId: algo.algoId,
    clientAlgoId: algo.clientAlgoId,
    algoType: 'CONDITIONAL',
    orderType: algo.orderType,
    symbol: algo.symbol,
    side: sideText(algo.side),
    positionSide: 'BOTH',
    timeInForce: algo.timeInForce,
    quantity: algo.quantity,
    algoStatus: algo.status,
    actualOrderId: algo.actualOrderId === undefined ? '' : String(algo.actualOrderId),
    actualPrice: algo.actualPrice,
    actualQty: algo.actualQty,
    triggerPrice: algo.triggerPrice,
    price: algo.price,
    icebergQuantity: null,
    selfTradePreventionMode: 'NONE',
    workingType: algo.workingType,
    priceMatch: 'NONE',
    closePosition: algo.closePosition,
    priceProtect: false,
    reduceOnly: algo.reduceOnly,
    ...(algo.activatePrice === undefined ? {} : { activatePrice: algo.activatePrice }),
    ...(algo.callbackRatePct === undefined ? {} : { callbackRate: algo.callbackRatePct }),
    ...(algo.failReason === undefined ? {} : { failReason: algo.failReason }),
    createTime: algo.createTime,
    updateTime: algo.updateTime,
    triggerTime: algo.triggerTime ?? 0,
    goodTillDate: 0,
  };
}

export const cancelledAlgoJson = (algo: AlgoView): Json => ({
  algoId: algo.algoId,
  clientAlgoId: algo.clientAlgoId,
  code: '200',
  msg: 'success',
});

/** One row of userTrades. */
export function tradeJson(trade: TradeView): Json {
  return {
    symbol: trade.symbol,
    id: trade.tradeId,
    orderId: trade.orderId,
    side: sideText(trade.side),
    price: trade.price,
    qty: trade.quantity,
    realizedPnl: trade.realizedProfit,
    quoteQty: trade.quoteQty,
    commission: trade.fee,
    commissionAsset: trade.feeAsset,
    time: trade.time,
    positionSide: 'BOTH',
    maker: trade.maker,
    buyer: trade.side === 'buy',
  };
}
