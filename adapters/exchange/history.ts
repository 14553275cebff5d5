/** Reads a venue's history in pages: by time in windows, and by id where a window is full. */
import type { EpochMs } from '../../core/market/market.ts';
import { VenueUnavailable } from './errors.ts';
import { PAGE_ROWS } from './venue-wire.ts';
import type { PageStart } from './venue-wire.ts';

/** The venue answers ranges of less than 7 days. */
const WINDOW_MS = 7 * 86_400_000 - 1;
/** Older history is not asked for: it takes a request per window. */
const LOOK_BACK_MAX_MS = 30 * 86_400_000;
const PAGES_MAX = 100;

/** All rows from `since` on, oldest first. Rows are named by ids that rise with time. */
export async function readHistory<T>(
  fetchPage: (start: PageStart) => Promise<readonly T[]>,
  idOf: (row: T) => string,
  since: EpochMs,
  until: EpochMs,
): Promise<T[]> {
  const rows: T[] = [];
  for (let from = Math.max(since, until - LOOK_BACK_MAX_MS, 0); from <= until;) {
    const page = await fetchPage({ since: from, until: Math.min(from + WINDOW_MS, until) });
    rows.push(...page);
    if (page.length === PAGE_ROWS) return [...rows, ...(await readByIds(fetchPage, idOf, page))];
    from += WINDOW_MS + 1;
  }
  return rows;
}

/** What follows a full page; ids pass the ends of windows. */
async function readByIds<T>(
  fetchPage: (start: PageStart) => Promise<readonly T[]>,
  idOf: (row: T) => string,
  first: readonly T[],
): Promise<T[]> {
  const rows: T[] = [];
  let last = first.at(-1);
  for (let page = 0; last !== undefined; page += 1) {
    if (page === PAGES_MAX) throw new VenueUnavailable('history: too many pages');
    const fromId = String(BigInt(idOf(last)) + 1n);
    const next = await fetchPage({ fromId });
    rows.push(...next);
    if (next.length < PAGE_ROWS) return rows;
    last = next.at(-1);
  }
  return rows;
}
