/**
 * Binance spot. Stops are ordinary orders here (`STOP_LOSS…` with the same client id), there is no
 * batch (order lists are OCO and OTO: orders that depend on each other), so a grid is placed one
 * request per order, and an order is changed by `cancelReplace` under a new id.
 */
import type { VenueTable } from '../venue-table.ts';

const DAY_MS = 86_400_000;
const PARAMETERS = {
  create: 'newClientOrderId',
  fetch: 'origClientOrderId',
  cancel: 'origClientOrderId',
} as const;

export const BINANCE_SPOT = {
  venue: 'binance-spot',
  clientId: {
    pattern: /^[.A-Z:/a-z0-9_-]{1,36}$/,
    lengthMax: 36,
    ordinary: PARAMETERS,
    conditional: PARAMETERS,
  },
  amend: {
    kind: 'cancelReplace',
    cancelled: 'cancelOrigClientOrderId',
    replacement: 'newClientOrderId',
    mode: { cancelReplaceMode: 'STOP_ON_FAILURE' },
  },
  batchMax: 1,
  // Orders without an execution that are older than 90 days are archived and no longer found.
  notFound: { codes: ['-2011', '-2013'], forgottenAfterMs: 90 * DAY_MS },
  errors: {
    duplicate: [{ code: '-2010', text: /duplicate order sent/i }],
    rejected: [
      [-1_002, -1_003],
      [-1_011, -1_011],
      [-1_013, -1_016],
      [-1_020, -1_023],
      [-1_100, -1_199],
      [-2_010, -2_015],
      // Not -2021, where a cancelReplace did one of its two things: both orders are asked.
      [-2_022, -2_022],
      [-2_026, -2_026],
    ],
    ambiguous: [],
    transient: ['-1003', '-1015', '-1021'],
  },
  limits: {
    weightHeader: 'X-Mbx-Used-Weight-1m',
    weightMax: 6_000,
    ordersHeader: 'X-Mbx-Order-Count-10s',
    ordersMax: 100,
  },
} as const satisfies VenueTable;
