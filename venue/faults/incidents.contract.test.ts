import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { scriptedMarket } from '../testing/scripted-market.ts';
import { startBench } from '../testing/venue-bench.ts';
import type { Bench, Exchange } from '../testing/venue-bench.ts';

const BTC = 'BTC/USDT:USDT';
const WHERE = { account: 'paper', symbol: 'BTCUSDT' };
let bench: Bench;
let exchange: Exchange;

beforeEach(async () => {
  const prices = Array.from({ length: 30 }, (_, i) => (i === 3 ? 48_000 : 50_000));
  bench = await startBench({ source: scriptedMarket({ BTCUSDT: prices }) });
  exchange = await bench.connect({ timeout: 3_000 });
  await bench.step();
  await exchange.loadMarkets();
});
afterEach(() => bench.close());

const act = (action: string, detail: object = {}): Promise<Record<string, unknown>> =>
  bench.admin('POST', '/actions', { action, ...detail });
const inject = (fault: Record<string, unknown>): Promise<unknown> =>
  bench.admin('POST', '/faults', fault);
const limit = (price: number, params: object = {}): ReturnType<Exchange['createOrder']> =>
  exchange.createOrder(BTC, 'limit', 'buy', 0.01, price, params);
const buy = (amount = 0.01): ReturnType<Exchange['createOrder']> =>
  exchange.createOrder(BTC, 'market', 'buy', amount);

describe('on an account', () => {
  test('a resting order trades in part, then somebody else cancels it', async () => {
    const order = await limit(45_000, { clientOrderId: 'resting' });
    const filled = await act('fillOrder', { ...WHERE, clientOrderId: 'resting', share: 0.3 });
    expect(filled).toMatchObject({ ok: true, order: { executedQty: '0.003' } });
    const open = { status: 'open', filled: '0.003', remaining: '0.007' };
    expect(await exchange.fetchOrder(String(order.id), BTC)).toMatchObject(open);
    await act('cancelOrder', { ...WHERE, orderId: Number(order.id) });
    const cancelled = { status: 'canceled', filled: '0.003' };
    expect(await exchange.fetchOrder(String(order.id), BTC)).toMatchObject(cancelled);
    await expect(exchange.cancelOrder(String(order.id), BTC)).rejects.toThrow(/-2011/);
  });

  test('somebody else cancels a conditional order', async () => {
    const params = { triggerPrice: 45_000, reduceOnly: true, clientOrderId: 'their-stop' };
    const stop = await exchange.createOrder(BTC, 'market', 'sell', 0.01, undefined, params);
    const cancel = { ...WHERE, clientAlgoId: 'their-stop' };
    expect(await act('cancelConditional', cancel)).toMatchObject({
      ok: true,
      algo: { status: 'CANCELED' },
    });
    const trigger = { trigger: true };
    expect(await exchange.fetchOrder(String(stop.id), BTC, trigger)).toMatchObject({
      status: 'canceled',
    });
    const again = exchange.cancelOrder(String(stop.id), BTC, trigger);
    await expect(again).rejects.toThrow(/-2011/);
    expect(await act('cancelConditional', cancel)).toMatchObject({ ok: false, code: -2011 });
  });

  test('somebody trades by hand, and leaves an order', async () => {
    await act('placeOrder', { ...WHERE, side: 'sell', quantity: '0.02' });
    await act('placeOrder', { ...WHERE, side: 'buy', quantity: '0.01', price: '45000' });
    const [position] = await exchange.fetchPositions([BTC]);
    expect(position).toMatchObject({ side: 'short', contracts: '0.02' });
    const [foreign] = await exchange.fetchOpenOrders(BTC);
    expect(foreign?.clientOrderId).toMatch(/^web_/);
  });

  test('a position is liquidated', async () => {
    await buy();
    const heard = exchange.watchOrders(BTC);
    await bench.listening('user');
    expect(await act('liquidate', WHERE)).toEqual({ ok: true });
    const [order] = await heard;
    expect(order?.clientOrderId).toMatch(/^autoclose-/);
    expect(await exchange.fetchPositions([BTC])).toEqual([]);
    const income = (await exchange.fapiPrivateGetIncome()) as { incomeType: string }[];
    expect(income.map(({ incomeType }) => incomeType)).toContain('INSURANCE_CLEAR');
  });

  test('an isolated position is liquidated by the mark alone, and loses no more than its margin', async () => {
    await exchange.setMarginMode('isolated', BTC);
    await exchange.setLeverage(50, BTC);
    await buy(0.1);
    const [position] = await exchange.fetchPositions([BTC]);
    expect(Number(position?.liquidationPrice)).toBeCloseTo(49_197, -1);
    for (let i = 0; i < 3; i += 1) await bench.step();
    expect(await exchange.fetchPositions([BTC])).toEqual([]);
    const lost = 10_000 - Number((await exchange.fetchBalance())['USDT']?.total);
    expect(lost).toBeGreaterThan(100);
    expect(lost).toBeLessThan(105);
  });

  test('a position is auto-deleveraged at the mark', async () => {
    await buy();
    expect(await act('deleverage', { ...WHERE, quantity: '0.004' })).toEqual({ ok: true });
    const [position] = await exchange.fetchPositions([BTC]);
    expect(position).toMatchObject({ contracts: '0.006' });
    const last = (await exchange.fetchMyTrades(BTC)).at(-1);
    expect(last).toMatchObject({ side: 'sell', amount: '0.004', price: '50000' });
    const order = await exchange.fetchOrder(String(last?.order), BTC);
    expect(order.clientOrderId).toBe('adl_autoclose');
    const forced = (): Promise<unknown> =>
      exchange.fapiPrivateGetForceOrders({ autoCloseType: 'ADL' });
    expect(await forced()).toMatchObject([{ clientOrderId: 'adl_autoclose', status: 'FILLED' }]);
  });

  test('funding is forced', async () => {
    await buy();
    await act('settleFunding', { symbol: 'BTCUSDT', rate: '0.01' });
    expect(await exchange.fetchFundingHistory(BTC)).toMatchObject([{ amount: '-5' }]);
  });
});

describe('on a symbol', () => {
  test('on BREAK nothing is taken but cancels, and nothing is matched', async () => {
    const [kept, cancelled] = [await limit(49_000), await limit(45_000)];
    await act('setStatus', { symbol: 'BTCUSDT', status: 'BREAK' });
    await exchange.loadMarkets(true);
    expect(exchange.market(BTC).active).toBe(false);
    await expect(buy()).rejects.toMatchObject({ name: 'OperationRejected' });
    await expect(buy()).rejects.toThrow(/-4141/);
    await exchange.cancelOrder(String(cancelled.id), BTC);
    for (let i = 0; i < 3; i += 1) await bench.step();
    expect(await exchange.fetchOrder(String(kept.id), BTC)).toMatchObject({ status: 'open' });
    await act('setStatus', { symbol: 'BTCUSDT', status: 'TRADING' });
    expect((await buy()).status).toBe('closed');
  });

  test('a coarser tick refuses old prices, quotes itself and shows in the markets', async () => {
    await limit(45_000.1);
    const quote = exchange.watchBidsAsks([BTC]);
    await bench.listening('btcusdt@bookTicker');
    await act('changeRules', { symbol: 'BTCUSDT', tickSize: '100', minNotional: '500' });
    await expect(limit(45_050)).rejects.toThrow(/-4014/);
    await bench.step();
    expect((await quote)[BTC]).toMatchObject({ bid: '50000', ask: '50100' });
    await exchange.loadMarkets(true);
    expect(exchange.market(BTC)).toMatchObject({ precision: { price: '100' } });
    expect((await buy()).average).toBe('50100');
    expect(await exchange.fetchOpenOrders(BTC)).toMatchObject([{ price: '45000.1' }]);
  });

  test('what is asked for wrongly is refused by name', async () => {
    const bad = await act('setStatus', { symbol: 'BTCUSDT', status: 'ASLEEP' });
    expect(bad['error']).toMatch(/status/);
    expect(await act('liquidate', { ...WHERE, account: 'nobody' })).toMatchObject({ ok: false });
    expect(await act('liquidate', WHERE)).toMatchObject({ ok: false, code: -4054 });
    expect(await act('liquidate', { ...WHERE, symbol: 'NOPE' })).toMatchObject({ code: -1121 });
  });

  test('everything is in the log with both times', async () => {
    await act('settleFunding', { symbol: 'BTCUSDT', rate: '0.01' });
    const { injected } = await bench.admin('GET', '/faults');
    expect(injected).toMatchObject([
      { faultId: 0, kind: 'settleFunding', symbol: 'BTCUSDT', rate: '0.01' },
    ]);
    const [entry] = injected as { wallTime: number; marketTime: number }[];
    expect(entry?.wallTime).toBeGreaterThan(entry?.marketTime ?? Infinity);
  });
});

describe('a disk', () => {
  test('that is slow makes everybody wait', async () => {
    await inject({ kind: 'slowDisk', ms: 150, count: 1 });
    const begun = performance.now();
    await limit(45_000);
    expect(performance.now() - begun).toBeGreaterThan(145);
  });

  test('that is full: the order is unknown, then everything unavailable, and nothing is lost', async () => {
    const heard = exchange.watchOrders(BTC);
    await bench.listening('user');
    await inject({ kind: 'fullDisk' });
    const name = (error: unknown): unknown => (error as Error).message;
    const unknown = await limit(45_000, { clientOrderId: 'on-full-disk' }).catch(name);
    expect(unknown).toMatch(/503.*Unknown error/);
    expect(await limit(45_000).catch(name)).toMatch(/503.*Service Unavailable/);
    expect(await exchange.fetchOpenOrders(BTC).catch(name)).toMatch(/503/);
    await bench.step();
    await bench.admin('DELETE', '/faults');
    const open = await exchange.fetchOpenOrders(BTC);
    expect(open).toMatchObject([{ clientOrderId: 'on-full-disk' }]);
    expect(await heard).toMatchObject([{ clientOrderId: 'on-full-disk' }]);
  });
});
