/** Binance USD-M requests that change something. One HTTP call each, never repeated. */
import type { EpochMs } from '../../core/market/market.ts';
import type { OrderIntent } from '../../core/orders/order.ts';
import { RECV_WINDOW_MS } from '../ports.ts';
import type { OrderChange, VenueOrder } from '../ports.ts';
import {
  conditionalParameters,
  orderParameters,
  toConditionalOrder,
  toVenueOrder,
} from './binance-usdm-orders.ts';
import {
  algoSchema,
  batchSchema,
  countdownSchema,
  orderSchema,
  refusalSchema,
} from './binance-usdm-schemas.ts';
import { OutcomeUnknown, classifyCode } from './errors.ts';
import type { Failure } from './errors.ts';
import type { Exchange } from './exchange-client.ts';
import { parseWrite } from './reply.ts';
import { assertClientId } from './venue-table.ts';
import { BINANCE_USDM } from './venues/binance-usdm.ts';
import type { VenueWrites } from './venue-wire.ts';

const table = BINANCE_USDM;

export const binanceUsdmWrites = (exchange: Exchange): VenueWrites => ({
  placeOrder: (symbol, intent, timestamp) =>
    intent.kind === 'stopMarket'
      ? placeConditional(exchange, symbol, intent, timestamp)
      : placeOrdinary(exchange, symbol, intent, timestamp),
  placeBatch: (symbol, intents, timestamp) => placeBatch(exchange, symbol, intents, timestamp),
  cancel: (symbol, clientOrderId, conditional) =>
    cancel(exchange, symbol, clientOrderId, conditional),
  amend: (symbol, clientOrderId, change, timestamp) =>
    amend(exchange, symbol, clientOrderId, { ...change, timestamp }),
  cancelAll: async (symbol) => {
    await exchange.fapiPrivateDeleteAllOpenOrders({ symbol });
  },
  setDeadMan: async (symbol, countdownTime) => {
    const reply: unknown = await exchange.fapiPrivatePostCountdownCancelAll({
      symbol,
      countdownTime,
    });
    const { countdownTime: set } = parseWrite(countdownSchema, reply, 'countdownCancelAll');
    if (Number(set) !== countdownTime)
      throw new OutcomeUnknown(`countdownCancelAll: ${set} is set, not ${countdownTime}`);
  },
  setOneWay: async () => {
    await exchange.fapiPrivatePostPositionSideDual({ dualSidePosition: 'false' });
  },
  setIsolated: async (symbol) => {
    await exchange.fapiPrivatePostMarginType({ symbol, marginType: 'ISOLATED' });
  },
  setLeverage: async (symbol, leverage) => {
    await exchange.fapiPrivatePostLeverage({ symbol, leverage });
  },
});

/** Nothing of it is accepted after `timestamp + recvWindow`. */
const signedAt = (timestamp: EpochMs) => ({ timestamp, recvWindow: RECV_WINDOW_MS });

async function placeOrdinary(
  exchange: Exchange,
  symbol: string,
  intent: OrderIntent,
  timestamp: EpochMs,
): Promise<VenueOrder> {
  assertClientId(table, intent.clientOrderId);
  const parameters = { ...orderParameters(symbol, intent), ...signedAt(timestamp) };
  const reply: unknown = await exchange.fapiPrivatePostOrder(parameters);
  const order = parseWrite(orderSchema, reply, 'order');
  assertSame(order.symbol, order.clientOrderId, symbol, intent);
  return toVenueOrder(order);
}

async function placeConditional(
  exchange: Exchange,
  symbol: string,
  intent: OrderIntent,
  timestamp: EpochMs,
): Promise<VenueOrder> {
  assertClientId(table, intent.clientOrderId);
  const parameters = { ...conditionalParameters(symbol, intent), ...signedAt(timestamp) };
  const reply: unknown = await exchange.fapiPrivatePostAlgoOrder(parameters);
  const order = parseWrite(algoSchema, reply, 'algoOrder');
  assertSame(order.symbol, order.clientAlgoId, symbol, intent);
  return toConditionalOrder(order);
}

async function placeBatch(
  exchange: Exchange,
  symbol: string,
  intents: readonly OrderIntent[],
  timestamp: EpochMs,
): Promise<readonly (VenueOrder | Failure)[]> {
  for (const intent of intents) assertClientId(table, intent.clientOrderId);
  const batchOrders = intents.map((intent) => orderParameters(symbol, intent));
  const reply: unknown = await exchange.fapiPrivatePostBatchOrders({
    batchOrders,
    ...signedAt(timestamp),
  });
  const entries = parseWrite(batchSchema, reply, 'batchOrders');
  if (entries.length !== intents.length)
    throw new OutcomeUnknown(`batchOrders: ${entries.length} answers to ${intents.length} orders`);
  return intents.map((intent, index) => batchEntry(symbol, intent, entries[index]));
}

/** What the venue said of one order of a batch; anything but its own order or a code is unknown. */
function batchEntry(symbol: string, intent: OrderIntent, entry: unknown): VenueOrder | Failure {
  const refusal = refusalSchema.safeParse(entry);
  if (refusal.success) return classifyCode(refusal.data.code, refusal.data.msg);
  const order = orderSchema.safeParse(entry);
  const ours = order.data?.symbol === symbol && order.data.clientOrderId === intent.clientOrderId;
  if (order.success && ours) return toVenueOrder(order.data);
  return { kind: 'unknown', code: null, message: 'batchOrders: an answer is not about its order' };
}

async function cancel(
  exchange: Exchange,
  symbol: string,
  clientOrderId: string,
  conditional: boolean,
): Promise<void> {
  const { ordinary, conditional: algo } = table.clientId;
  if (conditional) {
    const reply: unknown = await exchange.fapiPrivateDeleteAlgoOrder({
      symbol,
      [algo.cancel]: clientOrderId,
    });
    parseWrite(algoSchema.pick({ clientAlgoId: true }), reply, 'cancel algoOrder');
    return;
  }
  const parameters = { symbol, [ordinary.cancel]: clientOrderId };
  const reply: unknown = await exchange.fapiPrivateDeleteOrder(parameters);
  parseWrite(orderSchema.pick({ orderId: true }), reply, 'cancel order');
}

/** Only an answer with our id, quantity and price says that it worked. */
async function amend(
  exchange: Exchange,
  symbol: string,
  clientOrderId: string,
  { side, quantity, price, timestamp }: OrderChange & { readonly timestamp: EpochMs },
): Promise<VenueOrder> {
  assertClientId(table, clientOrderId);
  const reply: unknown = await exchange.fapiPrivatePutOrder({
    symbol,
    side: side.toUpperCase(),
    quantity,
    price,
    ...signedAt(timestamp),
    [table.amend.name]: clientOrderId,
  });
  const raw = parseWrite(orderSchema, reply, 'amend order');
  const order = toVenueOrder(raw);
  const isOurs = raw.symbol === symbol && order.clientOrderId === clientOrderId;
  if (isOurs && order.quantity === quantity && order.price === price) return order;
  throw new OutcomeUnknown(`the venue answered about another order than ${clientOrderId}`);
}

/** An answer about another order says nothing about ours. */
function assertSame(
  symbol: string,
  clientOrderId: string,
  wanted: string,
  intent: OrderIntent,
): void {
  if (symbol !== wanted || clientOrderId !== intent.clientOrderId)
    throw new OutcomeUnknown(`the venue answered about another order than ${intent.clientOrderId}`);
}
