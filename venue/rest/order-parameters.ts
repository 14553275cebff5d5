/** What order requests carry, read as the engine wants it. */
import type { OrderKey, Rejection } from '../../core/matching/commands.ts';
import type { HistoryFilter } from '../../core/matching/queries.ts';
import type { SelfTradePrevention, TimeInForce } from '../../core/matching/types.ts';
import { malformedParameter, missingParameter, unknownSymbol, VenueError } from '../errors.ts';
import type { Parameters } from '../parameters.ts';
import { tapeOf } from './route.ts';
import type { Call } from './route.ts';

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

const PREVENTIONS: readonly SelfTradePrevention[] = [
  'NONE',
  'EXPIRE_TAKER',
  'EXPIRE_MAKER',
  'EXPIRE_BOTH',
];

export function selfTradePreventionOf(parameters: Parameters): SelfTradePrevention {
  const name = 'selfTradePreventionMode';
  if (parameters.text(name) === undefined) return 'NONE';
  return parameters.oneOf(
    name,
    PREVENTIONS,
    -1130,
    `Data sent for parameter '${name}' is not valid.`,
  );
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

export function decimalRequired(parameters: Parameters, name: string): string {
  const value = parameters.decimal(name);
  if (value === undefined) throw missingParameter(name);
  return value;
}

/** -1102 without either id. */
export function keyOf(parameters: Parameters): OrderKey {
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
