import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scriptedMarket, START } from './testing/scripted-market.ts';
import { startBench } from './testing/venue-bench.ts';
import type { Bench, Exchange } from './testing/venue-bench.ts';

const BTC = 'BTC/USDT:USDT';
let bench: Bench;
let exchange: Exchange;

/** Flat at 50,000, a dip to 49,000 from the eleventh step on, then back. */
const PRICES = Array.from({ length: 60 }, (_, i) => (i >= 10 && i < 20 ? 49_000 : 50_000));

beforeAll(async () => {
  bench = await startBench({ source: scriptedMarket({ BTCUSDT: PRICES }) });
  exchange = await bench.connect();
  await bench.step();
});
afterAll(() => bench.close());

/** Moves the market until its step at an index of the script. */
async function stepTo(index: number): Promise<void> {
  let time = 0;
  while (time < START + index * 1_000) time = await bench.step();
}

describe('ordinary orders', () => {
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

  test('a limit order rests, is found by both ids, and is cancelled', async () => {
    const placed = await exchange.createOrder(BTC, 'limit', 'buy', 0.01, 49_500, {
      clientOrderId: 'tg-limit-1',
    });
    expect(placed).toMatchObject({ status: 'open', price: '49500', filled: '0' });
    const byClientId = await exchange.fetchOrder('', BTC, { clientOrderId: 'tg-limit-1' });
    expect(byClientId).toMatchObject({ id: placed.id, timestamp: START });
    expect(await exchange.fetchOpenOrders(BTC)).toMatchObject([{ id: placed.id }]);
    const cancelled = await exchange.cancelOrder('', BTC, { clientOrderId: 'tg-limit-1' });
    expect(cancelled).toMatchObject({ id: placed.id, status: 'canceled' });
    expect(await exchange.fetchOrder(String(placed.id), BTC)).toMatchObject({ status: 'canceled' });
    expect(await exchange.fetchOpenOrders(BTC)).toEqual([]);
  });

  test('a post-only order that would cross is refused', async () => {
    const crossing = exchange.createOrder(BTC, 'limit', 'buy', 0.01, 50_100, { postOnly: true });
    await expect(crossing).rejects.toMatchObject({ name: 'OrderNotFillable' });
  });

  test('a limit order is amended in place', async () => {
    const placed = await exchange.createOrder(BTC, 'limit', 'buy', 0.01, 49_500);
    const edited = await exchange.editOrder(String(placed.id), BTC, 'limit', 'buy', 0.02, 49_400);
    expect(edited).toMatchObject({ id: placed.id, amount: '0.02', price: '49400' });
    await exchange.cancelOrder(String(placed.id), BTC);
  });

  test('a batch answers entry by entry, and cancel-all takes the rest', async () => {
    const entry = { symbol: BTC, type: 'limit' as const, side: 'buy' as const };
    const orders = await exchange.createOrders([
      { ...entry, amount: 0.01, price: 49_000, params: { clientOrderId: 'tg-batch-1' } },
      { ...entry, amount: 0.001, price: 49_000, params: { clientOrderId: 'tg-batch-2' } },
      { ...entry, amount: 0.01, price: 48_900, params: { clientOrderId: 'tg-batch-3' } },
    ]);
    expect(orders.map((order) => order.status)).toEqual(['open', 'rejected', 'open']);
    expect(orders[1]?.info).toMatchObject({ code: -4164 });
    await exchange.cancelAllOrders(BTC);
    expect(await exchange.fetchOpenOrders(BTC)).toEqual([]);
  });
});

describe('conditional orders', () => {
  test('are placed, found, and cancelled', async () => {
    const params = { clientOrderId: 'tg-stop-1', triggerPrice: 48_000, reduceOnly: true };
    const placed = await exchange.createOrder(BTC, 'market', 'sell', 0.01, undefined, params);
    expect(placed).toMatchObject({ status: 'open', triggerPrice: '48000', reduceOnly: true });
    const trigger = { trigger: true };
    const found = await exchange.fetchOrder(String(placed.id), BTC, trigger);
    expect(found).toMatchObject({ clientOrderId: 'tg-stop-1', status: 'open' });
    expect(await exchange.fetchOpenOrders(BTC, undefined, undefined, trigger)).toHaveLength(1);
    await exchange.cancelOrder(String(placed.id), BTC, trigger);
    expect(await exchange.fetchOpenOrders(BTC, undefined, undefined, trigger)).toEqual([]);
  });

  test('trigger on the mark, and the child has another id that the parent names', async () => {
    await exchange.createOrder(BTC, 'market', 'sell', 0.01, undefined, {
      clientOrderId: 'tg-stop-2',
      triggerPrice: 49_200,
      reduceOnly: true,
      workingType: 'MARK_PRICE',
    });
    await stepTo(10);
    const trigger = { trigger: true };
    const all = await exchange.fetchOrders(BTC, undefined, undefined, trigger);
    const listed = all.find((order) => order.clientOrderId === 'tg-stop-2');
    const stop = await exchange.fetchOrder(listed?.id ?? '', BTC, trigger);
    expect(stop).toMatchObject({ status: 'closed', clientOrderId: 'tg-stop-2' });
    const childId = String((stop.info as Record<string, unknown>)['actualOrderId']);
    const child = await exchange.fetchOrder(childId, BTC);
    expect(child).toMatchObject({ status: 'closed', filled: '0.01', reduceOnly: true });
    expect(child.info).toMatchObject({ origType: 'STOP_MARKET' });
    const [position] = await exchange.fetchPositions([BTC]);
    expect(position?.contracts ?? '0').toBe('0');
  });
});
