import { describe, expect, test } from 'vitest';
import { json, post } from './api-request.ts';
import { createApi } from './create-api.ts';
import { aRow, aWorld, fakeDeps, fakeReads, fakeWorkflows } from './fake-ports.ts';
import type { World } from './fake-ports.ts';
import type { ApiDeps } from './ports.ts';

const apiOf = (world: World, overrides: Partial<ApiDeps> = {}) =>
  createApi(fakeDeps(world, overrides));

const down = () => Promise.reject(new Error('connection refused'));

describe('stop', () => {
  test('signals the named symbols with flatten and reason', async () => {
    const world = aWorld({ running: new Set(['BTCUSDT', 'ETHUSDT']) });
    const response = await post(apiOf(world), 'stop', {
      symbols: ['BTC/USDT:USDT'],
      flatten: true,
      reason: 'going home',
    });
    expect(response.status).toBe(202);
    expect(await json(response)).toEqual({
      signalled: ['BTCUSDT'],
      flatten: true,
      reason: 'going home',
    });
    expect(world.calls).toEqual(['stop BTCUSDT {"flatten":true,"reason":"going home","by":"api"}']);
  });

  test('without a body signals everything that runs, whoever knows of it', async () => {
    const world = aWorld({
      running: new Set(['BTCUSDT', 'XRPUSDT', 'DOTUSDT']),
      rows: [aRow('XRPUSDT')],
    });
    const workflows = {
      ...fakeWorkflows(world),
      listRunning: async () => [{ account: 'paper', venue: 'binance-usdm', symbol: 'DOTUSDT' }],
    };
    const response = await post(apiOf(world, { workflows }), 'stop');
    expect(await json(response)).toMatchObject({
      signalled: ['BTCUSDT', 'DOTUSDT', 'XRPUSDT'],
      flatten: false,
    });
  });

  test('works without Postgres', async () => {
    const world = aWorld({ running: new Set(['BTCUSDT']) });
    const reads = { ...fakeReads(world), symbols: down };
    const response = await post(apiOf(world, { reads }), 'stop');
    expect(await json(response)).toMatchObject({ signalled: ['BTCUSDT'] });
  });

  test('with a symbol that does not run signals none and names it', async () => {
    const world = aWorld({ running: new Set(['BTCUSDT']) });
    const response = await post(apiOf(world), 'stop', { symbols: ['BTCUSDT', 'ETHUSDT'] });
    expect(response.status).toBe(409);
    expect(await json(response)).toMatchObject({ code: 'NOT_RUNNING', symbols: ['ETHUSDT'] });
    expect(world.calls).toEqual([]);
  });

  test('with nothing running says so', async () => {
    const response = await post(apiOf(aWorld()), 'stop');
    expect(response.status).toBe(409);
    expect(await json(response)).toMatchObject({ code: 'NOT_RUNNING', symbols: [] });
  });

  test('without Temporal says so', async () => {
    const world = aWorld({ running: new Set(['BTCUSDT']) });
    const workflows = { ...fakeWorkflows(world), describe: down };
    const response = await post(apiOf(world, { workflows }), 'stop');
    expect(response.status).toBe(503);
    expect(await json(response)).toMatchObject({ code: 'TEMPORAL_UNAVAILABLE' });
  });

  test('names what was signalled when some signals fail', async () => {
    const world = aWorld({ running: new Set(['BTCUSDT', 'ETHUSDT']) });
    const fakes = fakeWorkflows(world);
    const workflows: ApiDeps['workflows'] = {
      ...fakes,
      signalStop: (ref, message) =>
        ref.symbol === 'ETHUSDT' ? down() : fakes.signalStop(ref, message),
    };
    const response = await post(apiOf(world, { workflows }), 'stop');
    expect(response.status).toBe(503);
    expect(await json(response)).toMatchObject({
      code: 'TEMPORAL_UNAVAILABLE',
      symbols: ['ETHUSDT'],
      done: ['BTCUSDT'],
    });
  });
});
