import { describe, expect, test } from 'vitest';
import type { HaltLatch } from '../adapters/ports.ts';
import { json, post } from './api-request.ts';
import { createApi } from './create-api.ts';
import { REHEARSAL_REASON, createEmergencyStop } from './emergency-stop.ts';
import {
  NOW,
  aHalt,
  aRow,
  aWorld,
  anOrder,
  createFakeClock,
  fakeDeps,
  fakeLatch,
  fakeReads,
  fakeVenue,
  fakeWorkflows,
  ownId,
} from './fake-ports.ts';
import type { World } from './fake-ports.ts';
import type { ApiDeps } from './ports.ts';

const apiOf = (world: World, overrides: Partial<ApiDeps> = {}) =>
  createApi(fakeDeps(world, overrides));

const never = (): Promise<never> => new Promise(() => {});
const down = () => Promise.reject(new Error('connection refused'));

const haltsOf = (world: World) => world.calls.filter((call) => call.startsWith('halt '));
const latchesOf = (world: World) => world.calls.filter((call) => call.startsWith('latch '));

describe('emergency stop', () => {
  test('latches, signals, cancels ours, keeps protection and foreign orders, and confirms', async () => {
    const world = aWorld({
      running: new Set(['BTCUSDT', 'ETHUSDT']),
      orders: new Map([
        [
          'BTCUSDT',
          [
            anOrder({ clientOrderId: ownId(1) }),
            anOrder({ clientOrderId: ownId(2), reduceOnly: true }),
            anOrder({ clientOrderId: ownId(3), conditional: true, reduceOnly: true }),
            anOrder({ clientOrderId: ownId(4, 'else') }),
            anOrder({ clientOrderId: 'manual-1' }),
            anOrder({ clientOrderId: null }),
          ],
        ],
      ]),
    });
    const response = await post(apiOf(world), 'emergency-stop', { reason: 'drill' });
    expect(response.status).toBe(200);
    expect(await json(response)).toEqual({
      halt_id: 'halt-1',
      level: 'HALT',
      latched: true,
      signalled: 2,
      unsignalled: [],
      cancelled: 2,
      still_open: 0,
      protective_stops_kept: 1,
      foreign_orders: 3,
      confirmed_at: new Date(NOW).toISOString(),
    });
    expect(world.calls.filter((call) => call.startsWith('cancel'))).toEqual([
      `cancel ${ownId(1)}`,
      `cancel ${ownId(2)}`,
    ]);
    expect(haltsOf(world)[0]).toContain(
      '{"haltId":"halt-1","level":"HALT","reason":"drill","by":"api"}',
    );
  });

  test('needs no body', async () => {
    const response = await post(apiOf(aWorld()), 'emergency-stop');
    expect(response.status).toBe(200);
  });

  test('starts latch, signals and cancels although none of the others ever answers', async () => {
    const world = aWorld({ running: new Set(['BTCUSDT']) });
    const asked: string[] = [];
    const latch: HaltLatch = {
      ...fakeLatch(world),
      set: () => {
        asked.push('latch');
        return never();
      },
    };
    const workflows = {
      ...fakeWorkflows(world),
      signalHalt: () => {
        asked.push('signal');
        return never();
      },
      listRunning: never,
    };
    const venue = {
      ...fakeVenue(world),
      openOrdersAll: () => {
        asked.push('venue');
        return never();
      },
      openOrders: never,
    };
    const reads = { ...fakeReads(world), symbols: never, sendingCount: never };
    const clock = createFakeClock();
    const parts = { clock, latch, workflows, venue, reads };
    const response = await post(apiOf(world, parts), 'emergency-stop');
    expect(clock.now() - NOW).toBe(12_000);
    expect(asked.slice(0, 5).toSorted()).toEqual(['latch', 'signal', 'signal', 'signal', 'venue']);
    expect(response.status).toBe(202);
    expect(await json(response)).toEqual({
      halt_id: 'halt-1',
      level: 'HALT',
      latched: false,
      signalled: 0,
      unsignalled: ['BTCUSDT', 'ETHUSDT', 'SOLUSDT'],
      cancelled: null,
      still_open: null,
      protective_stops_kept: null,
      foreign_orders: null,
      confirmed_at: null,
    });
  });

  test('reaches what only Postgres or only Temporal knows', async () => {
    const world = aWorld({
      running: new Set(['XRPUSDT', 'DOTUSDT']),
      rows: [aRow('DOTUSDT'), aRow('ADAUSDT')],
      orders: new Map([['ADAUSDT', [anOrder()]]]),
    });
    const workflows = {
      ...fakeWorkflows(world),
      listRunning: async () => [{ account: 'paper', venue: 'binance-usdm', symbol: 'XRPUSDT' }],
    };
    const response = await post(apiOf(world, { workflows }), 'emergency-stop');
    expect(await json(response)).toMatchObject({ signalled: 2, cancelled: 1, still_open: 0 });
  });

  test('cancels again what a submit in transition placed after the first cancel', async () => {
    const world = aWorld({ sending: [1, 1] });
    const reads = fakeReads(world);
    const late = {
      ...reads,
      sendingCount: async (account: string) => {
        const sending = await reads.sendingCount(account);
        if (sending === 0) world.orders.set('BTCUSDT', [anOrder({ clientOrderId: ownId(9) })]);
        return sending;
      },
    };
    const response = await post(apiOf(world, { reads: late }), 'emergency-stop');
    expect(await json(response)).toMatchObject({ cancelled: 1, still_open: 0 });
    expect(world.calls).toContain(`cancel ${ownId(9)}`);
  });

  test('what arrives after the first list goes at once, though Temporal does not answer', async () => {
    const world = aWorld();
    const clock = createFakeClock();
    const venue = fakeVenue(world);
    const cancelledAt: number[] = [];
    const late = {
      ...venue,
      openOrdersAll: async () => {
        const listed = await venue.openOrdersAll();
        if (cancelledAt.length === 0) world.orders.set('BTCUSDT', [anOrder()]);
        return listed;
      },
      cancel: (...order: Parameters<typeof venue.cancel>) => {
        cancelledAt.push(clock.now() - NOW);
        return venue.cancel(...order);
      },
    };
    const workflows = { ...fakeWorkflows(world), signalHalt: never, listRunning: never };
    const response = await post(apiOf(world, { clock, venue: late, workflows }), 'emergency-stop');
    expect(await json(response)).toMatchObject({ still_open: 0, signalled: 0 });
    expect(cancelledAt).toHaveLength(1);
    expect(cancelledAt[0]).toBeLessThan(1_000);
  });

  test('what arrives while a sender is dead is cancelled at once, and then nobody waits for it', async () => {
    const world = aWorld();
    const clock = createFakeClock();
    let isThere = false;
    const reads = {
      ...fakeReads(world),
      sendingCount: async (_account: string, arrived: readonly string[] = []) => {
        if (!isThere && clock.now() - NOW >= 2_000) {
          isThere = true;
          world.orders.set('BTCUSDT', [anOrder({ clientOrderId: ownId(9) })]);
        }
        return arrived.includes(ownId(9)) ? 0 : 1;
      },
    };
    const response = await post(apiOf(world, { clock, reads }), 'emergency-stop');
    const body = await json(response);
    expect(body).toMatchObject({ cancelled: 1, still_open: 0 });
    const confirmedMs = Date.parse(String(body['confirmed_at'])) - NOW;
    expect(confirmedMs).toBeGreaterThan(2_000);
    expect(confirmedMs).toBeLessThan(3_000);
  });

  test('says what is still open when the venue does not cancel', async () => {
    const world = aWorld({ orders: new Map([['BTCUSDT', [anOrder()]]]) });
    const venue = { ...fakeVenue(world), cancel: down };
    const response = await post(apiOf(world, { venue }), 'emergency-stop');
    expect(response.status).toBe(202);
    expect(await json(response)).toMatchObject({
      latched: true,
      cancelled: 0,
      still_open: 1,
      confirmed_at: null,
    });
  });

  test('without Postgres lists and cancels each second and goes on until it has the halt', async () => {
    const world = aWorld();
    const clock = createFakeClock();
    const listings: number[] = [];
    const whole: number[] = [];
    const venue = {
      ...fakeVenue(world),
      openOrdersAll: async () => {
        listings.push(clock.now());
        whole.push(clock.now() - NOW);
        return [];
      },
      openOrders: async () => {
        listings.push(clock.now());
        return [];
      },
    };
    let latchable = false;
    const written = Promise.withResolvers<void>();
    const latch: HaltLatch = {
      ...fakeLatch(world),
      set: async (halt) => {
        if (!latchable) return { latched: false };
        const answer = await fakeLatch(world).set(halt);
        written.resolve();
        return answer;
      },
    };
    const reads = { ...fakeReads(world), symbols: down, sendingCount: down };
    const response = await post(apiOf(world, { clock, venue, latch, reads }), 'emergency-stop');
    expect(response.status).toBe(202);
    expect(await json(response)).toMatchObject({ latched: false, still_open: 0 });
    const rounds = new Set(listings.map((at) => Math.floor((at - NOW) / 1_000)));
    expect([...rounds]).toEqual([0, 1, 2, 3, 4, 5, 6]);
    // The whole account, which is dear, only now and then, and to confirm.
    expect(whole).toEqual([0, 5_000, 6_000]);
    latchable = true;
    await written.promise;
    expect(latchesOf(world)).toEqual(['latch halt-1']);
  });

  test('a stop that the venue does not obey for minutes leaves the venue its limit', async () => {
    const world = aWorld({ orders: new Map([['BTCUSDT', [anOrder()]]]) });
    const clock = createFakeClock();
    const weights: { at: number; weight: number }[] = [];
    const asked = (weight: number) => void weights.push({ at: clock.now() - NOW, weight });
    const fakes = fakeVenue(world);
    const closing = new AbortController();
    const venue = {
      ...fakes,
      openOrdersAll: async () => {
        asked(80);
        return fakes.openOrdersAll();
      },
      openOrders: async (symbol: string) => {
        asked(2);
        if (clock.now() - NOW > 180_000) closing.abort();
        return fakes.openOrders(symbol);
      },
      cancel: () => {
        asked(1);
        return down();
      },
    };
    const response = await post(
      apiOf(world, { clock, venue, closing: closing.signal }),
      'emergency-stop',
    );
    expect(await json(response)).toMatchObject({ still_open: 1 });
    await expect.poll(() => closing.signal.aborted).toBe(true);
    for (const minute of [0, 1, 2]) {
      const of = weights.filter(({ at }) => Math.floor(at / 60_000) === minute);
      const weight = of.reduce((sum, one) => sum + one.weight, 0);
      expect(weight).toBeGreaterThan(200);
      // Of 2,400, which the workers share.
      expect(weight).toBeLessThan(minute === 0 ? 1_000 : 600);
    }
  });

  test('ends the enforcing of a halt that Postgres lacks when the API closes', async () => {
    const closing = new AbortController();
    const world = aWorld();
    let attempts = 0;
    const latch: HaltLatch = {
      ...fakeLatch(world),
      set: async () => {
        attempts += 1;
        if (attempts === 3) closing.abort();
        return { latched: false };
      },
    };
    const clock = createFakeClock();
    await post(apiOf(world, { latch, clock, closing: closing.signal }), 'emergency-stop');
    await clock.sleep(60_000);
    expect(attempts).toBe(3);
  });

  test('stops at the same time are one halt with one signal', async () => {
    const world = aWorld({ running: new Set(['BTCUSDT']) });
    const app = apiOf(world);
    const answers = await Promise.all(
      Array.from({ length: 20 }, async () => json(await post(app, 'emergency-stop'))),
    );
    expect(new Set(answers.map((answer) => answer['halt_id']))).toEqual(new Set(['halt-1']));
    expect(latchesOf(world)).toEqual(['latch halt-1']);
    expect(haltsOf(world)).toHaveLength(1);
  });

  test('a repeated stop keeps the halt and signals a workflow once in five seconds at most', async () => {
    const world = aWorld({ running: new Set(['BTCUSDT']) });
    const clock = createFakeClock();
    const app = apiOf(world, { clock });
    for (let stop = 0; stop < 5; stop += 1) {
      expect(await json(await post(app, 'emergency-stop'))).toMatchObject({
        halt_id: 'halt-1',
        signalled: 1,
      });
    }
    expect(haltsOf(world)).toHaveLength(1);
    await clock.sleep(5_000);
    await post(app, 'emergency-stop');
    expect(haltsOf(world)).toHaveLength(2);
  });

  test('after a clear elsewhere is a new halt', async () => {
    const world = aWorld();
    const app = apiOf(world);
    await post(app, 'emergency-stop');
    world.halts = [];
    expect(await json(await post(app, 'emergency-stop'))).toMatchObject({ halt_id: 'halt-2' });
  });

  test('repeated while Postgres is silent is the same halt, set again', async () => {
    const world = aWorld();
    const reads = fakeReads(world);
    let isSilent = false;
    const halts = (account: string) => (isSilent ? never() : reads.halts(account));
    const app = apiOf(world, { reads: { ...reads, halts } });
    await post(app, 'emergency-stop');
    isSilent = true;
    expect(await json(await post(app, 'emergency-stop'))).toMatchObject({ halt_id: 'halt-1' });
    expect(latchesOf(world)).toEqual(['latch halt-1', 'latch halt-1']);
  });

  test('halts only the named symbols', async () => {
    const world = aWorld({
      running: new Set(['BTCUSDT', 'ETHUSDT']),
      orders: new Map([['ETHUSDT', [anOrder()]]]),
    });
    const symbols: unknown[] = [];
    const latch: HaltLatch = {
      ...fakeLatch(world),
      set: (halt) => {
        symbols.push(halt.symbols);
        return fakeLatch(world).set(halt);
      },
    };
    await post(apiOf(world, { latch }), 'emergency-stop', { symbols: ['BTC/USDT:USDT'] });
    expect(symbols).toEqual([['BTCUSDT']]);
    expect(haltsOf(world)).toHaveLength(1);
    expect(world.orders.get('ETHUSDT')).toHaveLength(1);
  });

  test('a symbol that nobody knows is refused and nothing happens', async () => {
    const world = aWorld({ running: new Set(['BTCUSDT']) });
    const response = await post(apiOf(world), 'emergency-stop', { symbols: ['BTCUSD'] });
    expect(response.status).toBe(422);
    expect(await json(response)).toMatchObject({ code: 'UNKNOWN_SYMBOL', symbols: ['BTCUSD'] });
    expect(world.calls).toEqual([]);
  });

  test('doubt about a symbol does not hold the stop up', async () => {
    const world = aWorld({ orders: new Map([['PEPEUSDT', [anOrder()]]]) });
    const reads = { ...fakeReads(world), symbols: down };
    const response = await post(apiOf(world, { reads }), 'emergency-stop', {
      symbols: ['PEPEUSDT'],
    });
    expect(await json(response)).toMatchObject({ cancelled: 1, still_open: 0 });
  });

  test.each(['HALT_AND_FLATTEN', 'LOCKOUT'])(
    'carries the level %s to latch and workflows',
    async (level) => {
      const world = aWorld({
        running: new Set(['BTCUSDT']),
        orders: new Map([['BTCUSDT', [anOrder()]]]),
      });
      const response = await post(apiOf(world), 'emergency-stop', { level });
      expect(await json(response)).toMatchObject({ level, cancelled: 1, still_open: 0 });
      expect(world.halts).toMatchObject([{ haltId: 'halt-1', level }]);
      expect(haltsOf(world)[0]).toContain(`"level":"${level}"`);
    },
  );

  test.each(['PAUSE', 'ACTIVE', 'halt', null])('refuses the level %j', async (level) => {
    const world = aWorld({ running: new Set(['BTCUSDT']) });
    const response = await post(apiOf(world), 'emergency-stop', { level });
    expect(await json(response)).toMatchObject({
      code: 'INVALID_REQUEST',
      errors: [{ field: 'level' }],
    });
    expect(world.calls).toEqual([]);
  });

  test('a severer stop is a halt of its own at once, a milder one is not', async () => {
    const world = aWorld({ running: new Set(['BTCUSDT']) });
    const app = apiOf(world);
    const [halted, flattened, again] = await Promise.all(
      ['HALT', 'HALT_AND_FLATTEN', 'HALT'].map(async (level) =>
        json(await post(app, 'emergency-stop', { level })),
      ),
    );
    expect([halted, flattened, again].map((answer) => answer?.['halt_id'])).toEqual([
      'halt-1',
      'halt-2',
      'halt-1',
    ]);
    expect(haltsOf(world)).toHaveLength(2);
    expect(await json(await post(app, 'emergency-stop'))).toMatchObject({ halt_id: 'halt-2' });
  });

  test('one over everything includes one over a symbol, and not the other way round', async () => {
    const world = aWorld({ running: new Set(['BTCUSDT', 'ETHUSDT']) });
    const app = apiOf(world);
    const ids = [];
    for (const body of [{ symbols: ['BTCUSDT'] }, {}, { symbols: ['ETHUSDT', 'BTCUSDT'] }]) {
      ids.push((await json(await post(app, 'emergency-stop', body)))['halt_id']);
    }
    expect(ids).toEqual(['halt-1', 'halt-2', 'halt-2']);
  });

  test("a person's stop never shares the halt of a rehearsal, before or after its answer", async () => {
    const world = aWorld({ running: new Set(['BTCUSDT']) });
    const app = apiOf(world);
    const symbols = ['BTCUSDT'];
    const rehearsing = post(app, 'emergency-stop', { symbols, reason: REHEARSAL_REASON });
    const during = await json(await post(app, 'emergency-stop', { symbols, reason: 'spread' }));
    const rehearsal = await json(await rehearsing);
    expect(during['halt_id']).not.toBe(rehearsal['halt_id']);
    const resume = { symbols, reason: REHEARSAL_REASON, halt_id: rehearsal['halt_id'] };
    expect(await json(await post(app, 'resume', resume))).toMatchObject({ code: 'HALT_CHANGED' });
    expect(world.halts).toHaveLength(2);
  });

  test('finds orders of ours, and their workflow, on a symbol that nobody named', async () => {
    const world = aWorld({
      running: new Set(['PEPEUSDT']),
      orders: new Map([['PEPEUSDT', [anOrder()]]]),
    });
    const workflows = { ...fakeWorkflows(world), listRunning: async () => [] };
    const response = await post(apiOf(world, { workflows }), 'emergency-stop');
    expect(await json(response)).toMatchObject({ cancelled: 1, still_open: 0, signalled: 1 });
  });

  test('without the list of the whole account cancels what it knows and confirms nothing', async () => {
    const world = aWorld({ orders: new Map([['BTCUSDT', [anOrder()]]]) });
    const venue = { ...fakeVenue(world), openOrdersAll: down };
    const response = await post(apiOf(world, { venue }), 'emergency-stop');
    expect(response.status).toBe(202);
    expect(await json(response)).toMatchObject({ still_open: null, confirmed_at: null });
    expect(world.orders.get('BTCUSDT')).toEqual([]);
  });

  test('goes on after the answer until venue and Temporal took it, and status shows it', async () => {
    const world = aWorld({
      running: new Set(['BTCUSDT']),
      orders: new Map([['BTCUSDT', [anOrder()]]]),
    });
    let isUp = false;
    const whenUp = <T>(call: () => Promise<T>): Promise<T> => (isUp ? call() : down());
    const fakes = { venue: fakeVenue(world), workflows: fakeWorkflows(world) };
    const venue = {
      ...fakes.venue,
      openOrdersAll: () => whenUp(fakes.venue.openOrdersAll),
      openOrders: (symbol: string) => whenUp(() => fakes.venue.openOrders(symbol)),
    };
    const workflows: ApiDeps['workflows'] = {
      ...fakes.workflows,
      signalHalt: (ref, message) => whenUp(() => fakes.workflows.signalHalt(ref, message)),
    };
    const clock = createFakeClock();
    const app = apiOf(world, { clock, venue, workflows });
    const pending = async () =>
      (await json(await app.request('/api/v1/profit-scraping/status')))['stops_in_progress'];
    expect(await json(await post(app, 'emergency-stop'))).toMatchObject({
      latched: true,
      still_open: null,
      unsignalled: ['BTCUSDT', 'ETHUSDT', 'SOLUSDT'],
    });
    expect(await pending()).toMatchObject([{ halt_id: 'halt-1', still_open: null }]);
    isUp = true;
    await clock.sleep(10_000);
    expect(world.orders.get('BTCUSDT')).toEqual([]);
    expect(haltsOf(world)).toHaveLength(1);
    expect(await pending()).toEqual([]);
  });

  test('a halt that another process set is carried out once', async () => {
    const world = aWorld({
      running: new Set(['BTCUSDT']),
      halts: [aHalt({ haltId: 'direct', level: 'HALT_AND_FLATTEN' })],
      orders: new Map([['BTCUSDT', [anOrder()]]]),
    });
    const clock = createFakeClock();
    const stop = createEmergencyStop(fakeDeps(world, { clock }));
    for (let round = 0; round < 3; round += 1) {
      await stop.adopt();
      await clock.sleep(5_000);
    }
    expect(world.orders.get('BTCUSDT')).toEqual([]);
    expect(haltsOf(world)).toEqual([
      'halt BTCUSDT {"haltId":"direct","level":"HALT_AND_FLATTEN","reason":"drill","by":"cli"}',
    ]);
    expect(latchesOf(world)).toEqual([]);
    expect(stop.pending()).toEqual([]);
  });

  test('with an unknown instance every order of any Tidegate counts as ours', async () => {
    const world = aWorld({
      orders: new Map([['BTCUSDT', [anOrder({ clientOrderId: ownId(1, 'else') })]]]),
    });
    const response = await post(apiOf(world, { instance: () => null }), 'emergency-stop');
    expect(await json(response)).toMatchObject({ cancelled: 1, foreign_orders: 0 });
  });
});
