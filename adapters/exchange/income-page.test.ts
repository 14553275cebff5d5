import { expect, test } from 'vitest';
import { readIncomePage } from './income-page.ts';
import { PAGE_ROWS } from './venue-wire.ts';

const DAY_MS = 86_400_000;
const NOW = 1_000 * DAY_MS;

/** A venue with trades at these times; each request is kept. */
function aVenue(times: readonly number[]) {
  const asked: number[] = [];
  const incomes = async (since: number) => {
    asked.push(since);
    const found = times.filter((time) => time >= since);
    return found.slice(0, PAGE_ROWS).map((time) => ({ time, income: null }));
  };
  return { asked, wire: { incomes } };
}

test('one request, and none for what the venue has forgotten', async () => {
  const { asked, wire } = aVenue([NOW - DAY_MS]);
  const page = await readIncomePage(wire, 0, NOW);
  expect(page).toEqual({ incomes: [], readTo: NOW - DAY_MS, isLast: true });
  expect(asked).toEqual([NOW - 89 * DAY_MS]);
});

test('a full page is not the last one', async () => {
  const { wire } = aVenue(Array.from({ length: PAGE_ROWS + 500 }, (_, i) => NOW - DAY_MS + i));
  const first = await readIncomePage(wire, NOW - DAY_MS, NOW);
  const readTo = NOW - DAY_MS + PAGE_ROWS - 1;
  expect(first).toEqual({ incomes: [], readTo, isLast: false });
  expect(await readIncomePage(wire, readTo, NOW)).toMatchObject({ isLast: true });
});

test('nothing to read has no time to go on from', async () => {
  const { wire } = aVenue([]);
  expect(await readIncomePage(wire, NOW, NOW)).toEqual({ incomes: [], readTo: null, isLast: true });
});
