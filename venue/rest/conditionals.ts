/** Conditional orders: Binance's algo service. */
import type { AlgoKey, PlaceConditional } from '../../core/matching/commands.ts';
import { allAlgos, findAlgo, openAlgos } from '../../core/matching/queries.ts';
import type { AlgoView, ConditionalType, WorkingType } from '../../core/matching/types.ts';
import { VenueError, orderDoesNotExist, unknownOrder } from '../errors.ts';
import { isDenied } from '../faults/denial.ts';
import type { Parameters } from '../parameters.ts';
import { algoJson, cancelledAlgoJson } from './order-shapes.ts';
import {
  accepted,
  checkPositionSide,
  clientIdOf,
  commandBase,
  historyFilter,
  optionalSymbol,
  sideOf,
  timeInForceOf,
} from './order-parameters.ts';
import { triggerBeforeCancel } from './racing-fill.ts';
import type { Call, RouteTable } from './route.ts';
import { perSymbolWeight, tapeOf } from './route.ts';

export const CONDITIONAL_ROUTES: RouteTable = {
  'POST algoOrder': { security: 'signed', weight: 0, orders: 1, handle: place },
  'GET algoOrder': { security: 'signed', weight: 1, handle: (call) => algoJson(find(call)) },
  'DELETE algoOrder': { security: 'signed', weight: 1, handle: cancel },
  'GET openAlgoOrders': { security: 'signed', weight: perSymbolWeight(1, 40), handle: listOpen },
  'GET allAlgoOrders': { security: 'signed', weight: 5, handle: listAll },
  'DELETE algoOpenOrders': { security: 'signed', weight: 1, handle: cancelAll },
  'DELETE openAlgoOrders': { security: 'signed', weight: 1, handle: cancelAll },
};

const TYPES: readonly ConditionalType[] = [
  'STOP_MARKET',
  'STOP',
  'TAKE_PROFIT_MARKET',
  'TAKE_PROFIT',
  'TRAILING_STOP_MARKET',
];
const WORKING_TYPES: readonly WorkingType[] = ['MARK_PRICE', 'CONTRACT_PRICE'];

function place(call: Call): unknown {
  const { parameters } = call;
  checkPositionSide(parameters);
  parameters.oneOf('algoType', ['CONDITIONAL'], -1116, 'Invalid algoType.');
  const command: PlaceConditional = {
    type: 'placeConditional',
    ...commandBase(call),
    side: sideOf(parameters),
    orderType: parameters.oneOf('type', TYPES, -1116, 'Invalid orderType.'),
    reduceOnly: parameters.boolean('reduceOnly') ?? false,
    closePosition: parameters.boolean('closePosition') ?? false,
    workingType: workingTypeOf(parameters),
    ...textsOf(parameters),
  };
  return algoJson(accepted(call.parts.exchange.submit(command)).algo);
}

function workingTypeOf(parameters: Parameters): WorkingType {
  if (parameters.text('workingType') === undefined) return 'CONTRACT_PRICE';
  return parameters.oneOf('workingType', WORKING_TYPES, -4031, 'Invalid working type');
}

/** The optional fields that the caller sent. */
function textsOf(parameters: Parameters): Partial<PlaceConditional> {
  const fields = {
    quantity: parameters.decimal('quantity'),
    price: parameters.decimal('price'),
    triggerPrice: parameters.decimal('triggerPrice'),
    activatePrice: parameters.decimal('activatePrice') ?? parameters.decimal('activationPrice'),
    callbackRatePct: parameters.decimal('callbackRate'),
    timeInForce: timeInForceOf(parameters),
    clientAlgoId: clientIdOf(parameters, 'clientAlgoId'),
  };
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given);
}

function keyOf(parameters: Parameters): AlgoKey {
  const algoId = parameters.integer('algoId');
  const clientAlgoId = parameters.text('clientAlgoId');
  if (algoId === undefined && clientAlgoId === undefined) {
    throw new VenueError(
      -1102,
      "Param 'clientAlgoId' or 'algoId' must be sent, but both were empty/null!",
    );
  }
  return {
    ...(algoId === undefined ? {} : { algoId }),
    ...(clientAlgoId === undefined ? {} : { clientAlgoId }),
  };
}

function find(call: Call): AlgoView {
  const algo = findAlgo(call.parts.exchange.state, call.account, keyOf(call.parameters));
  if (algo === undefined) throw orderDoesNotExist();
  return algo;
}

/** The real call needs no symbol; the engine does, so it is looked up. */
function cancel(call: Call): unknown {
  const { exchange } = call.parts;
  const key = keyOf(call.parameters);
  const algo = findAlgo(exchange.state, call.account, key);
  if (algo === undefined) throw unknownOrder();
  triggerBeforeCancel(call, [algo]);
  const base = { accountId: call.account, symbol: algo.symbol, time: exchange.marketTime };
  const reply = exchange.submit({ type: 'cancelConditional', ...base, ...key });
  return cancelledAlgoJson(accepted(reply).algo);
}

function cancelAll(call: Call): unknown {
  const base = commandBase(call);
  const { exchange } = call.parts;
  const open = openAlgos(exchange.state, call.account, base.symbol);
  const known = open.filter(
    ({ clientAlgoId, symbol }) => !isDenied(call.denied, { clientOrderId: clientAlgoId, symbol }),
  );
  triggerBeforeCancel(call, known);
  if (known.length === open.length) {
    accepted(exchange.submit({ type: 'cancelAllConditional', ...base }));
  } else {
    for (const { algoId } of known) exchange.submit({ type: 'cancelConditional', ...base, algoId });
  }
  return { code: 200, msg: 'The operation of cancel all open order is done.' };
}

function listOpen(call: Call): unknown {
  const { state } = call.parts.exchange;
  return openAlgos(state, call.account, optionalSymbol(call)).map(algoJson);
}

function listAll(call: Call): unknown {
  tapeOf(call);
  const { state } = call.parts.exchange;
  return allAlgos(state, call.account, historyFilter(call, 'algoId')).map(algoJson);
}
