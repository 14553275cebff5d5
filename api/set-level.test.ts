import { describe, expect, test } from 'vitest';
import { json, post } from './api-request.ts';
import { createApi } from './create-api.ts';
import { aHalt, aWorld, fakeDeps } from './fake-ports.ts';
import type { World } from './fake-ports.ts';

const setLevel = (world: World, body: object) => post(createApi(fakeDeps(world)), 'level', body);

describe('level', () => {
  test.each(['PAUSE', 'REDUCING', 'ACTIVE'])('%s is signalled to what runs', async (level) => {
    const world = aWorld({ running: new Set(['BTCUSDT', 'ETHUSDT']) });
    const response = await setLevel(world, { level, reason: 'news at noon' });
    expect(response.status).toBe(202);
    expect(await json(response)).toEqual({
      level,
      signalled: ['BTCUSDT', 'ETHUSDT'],
      reason: 'news at noon',
    });
    expect(world.calls).toEqual([
      `level BTCUSDT {"level":"${level}","reason":"news at noon","by":"api"}`,
      `level ETHUSDT {"level":"${level}","reason":"news at noon","by":"api"}`,
    ]);
  });

  test.each([[{}], [{ level: 'HALT' }], [{ level: 'pause' }], [{ level: 'PAUSE', symbols: [] }]])(
    'refuses %j',
    async (body) => {
      const world = aWorld({ running: new Set(['BTCUSDT']) });
      const response = await setLevel(world, body);
      expect(response.status).toBe(422);
      expect(world.calls).toEqual([]);
    },
  );

  test('a named symbol that does not run is refused, and nothing is signalled', async () => {
    const world = aWorld({ running: new Set(['BTCUSDT']) });
    const response = await setLevel(world, { level: 'PAUSE', symbols: ['BTCUSDT', 'ETHUSDT'] });
    expect(await json(response)).toMatchObject({ code: 'NOT_RUNNING', symbols: ['ETHUSDT'] });
    expect(world.calls).toEqual([]);
  });

  test('leads nobody out of a halt', async () => {
    const halts = [aHalt({ symbols: ['ETHUSDT'] })];
    const world = aWorld({ running: new Set(['BTCUSDT', 'ETHUSDT']), halts });
    const named = await setLevel(world, { level: 'ACTIVE', symbols: ['BTCUSDT', 'ETHUSDT'] });
    expect(named.status).toBe(409);
    expect(await json(named)).toMatchObject({ code: 'HALT_STANDS', symbols: ['ETHUSDT'] });
    expect(world.calls).toEqual([]);
    const all = await setLevel(world, { level: 'PAUSE' });
    expect(await json(all)).toMatchObject({ signalled: ['BTCUSDT'] });
  });

  test('doubt about the latch holds up ACTIVE and no pause', async () => {
    const world = aWorld({ running: new Set(['BTCUSDT']), halts: null });
    const active = await setLevel(world, { level: 'ACTIVE' });
    expect(await json(active)).toMatchObject({ code: 'LATCH_UNREADABLE' });
    expect(world.calls).toEqual([]);
    expect((await setLevel(world, { level: 'PAUSE' })).status).toBe(202);
  });
});
