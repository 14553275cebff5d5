import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scriptedMarket, START } from './testing/scripted-market.ts';
import { KEYS } from './testing/keys.ts';
import { startBench } from './testing/venue-bench.ts';
import type { Bench, Exchange } from './testing/venue-bench.ts';

const BTC = 'BTC/USDT:USDT';
let bench: Bench;
let exchange: Exchange;

beforeAll(async () => {
  const prices = Array.from({ length: 10 }, () => 50_000);
  bench = await startBench({ source: scriptedMarket({ BTCUSDT: prices }) });
  exchange = await bench.connect();
  await bench.step();
  await exchange.setLeverage(3, BTC);
});
afterAll(() => bench.close());

type Params = Record<string, unknown>;
const buy = (amount: number, price?: number, params: Params = {}): Promise<unknown> =>
  exchange.createOrder(BTC, price === undefined ? 'market' : 'limit', 'buy', amount, price, params);
const rawOrder = (fields: Params): Promise<unknown> =>
  exchange.fapiPrivatePostOrder({ symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', ...fields });

describe('refusals reach ccxt as the classes of the real venue', () => {
  const cases: readonly [string, string, RegExp, () => Promise<unknown>][] = [
    ['too little margin', 'InsufficientFunds', /-2019/, () => buy(1)],
    ['too small', 'InvalidOrder', /-4164/, () => buy(0.001)],
    ['unknown order', 'OrderNotFound', /-2013/, () => exchange.fetchOrder('999', BTC)],
    ['cancel of an unknown order', 'OrderNotFound', /-2011/, () => exchange.cancelOrder('9', BTC)],
    ['too many decimals', 'BadRequest', /-1111/, () => rawOrder({ quantity: '0.0101' })],
    ['letters for a number', 'BadRequest', /-1100/, () => rawOrder({ quantity: 'abc' })],
    ['no quantity', 'BadRequest', /-1102/, () => rawOrder({})],
    ['unknown symbol', 'BadSymbol', /-1121/, () => rawOrder({ symbol: 'NOPE', quantity: '1' })],
    [
      'a stop that would trigger at once',
      'OrderImmediatelyFillable',
      /-2021/,
      () => exchange.createOrder(BTC, 'market', 'sell', 0.01, undefined, { triggerPrice: 50_500 }),
    ],
    [
      'reduce-only without a position',
      'InvalidOrder',
      /-2022/,
      () => buy(0.01, undefined, { reduceOnly: true }),
    ],
    [
      'a price off the tick',
      'BadRequest',
      /-4014/,
      () => rawOrder({ type: 'LIMIT', timeInForce: 'GTC', quantity: '0.01', price: '49000.05' }),
    ],
    [
      'a quantity below the smallest',
      'BadRequest',
      /-1111/,
      () => rawOrder({ quantity: '0.0001' }),
    ],
    ['a quantity above the largest', 'BadRequest', /-4005/, () => rawOrder({ quantity: '1001' })],
    ['a price beyond the band', 'BadRequest', /-4016/, () => buy(0.01, 52_600)],
    [
      'a fill-or-kill that is not filled',
      'OrderNotFillable',
      /-5021/,
      () => buy(0.01, 49_000, { timeInForce: 'FOK' }),
    ],
    [
      'a post-only order that would take',
      'OrderNotFillable',
      /-5022/,
      () => buy(0.01, 50_100, { postOnly: true }),
    ],
    [
      'closePosition without a position',
      'ExchangeError',
      /-4509/,
      () => closeAll({ triggerPrice: 45_000 }),
    ],
    [
      'a conditional type at the ordinary endpoint',
      'ExchangeError',
      /-4120/,
      () => rawOrder({ type: 'STOP_MARKET', stopPrice: '49000', quantity: '0.01' }),
    ],
    ['an order type that is none', 'BadRequest', /-1116/, () => rawOrder({ type: 'ICEBERG' })],
    ['a side that is none', 'BadRequest', /-1117/, () => rawOrder({ side: 'LONG' })],
    [
      'a time in force that is none',
      'BadRequest',
      /-1115/,
      () => rawOrder({ type: 'LIMIT', timeInForce: 'GTX2', quantity: '0.01', price: '49000' }),
    ],
    [
      'a client id that is too long',
      'BadRequest',
      /-4015/,
      () => rawOrder({ quantity: '0.01', newClientOrderId: 'x'.repeat(37) }),
    ],
    [
      'a position side in one-way mode',
      'OperationRejected',
      /-4061/,
      () => rawOrder({ quantity: '0.01', positionSide: 'LONG' }),
    ],
    [
      'a leverage that is none',
      'BadRequest',
      /-4028/,
      () =>
        exchange.fapiPrivatePostLeverage({
          symbol: 'BTCUSDT',
          leverage: 126,
        }),
    ],
    [
      'more than the leverage may hold',
      'OperationRejected',
      /-2027/,
      () => atHighLeverage(() => buy(7, 49_000)),
    ],
    ['six orders in a batch', 'BadRequest', /-4082/, () => batchOf(6)],
    [
      'a window that is too long',
      'BadRequest',
      /-1130/,
      () => buy(0.01, 49_000, { recvWindow: 70_000 }),
    ],
    ['a stale timestamp', 'InvalidNonce', /-1021/, () => stale(-6_000)],
    ['a timestamp from the future', 'InvalidNonce', /-1021/, () => stale(5_000)],
  ];

  test.each(cases)('%s: %s', async (_name, errorName, code, call) => {
    const error: unknown = await call().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ name: errorName });
    expect(String(error)).toMatch(code);
  });

  const closeAll = (params: Params): Promise<unknown> =>
    exchange.createOrder(BTC, 'market', 'sell', 0, undefined, { closePosition: true, ...params });
  const batchOf = (length: number): Promise<unknown> =>
    exchange.fapiPrivatePostBatchOrders({
      batchOrders: Array.from({ length }, () => ({ symbol: 'BTCUSDT', side: 'BUY' })),
    });

  /** The account's leverage is 3 again afterwards. */
  async function atHighLeverage(run: () => Promise<unknown>): Promise<unknown> {
    await exchange.setLeverage(125, BTC);
    try {
      return await run();
    } finally {
      await exchange.setLeverage(3, BTC);
    }
  }

  const stale = (shiftMs: number): Promise<unknown> =>
    buy(0.01, undefined, { timestamp: Date.now() + shiftMs, recvWindow: 5_000 });

  test('a client id that is open is refused, one that is filled is free again', async () => {
    await buy(0.01, 49_000, { clientOrderId: 'tg-same' });
    const again = buy(0.01, 49_000, { clientOrderId: 'tg-same' });
    await expect(again).rejects.toMatchObject({ name: 'InvalidOrder' });
    await expect(buy(0.01, 49_000, { clientOrderId: 'tg-same' })).rejects.toThrow(/-4116/);
    await exchange.cancelAllOrders(BTC);
    await expect(buy(0.01, 49_000, { clientOrderId: 'tg-same' })).resolves.toBeDefined();
    await exchange.cancelAllOrders(BTC);
  });

  test('an unknown key is refused', async () => {
    const unknown = await bench.connect({ apiKey: 'another-key' });
    await expect(unknown.fetchBalance()).rejects.toThrow(/-2015/);
    await expect(unknown.fetchBalance()).rejects.toMatchObject({ name: 'AuthenticationError' });
  });
});

describe('malformed requests', () => {
  const send = async (path: string, init: RequestInit = {}): Promise<[number, unknown]> => {
    const headers = { 'x-mbx-apikey': KEYS.apiKey };
    const response = await fetch(`${bench.venue.restUrl}${path}`, { headers, ...init });
    return [response.status, await response.json()];
  };

  test.each([
    ['/fapi/v1/nothing', 404, -5000],
    ['/sapi/v1/account', 404, -5000],
    ['/fapi/v1/depth?symbol=BTCUSDT&limit=7', 400, -4021],
    ['/fapi/v1/klines?symbol=BTCUSDT&interval=7m', 400, -1120],
    ['/fapi/v1/klines?symbol=BTCUSDT&interval=1m&startTime=%00', 400, -1100],
    ['/fapi/v1/klines?interval=1m', 400, -1102],
    ['/fapi/v2/account', 400, -1102],
    ['/fapi/v2/account?timestamp=1&signature=zz', 400, -1022],
  ])('%s answers %i with %i', async (path, status, code) => {
    expect(await send(path)).toEqual([status, { code, msg: expect.any(String) as string }]);
  });

  test('bodies that are no parameters do not crash it', async () => {
    const bodies = ['{"a":', '%%%', '\u0000', 'a'.repeat(300_000), 'signature=', '&&&&'];
    for (const body of bodies) {
      const [status] = await send('/fapi/v1/order', { method: 'POST', body });
      expect(status).toBeGreaterThanOrEqual(400);
    }
    expect(await send('/fapi/v1/ping')).toEqual([200, {}]);
  });

  test('every reply says that the venue is paper, and counts weight and orders', async () => {
    const response = await fetch(`${bench.venue.restUrl}/fapi/v1/time`);
    expect(response.headers.get('x-tidegate-venue')).toBe('paper');
    expect(Number(response.headers.get('x-mbx-used-weight-1m'))).toBeGreaterThan(0);
    await buy(0.01);
    const headers = exchange.last_response_headers as Record<string, string>;
    expect(Number(headers['X-Mbx-Order-Count-10s'])).toBeGreaterThan(0);
    expect(Number(headers['X-Mbx-Order-Count-1m'])).toBeGreaterThan(0);
  });

  test.each([
    ['a refusal', 400, undefined, {}],
    ['a path that is none', 404, undefined, { path: 'nothing' }],
    ['a body that is too large', 413, undefined, { method: 'POST', body: 'a'.repeat(300_000) }],
    ['maintenance', 503, { kind: 'maintenance' }, {}],
    ['nothing done', 503, { kind: 'replyInstead', reply: 'unavailable503' }, {}],
    ['a page', 502, { kind: 'replyInstead', reply: 'badGateway502', accepted: false }, {}],
    ['a ban', 418, { kind: 'replyInstead', reply: 'banned418' }, {}],
  ])('%s too: %i', async (_what, status, fault, request) => {
    if (fault !== undefined) await bench.admin('POST', '/faults', fault);
    const { path = 'order', ...init }: RequestInit & { path?: string } = request;
    const { headers, ...reply } = await exchangeHeaders(`/fapi/v1/${path}`, init);
    await bench.admin('DELETE', '/faults');
    expect(reply.status).toBe(status);
    expect(headers.get('x-tidegate-venue')).toBe('paper');
    expect(headers.get('x-tidegate-market-time')).toBe(String(START));
  });
  const exchangeHeaders = async (
    path: string,
    init: RequestInit,
  ): Promise<{ status: number; headers: Headers }> => {
    const { status, headers } = await fetch(`${bench.venue.restUrl}${path}`, {
      headers: { 'x-mbx-apikey': KEYS.apiKey },
      ...init,
    });
    return { status, headers };
  };

  test('what is asked for weighs what Binance says', async () => {
    const used = async (path: string): Promise<number> => {
      const response = await fetch(`${bench.venue.restUrl}/fapi/v1/${path}`);
      return Number(response.headers.get('x-mbx-used-weight-1m'));
    };
    const weigh = async (path: string): Promise<number> => {
      const before = await used('ping');
      return (await used(path)) - before;
    };
    const weights = [
      await weigh('ticker/24hr?symbol=BTCUSDT'),
      await weigh('ticker/24hr'),
      await weigh('depth?symbol=BTCUSDT&limit=1000'),
      await weigh('klines?symbol=BTCUSDT&interval=1m&limit=99'),
      await weigh('klines?symbol=BTCUSDT&interval=1m&limit=1500'),
    ];
    expect(weights).toEqual([1, 40, 20, 1, 10]);
  });

  test('a client with default options finds the other markets empty', async () => {
    const plain = await bench.connect({ options: {} });
    const markets = await plain.loadMarkets();
    expect(Object.keys(markets)).toEqual([BTC]);
  });
});

test('beyond a limit the venue answers 429 and says when to come back, then bans', async () => {
  const limits = { weightPerMinute: 3, refusalsBeforeBan: 2, banS: 90 };
  const prices = [50_000, 50_000];
  const source = scriptedMarket({ BTCUSDT: prices });
  let now = 1_700_000_000_000;
  const small = await startBench({ source, limits, wallClock: () => now });
  try {
    const ask = (): Promise<Response> => fetch(`${small.venue.restUrl}/fapi/v1/ping`);
    for (let i = 0; i < 3; i += 1) expect((await ask()).status).toBe(200);
    const refused = await ask();
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '40']);
    const client = await small.connect();
    await expect(client.fetchTime()).rejects.toMatchObject({ name: 'DDoSProtection' });
    const ban = await ask();
    expect([ban.status, ban.headers.get('retry-after')]).toEqual([418, '90']);
    const used = [refused, ban, await ask()].map((it) => it.headers.get('x-mbx-used-weight-1m'));
    expect(used).toEqual(['4', '6', '6']);
    await expect(client.fetchTime()).rejects.toThrow(/418.*banned until/);
    now += 60_000;
    expect((await ask()).status).toBe(418);
    now += 31_000;
    expect((await ask()).status).toBe(200);
  } finally {
    await small.close();
  }
});

test('a clock that is off moves neither limits, nor bans, nor countdowns', async () => {
  const now = 1_700_000_000_000;
  const small = await startBench({
    source: scriptedMarket({ BTCUSDT: [50_000, 50_000] }),
    limits: { weightPerMinute: 60, refusalsBeforeBan: 1 },
    wallClock: () => now,
  });
  const skew = (ms: number): Promise<unknown> =>
    small.admin('POST', '/faults', { kind: 'clockSkew', ms });
  try {
    const client = await small.connect();
    await small.step();
    const at = (timestamp: number): object => ({ timestamp });
    await client.createOrder(BTC, 'limit', 'buy', 0.01, 49_000, at(now));
    await skew(-600_000);
    const countdown = { symbol: 'BTCUSDT', countdownTime: 300_000, ...at(now - 600_000) };
    await client.fapiPrivatePostCountdownCancelAll(countdown);
    await small.admin('DELETE', '/faults');
    await small.admin('POST', '/faults', {
      kind: 'delayReply',
      call: 'GET ping',
      count: 1,
      ms: 50,
    });
    await client.fapiPublicGetPing();
    expect(await client.fetchOpenOrders(BTC, undefined, undefined, at(now))).toHaveLength(1);
    const ask = (): Promise<Response> => fetch(`${small.venue.restUrl}/fapi/v1/ticker/24hr`);
    const statuses = [(await ask()).status, (await ask()).status];
    await skew(600_000);
    statuses.push((await ask()).status, (await ask()).status);
    expect(statuses).toEqual([200, 429, 418, 418]);
  } finally {
    await small.close();
  }
});

test('too many orders, and an account without money', async () => {
  const source = scriptedMarket({ BTCUSDT: [50_000, 50_000] });
  const poor = await startBench({
    source,
    limits: { ordersPer10s: 2 },
    accounts: [{ id: 'paper', balance: '0' }],
    wallClock: () => 1_700_000_000_000,
  });
  try {
    const client = await poor.connect();
    await poor.step();
    const order = (): Promise<unknown> =>
      client.createOrder(BTC, 'market', 'buy', 0.01, undefined, { timestamp: 1_700_000_000_000 });
    await expect(order()).rejects.toThrow(/-2018/);
    await expect(order()).rejects.toMatchObject({ name: 'InsufficientFunds' });
    const refused = order();
    await expect(refused).rejects.toThrow(/429.*-1015/);
    await expect(refused).rejects.toMatchObject({ name: 'DDoSProtection' });
    expect(client.last_response_headers).toMatchObject({
      'Retry-After': '10',
      'X-Mbx-Order-Count-10s': '3',
      'X-Mbx-Order-Count-1m': '3',
      'X-Mbx-Used-Weight-1m': expect.stringMatching(/^\d+$/) as string,
    });
  } finally {
    await poor.close();
  }
});
