import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scriptedMarket, START } from './testing/scripted-market.ts';
import { startBench } from './testing/venue-bench.ts';
import type { Bench, Exchange } from './testing/venue-bench.ts';

const BTC = 'BTC/USDT:USDT';
const ETH = 'ETH/USDT:USDT';
let bench: Bench;
let exchange: Exchange;

/** One step before midnight funding, at 50,000; then 51,000. */
const BEFORE_FUNDING = Date.UTC(2024, 0, 10, 7, 59, 58);
const PRICES = [50_000, 50_000, 51_000, 51_000, 51_000, 51_000];

beforeAll(async () => {
  const script = { BTCUSDT: PRICES, ETHUSDT: PRICES.map(() => 3_000) };
  bench = await startBench({ source: scriptedMarket(script, { startTime: BEFORE_FUNDING }) });
  exchange = await bench.connect();
  await bench.step();
});
afterAll(() => bench.close());

test('a new account holds 10,000 USDT and nothing else', async () => {
  expect((await exchange.fetchBalance())['USDT']).toEqual({
    free: '10000',
    used: '0',
    total: '10000',
  });
  expect(await exchange.fetchPositions()).toEqual([]);
});

describe('settings', () => {
  test('leverage and margin mode are set and read back', async () => {
    await exchange.setLeverage(3, BTC);
    await exchange.setMarginMode('isolated', BTC);
    const leverage = await exchange.fetchLeverage(BTC);
    expect(leverage).toMatchObject({ longLeverage: 3, marginMode: 'isolated' });
  });

  test('the same margin mode again is refused as already set', async () => {
    const again = exchange.setMarginMode('isolated', BTC);
    await expect(again).rejects.toMatchObject({ name: 'MarginModeAlreadySet' });
  });

  test('the account is in one-way mode', async () => {
    expect(await exchange.fetchPositionMode(BTC)).toMatchObject({ hedged: false });
    await expect(exchange.setPositionMode(false, BTC)).rejects.toThrow(/-4059/);
  });

  test('fees are those of the regular tier', async () => {
    expect(await exchange.fetchTradingFee(BTC)).toMatchObject({ maker: '0.0002', taker: '0.0005' });
  });

  test('leverage tiers rise', async () => {
    const tiers = await exchange.fetchLeverageTiers([BTC]);
    expect(tiers[BTC]?.[0]).toMatchObject({ maxLeverage: '125', maintenanceMarginRate: '0.004' });
  });
});

test('a position shows entry, margin and profit, in REST and in the user stream', async () => {
  const balance = exchange.watchBalance();
  await bench.listening('user');
  await exchange.createOrder(BTC, 'market', 'buy', 0.03);
  expect((await balance)['USDT']).toMatchObject({ total: '9999.2499985' });
  const [position] = await exchange.fetchPositions([BTC]);
  expect(position).toMatchObject({
    symbol: BTC,
    side: 'long',
    contracts: '0.03',
    entryPrice: '50000.1',
    markPrice: '50000',
    marginMode: 'isolated',
    unrealizedPnl: '-0.003',
  });
  expect(Number(position?.initialMargin)).toBeCloseTo(500, 1);
});

test('funding is paid once at its time, and is income', async () => {
  let time = 0;
  while (time < BEFORE_FUNDING + 2_000) time = await bench.step();
  const [paid, ...more] = await exchange.fetchFundingHistory(BTC);
  expect(more).toEqual([]);
  expect(paid).toMatchObject({ amount: '-0.15', timestamp: Date.UTC(2024, 0, 10, 8) });
  const rates = await exchange.fetchFundingRateHistory(BTC, undefined, 1);
  expect(rates).toMatchObject([{ fundingRate: '0.0001', timestamp: Date.UTC(2024, 0, 10, 8) }]);
  const [position] = await exchange.fetchPositions([BTC]);
  expect(position).toMatchObject({ markPrice: '51000', unrealizedPnl: '29.997' });
});

test('realised profit and fees end up in the balance', async () => {
  const params = { reduceOnly: true };
  const order = await exchange.createOrder(BTC, 'market', 'sell', 0.03, undefined, params);
  expect(order).toMatchObject({ status: 'closed', average: '51000' });
  const trades = await exchange.fetchMyTrades(BTC);
  expect(trades.at(-1)?.info).toMatchObject({ realizedPnl: '29.997' });
  const fees = trades.reduce((sum, trade) => sum + Number(trade.fee?.cost), 0);
  const { total } = (await exchange.fetchBalance())['USDT'] ?? {};
  expect(Number(total)).toBeCloseTo(10_000 - 0.15 + 29.997 - fees, 8);
  expect(await exchange.fetchPositions([BTC])).toEqual([]);
});

test('symbols do not mix', async () => {
  expect(await exchange.fetchMyTrades(ETH)).toEqual([]);
  expect(START).toBeLessThan(BEFORE_FUNDING);
});
