import { expect, test } from 'vitest';
import type { Fill, OrderIntent } from '../core/orders/order.ts';
import type { IntentRow, VenueOrder } from '../adapters/ports.ts';
import { p, q } from '../state-machines/testing/fixtures.ts';
import type { ActivityDeps } from './activity-deps.ts';
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

const fill = { tradeId: '1', orderId: '7', clientOrderId: ID } as Fill;

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
  expect(outcome).toEqual({ clientOrderId: ID, kind: 'found', status: 'filled', executed: '1' });
  expect(booked).toEqual(['1']);
});
