/**
 * What differs between venues about client order ids and missing orders. ccxt's unified names are
 * not trusted: on several venues they are dropped or mapped to something else. The next venue is
 * one entry here and one `VenueWire`.
 */
import { assert } from '../../core/assert.ts';

/** The parameter that carries our id, per request. */
export type ClientIdParameters = {
  readonly create: string;
  readonly fetch: string;
  readonly cancel: string;
};

export type VenueTraits = {
  readonly venue: string;
  readonly clientId: {
    readonly pattern: RegExp;
    readonly lengthMax: number;
    readonly ordinary: ClientIdParameters;
    readonly conditional: ClientIdParameters;
    /** With `openOrders` an id can be used again once its order is finished: never resend. */
    readonly uniqueAmong: 'openOrders' | 'allOrders';
  };
  /** Most ordinary orders in one request. */
  readonly batchMax: number;
  readonly notFound: {
    /** Codes that mean "no such order, now". They never prove that it was not placed. */
    readonly codes: readonly string[];
    /** Only this long after `sent_at + recvWindow`, by the venue's clock, may absence be believed. */
    readonly marginMs: number;
    /** Cancelled orders without a fill are forgotten after this time. */
    readonly forgottenAfterMs: number;
  };
};

const DAY_MS = 86_400_000;

export const VENUE_TRAITS = {
  'binance-usdm': {
    venue: 'binance-usdm',
    clientId: {
      pattern: /^[.A-Z:/a-z0-9_-]{1,36}$/,
      lengthMax: 36,
      ordinary: {
        create: 'newClientOrderId',
        fetch: 'origClientOrderId',
        cancel: 'origClientOrderId',
      },
      conditional: { create: 'clientAlgoId', fetch: 'clientAlgoId', cancel: 'clientAlgoId' },
      uniqueAmong: 'openOrders',
    },
    batchMax: 5,
    notFound: { codes: ['-2011', '-2013'], marginMs: 1_000, forgottenAfterMs: 3 * DAY_MS },
  },
} as const satisfies Record<string, VenueTraits>;

/** Asserts that an id of ours fits a venue: ids are derived, so a misfit is a bug. */
export function assertClientId(traits: VenueTraits, clientOrderId: string): void {
  const { pattern, lengthMax } = traits.clientId;
  assert(
    pattern.test(clientOrderId) && clientOrderId.length <= lengthMax,
    `client order id does not fit ${traits.venue}: ${clientOrderId}`,
  );
}
