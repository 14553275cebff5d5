/** Pages of the venue's income list, which knows no id to start from: by time. */
import type { EpochMs } from '../../core/market/market.ts';
import type { IncomePage } from '../ports.ts';
import { PAGE_ROWS } from './venue-wire.ts';
import type { VenueReads } from './venue-wire.ts';

/** The venue forgets after three months. A request is dear (30 weight): one has to do. */
const LOOK_BACK_MAX_MS = 89 * 86_400_000;

/** The first page from a market time on; `now`: the venue's. */
export async function readIncomePage(
  wire: Pick<VenueReads, 'incomes'>,
  since: EpochMs,
  now: EpochMs,
): Promise<IncomePage> {
  const rows = await wire.incomes(Math.max(since, now - LOOK_BACK_MAX_MS, 0));
  return {
    incomes: rows.flatMap(({ income }) => income ?? []),
    readTo: rows.at(-1)?.time ?? null,
    isLast: rows.length < PAGE_ROWS,
  };
}
