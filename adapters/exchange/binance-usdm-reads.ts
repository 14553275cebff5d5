/** Binance USD-M requests that only read. */
import { z } from 'zod';
import type { PriceLevel } from '../../core/market/market.ts';
import { toConditionalOrder, toFill, toVenueOrder } from './binance-usdm-orders.ts';
import { priceOf, quantityOf } from './binance-usdm-orders.ts';
import { binanceUsdmAccount } from './binance-usdm-account.ts';
import { instrumentRules } from './binance-usdm-rules.ts';
import {
  algoSchema,
  bookTickerSchema,
  commissionSchema,
  depthSchema,
  exchangeInfoSchema,
  orderSchema,
  premiumIndexSchema,
  serverTimeSchema,
  tradeSchema,
} from './binance-usdm-schemas.ts';
import { VenueRejected } from './errors.ts';
import type { Exchange } from './exchange-client.ts';
import { read } from './reply.ts';
import { BINANCE_USDM } from './venues/binance-usdm.ts';
import { PAGE_ROWS } from './venue-wire.ts';
import type { Fees, OrderId, PageStart, PlacedOrder, VenueReads } from './venue-wire.ts';

const table = BINANCE_USDM;
const BOOK_LEVELS = 100;

export const binanceUsdmReads = (exchange: Exchange): VenueReads => ({
  ...binanceUsdmAccount(exchange),
  time: async () =>
    (await read(serverTimeSchema, 'time', () => exchange.fapiPublicGetTime())).serverTime,
  rules: async () => {
    const ask = () => exchange.fapiPublicGetExchangeInfo();
    const { symbols } = await read(exchangeInfoSchema, 'exchangeInfo', ask);
    return symbols.filter((info) => info.status === 'TRADING').map(instrumentRules);
  },
  fees: (symbol) => fees(exchange, symbol),
  quote: (symbol) => quote(exchange, symbol),
  book: (symbol) => book(exchange, symbol),
  order: (symbol, id, conditional) => order(exchange, symbol, id, conditional),
  openOrders: (symbol, conditional) => openOrders(exchange, symbol, conditional),
  openOrdersAll: (conditional) => openOrdersAll(exchange, conditional),
  allOrders: (symbol, conditional, start) => allOrders(exchange, symbol, conditional, start),
  trades: async (symbol, start) => {
    const parameters = { symbol, ...pageParameters(start, 'fromId') };
    const ask = () => exchange.fapiPrivateGetUserTrades(parameters);
    return (await read(z.array(tradeSchema), 'userTrades', ask)).map(toFill);
  },
});

async function fees(exchange: Exchange, symbol: string): Promise<Fees> {
  const ask = () => exchange.fapiPrivateGetCommissionRate({ symbol });
  const rates = await read(commissionSchema, 'commissionRate', ask);
  const bps = (rate: string) => Math.round(Number(rate) * 1e8) / 1e4;
  return {
    makerFeeBps: bps(rates.makerCommissionRate),
    takerFeeBps: bps(rates.takerCommissionRate),
  };
}

async function quote(exchange: Exchange, symbol: string) {
  const [book, premium] = await Promise.all([
    read(bookTickerSchema, 'bookTicker', () => exchange.fapiPublicGetTickerBookTicker({ symbol })),
    read(premiumIndexSchema, 'premiumIndex', () => exchange.fapiPublicGetPremiumIndex({ symbol })),
  ]);
  return {
    time: Math.max(book.time, premium.time),
    bid: priceOf(book.bidPrice),
    ask: priceOf(book.askPrice),
    mark: priceOf(premium.markPrice),
  };
}

async function book(exchange: Exchange, symbol: string) {
  const ask = () => exchange.fapiPublicGetDepth({ symbol, limit: BOOK_LEVELS });
  const { bids, asks } = await read(depthSchema, 'depth', ask);
  return { bids: bids.map(toLevel), asks: asks.map(toLevel) };
}

const toLevel = ([at, size]: readonly [string, string]): PriceLevel => ({
  price: priceOf(at),
  quantity: quantityOf(size),
});

async function order(exchange: Exchange, symbol: string, id: OrderId, conditional: boolean) {
  try {
    return conditional
      ? await conditionalOrder(exchange, symbol, id)
      : await ordinaryOrder(exchange, symbol, id);
  } catch (error) {
    if (error instanceof VenueRejected && isNotFound(error.code)) return undefined;
    throw error;
  }
}

const isNotFound = (code: string): boolean =>
  (table.notFound.codes as readonly string[]).includes(code);

async function ordinaryOrder(exchange: Exchange, symbol: string, id: OrderId) {
  const key =
    'clientOrderId' in id
      ? { [table.clientId.ordinary.fetch]: id.clientOrderId }
      : { orderId: id.venueOrderId };
  const ask = () => exchange.fapiPrivateGetOrder({ symbol, ...key });
  return toVenueOrder(await read(orderSchema, 'order', ask));
}

async function conditionalOrder(exchange: Exchange, symbol: string, id: OrderId) {
  const key =
    'clientOrderId' in id
      ? { [table.clientId.conditional.fetch]: id.clientOrderId }
      : { algoId: id.venueOrderId };
  const ask = () => exchange.fapiPrivateGetAlgoOrder({ symbol, ...key });
  return toConditionalOrder(await read(algoSchema, 'algoOrder', ask));
}

async function openOrders(exchange: Exchange, symbol: string, conditional: boolean) {
  if (conditional) {
    const ask = () => exchange.fapiPrivateGetOpenAlgoOrders({ symbol });
    return (await read(z.array(algoSchema), 'openAlgoOrders', ask)).map(toConditionalOrder);
  }
  const ask = () => exchange.fapiPrivateGetOpenOrders({ symbol });
  return (await read(z.array(orderSchema), 'openOrders', ask)).map(toVenueOrder);
}

async function openOrdersAll(
  exchange: Exchange,
  conditional: boolean,
): Promise<readonly PlacedOrder[]> {
  if (conditional) {
    const ask = () => exchange.fapiPrivateGetOpenAlgoOrders();
    const orders = await read(z.array(algoSchema), 'openAlgoOrders', ask);
    return orders.map((order) => ({ ...toConditionalOrder(order), symbol: order.symbol }));
  }
  const ask = () => exchange.fapiPrivateGetOpenOrders();
  const orders = await read(z.array(orderSchema), 'openOrders', ask);
  return orders.map((order) => ({ ...toVenueOrder(order), symbol: order.symbol }));
}

async function allOrders(
  exchange: Exchange,
  symbol: string,
  conditional: boolean,
  start: PageStart,
) {
  if (conditional) {
    const parameters = { symbol, ...pageParameters(start, 'algoId') };
    const ask = () => exchange.fapiPrivateGetAllAlgoOrders(parameters);
    return (await read(z.array(algoSchema), 'allAlgoOrders', ask)).map(toConditionalOrder);
  }
  const parameters = { symbol, ...pageParameters(start, 'orderId') };
  const ask = () => exchange.fapiPrivateGetAllOrders(parameters);
  return (await read(z.array(orderSchema), 'allOrders', ask)).map(toVenueOrder);
}

/** The venue takes a range of less than 7 days or an id to start from, never both. */
const pageParameters = (start: PageStart, idName: string) => ({
  limit: PAGE_ROWS,
  ...('since' in start
    ? { startTime: start.since, endTime: start.until }
    : { [idName]: start.fromId }),
});
