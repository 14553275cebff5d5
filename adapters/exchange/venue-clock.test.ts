import { expect, test } from 'vitest';
import { VenueClock } from './venue-clock.ts';

/** A machine whose clock is off, and a venue that takes its time to answer. */
async function clockAt(skewMs: number, roundTripMs: number): Promise<VenueClock> {
  let now = 1_000_000;
  const clock = new VenueClock(() => now + skewMs);
  await clock.start(async () => {
    now += roundTripMs;
    return now - roundTripMs / 2;
  });
  clock.stop();
  return clock;
}

test.each([
  [0, 40, 0],
  [1_200, 40, 1_180],
  [-1_200, 40, 1_180],
  [300, 1_000, 0],
])('a clock %d ms off, asked in %d ms, is off by %d for sure', async (skewMs, tripMs, sure) => {
  expect((await clockAt(skewMs, tripMs)).skewMs).toBe(sure);
});
