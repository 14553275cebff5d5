import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { scriptedMarket } from '../testing/scripted-market.ts';
import { KEYS } from '../testing/keys.ts';
import { startBench } from '../testing/venue-bench.ts';
import type { Bench, Exchange } from '../testing/venue-bench.ts';

const BTC = 'BTC/USDT:USDT';
/** Flat, with a fall at the third step. */
const PRICES = Array.from({ length: 50 }, (_, i) => (i === 2 ? 48_000 : 50_000));

let bench: Bench;
let exchange: Exchange;

beforeEach(async () => {
  bench = await startBench({
    source: scriptedMarket({ BTCUSDT: PRICES }),
    socketLifetimeMs: 60_000,
  });
  exchange = await bench.connect();
  await bench.step();
  await exchange.loadMarkets();
});
afterEach(() => bench.close());

const inject = (fault: Record<string, unknown>): Promise<unknown> =>
  bench.admin('POST', '/faults', fault);

type Frame = { e: string; o?: { c: string; caid: string; x: string; X: string; ai: string } };

/** What ccxt's own user stream receives from now on, and a wait for so many frames of it. */
async function openUserStream(): Promise<(count: number) => Promise<string[]>> {
  exchange.watchOrders(BTC).catch(() => {});
  await bench.listening('user');
  const client = Object.values(exchange.clients).find(({ url }) => url.includes('listenKey'));
  const frames: string[] = [];
  let heard = (): void => {};
  const { connection } = client as unknown as {
    connection: { on(name: 'message', listener: (data: Buffer) => void): void };
  };
  connection.on('message', (data) => {
    frames.push(nameOf(JSON.parse(data.toString()) as Frame));
    heard();
  });
  return async (count) => {
    while (frames.length < count) await new Promise<void>((resolve) => (heard = resolve));
    return frames;
  };
}

const nameOf = ({ e, o }: Frame): string =>
  e === 'ORDER_TRADE_UPDATE' ? `${o?.x} ${o?.X}` : e === 'ALGO_UPDATE' ? `algo ${o?.X}` : e;

const buy = (clientOrderId: string): ReturnType<Exchange['createOrder']> =>
  exchange.createOrder(BTC, 'market', 'buy', 0.01, undefined, { clientOrderId });

describe('user events', () => {
  test('come in order without a fault', async () => {
    const frames = await openUserStream();
    await buy('plain');
    expect(await frames(3)).toEqual(['NEW NEW', 'ACCOUNT_UPDATE', 'TRADE FILLED']);
  });

  test('come twice', async () => {
    const frames = await openUserStream();
    await inject({ kind: 'duplicateEvent', event: 'ORDER_TRADE_UPDATE', copies: 2 });
    await buy('twice');
    const three = (name: string): string[] => [name, name, name];
    expect(await frames(7)).toEqual([
      ...three('NEW NEW'),
      'ACCOUNT_UPDATE',
      ...three('TRADE FILLED'),
    ]);
  });

  test('are missing: ccxt keeps an open order that is filled', async () => {
    const frames = await openUserStream();
    await inject({ kind: 'dropEvent', event: 'ORDER_TRADE_UPDATE', status: 'FILLED' });
    const order = await buy('missing');
    await exchange.createOrder(BTC, 'limit', 'buy', 0.01, 49_000);
    expect(await frames(3)).toEqual(['NEW NEW', 'ACCOUNT_UPDATE', 'NEW NEW']);
    expect(cached(order.id)).toMatchObject({ status: 'open' });
    expect(await exchange.fetchOrder(String(order.id), BTC)).toMatchObject({ status: 'closed' });
  });

  test('come late, after what happened later', async () => {
    const frames = await openUserStream();
    await inject({ kind: 'lateEvent', ms: 80, status: 'FILLED', count: 1 });
    await buy('late');
    await exchange.createOrder(BTC, 'limit', 'buy', 0.01, 49_000);
    expect(await frames(4)).toEqual(['NEW NEW', 'ACCOUNT_UPDATE', 'NEW NEW', 'TRADE FILLED']);
  });

  test('come out of order: ccxt ends with the older status', async () => {
    const frames = await openUserStream();
    await inject({ kind: 'dropEvent', event: 'ACCOUNT_UPDATE' });
    await inject({ kind: 'reorderEvents', status: 'NEW', event: 'ORDER_TRADE_UPDATE', count: 1 });
    const order = await buy('reordered');
    expect(await frames(2)).toEqual(['TRADE FILLED', 'NEW NEW']);
    expect(cached(order.id)).toMatchObject({ status: 'open' });
  });

  test('that nothing overtakes come after their longest wait', async () => {
    const frames = await openUserStream();
    await inject({ kind: 'reorderEvents', ms: 50, status: 'NEW' });
    await exchange.createOrder(BTC, 'limit', 'buy', 0.01, 49_000);
    expect(await frames(1)).toEqual(['NEW NEW']);
  });

  test('of one account only, where the fault names it', async () => {
    const frames = await openUserStream();
    await inject({ kind: 'dropEvent', account: 'somebody' });
    await buy('named');
    expect(await frames(3)).toHaveLength(3);
  });

  test('of a conditional order come after the fill of its child', async () => {
    await buy('position');
    const frames = await openUserStream();
    const stop = { triggerPrice: 49_000, reduceOnly: true, clientOrderId: 'the-stop' };
    await exchange.createOrder(BTC, 'market', 'sell', 0.01, undefined, stop);
    await inject({ kind: 'dropEvent', event: 'ACCOUNT_UPDATE' });
    await inject({ kind: 'lateEvent', ms: 60, event: 'ALGO_UPDATE' });
    for (let i = 0; i < 4; i += 1) await bench.step();
    expect(await frames(6)).toEqual([
      'algo NEW',
      'NEW NEW',
      'TRADE FILLED',
      'algo TRIGGERING',
      'algo TRIGGERED',
      'algo FINISHED',
    ]);
  });
});

/** What ccxt's stream has made of an order. */
const cached = (id: unknown): unknown =>
  (exchange.orders as unknown as { id: string }[]).find((order) => order.id === id);

const nameOfError = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'none',
    (error: unknown) => (error as Error).name,
  );

const isSettled = async (promise: Promise<unknown> | undefined): Promise<boolean> => {
  const pending = Symbol('pending');
  return (await Promise.race([promise, Promise.resolve(pending)])) !== pending;
};

describe('sockets', () => {
  test('fall silent: connected, subscribed, and told nothing', async () => {
    const trade = exchange.watchTrades(BTC);
    await bench.listening('btcusdt@trade');
    await inject({ kind: 'silentSocket', stream: '@trade' });
    await bench.step();
    await bench.step();
    const quote = exchange.watchBidsAsks([BTC]);
    await bench.listening('btcusdt@bookTicker');
    await bench.step();
    await expect(quote).resolves.toBeDefined();
    expect(await isSettled(trade)).toBe(false);
    await bench.admin('DELETE', '/faults');
    await bench.step();
    expect(await trade).toHaveLength(1);
  });

  test('of the user fall silent: what happens meanwhile is never told', async () => {
    const frames = await openUserStream();
    await inject({ kind: 'silentSocket', stream: 'user' });
    const order = await buy('unheard');
    expect(await exchange.fetchOrder(String(order.id), BTC)).toMatchObject({ status: 'closed' });
    const { injected } = await bench.admin('GET', '/faults');
    expect(injected).toMatchObject([{ kind: 'silentSocket', stream: 'user' }]);
    await bench.admin('DELETE', '/faults');
    await exchange.createOrder(BTC, 'limit', 'buy', 0.01, 49_000, { clientOrderId: 'heard' });
    expect(await frames(1)).toEqual(['NEW NEW']);
    const [seen] = exchange.orders as unknown as { clientOrderId: string }[];
    expect(seen?.clientOrderId).toBe('heard');
  });

  test('freeze, and tell everything when they thaw', async () => {
    const frames = await openUserStream();
    await inject({ kind: 'frozenSocket', stream: 'user' });
    const order = await buy('frozen');
    expect(order.status).toBe('closed');
    await exchange.fetchOrder(String(order.id), BTC);
    const { injected } = await bench.admin('GET', '/faults');
    expect(injected).toMatchObject([{ kind: 'frozenSocket', stream: 'user' }]);
    await bench.admin('DELETE', '/faults');
    expect(await frames(3)).toEqual(['NEW NEW', 'ACCOUNT_UPDATE', 'TRADE FILLED']);
  });

  test('are cut on demand, and ccxt rejects what it waits for', async () => {
    const trade = exchange.watchTrades(BTC);
    const cut = nameOfError(trade);
    await bench.listening('btcusdt@trade');
    const reply = await bench.admin('POST', '/actions', {
      action: 'disconnectSockets',
      stream: 'btcusdt@trade',
    });
    expect(reply).toEqual({ ok: true, cut: 1 });
    expect(await cut).toBe('NetworkError');
  });

  test('lose a frame of the book, and ccxt notices the gap', async () => {
    const book = exchange.watchOrderBook(BTC);
    await bench.listening('btcusdt@depth@100ms');
    for (let i = 0; i < 3; i += 1) await bench.step();
    await book;
    await inject({ kind: 'dropFrame', stream: 'btcusdt@depth@100ms', count: 1 });
    await bench.step();
    const noticed = nameOfError(exchange.watchOrderBook(BTC));
    await bench.step();
    expect(await noticed).toBe('ChecksumError');
  });
});

test('a listen key ends early, and ccxt keeps waiting', async () => {
  const frames = await openUserStream();
  const reply = await bench.admin('POST', '/actions', { action: 'expireListenKeys' });
  expect(reply).toEqual({ ok: true, ended: 1 });
  await buy('unheard');
  expect(await frames(1)).toEqual(['listenKeyExpired']);
});

test('a listen key of one account ends, and another account goes on listening', async () => {
  const other = { apiKey: 'key-of-the-other', secret: 'secret-of-the-other' };
  const two = await startBench({
    source: scriptedMarket({ BTCUSDT: PRICES }),
    apiKeys: [
      { ...KEYS, account: 'paper' },
      { ...other, account: 'other' },
    ],
    accounts: [{ id: 'paper' }, { id: 'other' }],
  });
  try {
    await two.step();
    const clients = [await two.connect(), await two.connect(other)];
    const heard = clients.map((client) => client.watchOrders(BTC));
    for (const client of clients) await client.fapiPrivatePostListenKey();
    await expect
      .poll(async () => (await two.admin('GET', '/state'))['subscriptions'])
      .toMatchObject({ user: 2 });
    const end = { action: 'expireListenKeys', account: 'other' };
    expect(await two.admin('POST', '/actions', end)).toEqual({ ok: true, ended: 1 });
    for (const client of clients) await client.createOrder(BTC, 'limit', 'buy', 0.01, 45_000);
    expect(await heard[0]).toHaveLength(1);
    await clients[1]?.fetchOpenOrders(BTC);
    expect(await isSettled(heard[1])).toBe(false);
    const nobody = { ...end, account: 'nobody' };
    expect(await two.admin('POST', '/actions', nobody)).toMatchObject({ ok: false, code: -2015 });
  } finally {
    await two.close();
  }
});

test('a connection that is a day old is closed', async () => {
  const short = await startBench({
    source: scriptedMarket({ BTCUSDT: [50_000, 50_000] }),
    socketLifetimeMs: 150,
  });
  try {
    const client = await short.connect();
    await expect(client.watchTrades(BTC)).rejects.toMatchObject({ name: 'NetworkError' });
  } finally {
    await short.close();
  }
});
