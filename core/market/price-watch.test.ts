import { describe, expect, test } from 'vitest';
import { NO_PRICES, afterQuote, collarNews, movesOf } from './price-watch.ts';
import type { PriceRecord } from './price-watch.ts';

/** A quote a second, in market time. */
const mids = (record: PriceRecord, from: number, ...values: number[]): PriceRecord =>
  values.reduce((seen, mid, i) => afterQuote(seen, (from + i) * 1_000, mid), record);
const movesAfter = (...values: number[]) => movesOf(mids(NO_PRICES, 0, ...values));

describe('the range of a minute', () => {
  test('is that of all mids within sixty seconds, also of one second', () => {
    expect(movesAfter().rangePct).toBe(0);
    expect(movesAfter(100).rangePct).toBe(0);
    expect(movesAfter(100, 104, 102).rangePct).toBeCloseTo(4);
    const start = afterQuote(NO_PRICES, 0, 100);
    const spiked = [104, 101].reduce((seen, mid) => afterQuote(seen, 500, mid), start);
    expect(movesOf(spiked).rangePct).toBeCloseTo(4);
  });

  test('forgets what is older', () => {
    const start = afterQuote(NO_PRICES, 0, 100);
    expect(movesOf(afterQuote(start, 60_999, 104)).rangePct).toBeCloseTo(4);
    expect(movesOf(afterQuote(start, 61_000, 104)).rangePct).toBe(0);
  });

  test('takes a late quote for one of now', () => {
    const record = afterQuote(mids(NO_PRICES, 100, 100, 100), 0, 103);
    expect(movesOf(record).rangePct).toBeCloseTo(3);
    expect(movesOf(afterQuote(record, 161_000, 100)).rangePct).toBeCloseTo(3);
  });
});

describe('a jump', () => {
  test('is a step of half a percent or more between two quotes', () => {
    expect(movesAfter(100, 100.49).jump).toBeNull();
    expect(movesAfter(100, 99.5).jump).toMatchObject({ pct: 0.5, sigmas: 0 });
  });

  test('stands until three quotes in a row are within half of it', () => {
    expect(movesAfter(100, 106, 105, 108).jump).toMatchObject({ pct: 6 });
    expect(movesAfter(100, 106, 105, 108, 106).jump).toBeNull();
  });

  test('is undone by a return, which is no jump of its own', () => {
    expect(movesAfter(100, 106, 105, 101).jump).toBeNull();
  });

  test('that goes on is confirmed anew', () => {
    expect(movesAfter(100, 106, 106, 106, 106, 112).jump?.pct).toBeCloseTo(5.66);
    expect(movesAfter(100, 106, 106, 112, 112, 112).jump).toMatchObject({ pct: 12 });
    expect(movesAfter(100, 106, 106, 112, 112, 112, 112).jump).toBeNull();
  });

  test('is measured by how much the price moved before, once that is known', () => {
    const calm = Array.from({ length: 101 }, (_, i) => (i % 2 === 0 ? 100 : 100.1));
    expect(movesAfter(...calm, 101).jump?.sigmas).toBeCloseTo(10, 0);
    expect(movesAfter(...calm.slice(1), 101).jump?.sigmas).toBe(0);
    const back = mids(mids(NO_PRICES, 0, ...calm), 101, 101, 100);
    expect(movesOf(mids(back, 103, 101)).jump?.sigmas).toBeCloseTo(10, 0);
  });
});

test('a mid that is no price is passed over', () => {
  const record = mids(NO_PRICES, 0, 100, 101);
  for (const mid of [0, -1, Number.NaN, Infinity])
    expect(afterQuote(record, 2_000, mid)).toBe(record);
});

describe('the collar of a minute', () => {
  const known = { movePct: 4, isExceeded: true };
  const unknown = { movePct: 4, isExceeded: false };
  const moved = mids(NO_PRICES, 0, 100, 104.01);

  test('is left once the range is larger, and only then', () => {
    expect(collarNews(mids(NO_PRICES, 0, 100, 104), unknown)).toBeUndefined();
    expect(collarNews(moved, unknown)).toBe('moved');
    expect(collarNews(moved, known)).toBeUndefined();
  });

  test('is kept again when a whole minute is known to be calm', () => {
    expect(collarNews(afterQuote(moved, 60_000, 104), known)).toBeUndefined();
    const later = afterQuote(moved, 62_000, 104);
    expect(collarNews(later, known)).toBe('calm');
    expect(collarNews(later, unknown)).toBeUndefined();
    // A feed that has just begun knows nothing of the minute before.
    const begun = mids(NO_PRICES, 1_000, 104, 104);
    expect(collarNews(begun, known)).toBeUndefined();
    expect(collarNews(afterQuote(begun, 1_060_000, 104), known)).toBe('calm');
  });
});
