/** Pages of the venue's income list, which knows no id to start from: by time. */
import type { EpochMs } from '../../core/market/market.ts';
import type { IncomePage } from '../ports.ts';
import { LOOK_BACK_MAX_MS, WINDOW_MS } from './history.ts';
import { PAGE_ROWS } from './venue-wire.ts';
import type { VenueReads } from './venue-wire.ts';

/** The first page with rows between two market times; windows without any are passed over. */
export async function readIncomePage(
  wire: Pick<VenueReads, 'incomes'>,
  since: EpochMs,
  until: EpochMs,
): Promise<IncomePage> {
  for (let from = Math.max(since, until - LOOK_BACK_MAX_MS, 0); from <= until;) {
    const windowEnd = Math.min(from + WINDOW_MS, until);
    const rows = await wire.incomes(from, windowEnd);
    const last = rows.at(-1);
    if (last !== undefined)
      return {
        incomes: rows.flatMap(({ income }) => income ?? []),
        readTo: last.time,
        isLast: rows.length < PAGE_ROWS && windowEnd === until,
      };
    from = windowEnd + 1;
  }
  return { incomes: [], readTo: null, isLast: true };
}
