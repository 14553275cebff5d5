import { describe, expect, test } from 'vitest';
import type { HaltLatch } from '../adapters/ports.ts';
import { json, post } from './api-request.ts';
import { createApi } from './create-api.ts';
import {
  aHalt,
  aRow,
  aStatus,
  aWorld,
  createFakeClock,
  fakeDeps,
  fakeLatch,
  fakeReads,
} from './fake-ports.ts';
import type { World } from './fake-ports.ts';
import type { ApiDeps } from './ports.ts';

const apiOf = (world: World, overrides: Partial<ApiDeps> = {}) =>
  createApi(fakeDeps(world, overrides));

const halted = (symbol: string) =>
  aRow(symbol, { status: aStatus({ state: 'halted', level: 'HALT', haltReason: 'drawdown' }) });

describe('resume', () => {
  test('clears the halt by its id, then signals what runs', async () => {
    const world = aWorld({
      running: new Set(['BTCUSDT', 'ETHUSDT']),
      halts: [aHalt({ haltId: 'h7' })],
    });
    const response = await post(apiOf(world), 'resume', { reason: ' looked at it ' });
    expect(response.status).toBe(202);
    expect(await json(response)).toEqual({
      halt_ids: ['h7'],
      signalled: ['BTCUSDT', 'ETHUSDT'],
      reason: 'looked at it',
    });
    expect(world.calls).toEqual([
      'clear h7',
      'resume BTCUSDT {"haltId":"h7","reason":"looked at it","by":"api"}',
      'resume ETHUSDT {"haltId":"h7","reason":"looked at it","by":"api"}',
    ]);
  });

  test('after an emergency stop lets the next one be a new halt', async () => {
    const world = aWorld({ running: new Set(['BTCUSDT']) });
    const app = apiOf(world);
    await post(app, 'emergency-stop');
    expect(await json(await post(app, 'resume', { reason: 'drill over' }))).toMatchObject({
      halt_ids: ['halt-1'],
    });
    expect(await json(await post(app, 'emergency-stop'))).toMatchObject({ halt_id: 'halt-2' });
  });

  test('without a latch resumes the symbols that halted themselves, and only those', async () => {
    const world = aWorld({
      running: new Set(['BTCUSDT', 'ETHUSDT']),
      rows: [aRow('BTCUSDT'), halted('ETHUSDT')],
    });
    const response = await post(apiOf(world), 'resume', { reason: 'ok' });
    expect(await json(response)).toMatchObject({ halt_ids: [], signalled: ['ETHUSDT'] });
    expect(world.calls).toEqual(['resume ETHUSDT {"haltId":null,"reason":"ok","by":"api"}']);
  });

  test('clears every halt that stood when it was asked for', async () => {
    const halts = [aHalt(), aHalt({ haltId: 'h2', symbols: ['ETHUSDT'] })];
    const world = aWorld({ running: new Set(['BTCUSDT']), halts });
    const response = await post(apiOf(world), 'resume', { reason: 'ok' });
    expect(await json(response)).toMatchObject({ halt_ids: ['h1', 'h2'], signalled: ['BTCUSDT'] });
  });

  test('names to a workflow every halt over it, the latest last', async () => {
    const halts = [aHalt(), aHalt({ haltId: 'h2', symbols: ['ETHUSDT'] })];
    const world = aWorld({ running: new Set(['BTCUSDT', 'ETHUSDT']), halts });
    await post(apiOf(world), 'resume', { reason: 'ok' });
    expect(world.calls.slice(2)).toEqual([
      'resume BTCUSDT {"haltId":"h1","reason":"ok","by":"api"}',
      'resume ETHUSDT {"haltId":"h1","reason":"ok","by":"api"}',
      'resume ETHUSDT {"haltId":"h2","reason":"ok","by":"api"}',
    ]);
  });

  test('of one symbol keeps the others of its halt halted, in latch and workflow', async () => {
    const world = aWorld({
      running: new Set(['BTCUSDT', 'ETHUSDT']),
      halts: [aHalt({ level: 'HALT_AND_FLATTEN' })],
    });
    const body = { reason: 'one first', symbols: ['BTCUSDT'] };
    const response = await post(apiOf(world), 'resume', body);
    expect(await json(response)).toMatchObject({ halt_ids: ['h1'], signalled: ['BTCUSDT'] });
    expect(world.halts).toMatchObject([
      { haltId: 'halt-1', level: 'HALT_AND_FLATTEN', symbols: ['ETHUSDT', 'SOLUSDT'] },
    ]);
    expect(world.calls).toEqual([
      'latch halt-1',
      'halt ETHUSDT {"haltId":"halt-1","level":"HALT_AND_FLATTEN","reason":"drill","by":"cli"}',
      'clear h1',
      'resume BTCUSDT {"haltId":"h1","reason":"one first","by":"api"}',
    ]);
  });

  test('of one symbol resumes nothing when the others could not be kept halted', async () => {
    const world = aWorld({ running: new Set(['BTCUSDT']), halts: [aHalt()] });
    const latch: HaltLatch = { ...fakeLatch(world), set: async () => ({ latched: false }) };
    const body = { reason: 'one first', symbols: ['BTCUSDT'] };
    const response = await post(apiOf(world, { latch }), 'resume', body);
    expect(await json(response)).toMatchObject({ code: 'LATCH_UNREADABLE' });
    expect(world.halts).toEqual([aHalt()]);
    expect(world.calls).toEqual([]);
  });

  test.each(['PAUSE', 'REDUCING'] as const)('ends %s', async (level) => {
    const world = aWorld({
      running: new Set(['BTCUSDT', 'ETHUSDT']),
      rows: [aRow('BTCUSDT', { status: aStatus({ level }) }), aRow('ETHUSDT')],
    });
    const response = await post(apiOf(world), 'resume', { reason: 'ok' });
    expect(await json(response)).toMatchObject({ halt_ids: [], signalled: ['BTCUSDT'] });
    expect(world.calls).toEqual(['resume BTCUSDT {"haltId":null,"reason":"ok","by":"api"}']);
  });

  test('of named symbols leaves the halts over others', async () => {
    const halts = [aHalt({ symbols: ['BTCUSDT'] }), aHalt({ haltId: 'h2', symbols: ['ETHUSDT'] })];
    const world = aWorld({ running: new Set(['BTCUSDT', 'ETHUSDT']), halts });
    const body = { reason: 'ok', symbols: ['BTC/USDT:USDT'] };
    const response = await post(apiOf(world), 'resume', body);
    expect(await json(response)).toMatchObject({ halt_ids: ['h1'], signalled: ['BTCUSDT'] });
    expect(world.halts).toEqual([halts[1]]);
  });

  test('of a named halt clears that one, and signals its symbols', async () => {
    const halts = [aHalt({ symbols: ['BTCUSDT'] }), aHalt({ haltId: 'h2', symbols: ['ETHUSDT'] })];
    const world = aWorld({ running: new Set(['BTCUSDT', 'ETHUSDT']), halts });
    const body = { reason: 'ok', symbols: ['BTCUSDT'], halt_id: 'h1' };
    const response = await post(apiOf(world), 'resume', body);
    expect(await json(response)).toMatchObject({ halt_ids: ['h1'], signalled: ['BTCUSDT'] });
    expect(world.halts).toEqual([halts[1]]);
  });

  test.each([
    ['another one stands too', [aHalt(), aHalt({ haltId: 'h2', symbols: ['BTCUSDT'] })]],
    ['only another one stands', [aHalt({ haltId: 'h2' })]],
    ['it stands no longer', []],
  ])('of a named halt touches nothing when %s', async (_why, halts) => {
    const rows = [halted('BTCUSDT')];
    const world = aWorld({ running: new Set(['BTCUSDT']), rows, halts: [...halts] });
    const body = { reason: 'ok', symbols: ['BTCUSDT'], halt_id: 'h1' };
    const response = await post(apiOf(world), 'resume', body);
    expect(response.status).toBe(409);
    expect(await json(response)).toMatchObject({ code: 'HALT_CHANGED' });
    expect(world.calls).toEqual([]);
    expect(world.halts).toEqual(halts);
  });

  test('signals nothing when a halt came while it cleared', async () => {
    const world = aWorld({ running: new Set(['BTCUSDT']), halts: [aHalt()] });
    const fakes = fakeLatch(world);
    const latch: HaltLatch = {
      ...fakes,
      clear: async (request) => {
        world.halts?.push(aHalt({ haltId: 'h2' }));
        return fakes.clear(request);
      },
    };
    const response = await post(apiOf(world, { latch }), 'resume', { reason: 'ok' });
    expect(response.status).toBe(409);
    expect(await json(response)).toMatchObject({ code: 'HALT_CHANGED' });
    expect(world.calls).toEqual(['clear h1']);
  });

  test('a latch that will not clear resumes nothing', async () => {
    const world = aWorld({ running: new Set(['BTCUSDT']), halts: [aHalt()] });
    const latch = { ...fakeLatch(world), clear: async () => false };
    const response = await post(apiOf(world, { latch }), 'resume', { reason: 'ok' });
    expect(await json(response)).toMatchObject({ code: 'HALT_CHANGED' });
    expect(world.calls).toEqual([]);
  });

  test('an unreadable latch is not resumed', async () => {
    const world = aWorld({ halts: null });
    const response = await post(apiOf(world), 'resume', { reason: 'ok' });
    expect(response.status).toBe(503);
    expect(await json(response)).toMatchObject({ code: 'LATCH_UNREADABLE' });
  });

  test.each([[{}], [{ reason: '' }], [{ reason: '   ' }], [{ reason: 'x'.repeat(501) }]])(
    'refuses %j: a reason of 1 to 500 characters is required',
    async (body) => {
      const world = aWorld({ running: new Set(['BTCUSDT']), halts: [aHalt()] });
      const response = await post(apiOf(world), 'resume', body);
      expect(response.status).toBe(422);
      expect(await json(response)).toMatchObject({
        code: 'INVALID_REQUEST',
        errors: [{ field: 'reason' }],
      });
      expect(world.calls).toEqual([]);
    },
  );

  test('a named symbol that does not run leaves the latch alone', async () => {
    const world = aWorld({ running: new Set(['BTCUSDT']), halts: [aHalt()] });
    const response = await post(apiOf(world), 'resume', { reason: 'ok', symbols: ['ETHUSDT'] });
    expect(response.status).toBe(409);
    expect(await json(response)).toMatchObject({ code: 'NOT_RUNNING', symbols: ['ETHUSDT'] });
    expect(world.calls).toEqual([]);
  });

  test('nothing halted, nothing to resume', async () => {
    const world = aWorld({ running: new Set(['BTCUSDT']), rows: [aRow('BTCUSDT')] });
    const response = await post(apiOf(world), 'resume', { reason: 'ok', symbols: ['BTCUSDT'] });
    expect(response.status).toBe(409);
    expect(await json(response)).toMatchObject({ code: 'NOT_HALTED', symbols: ['BTCUSDT'] });
    expect(world.calls).toEqual([]);
  });

  test('waits until an emergency stop has answered', async () => {
    const world = aWorld({ running: new Set(['BTCUSDT']), sending: [1, 1, 1] });
    const app = apiOf(world);
    const stopping = post(app, 'emergency-stop');
    await new Promise((resolve) => setImmediate(resolve));
    const early = await post(app, 'resume', { reason: 'too soon' });
    expect(early.status).toBe(409);
    expect(await json(early)).toMatchObject({ code: 'STOP_IN_PROGRESS' });
    await stopping;
    expect((await post(app, 'resume', { reason: 'now' })).status).toBe(202);
  });

  test('waits until Postgres has the halt of a stop', async () => {
    const world = aWorld({ running: new Set(['BTCUSDT']) });
    const fakes = fakeLatch(world);
    let latchable = false;
    const latch: HaltLatch = {
      ...fakes,
      set: async (halt) => (latchable ? fakes.set(halt) : { latched: false }),
    };
    const clock = createFakeClock();
    const app = apiOf(world, { latch, clock });
    expect(await json(await post(app, 'emergency-stop'))).toMatchObject({ latched: false });
    expect(await json(await post(app, 'resume', { reason: 'too soon' }))).toMatchObject({
      code: 'STOP_IN_PROGRESS',
    });
    latchable = true;
    await clock.sleep(2_000);
    expect(await json(await post(app, 'resume', { reason: 'now' }))).toMatchObject({
      halt_ids: ['halt-1'],
      signalled: ['BTCUSDT'],
    });
    await clock.sleep(60_000);
    expect(world.halts).toEqual([]);
  });

  test('without Postgres nobody knows what is halted', async () => {
    const world = aWorld({ running: new Set(['BTCUSDT']) });
    const down = () => Promise.reject(new Error('connection refused'));
    for (const reads of [
      { ...fakeReads(world), halts: down },
      { ...fakeReads(world), symbols: down },
    ]) {
      const response = await post(apiOf(world, { reads }), 'resume', { reason: 'ok' });
      expect(response.status).toBe(503);
    }
    expect(world.calls).toEqual([]);
  });
});
