/** Ordinary orders: place, amend, cancel, ask. */
import { z } from 'zod';
import { allOrders, findOrder, openOrders, trades } from '../../core/matching/queries.ts';
import type { HistoryFilter } from '../../core/matching/queries.ts';
import type { OrderKey, Place, Rejection } from '../../core/matching/commands.ts';
import type { OrderType, OrderView, TimeInForce } from '../../core/matching/types.ts';
import {
  malformedParameter,
  missingParameter,
  orderDoesNotExist,
  unknownSymbol,
  VenueError,
} from '../errors.ts';
import { Parameters } from '../parameters.ts';
import { parseJson } from '../message-text.ts';
import { orderJson, tradeJson } from './order-shapes.ts';
import { tapeOf } from './route.ts';
import type { Call, RouteTable } from './route.ts';

const MAX_BATCH = 5;
const MAX_BATCH_CANCEL = 10;

export const ORDER_ROUTES: RouteTable = {
  'POST order': { security: 'signed', weight: 0, orders: 1, handle: place },
  'POST order/test': { security: 'signed', weight: 0, handle: () => ({}) },
  'GET order': { security: 'signed', weight: 1, handle: query },
  'GET openOrder': { security: 'signed', weight: 1, handle: queryOpen },
  'PUT order': { security: 'signed', weight: 1, orders: 1, handle: amend },
  'DELETE order': { security: 'signed', weight: 1, handle: cancel },
  'POST batchOrders': { security: 'signed', weight: 5, orders: 5, handle: placeBatch },
  'PUT batchOrders': { security: 'signed', weight: 5, orders: 5, handle: amendBatch },
  'DELETE batchOrders': { security: 'signed', weight: 1, handle: cancelBatch },
  'GET openOrders': { security: 'signed', weight: 1, handle: listOpen },
  'DELETE allOpenOrders': { security: 'signed', weight: 1, handle: cancelAll },
  'GET allOrders': { security: 'signed', weight: 5, handle: listAll },
  'GET userTrades': { security: 'signed', weight: 5, handle: listTrades },
};

/** Throws the engine's refusal as the venue's error. */
export function accepted<Reply extends { readonly ok: true }>(reply: Reply | Rejection): Reply {
  if (reply.ok) return reply;
  throw new VenueError(reply.code, reply.message);
}

/** What every command of a caller on a symbol carries. */
export function commandBase(call: Call): { accountId: string; symbol: string; time: number } {
  const { symbol } = tapeOf(call).rules;
  return { accountId: call.account, symbol, time: call.parts.exchange.marketTime };
}

const SIDES = { BUY: 'buy', SELL: 'sell' } as const;
export const sideOf = (parameters: Parameters): 'buy' | 'sell' =>
  SIDES[parameters.oneOf('side', ['BUY', 'SELL'], -1117, 'Invalid side.')];

export function timeInForceOf(parameters: Parameters): TimeInForce | undefined {
  if (parameters.text('timeInForce') === undefined) return undefined;
  const allowed: readonly TimeInForce[] = ['GTC', 'IOC', 'FOK', 'GTX'];
  return parameters.oneOf('timeInForce', allowed, -1115, 'Invalid timeInForce.');
}

const CLIENT_ID = /^[.A-Z:/a-z0-9_-]{1,36}$/;

/** A client id of at most 36 characters; absent when the caller sent none. */
export function clientIdOf(parameters: Parameters, name: string): string | undefined {
  const value = parameters.text(name);
  if (value === undefined || CLIENT_ID.test(value)) return value;
  throw value.length > 36
    ? new VenueError(-4015, 'Client order id length should be less than 36 chars')
    : malformedParameter(name);
}

export function checkPositionSide(parameters: Parameters): void {
  const positionSide = parameters.text('positionSide') ?? 'BOTH';
  if (positionSide !== 'BOTH') {
    throw new VenueError(-4061, "Order's position side does not match user's setting.");
  }
}

function placeCommand(call: Call): Place {
  const { parameters } = call;
  checkPositionSide(parameters);
  const base = commandBase(call);
  const side = sideOf(parameters);
  const types: readonly OrderType[] = ['LIMIT', 'MARKET'];
  if (CONDITIONAL_TYPES.has(parameters.required('type'))) throw useAlgoOrders();
  const orderType = parameters.oneOf('type', types, -1116, 'Invalid orderType.');
  const limit = orderType === 'LIMIT' ? limitFields(parameters) : {};
  const clientId = clientIdOf(parameters, 'newClientOrderId');
  return {
    type: 'place',
    ...base,
    side,
    orderType,
    quantity: decimalRequired(parameters, 'quantity'),
    ...limit,
    reduceOnly: parameters.boolean('reduceOnly') ?? false,
    ...(clientId === undefined ? {} : { newClientOrderId: clientId }),
  };
}

const CONDITIONAL_TYPES = new Set([
  'STOP',
  'STOP_MARKET',
  'TAKE_PROFIT',
  'TAKE_PROFIT_MARKET',
  'TRAILING_STOP_MARKET',
]);
const useAlgoOrders = (): VenueError =>
  new VenueError(
    -4120,
    'Order type not supported for this endpoint. Please use the Algo Order API endpoints instead.',
  );

function limitFields(parameters: Parameters): { price: string; timeInForce: TimeInForce } {
  const timeInForce = timeInForceOf(parameters);
  if (timeInForce === undefined) throw missingParameter('timeInForce');
  return { price: decimalRequired(parameters, 'price'), timeInForce };
}

function decimalRequired(parameters: Parameters, name: string): string {
  const value = parameters.decimal(name);
  if (value === undefined) throw missingParameter(name);
  return value;
}

function place(call: Call): unknown {
  return orderJson(accepted(call.parts.exchange.submit(placeCommand(call))).order);
}

function keyOf(parameters: Parameters): OrderKey {
  const orderId = parameters.integer('orderId');
  const origClientOrderId = parameters.text('origClientOrderId');
  if (orderId === undefined && origClientOrderId === undefined) {
    throw new VenueError(
      -1102,
      "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!",
    );
  }
  return {
    ...(orderId === undefined ? {} : { orderId }),
    ...(origClientOrderId === undefined ? {} : { origClientOrderId }),
  };
}

function find(call: Call): OrderView {
  const { symbol } = tapeOf(call).rules;
  const { state } = call.parts.exchange;
  const order = findOrder(state, call.account, symbol, keyOf(call.parameters));
  if (order === undefined) throw orderDoesNotExist();
  return order;
}

function query(call: Call): unknown {
  return orderJson(find(call), true);
}

function queryOpen(call: Call): unknown {
  const order = find(call);
  if (order.status !== 'NEW' && order.status !== 'PARTIALLY_FILLED') throw orderDoesNotExist();
  return orderJson(order, true);
}

function amend(call: Call): unknown {
  const { parameters } = call;
  const reply = call.parts.exchange.submit({
    type: 'amend',
    ...commandBase(call),
    ...keyOf(parameters),
    quantity: decimalRequired(parameters, 'quantity'),
    price: decimalRequired(parameters, 'price'),
  });
  return orderJson(accepted(reply).order);
}

function cancel(call: Call): unknown {
  const reply = call.parts.exchange.submit({
    type: 'cancel',
    ...commandBase(call),
    ...keyOf(call.parameters),
  });
  return orderJson(accepted(reply).order);
}

function cancelAll(call: Call): unknown {
  accepted(call.parts.exchange.submit({ type: 'cancelAll', ...commandBase(call) }));
  return { code: 200, msg: 'The operation of cancel all open order is done.' };
}

const batchEntry = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

function batchOf(call: Call): Call[] {
  const parsed = z.array(batchEntry).safeParse(parseJson(call.parameters.required('batchOrders')));
  if (!parsed.success || parsed.data.length === 0) throw malformedParameter('batchOrders');
  if (parsed.data.length > MAX_BATCH)
    throw new VenueError(-4082, 'Invalid number of batch place orders.');
  return parsed.data.map((entry) => {
    const fields = Object.entries(entry).map(([name, value]) => [name, String(value)] as const);
    return { ...call, parameters: new Parameters(fields) };
  });
}

/** Each entry answers for itself: an order, or a code with its text. */
function each(calls: readonly Call[], handle: (call: Call) => unknown): unknown[] {
  return calls.map((call) => {
    try {
      return handle(call);
    } catch (error) {
      if (error instanceof VenueError) return { code: error.code, msg: error.message };
      throw error;
    }
  });
}

function placeBatch(call: Call): unknown {
  return each(batchOf(call), place);
}

function amendBatch(call: Call): unknown {
  return each(batchOf(call), amend);
}

const idList = z.array(z.union([z.string(), z.number()])).max(MAX_BATCH_CANCEL);

function cancelBatch(call: Call): unknown {
  const symbol = tapeOf(call).rules.symbol;
  const name =
    call.parameters.text('orderIdList') === undefined ? 'origClientOrderIdList' : 'orderIdList';
  const parsed = idList.safeParse(parseJson(call.parameters.required(name)));
  if (!parsed.success) throw malformedParameter(name);
  const key = name === 'orderIdList' ? 'orderId' : 'origClientOrderId';
  const calls = parsed.data.map((id) => ({
    ...call,
    parameters: new Parameters([
      ['symbol', symbol],
      [key, String(id)],
    ]),
  }));
  return each(calls, cancel);
}

function listOpen(call: Call): unknown {
  const symbol = optionalSymbol(call);
  return openOrders(call.parts.exchange.state, call.account, symbol).map((order) =>
    orderJson(order, true),
  );
}

/** The call's symbol, which must be listed; undefined when it names none. */
export function optionalSymbol(call: Call): string | undefined {
  const symbol = call.parameters.text('symbol');
  if (symbol !== undefined && !call.parts.tapes.has(symbol)) throw unknownSymbol();
  return symbol;
}

/** The filters of the history lists; times are market time. */
export function historyFilter(call: Call, fromName: string): HistoryFilter {
  const { parameters } = call;
  const symbol = optionalSymbol(call);
  const fields = {
    fromId: parameters.integer(fromName),
    startTime: parameters.integer('startTime'),
    endTime: parameters.integer('endTime'),
  };
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return {
    ...(symbol === undefined ? {} : { symbol }),
    ...(Object.fromEntries(given) as Partial<typeof fields> as HistoryFilter),
    limit: parameters.limit(500, 1_000),
  };
}

function listAll(call: Call): unknown {
  tapeOf(call);
  const orders = allOrders(call.parts.exchange.state, call.account, historyFilter(call, 'orderId'));
  return orders.map((order) => orderJson(order, true));
}

function listTrades(call: Call): unknown {
  const orderId = call.parameters.integer('orderId');
  const filter = {
    ...historyFilter(call, 'fromId'),
    ...(orderId === undefined ? {} : { orderId }),
  };
  return trades(call.parts.exchange.state, call.account, filter).map(tradeJson);
}
