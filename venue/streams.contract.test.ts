import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { scriptedMarket, START } from './testing/scripted-market.ts';
import { KEYS } from './testing/keys.ts';
import { startBench } from './testing/venue-bench.ts';
import type { Bench, BenchOptions } from './testing/venue-bench.ts';

const BTC = 'BTC/USDT:USDT';
const OTHER = { apiKey: 'test-key-two', secret: 'test-secret-two' };
const benches: Bench[] = [];
afterEach(async () => {
  for (const bench of benches.splice(0)) await bench.close();
});

async function open(options: Partial<BenchOptions> = {}): Promise<Bench> {
  const prices = Array.from({ length: 100 }, () => 50_000);
  const bench = await startBench({ source: scriptedMarket({ BTCUSDT: prices }), ...options });
  benches.push(bench);
  return bench;
}

type Frame = Record<string, unknown>;

/** A raw socket whose frames are read one after another. */
async function connect(bench: Bench, path: string): Promise<[WebSocket, () => Promise<Frame>]> {
  const socket = new WebSocket(bench.venue.restUrl.replace('http', 'ws') + path);
  const frames: Frame[] = [];
  const waiting: ((frame: Frame) => void)[] = [];
  socket.on('message', (data: Buffer) => {
    const frame = JSON.parse(data.toString('utf8')) as Frame;
    const next = waiting.shift();
    if (next === undefined) frames.push(frame);
    else next(frame);
  });
  await new Promise((resolve) => socket.once('open', resolve));
  const read = (): Promise<Frame> => {
    const frame = frames.shift();
    if (frame !== undefined) return Promise.resolve(frame);
    return new Promise((resolve) => waiting.push(resolve));
  };
  return [socket, read];
}

test('streams are subscribed, listed and left by message', async () => {
  const bench = await open();
  const [socket, read] = await connect(bench, '/public/ws/7');
  const ask = (method: string, params?: string[]): Promise<Frame> => {
    socket.send(JSON.stringify({ method, params, id: 5 }));
    return read();
  };
  expect(await ask('SUBSCRIBE', ['btcusdt@trade', 'nope@trade'])).toEqual({ result: null, id: 5 });
  expect(await ask('LIST_SUBSCRIPTIONS')).toEqual({ result: ['btcusdt@trade'], id: 5 });
  await bench.step();
  expect(await read()).toMatchObject({ e: 'trade', s: 'BTCUSDT', E: START, p: '50000', m: true });
  expect(await ask('UNSUBSCRIBE', ['btcusdt@trade'])).toEqual({ result: null, id: 5 });
  await bench.step();
  expect(await ask('LIST_SUBSCRIPTIONS')).toEqual({ result: [], id: 5 });
  expect(await ask('EXPLODE')).toMatchObject({ error: { code: 2 }, id: 5 });
});

test('messages that are no requests are answered, not fatal', async () => {
  const bench = await open();
  const [socket, read] = await connect(bench, '/ws/0');
  for (const text of ['{', '[]', 'null', '{"method":7}', '\u0000']) {
    socket.send(text);
    expect(await read()).toMatchObject({ error: { code: 2 } });
  }
});

test('a combined stream wraps its frames', async () => {
  const bench = await open();
  const [, read] = await connect(bench, '/stream?streams=btcusdt@aggTrade/btcusdt@ticker');
  await bench.step();
  const frames = [await read(), await read()];
  expect(frames).toMatchObject([
    { stream: 'btcusdt@aggTrade', data: { e: 'aggTrade', a: START } },
    { stream: 'btcusdt@ticker', data: { e: '24hrTicker', c: '50000' } },
  ]);
});

test('a minute that ends is told as closed', async () => {
  const source = scriptedMarket({ BTCUSDT: [50_000, 50_001, 50_002] }, { stepMs: 30_000 });
  const bench = await open({ source });
  const [, read] = await connect(bench, '/market/ws/btcusdt@kline_1m');
  for (let i = 0; i < 3; i += 1) await bench.step();
  const frames = [await read(), await read(), await read(), await read(), await read()];
  const bars = frames.map((frame) => {
    const { t, c, x } = frame['k'] as { t: number; c: string; x: boolean };
    return [(t - START) / 60_000, c, x];
  });
  expect(bars).toEqual([
    [-1, '50000', true],
    [0, '50000', false],
    [0, '50001', false],
    [0, '50001', true],
    [1, '50002', false],
  ]);
});

test('an account hears of its own orders only, and before the market frames of the step', async () => {
  const bench = await open({
    apiKeys: [
      { ...KEYS, account: 'one' },
      { ...OTHER, account: 'two' },
    ],
    accounts: [{ id: 'one' }, { id: 'two', balance: '500', takerFeeBps: 4 }],
  });
  const [first, second] = [await bench.connect(), await bench.connect(OTHER)];
  await bench.step();
  const { listenKey } = (await first.fapiPrivatePostListenKey()) as { listenKey: string };
  const other = (await second.fapiPrivatePostListenKey()) as { listenKey: string };
  const [, read] = await connect(bench, `/private/ws?listenKey=${listenKey}`);
  const [, readOther] = await connect(bench, `/ws/${other.listenKey}`);
  await first.createOrder(BTC, 'market', 'buy', 0.01, undefined, { clientOrderId: 'mine' });
  await second.createOrder(BTC, 'market', 'buy', 0.01, undefined, { clientOrderId: 'theirs' });
  const kinds = [await read(), await read(), await read()].map((frame) => frame['e']);
  expect(kinds).toEqual(['ORDER_TRADE_UPDATE', 'ACCOUNT_UPDATE', 'ORDER_TRADE_UPDATE']);
  expect(await readOther()).toMatchObject({ o: { c: 'theirs', X: 'NEW', x: 'NEW' } });
  expect(await readOther()).toMatchObject({ a: { m: 'ORDER', B: [{ a: 'USDT' }] } });
  expect(await readOther()).toMatchObject({
    E: START,
    o: { c: 'theirs', X: 'FILLED', x: 'TRADE', l: '0.01', n: '0.2000004', N: 'USDT', m: false },
  });
  expect((await second.fetchBalance())['USDT']?.total).not.toBe('500');
});

test('a listen key that nobody renews ends, and its stream says so', async () => {
  const bench = await open({ listenKeyTtlMs: 300 });
  const client = await bench.connect();
  const { listenKey } = (await client.fapiPrivatePostListenKey()) as { listenKey: string };
  const [, read] = await connect(bench, `/private/ws?listenKey=${listenKey}`);
  expect(await client.fapiPrivatePutListenKey()).toEqual({ listenKey });
  expect(await read()).toMatchObject({ e: 'listenKeyExpired', listenKey });
  await expect(client.fapiPrivatePutListenKey()).rejects.toThrow(/-1125/);
});
