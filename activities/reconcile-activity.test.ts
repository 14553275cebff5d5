import { expect, test } from 'vitest';
import type { VenueOrder } from '../adapters/ports.ts';
import { DEFAULT_STRATEGY_CONFIG } from '../core/strategies/strategy-config.ts';
import { PREFIX, p, q } from '../state-machines/testing/fixtures.ts';
import type { ActivityDeps } from './activity-deps.ts';
import { createReconcileActivity } from './reconcile-activity.ts';

const REF = { account: 'paper', venue: 'binance-usdm', symbol: 'BTCUSDT' };

const anOrder = (executed: string): VenueOrder => ({
  clientOrderId: 'tgtestabcde000010000000',
  venueOrderId: '7',
  conditional: false,
  side: 'buy',
  status: 'working',
  price: p('99'),
  triggerPrice: null,
  quantity: q('1'),
  executed: q(executed),
  reduceOnly: false,
  childOrderId: null,
  eventTime: 1_000,
});

/** Deps over an account whose open orders are listed so, list after list. */
function depsWith(lists: VenueOrder[][], found?: VenueOrder, known = found): ActivityDeps {
  const open = known === undefined ? [] : [{ intent: known, state: 'ACKED', sentAt: 1_000 }];
  return {
    gateway: {
      openOrders: async () => lists.shift() ?? [],
      findOrder: async () => found,
      fillsSince: async () => [],
      position: async () => ({ quantity: '0' }),
      quote: async () => ({ time: 2_000 }),
      venueTime: () => 5_000,
      rules: async () => ({ tickSize: '0.1' }),
    },
    ledger: {
      openIntents: async () => open,
      recordOrder: async () => undefined,
      position: async () => ({ quantity: '0', lastSeq: 3, lastFillTime: null }),
    },
    strategyConfig: () => DEFAULT_STRATEGY_CONFIG,
    heartbeat: () => undefined,
    sleep: async () => undefined,
  } as unknown as ActivityDeps;
}

const reconcile = (deps: ActivityDeps) =>
  createReconcileActivity(deps).reconcile({ ref: REF, prefix: PREFIX });

test('an order that stands is reported', async () => {
  const report = await reconcile(depsWith([[anOrder('0')], [anOrder('0')]]));
  expect(report).toMatchObject({ kind: 'clean', standing: [{ executed: '0' }] });
});

test('an order that trades while the account is read makes it unclean', async () => {
  const report = await reconcile(depsWith([[anOrder('0')], [anOrder('0.5')]]));
  expect(report).toMatchObject({ kind: 'notClean', code: 'ORDERS_MOVED' });
});

test('an order that comes while the account is read makes it unclean', async () => {
  const report = await reconcile(depsWith([[], [anOrder('0')]]));
  expect(report).toMatchObject({ kind: 'notClean', code: 'ORDERS_MOVED' });
});

test('an order that the list does not have yet stands when it is found', async () => {
  const report = await reconcile(depsWith([[], [anOrder('0')]], anOrder('0')));
  expect(report).toMatchObject({ kind: 'clean', standing: [{ executed: '0' }] });
});

test('an order that lived and is not found keeps the account unclean', async () => {
  const report = await reconcile(depsWith([[], []], undefined, anOrder('0')));
  expect(report).toMatchObject({ kind: 'notClean', code: 'ORDERS_NOT_FOUND' });
});
