/** What a REST route is: who may call it, what it weighs, and how it answers. */
import type { EpochMs } from '../../core/market/market.ts';
import type { Credentials } from '../credentials.ts';
import { unknownSymbol } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import type { Denied } from '../faults/denial.ts';
import type { SymbolTape } from '../market/tape.ts';
import type { VenueSettings } from '../options.ts';
import type { Parameters } from '../parameters.ts';
import type { ListenKeys } from '../streams/listen-keys.ts';

/** The parts of the venue that routes read and change. */
export type VenueParts = {
  readonly settings: VenueSettings;
  readonly exchange: Exchange;
  readonly tapes: ReadonlyMap<string, SymbolTape>;
  readonly listenKeys: ListenKeys;
  readonly credentials: Credentials;
};

export type Call = {
  readonly parts: VenueParts;
  readonly parameters: Parameters;
  /** The caller's account; empty on public routes. */
  readonly account: string;
  /** The N of /fapi/vN/. */
  readonly version: number;
  readonly wallTime: EpochMs;
  /** What the venue takes for wall time: the same but for a fault. */
  readonly shownTime: EpochMs;
  /** Share of an order that trades before it is cancelled; 0 but for a fault. */
  readonly fillShare: number;
  /** Orders that the venue knows nothing of; none but for a fault. */
  readonly denied: readonly Denied[];
};

export type Route = {
  readonly security: 'none' | 'key' | 'signed';
  /** Request weight, which for some calls depends on what they ask for. */
  readonly weight: number | ((parameters: Parameters) => number);
  /** Orders that a call counts for in the order limits. */
  readonly orders?: number;
  /** The reply as a JSON value; refusals are thrown as VenueError. */
  readonly handle: (call: Call) => unknown;
};

/** Keys are `METHOD path`, without the `/fapi/vN/` prefix. */
export type RouteTable = Readonly<Record<string, Route>>;

/** A weight for one symbol, and another for all of them. */
export const perSymbolWeight =
  (one: number, all: number) =>
  (parameters: Parameters): number =>
    parameters.text('symbol') === undefined ? all : one;

/** A weight that rises with `limit`: rows of the highest limit and its weight, rising. */
export const limitWeight =
  (fallback: number, rows: readonly (readonly [max: number, weight: number])[]) =>
  (parameters: Parameters): number => {
    const limit = Number(parameters.text('limit') ?? fallback);
    return (rows.find(([max]) => limit <= max) ?? rows.at(-1))?.[1] ?? 1;
  };

/** The listed symbol of the call; -1102 without one, -1121 for an unknown one. */
export function tapeOf(call: Call): SymbolTape {
  const tape = call.parts.tapes.get(call.parameters.required('symbol'));
  if (tape === undefined) throw unknownSymbol();
  return tape;
}

/** The tape of the call's symbol, or all of them when it names none. */
export function tapesOf(call: Call): SymbolTape[] {
  return call.parameters.text('symbol') === undefined
    ? [...call.parts.tapes.values()]
    : [tapeOf(call)];
}

/** One JSON value when the call names a symbol, else a list over all symbols. */
export function perSymbol(call: Call, json: (tape: SymbolTape) => unknown): unknown {
  const named = call.parameters.text('symbol') !== undefined;
  return named ? json(tapeOf(call)) : [...call.parts.tapes.values()].map(json);
}
