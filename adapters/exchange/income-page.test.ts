import { expect, test } from 'vitest';
import { readIncomePage } from './income-page.ts';
import type { WalletChange } from './venue-wire.ts';

const DAY_MS = 86_400_000;
const NOW = 100 * DAY_MS;

/** A venue with changes at these times; each request is kept. */
function aVenue(times: readonly number[], pageRows = Infinity) {
  const asked: (readonly [number, number])[] = [];
  const incomes = async (since: number, until: number): Promise<WalletChange[]> => {
    asked.push([since, until]);
    const found = times.filter((time) => time >= since && time <= until);
    return found.slice(0, pageRows).map((time) => ({ time, income: null }));
  };
  return { asked, wire: { incomes } };
}

test('weeks without any are passed over, not more than thirty days back', async () => {
  const { asked, wire } = aVenue([NOW - DAY_MS]);
  const page = await readIncomePage(wire, 0, NOW);
  expect(page).toEqual({ incomes: [], readTo: NOW - DAY_MS, isLast: true });
  expect(asked[0]?.[0]).toBe(NOW - 30 * DAY_MS);
  for (const [since, until] of asked) expect(until - since).toBeLessThan(7 * DAY_MS);
});

test('a page before the last week is not the last one', async () => {
  const { wire } = aVenue([NOW - 20 * DAY_MS, NOW]);
  const page = await readIncomePage(wire, 0, NOW);
  expect(page).toEqual({ incomes: [], readTo: NOW - 20 * DAY_MS, isLast: false });
});

test('a full page is not the last one', async () => {
  const times = Array.from({ length: 1_500 }, (_, i) => NOW - DAY_MS + i);
  const { wire } = aVenue(times, 1_000);
  const first = await readIncomePage(wire, NOW - DAY_MS, NOW);
  expect(first).toEqual({ incomes: [], readTo: NOW - DAY_MS + 999, isLast: false });
  const second = await readIncomePage(wire, NOW - DAY_MS + 999, NOW);
  expect(second).toMatchObject({ readTo: NOW - DAY_MS + 1_499, isLast: true });
});

test('nothing to read has no time to go on from', async () => {
  const { wire } = aVenue([]);
  expect(await readIncomePage(wire, NOW, NOW)).toEqual({ incomes: [], readTo: null, isLast: true });
});
