import { expect, test } from 'vitest';
import { RecentAnswer } from './recent-answer.ts';

function counted(maxAgeMs: number) {
  const world = { now: 1_000, asked: 0, fails: false };
  const recent = new RecentAnswer(
    async () => {
      world.asked += 1;
      if (world.fails) throw new Error('away');
      return world.asked;
    },
    maxAgeMs,
    () => world.now,
  );
  return { world, recent };
}

test('calls within the age share one question, later ones ask again', async () => {
  const { world, recent } = counted(1_000);
  expect(await Promise.all([recent.get(), recent.get()])).toEqual([1, 1]);
  world.now += 999;
  expect(await recent.get()).toBe(1);
  world.now += 1;
  expect(await recent.get()).toBe(2);
});

test('without an age every call asks', async () => {
  const { recent } = counted(0);
  expect([await recent.get(), await recent.get()]).toEqual([1, 2]);
});

test('a failure is told and not kept', async () => {
  const { world, recent } = counted(1_000);
  world.fails = true;
  await expect(recent.get()).rejects.toThrow('away');
  world.fails = false;
  expect(await recent.get()).toBe(2);
});
