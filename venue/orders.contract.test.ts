import { afterAll, beforeAll, expect, test } from 'vitest';
import { scriptedMarket, START } from './testing/scripted-market.ts';
import { startBench } from './testing/venue-bench.ts';
import type { Bench, Exchange } from './testing/venue-bench.ts';

const BTC = 'BTC/USDT:USDT';
let bench: Bench;
let exchange: Exchange;

beforeAll(async () => {
  const prices = Array.from({ length: 60 }, () => 50_000);
  bench = await startBench({ source: scriptedMarket({ BTCUSDT: prices }) });
  exchange = await bench.connect();
  await bench.step();
});
afterAll(() => bench.close());

test('a market order fills, and its trade and user event say the same', async () => {
  const event = exchange.watchOrders(BTC);
  await bench.listening('user');
  const order = await exchange.createOrder(BTC, 'market', 'buy', 0.01, undefined, {
    clientOrderId: 'tg-market-1',
  });
  expect(order).toMatchObject({
    clientOrderId: 'tg-market-1',
    symbol: BTC,
    status: 'closed',
    filled: '0.01',
    average: '50000.1',
  });
  const [seen] = await event;
  expect(seen).toMatchObject({ id: order.id, clientOrderId: 'tg-market-1' });
  const [trade] = await exchange.fetchMyTrades(BTC);
  expect(trade).toMatchObject({
    order: order.id,
    side: 'buy',
    amount: '0.01',
    price: '50000.1',
    takerOrMaker: 'taker',
    fee: { currency: 'USDT', cost: '0.2500005' },
    timestamp: START,
  });
});
