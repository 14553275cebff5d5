/** Reads bars over REST: history at the start and what a lost connection missed. */
import type { Bar, EpochMs, Timeframe } from '../../core/market/market.ts';
import { klinesSchema } from './binance-usdm-schemas.ts';
import type { ExchangeTransport } from './paper-transport.ts';
import { read } from './reply.ts';
import { RequestBudget, openReadClient } from './request-budget.ts';

export type BarQuery = {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  /** At most 1,500. */
  readonly limit: number;
  /** The bars from here on; without it the latest. */
  readonly since?: EpochMs;
};

/** Oldest first; the last one may be open still. Throws VenueUnavailable or VenueRejected. */
export type BarReader = (query: BarQuery) => Promise<readonly Bar[]>;

export async function createBarReader(
  transport: ExchangeTransport,
  wallClock: () => EpochMs,
): Promise<BarReader> {
  const exchange = await openReadClient(transport, new RequestBudget(wallClock));
  return async ({ symbol, timeframe, limit, since }) => {
    const range = since === undefined ? {} : { startTime: since };
    const parameters = { symbol, interval: timeframe, limit, ...range };
    const ask = () => exchange.fapiPublicGetKlines(parameters);
    const rows = await read(klinesSchema, 'klines', ask);
    return rows.map(([openTime, open, high, low, close, volume]) => ({
      openTime,
      open: Number(open),
      high: Number(high),
      low: Number(low),
      close: Number(close),
      volume: Number(volume),
    }));
  };
}
