/** Says what a person should know of the venue before orders are refused for it. */
import type { EpochMs } from '../core/market/market.ts';
import type { SymbolRef } from '../core/orders/order.ts';
import type { ExchangeGateway, Journal } from '../adapters/ports.ts';

/** The gate refuses from twice that on (P21). */
const SKEW_WARN_MS = 500;
/** Reads wait that long for the venue's limits by themselves. */
const BLOCKED_WARN_MS = 5_000;

type VenueWatchDeps = {
  readonly gateway: Pick<ExchangeGateway, 'clockSkewMs' | 'blockedMs'>;
  readonly journal: Pick<Journal, 'record'>;
};

type News = {
  readonly key: string;
  readonly code: string;
  readonly severity: 'warning' | 'critical';
  readonly detail: Readonly<Record<string, number>>;
};

/** Each once per occasion and process, on the symbol whose order noticed it; `time` is market time. */
export function createVenueWatch({ gateway, journal }: VenueWatchDeps) {
  const said = new Set<string>();
  const tell = async (ref: SymbolRef, time: EpochMs, isSo: boolean, news: News): Promise<void> => {
    const { key, ...event } = news;
    const isNews = isSo && !said.has(key);
    if (isSo) said.add(key);
    else said.delete(key);
    if (!isNews) return;
    const row = { kind: 'riskEvent', key: `${key}:${time}`, ...event, eventTime: time } as const;
    await journal.record(ref, [row]).catch(() => {
      // No order waits for a warning: the next one says it.
      said.delete(key);
    });
  };
  return {
    /** This machine's clock is off the venue's. */
    clock: (ref: SymbolRef, time: EpochMs): Promise<void> => {
      const skewMs = gateway.clockSkewMs();
      const detail = { skewMs, limitMs: SKEW_WARN_MS };
      const news = {
        key: 'clock-skewed',
        code: 'CLOCK_SKEWED',
        severity: 'warning',
        detail,
      } as const;
      return tell(ref, time, skewMs > SKEW_WARN_MS, news);
    },
    /** The venue told us to stay away (429, 418): nothing is placed, and stops cannot follow. */
    block: (ref: SymbolRef, time: EpochMs): Promise<void> => {
      const blockedMs = gateway.blockedMs();
      const detail = { blockedMs };
      const news = {
        key: 'venue-blocked',
        code: 'VENUE_BLOCKED',
        severity: 'critical',
        detail,
      } as const;
      return tell(ref, time, blockedMs > BLOCKED_WARN_MS, news);
    },
  };
}
