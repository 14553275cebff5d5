import { expect, test } from 'vitest';
import type { Fill, OrderIntent } from '../core/orders/order.ts';
import type { IntentRow, VenueFill, VenueOrder } from '../adapters/ports.ts';
import { p, q } from '../state-machines/testing/fixtures.ts';
import type { ActivityDeps } from './activity-deps.ts';
import { createResolveActivity } from './resolve-activity.ts';
import { resolveOnce } from './resolve-order.ts';

const REF = { account: 'paper', venue: 'binance-usdm', symbol: 'BTCUSDT' };
const ID = 'tgtestabcde000010000000';

const intent: OrderIntent = {
  clientOrderId: ID,
  role: 'level',
  slot: 'L-1:entry',
  planId: 'g1',
  strategy: 'grid',
  side: 'buy',
  kind: 'limit',
  quantity: q('1'),
  price: p('99'),
  triggerPrice: null,
  targetPrice: null,
  reduceOnly: false,
  postOnly: true,
  timeInForce: 'GTC',
  decisionId: null,
};

const order: VenueOrder = {
  clientOrderId: ID,
  venueOrderId: '7',
  conditional: false,
  side: 'buy',
  status: 'filled',
  price: p('99'),
  triggerPrice: null,
  quantity: q('1'),
  executed: q('1'),
  reduceOnly: false,
  childOrderId: null,
  eventTime: 1_000,
};

const fill = { tradeId: '1', orderId: '7', clientOrderId: ID, isForeign: false } as VenueFill;

test('an order that is found filled brings its fill', async () => {
  const row: IntentRow = { intent, ref: REF, state: 'UNKNOWN', sentAt: 500 };
  const booked: string[] = [];
  const deps = {
    gateway: {
      findOrder: async () => order,
      quote: async () => ({ time: 2_000 }),
      fillsSince: async () => [fill],
    },
    ledger: {
      intent: async () => row,
      recordOutcome: async () => undefined,
      recordOrder: async () => undefined,
      recordFill: async (_ref: unknown, { tradeId }: Fill) => booked.push(tradeId) > 0,
      position: async () => ({ lastFillTime: null }),
    },
  } as unknown as ActivityDeps;
  const outcome = await resolveOnce(deps, REF, ID);
  const found = { clientOrderId: ID, kind: 'found', status: 'filled', executed: '1' };
  expect(outcome).toEqual({ ...found, price: '99' });
  expect(booked).toEqual(['1']);
});

const SENT_AT = 1_000_000;
/** `recvWindow` and a second, by the venue's clock. */
const PROVED_AT = SENT_AT + 4_001;

/** A venue that has never heard of the order, and says so in every way there is. */
function aWorldWithout() {
  const world = {
    state: 'UNKNOWN' as IntentRow['state'],
    sentAt: SENT_AT as number | null,
    venueTime: PROVED_AT,
    byId: undefined as VenueOrder | undefined,
    open: [] as VenueOrder[],
    closed: [] as VenueOrder[],
    fills: [] as VenueFill[],
    kind: 'limit' as OrderIntent['kind'],
    venuePosition: '1',
    outcomes: [] as string[],
    since: [] as number[],
  };
  const deps = {
    gateway: {
      venueTime: () => world.venueTime,
      findOrder: async () => world.byId,
      quote: async () => ({ time: SENT_AT + 5_000 }),
      openOrders: async () => world.open,
      closedOrders: async (_symbol: string, since: number) => {
        world.since.push(since);
        return world.closed;
      },
      fillsSince: async (_symbol: string, since: number) => {
        world.since.push(since);
        return world.fills;
      },
      position: async () => ({ quantity: q(world.venuePosition) }),
    },
    ledger: {
      intent: async () => ({
        intent: { ...intent, kind: world.kind },
        ref: REF,
        state: world.state,
        sentAt: world.sentAt,
      }),
      recordOutcome: async (_ref: unknown, _id: string, { kind }: { kind: string }) =>
        world.outcomes.push(kind),
      recordFill: async () => true,
      position: async () => ({ quantity: q('1') }),
    },
  } as unknown as ActivityDeps;
  return { world, deps };
}
type World = ReturnType<typeof aWorldWithout>['world'];

test.each(['UNKNOWN', 'SENDING'] as const)(
  '%s with every proof that it never arrived is absent, once and for all',
  async (state) => {
    const { world, deps } = aWorldWithout();
    world.state = state;
    // Other orders and their trades prove nothing about this one.
    world.open = [{ ...order, clientOrderId: 'tgtestabcde000010000001', status: 'working' }];
    world.closed = [{ ...order, clientOrderId: 'tgtestabcde000010000002' }];
    world.fills = [
      { ...fill, clientOrderId: 'tgtestabcde000010000002' },
      { ...fill, clientOrderId: null, isForeign: true },
    ];
    expect(await resolveOnce(deps, REF, ID)).toEqual({ clientOrderId: ID, kind: 'absent' });
    expect(world.outcomes).toEqual(['absent']);
    // Trades and orders since well before it was sent, in market time.
    expect(Math.max(...world.since)).toBeLessThanOrEqual(SENT_AT - 3_000_000);
  },
);

const standing: VenueOrder = { ...order, status: 'working', executed: q('0') };
const stop: VenueOrder = { ...standing, conditional: true, triggerPrice: p('98'), price: null };

test.each<[string, Partial<World>]>([
  ["its window may be open by the venue's clock", { venueTime: PROVED_AT - 1 }],
  ['nobody knows when it was sent', { sentAt: null }],
  ['the venue had taken it', { state: 'ACKED' }],
  ['it is among the open orders', { open: [standing] }],
  ['it is among the open conditional orders', { open: [stop] }],
  ['it is among the closed orders', { closed: [{ ...standing, status: 'cancelled' }] }],
  ['it is among the past conditional orders', { closed: [{ ...stop, status: 'cancelled' }] }],
  ['it has traded', { fills: [fill] }],
  ["a trade is nobody's", { fills: [{ ...fill, clientOrderId: null }] }],
  [
    'a trade may be that of its child',
    { kind: 'stopMarket', fills: [{ ...fill, clientOrderId: null, isForeign: true }] },
  ],
  ['the position is another one', { venuePosition: '2' }],
])('absence is not believed while %s', async (_why, withheld) => {
  const { world, deps } = aWorldWithout();
  Object.assign(world, withheld);
  expect(await resolveOnce(deps, REF, ID)).toEqual({
    clientOrderId: ID,
    kind: 'pending',
    message: 'not found yet',
  });
  expect(world.outcomes).toEqual([]);
});

/** Each question takes ten seconds, until an answer comes. */
function aResolver(outcome: 'found' | 'pending', halt: () => Promise<void>) {
  const asked = { halts: 0 };
  let wallMs = 0;
  const deps = {
    wallClock: () => wallMs,
    sleep: async () => void (wallMs += 10_000),
    gateway: {
      venueTime: () => SENT_AT,
      findOrder: async () => (outcome === 'found' ? { ...order, executed: q('0') } : undefined),
    },
    ledger: {
      intent: async () => ({ intent, ref: REF, state: 'UNKNOWN', sentAt: SENT_AT }),
      recordOutcome: async () => undefined,
      recordOrder: async () => undefined,
      haltOnUnknown: () => {
        asked.halts += 1;
        return halt();
      },
    },
  } as unknown as ActivityDeps;
  const { resolveOrders } = createResolveActivity(deps);
  return { asked, resolve: () => resolveOrders({ ref: REF, clientOrderIds: [ID] }) };
}

test('P25: an outcome that stays unknown makes the account be looked at', async () => {
  const { asked, resolve } = aResolver('pending', async () => undefined);
  expect(await resolve()).toMatchObject([{ kind: 'pending' }]);
  expect(asked.halts).toBe(1);
});

test('P25: a look that fails takes nothing from the answer', async () => {
  const { resolve } = aResolver('pending', async () => Promise.reject(new Error('away')));
  expect(await resolve()).toMatchObject([{ kind: 'pending' }]);
});

test('P25: what is known gives no reason to look', async () => {
  const { asked, resolve } = aResolver('found', async () => undefined);
  expect(await resolve()).toMatchObject([{ kind: 'found' }]);
  expect(asked.halts).toBe(0);
});
