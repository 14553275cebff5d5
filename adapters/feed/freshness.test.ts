import { expect, test } from 'vitest';
import { Freshness } from './freshness.ts';

function aFreshness() {
  let now = 1_000_000;
  const freshness = new Freshness(() => now, [30_000, 60_000]);
  const hear = (marketTime: number): void => {
    freshness.received('quote', marketTime);
    freshness.received('mark', marketTime);
  };
  const wait = (ms: number): void => {
    now += ms;
  };
  return { freshness, hear, wait };
}

test('staleness is said once at each step, freshness once after it', () => {
  const { freshness, hear, wait } = aFreshness();
  hear(1);
  expect(freshness.check()).toBeUndefined();
  wait(30_000);
  expect([freshness.check(), freshness.check()]).toEqual(['stale', undefined]);
  wait(30_000);
  expect([freshness.check(), freshness.check()]).toEqual(['stale', undefined]);
  hear(2);
  expect([freshness.check(), freshness.check()]).toEqual(['fresh', undefined]);
});

test('prices that come again and again for one market time grow old', () => {
  const { freshness, hear, wait } = aFreshness();
  hear(7);
  for (let s = 0; s < 30; s += 1) {
    wait(1_000);
    hear(s % 2 === 0 ? 7 : 6);
  }
  expect(freshness.ageMs).toBe(30_000);
  expect(freshness.check()).toBe('stale');
});

test('a mark that stands still is stale, however lively the quotes are', () => {
  const { freshness, hear, wait } = aFreshness();
  hear(1);
  wait(20_000);
  freshness.received('quote', 2);
  expect(freshness.ageMs).toBe(20_000);
});

test('how fast market time goes does not matter', () => {
  const { freshness, hear, wait } = aFreshness();
  hear(0);
  for (const stepMs of [1, 60_000]) {
    for (let i = 1; i <= 40; i += 1) {
      wait(1_000);
      hear(stepMs * 1_000 + i * stepMs);
      expect(freshness.check()).toBeUndefined();
    }
  }
});
