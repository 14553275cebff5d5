import { expect, test } from 'vitest';
import type { PrepareRequest } from '../adapters/ports.ts';
import type { OrderIntent } from '../core/orders/order.ts';
import type { ActivityDeps } from './activity-deps.ts';
import { createOrderActivities } from './order-activities.ts';

const REF = { account: 'paper', venue: 'binance-usdm', symbol: 'BTCUSDT' };
const LEVEL = { slot: 'L-1:entry', reduceOnly: false } as OrderIntent;
const STOP = { slot: 'S:stop', reduceOnly: true } as OrderIntent;

const TAKER = {
  slot: 'entry',
  timeInForce: 'IOC',
  kind: 'limit',
  reduceOnly: false,
} as OrderIntent;
const EXIT = { ...TAKER, slot: 'exit', kind: 'market', reduceOnly: true } as OrderIntent;
const BOOK = { bids: [], asks: [] };

const aCheck = (intents: readonly OrderIntent[]) =>
  ({ ref: REF, epoch: 1, level: 'ACTIVE', intents, quote: { time: 1_000 } }) as never;

/** The feed has caught up after that many questions; what the gate was told is kept. */
function aGate(caughtUpAfter: number) {
  const { deps, world } = gateParts(caughtUpAfter);
  const { checkRisk } = createOrderActivities(deps);
  return { world, check: (intents: readonly OrderIntent[]) => checkRisk(aCheck(intents)) };
}

function gateParts(caughtUpAfter: number) {
  const world = { asked: 0, sleptMs: 0, told: [] as boolean[], books: [] as unknown[] };
  const deps = {
    gateway: {
      rules: async () => ({}),
      equity: async () => ({ equity: '10000' }),
      quote: async () => ({ time: 1_000 }),
      clockSkewMs: () => 0,
      blockedMs: () => 0,
      book: async () => BOOK,
    },
    ledger: {
      prepareIntents: async ({ isReconciled, book }: PrepareRequest) => {
        world.told.push(isReconciled);
        world.books.push(book);
        return { approved: [], denied: [], isBusy: false };
      },
    },
    feed: {
      dataAgeMs: () => null,
      latestQuote: () => null,
      dayVolume: () => null,
      isReconciled: () => {
        world.asked += 1;
        return world.asked > caughtUpAfter;
      },
    },
    sleep: async (ms: number) => void (world.sleptMs += ms),
  } as unknown as ActivityDeps;
  return { world, deps };
}

test('new risk waits for the look that follows a new connection', async () => {
  const { world, check } = aGate(10);
  await check([LEVEL]);
  expect(world).toMatchObject({ told: [true], sleptMs: 200 });
});

test('it waits a second, then the gate is told', async () => {
  const { world, check } = aGate(Number.POSITIVE_INFINITY);
  await check([LEVEL]);
  expect(world).toMatchObject({ told: [false], sleptMs: 1_000 });
});

test.each([[[STOP]], [[STOP, LEVEL]]])('protection never waits', async (intents) => {
  const { world, check } = aGate(10);
  await check(intents);
  expect(world).toMatchObject({ told: [false], sleptMs: 0 });
});

test.each([
  { what: 'an entry that takes', intent: TAKER, book: BOOK },
  { what: 'a level that waits', intent: LEVEL, book: null },
  { what: 'an exit', intent: EXIT, book: null },
])('the venue is asked for its book by $what: $book', async ({ intent, book }) => {
  const { world, check } = aGate(0);
  await check([intent]);
  expect(world.books).toEqual([book]);
});

/** The gate is busy for so many questions; each is noted with whether it may wait. */
function aBusyGate(busyFor: number) {
  const { deps, ...gate } = gateParts(0);
  const asked: boolean[] = [];
  const prepareIntents = async ({ mayWait }: PrepareRequest) => {
    asked.push(mayWait);
    const isBusy = mayWait && asked.length <= busyFor;
    return { approved: isBusy ? [] : ['id'], denied: [], isBusy };
  };
  const { checkRisk } = createOrderActivities({
    ...deps,
    ledger: { prepareIntents } as unknown as ActivityDeps['ledger'],
  });
  return { ...gate, asked, check: () => checkRisk(aCheck([LEVEL])) };
}

test('P12: an order that comes too fast is asked about again until there is room', async () => {
  const { world, asked, check } = aBusyGate(3);
  expect(await check()).toEqual({ approved: ['id'], denied: [] });
  expect(asked).toEqual([true, true, true, true]);
  expect(world.sleptMs).toBe(300);
});

test('P12: for a second, then the gate decides', async () => {
  const { world, asked, check } = aBusyGate(Number.POSITIVE_INFINITY);
  await check();
  expect(asked).toEqual([...Array<boolean>(10).fill(true), false]);
  expect(world.sleptMs).toBe(1_000);
});

test.each([
  ['counted', async () => undefined],
  [
    'taken by the venue although it cannot be counted',
    async () => Promise.reject(new Error('away')),
  ],
])('P12: a cancel is %s', async (_how, count) => {
  const noted: unknown[] = [];
  const { cancelOrders } = createOrderActivities({
    gateway: {
      cancel: async () => ({ clientOrderId: 'a', kind: 'requested' }),
      findOrder: async () => undefined,
    },
    ledger: {
      noteCancels: (...change: unknown[]) => {
        noted.push(change);
        return count();
      },
    },
  } as unknown as ActivityDeps);
  const orders = [{ clientOrderId: 'a', conditional: false }];
  expect(await cancelOrders({ ref: REF, orders })).toEqual([
    { clientOrderId: 'a', kind: 'requested' },
  ]);
  expect(noted).toEqual([[REF, ['a']]]);
});

/** The venue's answer to an amend of `a` to 101, and what the order is when it is asked. */
async function anAmend(mayChange: boolean, reply: object, asked: object = { price: '100' }) {
  const done: string[] = [];
  const order = { status: 'working', executed: '0', price: '101' };
  const { amendOrders } = createOrderActivities({
    gateway: {
      venueTime: () => 7_000,
      amend: async (_symbol: string, id: string, change: { price: string }, at: number) => {
        done.push(`amend ${id} to ${change.price} at ${at}`);
        return { order, ...reply };
      },
      findOrder: async () => {
        done.push('asked');
        return { ...order, ...asked };
      },
    },
    ledger: {
      beginAmending: async () => mayChange,
      intent: async (id: string) => ({ intent: { clientOrderId: id }, state: 'ACKED' }),
      recordOrder: async (_ref: unknown, { price }: { price: string }) =>
        void done.push(`recorded ${price}`),
      recordOutcome: async () => undefined,
    },
  } as unknown as ActivityDeps);
  const orders = [{ clientOrderId: 'a', side: 'sell', quantity: '1', price: '101' }] as never;
  const [outcome] = await amendOrders({ ref: REF, orders });
  return { outcome, done };
}
const FOUND = { clientOrderId: 'a', kind: 'found', status: 'working', executed: '0' };
const NO_REPLY = { kind: 'unknown', message: 'no reply' };

test('an amend that the venue took is what the order is', async () => {
  const { outcome, done } = await anAmend(true, { kind: 'acked' });
  expect(outcome).toEqual({ ...FOUND, price: '101' });
  expect(done).toEqual(['amend a to 101 at 7000', 'recorded 101']);
});

test('an amend without an answer that was taken is found', async () => {
  const { outcome, done } = await anAmend(true, NO_REPLY, {});
  expect(outcome).toEqual({ ...FOUND, price: '101' });
  expect(done).toEqual(['amend a to 101 at 7000', 'asked', 'recorded 101']);
});

test('one that ended meanwhile is found, whatever its price', async () => {
  const { outcome } = await anAmend(true, NO_REPLY, { status: 'cancelled', price: '100' });
  expect(outcome).toEqual({ ...FOUND, status: 'cancelled', price: '100' });
});

test.each([NO_REPLY, { kind: 'rejected', code: '-4016', message: 'too far' }])(
  'an amend that was not taken is not tried again at once: $message',
  async (reply) => {
    const { outcome, done } = await anAmend(true, reply);
    expect(outcome).toEqual({ clientOrderId: 'a', kind: 'pending', message: reply.message });
    expect(done).toEqual(['amend a to 101 at 7000', 'asked', 'recorded 100']);
  },
);

test('at LOCKOUT nothing is amended', async () => {
  const { outcome, done } = await anAmend(false, {});
  expect(outcome).toEqual({ clientOrderId: 'a', kind: 'pending', message: 'LOCKOUT' });
  expect(done).toEqual(['asked', 'recorded 100']);
});
