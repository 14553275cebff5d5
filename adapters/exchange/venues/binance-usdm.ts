/** Binance USD-M perpetuals. Source: the venue's error code and order pages; see `docs/VENUES.md`. */
import type { VenueTable } from '../venue-table.ts';

const DAY_MS = 86_400_000;

export const BINANCE_USDM = {
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
  },
  amend: { kind: 'inPlace', name: 'origClientOrderId' },
  batchMax: 5,
  notFound: { codes: ['-2011', '-2013'], forgottenAfterMs: 3 * DAY_MS },
  errors: {
    duplicate: [
      { code: '-4116' },
      // Of a conditional order.
      { code: '-20132' },
      { code: '-2010', text: /duplicate order sent|duplicated/i },
    ],
    rejected: [
      // Of the server errors (-10xx) only these say that the request was not carried out.
      [-1_002, -1_003],
      [-1_011, -1_011],
      [-1_013, -1_016],
      [-1_020, -1_023],
      // A parameter is missing, malformed or not wanted.
      [-1_100, -1_136],
      // The engine refused: margin, no such order, key, would trigger, reduce-only, limits.
      [-2_010, -2_028],
      // Filters, modes and account rules.
      [-4_000, -4_210],
      [-4_400, -4_403],
      [-4_509, -4_509],
      // Time in force, clock of the engine, nothing to amend.
      [-5_021, -5_041],
    ],
    ambiguous: [
      // A batch that failed as a whole does not say which of its orders live.
      '-4083',
    ],
    transient: ['-1003', '-1015', '-1021', '-5028'],
  },
  limits: {
    weightHeader: 'X-Mbx-Used-Weight-1m',
    weightMax: 2_400,
    ordersHeader: 'X-Mbx-Order-Count-10s',
    ordersMax: 300,
  },
} as const satisfies VenueTable;
