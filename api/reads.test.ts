import { describe, expect, test } from 'vitest';
import type { TradeRow } from '../adapters/postgres/api-reads.ts';
import type { MoneyText, PriceText, QuantityText } from '../core/money/units.ts';
import { get, json } from './api-request.ts';
import { createApi } from './create-api.ts';
import { NOW, aWorld, fakeDeps, fakeReads, fakeVenue, fakeWorkflows, ownId } from './fake-ports.ts';
import type { World } from './fake-ports.ts';
import type { ApiDeps } from './ports.ts';

const apiOf = (world: World, overrides: Partial<ApiDeps> = {}) =>
  createApi(fakeDeps(world, overrides));

const down = () => Promise.reject(new Error('connection refused'));

const aTrade = (tradeId: string): TradeRow => ({
  tradeId,
  time: NOW,
  symbol: 'BTCUSDT',
  side: 'buy',
  price: '60000.1' as PriceText,
  quantity: '0.002' as QuantityText,
  fee: '0.024' as MoneyText,
  feeAsset: 'USDT',
  clientOrderId: ownId(1),
  strategy: 'grid',
});

describe('recent trades', () => {
  test('lists executions with exactly the fields that are promised', async () => {
    const world = aWorld({
      trades: [aTrade('2'), { ...aTrade('1'), clientOrderId: null, strategy: null }],
    });
    expect(await json(await get(apiOf(world), 'trades/recent'))).toEqual({
      trades: [
        {
          trade_id: '2',
          time: '2026-11-20T12:00:00.000Z',
          symbol: 'BTCUSDT',
          side: 'buy',
          price: '60000.1',
          quantity: '0.002',
          fee: '0.024',
          fee_asset: 'USDT',
          client_order_id: ownId(1),
          strategy: 'grid',
        },
        expect.objectContaining({ trade_id: '1', client_order_id: null, strategy: null }),
      ],
    });
  });

  test.each([
    ['trades/recent', 50],
    ['trades/recent?limit=1', 1],
    ['trades/recent?limit=500', 500],
  ])('%s gives at most %i', async (path, count) => {
    const world = aWorld({ trades: Array.from({ length: 600 }, (_, n) => aTrade(`${600 - n}`)) });
    const { trades } = (await json(await get(apiOf(world), path))) as { trades: unknown[] };
    expect(trades).toHaveLength(count);
  });

  test.each(['0', '501', '-1', '1.5', 'ten', '', '1e2', '9999999999'])(
    'refuses limit=%s',
    async (limit) => {
      const response = await get(apiOf(aWorld()), `trades/recent?limit=${limit}`);
      expect(response.status).toBe(422);
      expect(await json(response)).toMatchObject({
        code: 'INVALID_REQUEST',
        errors: [{ field: 'limit' }],
      });
    },
  );

  test.each([
    'trades/recent?limti=5',
    'status?verbose=1',
    'health?x',
    'symbols/BTCUSDT/status?a=b',
  ])('refuses the unknown query key of %s', async (path) => {
    const response = await get(apiOf(aWorld()), path);
    expect(response.status).toBe(422);
    expect(await json(response)).toMatchObject({ code: 'INVALID_REQUEST' });
  });

  test('without Postgres says so', async () => {
    const world = aWorld();
    const reads = { ...fakeReads(world), recentTrades: down };
    const response = await get(apiOf(world, { reads }), 'trades/recent');
    expect(response.status).toBe(503);
    expect(await json(response)).toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
  });
});

describe('health', () => {
  test('is healthy while everything answers', async () => {
    const response = await get(apiOf(aWorld()), 'health');
    expect(response.status).toBe(200);
    expect(await json(response)).toMatchObject({ status: 'healthy', down: [] });
  });

  test('is degraded without venue and latch', async () => {
    const world = aWorld({ halts: null });
    const venue = { ...fakeVenue(world), equity: down };
    const response = await get(apiOf(world, { venue }), 'health');
    expect(response.status).toBe(200);
    expect(await json(response)).toMatchObject({ status: 'degraded', down: ['venue', 'latch'] });
  });

  test.each([
    ['postgres', { reads: { ...fakeReads(aWorld()), ping: down } }],
    ['temporal', { workflows: { ...fakeWorkflows(aWorld()), ping: down } }],
  ] as const)('of the root names %s when that is down', async (part, overrides) => {
    const response = await apiOf(aWorld(), overrides).request('/health');
    expect(response.status).toBe(503);
    expect(await json(response)).toMatchObject({ status: 'down', down: [part] });
  });

  test('of the root waits for no symbol, no venue and no latch', async () => {
    const world = aWorld({ halts: null });
    const reads = { ...fakeReads(world), symbols: down };
    const venue = { ...fakeVenue(world), equity: down };
    const response = await apiOf(world, { venue, reads }).request('/health');
    expect(response.status).toBe(200);
    expect(await json(response)).toMatchObject({
      status: 'healthy',
      components: [{ name: 'postgres' }, { name: 'temporal' }],
    });
  });

  test('of the root does not hang with a part that hangs', async () => {
    const workflows = {
      ...fakeWorkflows(aWorld()),
      ping: (): Promise<never> => new Promise(() => {}),
    };
    const response = await apiOf(aWorld(), { workflows }).request('/health');
    expect(response.status).toBe(503);
  });
});
