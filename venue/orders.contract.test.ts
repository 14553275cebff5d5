import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
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

describe('order kinds', () => {
  const PATH = [50_000, 50_000, 51_000, 51_500, 50_900, 50_900, 50_900];
  let bench: Bench;
  let exchange: Exchange;

  beforeEach(async () => {
    bench = await startBench({ source: scriptedMarket({ BTCUSDT: PATH }, { size: '1' }) });
    exchange = await bench.connect();
    await bench.step();
  });
  afterEach(() => bench.close());

  const limit = (
    side: 'buy' | 'sell',
    amount: number,
    price: number,
    params: Record<string, unknown> = {},
  ): ReturnType<Exchange['createOrder']> =>
    exchange.createOrder(BTC, 'limit', side, amount, price, params);
  const steps = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i += 1) await bench.step();
  };
  type Seen = { readonly id: string; readonly status: string; readonly info: unknown };
  /** What ccxt's stream has made of an order. */
  const cached = (id: unknown): Seen | undefined =>
    (exchange.orders as unknown as Seen[]).find((order) => order.id === id);
  /** The conditional order with a client id, and its child. */
  async function algoAndChild(clientOrderId: string) {
    const all = await exchange.fetchOrders(BTC, undefined, undefined, { trigger: true });
    const algo = all.find((order) => order.clientOrderId === clientOrderId);
    const { actualOrderId } = (algo?.info ?? {}) as Record<string, unknown>;
    return [algo, await exchange.fetchOrder(String(actualOrderId), BTC)] as const;
  }

  test('immediate-or-cancel takes what it gets, and what is left expires', async () => {
    const nothing = await limit('buy', 0.01, 49_500, { timeInForce: 'IOC' });
    expect(nothing).toMatchObject({ status: 'expired', timeInForce: 'IOC', filled: '0' });
    const part = await limit('buy', 1.5, 50_000.1, { timeInForce: 'IOC' });
    expect(part).toMatchObject({ status: 'expired', amount: '1.5', filled: '1', remaining: '0.5' });
    expect(await exchange.fetchPositions([BTC])).toMatchObject([{ contracts: '1' }]);
    expect(await exchange.fetchOpenOrders(BTC)).toEqual([]);
  });

  test.each([
    ['EXPIRE_TAKER', 'open', 'expired'],
    ['EXPIRE_MAKER', 'expired', 'closed'],
    ['EXPIRE_BOTH', 'expired', 'expired'],
    ['NONE', 'open', 'closed'],
  ])('self-trade prevention %s: the resting order is %s, the new one %s', async (mode, ...ends) => {
    const event = exchange.watchOrders(BTC);
    await bench.listening('user');
    await limit('sell', 0.01, 50_000.1, { clientOrderId: 'maker' });
    await event;
    const params = { clientOrderId: 'taker', selfTradePreventionMode: mode };
    const taker = await limit('buy', 0.01, 50_000.1, params);
    const maker = await exchange.fetchOrder('', BTC, { clientOrderId: 'maker' });
    expect([maker.status, taker.status]).toEqual(ends);
    expect(taker.info).toMatchObject({ selfTradePreventionMode: mode });
    const inMatch = [maker, taker].filter(
      ({ info }) => (info as Record<string, unknown>)['status'] === 'EXPIRED_IN_MATCH',
    );
    expect(inMatch).toHaveLength(ends.filter((status) => status === 'expired').length);
    for (const { id } of inMatch) {
      while (cached(id)?.status !== 'expired') await exchange.watchOrders(BTC);
      expect(cached(id)?.info).toMatchObject({ X: 'EXPIRED_IN_MATCH' });
    }
  });

  test('a limit take-profit rests at its limit when it is triggered, and trades there', async () => {
    await exchange.createOrder(BTC, 'market', 'buy', 0.01);
    const params = { takeProfitPrice: 51_000, reduceOnly: true, clientOrderId: 'tp' };
    const placed = await limit('sell', 0.01, 51_200, params);
    expect(placed.info).toMatchObject({ orderType: 'TAKE_PROFIT' });
    await steps(2);
    const [, resting] = await algoAndChild('tp');
    expect(resting).toMatchObject({ status: 'open', price: '51200' });
    await steps(1);
    const [algo, filled] = await algoAndChild('tp');
    expect(algo).toMatchObject({ status: 'closed' });
    expect(filled).toMatchObject({ status: 'closed', average: '51200', reduceOnly: true });
    expect(filled.info).toMatchObject({ origType: 'TAKE_PROFIT' });
  });

  test('a trailing stop follows the price up, and sells when it comes back by its percentage', async () => {
    await exchange.createOrder(BTC, 'market', 'buy', 0.01);
    const params = { trailingPercent: '1', reduceOnly: true, clientOrderId: 'trail' };
    await exchange.createOrder(BTC, 'market', 'sell', 0.01, undefined, params);
    await steps(3);
    const open = await exchange.fetchOpenOrders(BTC, undefined, undefined, { trigger: true });
    expect(open).toMatchObject([{ clientOrderId: 'trail', status: 'open' }]);
    await steps(1);
    const [algo, child] = await algoAndChild('trail');
    expect(algo).toMatchObject({ status: 'closed' });
    expect(child).toMatchObject({ status: 'closed', filled: '0.01', average: '50900' });
    expect(child.info).toMatchObject({ origType: 'TRAILING_STOP_MARKET' });
    expect(await exchange.fetchPositions([BTC])).toEqual([]);
  });

  test('a batch of amendments answers entry by entry', async () => {
    const ids = [(await limit('buy', 0.01, 49_000)).id, (await limit('buy', 0.01, 48_900)).id, '9'];
    const edited = await exchange.editOrders(
      ids.map((id, i) => ({
        id: String(id),
        symbol: BTC,
        type: 'limit' as const,
        side: 'buy' as const,
        amount: i === 1 ? 0.001 : 0.02,
        price: 48_800,
      })),
    );
    expect(edited.map(({ info }) => info as unknown)).toMatchObject([
      { orderId: Number(ids[0]), origQty: '0.02', price: '48800', status: 'NEW' },
      { code: -4164 },
      { code: -2013 },
    ]);
    expect(await exchange.fetchOpenOrders(BTC)).toMatchObject([
      { id: ids[0], amount: '0.02', price: '48800' },
      { id: ids[1], amount: '0.01', price: '48900' },
    ]);
  });

  test('a batch of cancels goes by client ids too', async () => {
    for (const clientOrderId of ['one', 'two', 'three']) {
      await limit('buy', 0.01, 49_000, { clientOrderId });
    }
    const clientOrderIds = ['one', 'unknown', 'three'];
    const cancelled = await exchange.cancelOrders([], BTC, { clientOrderIds });
    expect(cancelled).toMatchObject([
      { clientOrderId: 'one', status: 'canceled' },
      { clientOrderId: 'three', status: 'canceled' },
    ]);
    expect(await exchange.fetchOpenOrders(BTC)).toMatchObject([{ clientOrderId: 'two' }]);
  });
});
