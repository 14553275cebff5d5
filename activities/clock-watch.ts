/** Says that this machine's clock is off the venue's, before the gate refuses for it (P21). */
import type { EpochMs } from '../core/market/market.ts';
import type { SymbolRef } from '../core/orders/order.ts';
import type { ExchangeGateway, Journal } from '../adapters/ports.ts';

const WARN_MS = 500;

type ClockWatchDeps = {
  readonly gateway: Pick<ExchangeGateway, 'clockSkewMs'>;
  readonly journal: Pick<Journal, 'record'>;
};

/** Once per occasion and process, on the symbol whose order noticed it; `time` is market time. */
export function createClockWatch({ gateway, journal }: ClockWatchDeps) {
  let isSaid = false;
  return async (ref: SymbolRef, time: EpochMs): Promise<void> => {
    const skewMs = gateway.clockSkewMs();
    const isOff = skewMs > WARN_MS;
    const isNews = isOff && !isSaid;
    isSaid = isOff;
    if (!isNews) return;
    const event = {
      kind: 'riskEvent',
      key: `clock-skewed:${time}`,
      code: 'CLOCK_SKEWED',
      severity: 'warning',
      detail: { skewMs, limitMs: WARN_MS },
      eventTime: time,
    } as const;
    await journal.record(ref, [event]).catch(() => {
      // No order waits for a warning: the next one says it.
      isSaid = false;
    });
  };
}
