import { describe, expect, test } from 'vitest';
import { json, post } from './api-request.ts';
import { createApi } from './create-api.ts';
import { aHalt, aRow, aStatus, aWorld, fakeDeps, fakeWorkflows } from './fake-ports.ts';
import type { World } from './fake-ports.ts';
import type { ApiDeps } from './ports.ts';

const apiOf = (world: World, overrides: Partial<ApiDeps> = {}) =>
  createApi(fakeDeps(world, overrides));

describe('start', () => {
  test('starts the named symbols in either form', async () => {
    const world = aWorld();
    const response = await post(apiOf(world), 'start', {
      symbols: ['BTCUSDT', 'ETH/USDT:USDT'],
      max_symbols: 2,
    });
    expect(response.status).toBe(202);
    expect(await json(response)).toEqual({ started: ['BTCUSDT', 'ETHUSDT'] });
    expect(world.calls).toEqual(['start BTCUSDT', 'start ETHUSDT']);
  });

  test('without a body starts the symbols of the configuration', async () => {
    const world = aWorld();
    const response = await post(apiOf(world), 'start');
    expect(await json(response)).toEqual({ started: ['BTCUSDT', 'ETHUSDT', 'SOLUSDT'] });
  });

  test('with one running symbol starts none and names it', async () => {
    const world = aWorld({ running: new Set(['ETHUSDT']) });
    const response = await post(apiOf(world), 'start', { symbols: ['BTCUSDT', 'ETHUSDT'] });
    expect(response.status).toBe(409);
    expect(await json(response)).toMatchObject({ code: 'ALREADY_RUNNING', symbols: ['ETHUSDT'] });
    expect(world.calls).toEqual([]);
  });

  test('on a halted symbol says to resume', async () => {
    const world = aWorld({
      running: new Set(['BTCUSDT']),
      rows: [aRow('BTCUSDT', { status: aStatus({ state: 'halted', level: 'HALT' }) })],
    });
    const response = await post(apiOf(world), 'start', { symbols: ['BTCUSDT'] });
    expect(response.status).toBe(409);
    expect(await json(response)).toMatchObject({ code: 'USE_RESUME', symbols: ['BTCUSDT'] });
    expect(world.calls).toEqual([]);
  });

  test('under a set latch says to resume', async () => {
    const world = aWorld({ halts: [aHalt()] });
    const response = await post(apiOf(world), 'start', { symbols: ['BTCUSDT'] });
    expect(await json(response)).toMatchObject({ code: 'USE_RESUME', symbols: ['BTCUSDT'] });
    expect(world.calls).toEqual([]);
  });

  test('under a halt over a single symbol says to resume that one', async () => {
    const world = aWorld({ halts: [aHalt({ symbols: ['ETHUSDT'] })] });
    const app = apiOf(world);
    const response = await post(app, 'start', { symbols: ['BTCUSDT', 'ETHUSDT'] });
    expect(await json(response)).toMatchObject({ code: 'USE_RESUME', symbols: ['ETHUSDT'] });
    expect((await post(app, 'start', { symbols: ['BTCUSDT'] })).status).toBe(202);
  });

  test('with an unreadable latch starts nothing', async () => {
    const world = aWorld({ halts: null });
    const response = await post(apiOf(world), 'start');
    expect(response.status).toBe(503);
    expect(await json(response)).toMatchObject({ code: 'LATCH_UNREADABLE' });
    expect(world.calls).toEqual([]);
  });

  test.each(['use_ml_signals', 'use_advanced_risk', 'use_grid_optimization'])(
    'refuses %s and names it',
    async (field) => {
      const world = aWorld();
      const response = await post(apiOf(world), 'start', { symbols: ['BTCUSDT'], [field]: true });
      expect(response.status).toBe(422);
      expect(await json(response)).toMatchObject({
        code: 'FEATURE_NOT_AVAILABLE',
        errors: [{ field, value: 'true', allowed: 'false' }],
      });
      expect(world.calls).toEqual([]);
    },
  );

  test('refuses a symbol that may not be traded and names the others', async () => {
    const world = aWorld();
    const response = await post(apiOf(world), 'start', { symbols: ['BTCUSDT', 'DOGEUSDT'] });
    expect(response.status).toBe(422);
    const problem = await json(response);
    expect(problem).toMatchObject({ code: 'UNKNOWN_SYMBOL', symbols: ['DOGEUSDT'] });
    expect(problem['detail']).toContain('BTCUSDT, ETHUSDT, SOLUSDT');
    expect(world.calls).toEqual([]);
  });

  test('refuses more symbols than max_symbols', async () => {
    const world = aWorld();
    const response = await post(apiOf(world), 'start', {
      symbols: ['BTCUSDT', 'ETHUSDT'],
      max_symbols: 1,
    });
    expect(response.status).toBe(422);
    expect(await json(response)).toMatchObject({ code: 'TOO_MANY_SYMBOLS' });
    expect(world.calls).toEqual([]);
  });

  test.each([
    [{ symbols: ['btcusdt'] }, 'symbols.0', 'BTC/USDT:USDT'],
    [{ symbols: [] }, 'symbols', 'at least 1'],
    [{ symbols: ['BTCUSDT', 'BTC/USDT:USDT'] }, 'symbols', 'distinct'],
    [{ symbols: 'BTCUSDT' }, 'symbols', 'array'],
    [{ max_symbols: 0 }, 'max_symbols', 'at least 1'],
    [{ max_symbols: 1.5 }, 'max_symbols', 'whole number'],
    [{ use_ml_signals: 'yes' }, 'use_ml_signals', 'boolean'],
    [{ leverage: 50 }, 'leverage', 'no such field'],
    [[], 'body', 'object'],
  ])('refuses %j, naming field, value and what is allowed', async (body, field, allowed) => {
    const world = aWorld();
    const response = await post(apiOf(world), 'start', body);
    expect(response.status).toBe(422);
    const problem = await json(response);
    expect(problem).toMatchObject({ code: 'INVALID_REQUEST', errors: [{ field }] });
    expect(problem['errors']).toHaveLength(1);
    expect(problem['detail']).toMatch(new RegExp(`^${field} is .+; allowed: .*${allowed}`));
    expect(world.calls).toEqual([]);
  });

  test('says what was started before Temporal went away', async () => {
    const world = aWorld();
    const workflows = {
      ...fakeWorkflows(world),
      startSymbol: async ({ symbol }: { symbol: string }) => {
        if (symbol === 'ETHUSDT') throw new Error('14 UNAVAILABLE');
        return 'started' as const;
      },
    };
    const response = await post(apiOf(world, { workflows }), 'start', {
      symbols: ['BTCUSDT', 'ETHUSDT'],
    });
    expect(response.status).toBe(503);
    expect(await json(response)).toMatchObject({
      code: 'TEMPORAL_UNAVAILABLE',
      symbols: ['ETHUSDT'],
      done: ['BTCUSDT'],
    });
  });
});
