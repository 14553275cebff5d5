/**
 * What differs between venues about our orders: how requests carry the client id, what "not found"
 * and every other error mean, what the limits are and where they are told. ccxt's unified names are not trusted:
 * on several venues they are dropped or mapped to something else. The next venue is one file in
 * `venues/`, and a `VenueWire` to trade on it.
 */
import { assert } from '../../core/assert.ts';

/** The parameter that carries our id, per request. */
export type ClientIdParameters = {
  readonly create: string;
  readonly fetch: string;
  readonly cancel: string;
};

/** How an order that stands is changed. */
export type AmendRow =
  /** The order keeps its ids; `name` carries the client id. */
  | { readonly kind: 'inPlace'; readonly name: string }
  /**
   * The old order is cancelled and, only if that worked, a new one placed: two ids. `replacement`
   * must be one that was never used.
   */
  | {
      readonly kind: 'cancelReplace';
      readonly cancelled: string;
      readonly replacement: string;
      readonly mode: Readonly<Record<string, string>>;
    };

/** Codes from `from` down to `to`, both included, e.g. -1100 … -1136. */
type CodeRange = readonly [from: number, to: number];

/**
 * What the venue's codes mean for a request that changes something. Only what stands here is
 * definite; every other code is `unknown`, also one that the venue invents tomorrow.
 */
export type ErrorTable = {
  /** An order with this client id lives. */
  readonly duplicate: readonly { readonly code: string; readonly text?: RegExp }[];
  /** Refused before anything was done: the order does not exist. */
  readonly rejected: readonly CodeRange[];
  /** Within a range of `rejected`, and yet not definite. */
  readonly ambiguous: readonly string[];
  /** Refusals that pass by themselves: too many requests, a clock that ran away. */
  readonly transient: readonly string[];
};

export type VenueTable = {
  readonly venue: string;
  readonly clientId: {
    readonly pattern: RegExp;
    readonly lengthMax: number;
    readonly ordinary: ClientIdParameters;
    readonly conditional: ClientIdParameters;
  };
  readonly amend: AmendRow;
  /** Most ordinary orders in one request; 1: each order is a request of its own. */
  readonly batchMax: number;
  readonly notFound: {
    /** Codes that mean "no such order, now". They never prove that it was not placed. */
    readonly codes: readonly string[];
    /** Cancelled orders without a fill are forgotten after this time. */
    readonly forgottenAfterMs: number;
  };
  readonly errors: ErrorTable;
  readonly limits: {
    /** Response header with the weight used in this minute, as ccxt spells it. */
    readonly weightHeader: string;
    /** Request weight a minute, until the venue says otherwise. */
    readonly weightMax: number;
    /** Response header with the orders placed in these ten seconds; cancels do not count there. */
    readonly ordersHeader: string;
    /** Orders in ten seconds. */
    readonly ordersMax: number;
  };
};

/** Asserts that an id of ours fits a venue: ids are derived, so a misfit is a bug. */
export function assertClientId({ venue, clientId }: VenueTable, clientOrderId: string): void {
  const { pattern, lengthMax } = clientId;
  assert(
    pattern.test(clientOrderId) && clientOrderId.length <= lengthMax,
    `client order id does not fit ${venue}: ${clientOrderId}`,
  );
}
