/**
 * What a client with default options asks of Binance's other markets before its first order: a venue
 * with one market answers that they are empty.
 */
import type { RouteTable } from './route.ts';

const emptyMarket = { timezone: 'UTC', rateLimits: [], exchangeFilters: [], symbols: [] };

/** Keys are method and whole path. */
export const NEIGHBOUR_ROUTES: RouteTable = {
  'GET /api/v3/exchangeInfo': { security: 'none', weight: 1, handle: () => emptyMarket },
  'GET /dapi/v1/exchangeInfo': { security: 'none', weight: 1, handle: () => emptyMarket },
  'GET /sapi/v1/margin/allPairs': { security: 'key', weight: 1, handle: () => [] },
  'GET /sapi/v1/margin/isolated/allPairs': { security: 'key', weight: 1, handle: () => [] },
  'GET /sapi/v1/capital/config/getall': { security: 'signed', weight: 1, handle: () => [USDT] },
};

const USDT = {
  coin: 'USDT',
  name: 'TetherUS',
  free: '0',
  locked: '0',
  isLegalMoney: false,
  trading: true,
  depositAllEnable: false,
  withdrawAllEnable: false,
  networkList: [],
};
