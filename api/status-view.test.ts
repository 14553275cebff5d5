import { describe, expect, test } from 'vitest';
import type { MoneyText, PriceText, QuantityText } from '../core/money/units.ts';
import { get, json } from './api-request.ts';
import { createApi } from './create-api.ts';
import {
  NOW,
  aHalt,
  aRow,
  aStatus,
  aWorld,
  createFakeClock,
  fakeDeps,
  fakeReads,
  fakeVenue,
  fakeWorkflows,
} from './fake-ports.ts';
import type { World } from './fake-ports.ts';
import type { ApiDeps } from './ports.ts';
import { statusView, symbolView } from './status-schemas.ts';

const apiOf = (world: World, overrides: Partial<ApiDeps> = {}) =>
  createApi(fakeDeps(world, overrides));

const down = () => Promise.reject(new Error('connection refused'));

const LONG = aRow('BTCUSDT', {
  status: aStatus({
    positionQuantity: '0.02',
    entryPrice: '59000',
    protectiveStops: [
      { side: 'buy', triggerPrice: '62000' },
      { side: 'sell', triggerPrice: '57000' },
    ],
    gridProfit: '1.25',
  }),
  fees: '0.75' as MoneyText,
  lastFill: {
    time: NOW - 5_000,
    side: 'buy',
    price: '59000' as PriceText,
    quantity: '0.02' as QuantityText,
  },
});

const symbolsOf = async (response: Response) => statusView.parse(await response.json()).symbols;

describe('status', () => {
  test('shows what a symbol does, holds and earned', async () => {
    const world = aWorld({ running: new Set(['BTCUSDT']), rows: [LONG] });
    const symbols = await symbolsOf(await get(apiOf(world), 'status'));
    expect(symbols.find(({ symbol }) => symbol === 'BTCUSDT')).toEqual({
      symbol: 'BTCUSDT',
      running: true,
      state: 'rangingGrid.working',
      level: 'ACTIVE',
      halted: false,
      halt_reason: null,
      regime: 'ranging',
      strategy: 'rangingGrid',
      decision: { code: 'GRID_KEPT', reason: 'the grid stands' },
      open_orders: 6,
      unknown_orders: 0,
      restraints: [],
      position: { side: 'LONG', quantity: '0.02', entry_price: '59000' },
      mark_price: '60000',
      stop: { trigger_price: '57000', distance_pct: 5 },
      grid_profit: '1.25',
      floating_profit: '20',
      fees: '0.75',
      funding: '-0.1',
      last_fill: {
        time: '2026-11-20T11:59:55.000Z',
        side: 'buy',
        price: '59000',
        quantity: '0.02',
      },
      market_time: '2026-11-20T11:59:00.000Z',
      age_ms: 500,
    });
  });

  test('measures a short from the other side', async () => {
    const status = aStatus({
      positionQuantity: '-0.02',
      entryPrice: '59000',
      protectiveStops: [
        { side: 'sell', triggerPrice: '57000' },
        { side: 'buy', triggerPrice: '61500' },
      ],
    });
    const world = aWorld({ rows: [aRow('BTCUSDT', { status })] });
    const view = symbolView.parse(await json(await get(apiOf(world), 'symbols/BTCUSDT/status')));
    expect(view).toMatchObject({
      position: { side: 'SHORT' },
      stop: { trigger_price: '61500', distance_pct: 2.5 },
      floating_profit: '-20',
    });
  });

  test('says null, never zero, of a symbol that has not reported yet', async () => {
    const symbols = await symbolsOf(await get(apiOf(aWorld()), 'status'));
    expect(symbols.map(({ symbol }) => symbol)).toEqual(['BTCUSDT', 'ETHUSDT', 'SOLUSDT']);
    const { symbol, running, mark_price, ...unknown } = symbols[0]!;
    expect([symbol, running, mark_price]).toEqual(['BTCUSDT', false, '60000']);
    expect(new Set(Object.values(unknown))).toEqual(new Set([null]));
  });

  test('shows what each part knows while the others are down, and names those', async () => {
    const world = aWorld({ rows: [LONG] });
    const view = statusView.parse(
      await json(
        await get(
          apiOf(world, {
            reads: { ...fakeReads(world), symbols: down, accountUse: down, limitFigures: down },
            venue: { ...fakeVenue(world), equity: down, quote: down },
            workflows: { ...fakeWorkflows(world), listRunning: down },
          }),
          'status',
        ),
      ),
    );
    expect(view.unavailable).toEqual(['postgres', 'temporal', 'venue']);
    expect([view.equity, view.wallet]).toEqual([null, null]);
    expect(view.limits.length).toBeGreaterThan(0);
    expect(view.limits.filter(({ used, share }) => used !== null || share !== null)).toEqual([]);
    expect(view.symbols.every(({ running, state }) => running === null && state === null)).toBe(
      true,
    );
  });

  test('does not wait for a part that never answers', async () => {
    const world = aWorld();
    const venue = { ...fakeVenue(world), quote: (): Promise<never> => new Promise(() => {}) };
    const symbols = await symbolsOf(await get(apiOf(world, { venue }), 'status'));
    expect(symbols.map(({ mark_price }) => mark_price)).toEqual([null, null, null]);
  });

  test('shows the share used of each limit', async () => {
    const world = aWorld({ rows: [LONG, aRow('ETHUSDT')] });
    const view = statusView.parse(await json(await get(apiOf(world), 'status')));
    // Equity 9,950, the highest 10,000; realised today -60; floating +20; gross 1,500 at leverage 3.
    expect(view.limits.map(({ limit, max, used, share }) => [limit, max, used, share])).toEqual([
      ['daily_loss_limit_pct', 5, 0.4004, 0.0801],
      ['exposure_limit_pct', 10, 5.0251, 0.5025],
      ['max_gross_exposure_pct', 100, 15.0754, 0.1508],
      ['max_open_orders_account', 150, 6, 0.04],
      ['max_concurrent_grids', 3, 2, 0.6667],
      ['drawdown_halt_pct', 10, 0.5, 0.05],
      ['max_position_pct', 30, 9.0452, 0.3015],
      ['max_open_orders_symbol', 40, 4, 0.1],
      ['max_orders_day_symbol', 5_000, 30, 0.006],
    ]);
  });

  test('names the symbol that used most of a limit for each symbol', async () => {
    const { limits } = statusView.parse(await json(await get(apiOf(aWorld()), 'status')));
    expect(
      Object.fromEntries(limits.map(({ limit, symbol }) => [limit, symbol])),
      'BTC has more orders, ETH the larger position and no market time yet',
    ).toMatchObject({
      max_gross_exposure_pct: null,
      max_position_pct: 'ETHUSDT',
      max_open_orders_symbol: 'BTCUSDT',
      max_orders_day_symbol: 'BTCUSDT',
    });
  });

  test('a new high is no drawdown, and before the first check nobody knows one', async () => {
    const world = aWorld();
    const drawdownFrom = async (highestEquity: string | null) => {
      const reads: ApiDeps['reads'] = {
        ...fakeReads(world),
        limitFigures: async () => ({
          highestEquity: highestEquity as MoneyText,
          isFirstDay: true,
          symbols: [],
        }),
      };
      const view = statusView.parse(await json(await get(apiOf(world, { reads }), 'status')));
      return Object.fromEntries(view.limits.map(({ limit, used }) => [limit, used]));
    };
    expect(await drawdownFrom('9000')).toMatchObject({ drawdown_halt_pct: 0 });
    // The first day of an account has a limit of orders of its own.
    expect(await drawdownFrom('9000')).toHaveProperty('max_orders_first_day_symbol');
    expect(await drawdownFrom(null)).toMatchObject({
      drawdown_halt_pct: null,
      max_open_orders_symbol: null,
    });
  });

  test('shows mode, flags in effect, account and halt', async () => {
    const since = '2026-11-20T11:00:00.000Z';
    const world = aWorld({ halts: [aHalt(), aHalt({ haltId: 'h2', symbols: ['ETHUSDT'] })] });
    expect(await json(await get(apiOf(world), 'status'))).toMatchObject({
      mode: 'paper',
      account: 'paper',
      venue: 'binance-usdm',
      time: '2026-11-20T12:00:00.000Z',
      flags: {
        enabled: true,
        use_ml_signals: false,
        use_advanced_risk: false,
        use_grid_optimization: false,
      },
      latch: 'set',
      halts: [
        { halt_id: 'h1', level: 'HALT', reason: 'drill', by: 'cli', since, symbols: null },
        { halt_id: 'h2', symbols: ['ETHUSDT'] },
      ],
      equity: '9950',
      wallet: '9900',
    });
  });

  test('asks the venue once a second, however many look', async () => {
    const world = aWorld();
    let asked = 0;
    const fakes = fakeVenue(world);
    const venue: ApiDeps['venue'] = {
      ...fakes,
      quote: (symbol) => {
        asked += 1;
        return fakes.quote(symbol);
      },
    };
    const clock = createFakeClock();
    const app = apiOf(world, { venue, clock });
    await Promise.all(Array.from({ length: 10 }, () => get(app, 'status')));
    expect(asked).toBe(3);
    await clock.sleep(1_000);
    await get(app, 'status');
    expect(asked).toBe(6);
  });
});

describe('status of a symbol', () => {
  test('takes either form of the symbol', async () => {
    const world = aWorld({ rows: [LONG] });
    const response = await get(
      apiOf(world),
      `symbols/${encodeURIComponent('BTC/USDT:USDT')}/status`,
    );
    expect(response.status).toBe(200);
    expect(await json(response)).toMatchObject({ symbol: 'BTCUSDT', grid_profit: '1.25' });
  });

  test('of a symbol that never traded here is 404', async () => {
    const response = await get(apiOf(aWorld()), 'symbols/DOGEUSDT/status');
    expect(response.status).toBe(404);
    expect(await json(response)).toMatchObject({ code: 'SYMBOL_NOT_FOUND', symbols: ['DOGEUSDT'] });
  });

  test('of something that is no symbol is refused', async () => {
    const response = await get(apiOf(aWorld()), 'symbols/nonsense/status');
    expect(response.status).toBe(422);
    expect(await json(response)).toMatchObject({
      code: 'INVALID_REQUEST',
      errors: [{ field: 'symbol', value: '"nonsense"' }],
    });
  });

  test('of a strange symbol without Postgres is 503, not 404', async () => {
    const world = aWorld();
    const reads = { ...fakeReads(world), symbols: down };
    const response = await get(apiOf(world, { reads }), 'symbols/DOGEUSDT/status');
    expect(response.status).toBe(503);
    expect(await json(response)).toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
  });
});
