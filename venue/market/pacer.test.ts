import { afterEach, expect, test } from 'vitest';
import type { MarketStep } from '../../core/market/market.ts';
import { scriptedMarket } from '../testing/scripted-market.ts';
import { Pacer, StepQueue } from './pacer.ts';

const pacers: Pacer[] = [];
afterEach(() => {
  for (const pacer of pacers.splice(0)) pacer.stop();
});

type Taken = { readonly step: MarketStep; readonly wall: number };

/** Runs a market that started some time ago, until so many steps were taken. */
async function run(agoMs: number, stepMs: number, speed: number, count: number): Promise<Taken[]> {
  const startTime = Date.now() - agoMs;
  const prices = Array.from({ length: 1_000 }, () => 100);
  const source = scriptedMarket({ SOLUSDT: prices }, { startTime, stepMs });
  const { promise, resolve } = Promise.withResolvers<Taken[]>();
  const taken: Taken[] = [];
  const pacer = new Pacer({
    queue: new StepQueue(() => source.next()),
    wallClock: Date.now,
    marketTime: startTime,
    speed,
    onStep: (step) => {
      taken.push({ step, wall: Date.now() });
      if (taken.length === count) resolve(taken);
    },
  });
  pacers.push(pacer);
  pacer.start();
  return promise;
}

test('market time runs as many times as fast as wall time', async () => {
  const taken = await run(3_600_000, 1_000, 50, 21);
  const [first, last] = [taken[0], taken.at(-1)];
  const wallMs = (last?.wall ?? 0) - (first?.wall ?? 0);
  expect(last?.step.time).toBe((first?.step.time ?? 0) + 20_000);
  expect(wallMs).toBeGreaterThan(300);
  expect(wallMs).toBeLessThan(5_000);
});

test('it never overtakes wall time, and goes on in real time when it has caught up', async () => {
  const taken = await run(2_000, 50, 1_000, 46);
  expect(taken.filter(({ step, wall }) => step.time > wall)).toEqual([]);
  const caughtUp = taken.findIndex(({ step, wall }) => wall - step.time < 50);
  expect(caughtUp).toBeGreaterThan(30);
  const [from, to] = [taken[caughtUp], taken.at(-1)];
  const marketMs = (to?.step.time ?? 0) - (from?.step.time ?? 0);
  expect(marketMs).toBeGreaterThan(100);
  expect((to?.wall ?? 0) - (from?.wall ?? 0)).toBeGreaterThan(marketMs - 50);
});
