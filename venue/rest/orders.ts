/** Ordinary orders: place, amend, cancel, ask. */
import type { Place } from '../../core/matching/commands.ts';
import { allOrders, findOrder, openOrders, trades } from '../../core/matching/queries.ts';
import type { OrderType, OrderView, TimeInForce } from '../../core/matching/types.ts';
import {
  malformedParameter,
  missingParameter,
  orderDoesNotExist,
  unknownOrder,
  VenueError,
} from '../errors.ts';
import { isDenied } from '../faults/denial.ts';
import type { Parameters } from '../parameters.ts';
import { batchOf, cancelBatchOf, each } from './batch-orders.ts';
import {
  accepted,
  checkPositionSide,
  clientIdOf,
  commandBase,
  decimalRequired,
  historyFilter,
  keyOf,
  optionalSymbol,
  selfTradePreventionOf,
  sideOf,
  timeInForceOf,
} from './order-parameters.ts';
import { orderJson, tradeJson } from './order-shapes.ts';
import { fillBeforeCancel } from './racing-fill.ts';
import { perSymbolWeight, tapeOf } from './route.ts';
import type { Call, RouteTable } from './route.ts';

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
  'GET openOrders': { security: 'signed', weight: perSymbolWeight(1, 40), handle: listOpen },
  'DELETE allOpenOrders': { security: 'signed', weight: 1, handle: cancelAll },
  'POST countdownCancelAll': { security: 'signed', weight: 10, handle: countdown },
  'GET allOrders': { security: 'signed', weight: 5, handle: listAll },
  'GET userTrades': { security: 'signed', weight: 5, handle: listTrades },
};

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
  const prevention = selfTradePreventionOf(parameters);
  return {
    type: 'place',
    ...base,
    side,
    orderType,
    quantity: decimalRequired(parameters, 'quantity'),
    ...limit,
    reduceOnly: parameters.boolean('reduceOnly') ?? false,
    ...(prevention === 'NONE' ? {} : { selfTradePrevention: prevention }),
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

function place(call: Call): unknown {
  return orderJson(accepted(call.parts.exchange.submit(placeCommand(call))).order);
}

function findOrNone(call: Call): OrderView | undefined {
  const { symbol } = tapeOf(call).rules;
  const { state } = call.parts.exchange;
  return findOrder(state, call.account, symbol, keyOf(call.parameters));
}

function find(call: Call): OrderView {
  const order = findOrNone(call);
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
  const order = findOrNone(call);
  if (order !== undefined) fillBeforeCancel(call, [order]);
  const reply = call.parts.exchange.submit({
    type: 'cancel',
    ...commandBase(call),
    ...keyOf(call.parameters),
  });
  return orderJson(accepted(reply).order);
}

function cancelAll(call: Call): unknown {
  const base = commandBase(call);
  const { exchange } = call.parts;
  const open = openOrders(exchange.state, call.account, base.symbol);
  const known = open.filter((order) => !isDenied(call.denied, order));
  fillBeforeCancel(call, known);
  if (known.length === open.length) accepted(exchange.submit({ type: 'cancelAll', ...base }));
  else for (const { orderId } of known) exchange.submit({ type: 'cancel', ...base, orderId });
  return { code: 200, msg: 'The operation of cancel all open order is done.' };
}

/** The longest countdown that is taken; Binance names none. */
const LONGEST_COUNTDOWN_MS = 86_400_000;

/** Cancels the symbol's orders when that much wall time passes without another call; 0 ends it. */
function countdown(call: Call): unknown {
  const countdownMs = call.parameters.integer('countdownTime');
  if (countdownMs === undefined) throw missingParameter('countdownTime');
  if (countdownMs > LONGEST_COUNTDOWN_MS) throw malformedParameter('countdownTime');
  const base = commandBase(call);
  const deadline = countdownMs === 0 ? 0 : call.wallTime + countdownMs;
  accepted(call.parts.exchange.submit({ type: 'setCountdown', ...base, deadline }));
  return { symbol: base.symbol, countdownTime: String(countdownMs) };
}

function placeBatch(call: Call): unknown {
  return each(batchOf(call), place);
}

function amendBatch(call: Call): unknown {
  return each(batchOf(call), (entry) => {
    if (isDeniedEntry(entry)) throw orderDoesNotExist();
    return amend(entry);
  });
}

function cancelBatch(call: Call): unknown {
  return each(cancelBatchOf(call), (entry) => {
    if (isDeniedEntry(entry)) throw unknownOrder();
    return cancel(entry);
  });
}

function isDeniedEntry(entry: Call): boolean {
  const order = entry.denied.length === 0 ? undefined : findOrNone(entry);
  return order !== undefined && isDenied(entry.denied, order);
}

function listOpen(call: Call): unknown {
  const symbol = optionalSymbol(call);
  return openOrders(call.parts.exchange.state, call.account, symbol).map((order) =>
    orderJson(order, true),
  );
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
