import { expect, test } from 'vitest';
import { readHistory } from './history.ts';
import { PAGE_ROWS } from './venue-wire.ts';
import type { PageStart } from './venue-wire.ts';

const DAY_MS = 86_400_000;
type Row = { readonly id: number; readonly time: number };

/** A venue that refuses ranges of 7 days and answers at most a full page. */
function venueOf(rows: readonly Row[], asked: PageStart[] = []) {
  return async (start: PageStart): Promise<readonly Row[]> => {
    asked.push(start);
    if ('fromId' in start)
      return rows.filter((row) => row.id >= Number(start.fromId)).slice(0, PAGE_ROWS);
    expect(start.until - start.since).toBeLessThan(7 * DAY_MS);
    return rows
      .filter((row) => row.time >= start.since && row.time <= start.until)
      .slice(0, PAGE_ROWS);
  };
}
const rowsEvery = (stepMs: number, count: number, from = 0): Row[] =>
  Array.from({ length: count }, (_, i) => ({ id: i + 1, time: from + i * stepMs }));
const read = (rows: readonly Row[], since: number, until: number, asked?: PageStart[]) =>
  readHistory(venueOf(rows, asked), (row) => String(row.id), since, until);

test.each([
  ['nothing', [], 0, DAY_MS],
  ['one window', rowsEvery(3_600_000, 20), 0, 2 * DAY_MS],
  ['several windows', rowsEvery(DAY_MS, 25), 0, 26 * DAY_MS],
  ['a full page at one time', rowsEvery(0, 2_500), 0, DAY_MS],
  ['several pages over several windows', rowsEvery(600_000, 3_200), 0, 26 * DAY_MS],
])('finds every row once, oldest first: %s', async (_name, rows, since, until) => {
  expect(await read(rows, since, until)).toEqual(rows);
});

test('asks once when one page tells all, and not for what is older than 30 days', async () => {
  const asked: PageStart[] = [];
  await read(rowsEvery(1_000, 3), 0, DAY_MS, asked);
  expect(asked).toHaveLength(1);
  asked.length = 0;
  const now = 1_000 * DAY_MS;
  expect(await read(rowsEvery(DAY_MS, 1_001), 0, now, asked)).toHaveLength(31);
  expect(asked).toHaveLength(5);
});
