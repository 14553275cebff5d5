import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { FaultInput } from './fault-input.ts';
import { Faults } from './faults.ts';
import { scriptedMarket } from '../testing/scripted-market.ts';
import { startBench } from '../testing/venue-bench.ts';
import type { Bench, Exchange } from '../testing/venue-bench.ts';

const BTC = 'BTC/USDT:USDT';
let bench: Bench;
let exchange: Exchange;
let nextId = 0;

beforeAll(async () => {
  const prices = Array.from({ length: 10 }, () => 50_000);
  bench = await startBench({ source: scriptedMarket({ BTCUSDT: prices }) });
  exchange = await bench.connect({ timeout: 400 });
  await bench.step();
  await exchange.loadMarkets();
});
afterAll(() => bench.close());
afterEach(() => bench.admin('DELETE', '/faults'));

const inject = (fault: Record<string, unknown>): Promise<unknown> =>
  bench.admin('POST', '/faults', { call: 'POST order', count: 1, ...fault });

/** Places an order into the fault: the error's class, and whether the venue has the order. */
async function placeInto(params: Record<string, unknown> = {}): Promise<[string, boolean]> {
  nextId += 1;
  const clientOrderId = `tg-fault-${nextId}`;
  const name = await exchange
    .createOrder(BTC, 'limit', 'buy', 0.01, 45_000, { clientOrderId, ...params })
    .then(() => 'none')
    .catch((error: unknown) => (error as Error).constructor.name);
  return [name, await exists(clientOrderId)];
}

async function exists(clientOrderId: string): Promise<boolean> {
  try {
    await exchange.fetchOrder('', BTC, { clientOrderId });
    return true;
  } catch (error) {
    expect(error).toMatchObject({ name: 'OrderNotFound' });
    return false;
  }
}

describe('through ccxt', () => {
  test('a delayed reply times out, and the order is there', async () => {
    await inject({ kind: 'delayReply', ms: 800 });
    expect(await placeInto()).toEqual(['RequestTimeout', true]);
  });

  test('a request held beyond its window is refused on arrival', async () => {
    await inject({ kind: 'holdInTransit', ms: 150 });
    expect(await placeInto({ recvWindow: 50 })).toEqual(['InvalidNonce', false]);
  });

  test('a request held within its window is accepted late', async () => {
    await inject({ kind: 'holdInTransit', ms: 150 });
    expect(await placeInto({ recvWindow: 5_000 })).toEqual(['none', true]);
  });

  test('a connection cut before acceptance leaves no order', async () => {
    await inject({ kind: 'dropBeforeAccept' });
    expect(await placeInto()).toEqual(['NetworkError', false]);
  });

  test('a connection cut after acceptance leaves an order', async () => {
    await inject({ kind: 'dropAfterAccept' });
    expect(await placeInto()).toEqual(['NetworkError', true]);
  });

  test('a spent fault lets the next call pass, and the log names each hit', async () => {
    await inject({ kind: 'dropAfterAccept', symbol: 'BTCUSDT' });
    await placeInto();
    expect(await placeInto()).toEqual(['none', true]);
    const { faults, injected } = await bench.admin('GET', '/faults');
    expect(faults).toMatchObject([{ kind: 'dropAfterAccept', hits: 1 }]);
    expect(injected).toMatchObject([
      { kind: 'dropAfterAccept', call: 'POST order', symbol: 'BTCUSDT' },
    ]);
  });

  test('faults of another call or symbol do not hit', async () => {
    await inject({ kind: 'dropBeforeAccept', symbol: 'ETHUSDT' });
    await inject({ kind: 'dropBeforeAccept', call: 'DELETE order' });
    expect(await placeInto()).toEqual(['none', true]);
  });
});

describe('replies that hide what happened', () => {
  test.each([
    ['unknown503', 'ExchangeNotAvailable'],
    ['-1000', 'OperationFailed'],
    ['-1001', 'OperationFailed'],
    ['-1006', 'OperationFailed'],
    ['-1007', 'RequestTimeout'],
    ['timeout408', 'RequestTimeout'],
    ['badGateway502', 'ExchangeNotAvailable'],
    ['html', 'TypeError'],
    ['empty', 'none'],
  ])('%s comes as %s, and the order is there or not as the fault says', async (reply, name) => {
    await inject({ kind: 'replyInstead', reply });
    expect(await placeInto()).toEqual([name, true]);
    await inject({ kind: 'replyInstead', reply, accepted: false });
    expect(await placeInto()).toEqual([name, false]);
  });

  test.each([
    ['unavailable503', 'ExchangeNotAvailable'],
    ['internal503', 'OperationFailed'],
    ['throttled503', 'OperationFailed'],
    ['rateLimited429', 'DDoSProtection'],
    ['banned418', 'DDoSProtection'],
  ])('%s comes as %s, and nothing was done', async (reply, name) => {
    await inject({ kind: 'replyInstead', reply });
    expect(await placeInto()).toEqual([name, false]);
    const { error } = await bench.admin('POST', '/faults', {
      kind: 'replyInstead',
      reply,
      accepted: true,
    });
    expect(error).toMatch(/accepted/);
  });

  test('an empty reply is an order without an id', async () => {
    await inject({ kind: 'replyInstead', reply: 'empty' });
    const order = await exchange.createOrder(BTC, 'limit', 'buy', 0.01, 45_000);
    expect(order.id).toBeUndefined();
  });

  test('a limit or a ban says when to come back', async () => {
    for (const [reply, status] of [
      ['rateLimited429', 429],
      ['banned418', 418],
    ] as const) {
      await inject({ kind: 'replyInstead', reply, retryAfterS: 7, call: 'GET ping' });
      const answer = await fetch(`${bench.venue.restUrl}/fapi/v1/ping`);
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([status, '7']);
      expect(Number(answer.headers.get('x-mbx-used-weight-1m'))).toBeGreaterThan(0);
    }
  });

  test('a cancel can be done behind such a reply too', async () => {
    const order = await exchange.createOrder(BTC, 'limit', 'buy', 0.01, 45_000);
    await inject({ kind: 'replyInstead', reply: '-1007', call: 'DELETE order' });
    const cancel = exchange.cancelOrder(String(order.id), BTC);
    await expect(cancel).rejects.toMatchObject({ name: 'RequestTimeout' });
    expect(await exchange.fetchOrder(String(order.id), BTC)).toMatchObject({ status: 'canceled' });
  });
});

describe('a clock that is off', () => {
  test.each([20_000, -20_000])('by %i ms refuses what is signed by the real one', async (ms) => {
    await inject({ kind: 'clockSkew', ms });
    expect(await placeInto({ recvWindow: 5_000 })).toEqual(['InvalidNonce', false]);
  });

  test('shows in the time, so that a client can follow it', async () => {
    await bench.admin('POST', '/faults', { kind: 'clockSkew', ms: 20_000 });
    const follower = await bench.connect();
    expect(Number(await follower.fetchTime()) - Date.now()).toBeGreaterThan(19_000);
    await expect(follower.fetchBalance()).rejects.toMatchObject({ name: 'InvalidNonce' });
    follower.options['adjustForTimeDifference'] = true;
    await follower.loadTimeDifference();
    await expect(follower.fetchBalance()).resolves.toBeDefined();
  });
});

describe('a venue that denies an order', () => {
  const deny = (fault: Record<string, unknown>): Promise<unknown> =>
    bench.admin('POST', '/faults', { kind: 'notFound', ...fault });

  test('on the calls that are chosen, and on no others', async () => {
    const clientOrderId = 'tg-denied';
    const order = await exchange.createOrder(BTC, 'limit', 'buy', 0.01, 45_000, { clientOrderId });
    const id = String(order.id);
    await deny({ call: 'GET order', clientOrderId });
    await deny({ call: 'GET openOrders', clientOrderId });
    const notFound = { name: 'OrderNotFound' };
    await expect(exchange.fetchOrder('', BTC, { clientOrderId })).rejects.toMatchObject(notFound);
    await expect(exchange.fetchOrder(id, BTC)).rejects.toThrow(/-2013/);
    const open = await exchange.fetchOpenOrders(BTC);
    expect(open.map((other) => other.clientOrderId)).not.toContain(clientOrderId);
    const all = await exchange.fetchOrders(BTC);
    expect(all.map((other) => other.clientOrderId)).toContain(clientOrderId);
    await deny({ call: 'DELETE order', clientOrderId });
    await expect(exchange.cancelOrder(id, BTC)).rejects.toThrow(/-2011/);
    await bench.admin('DELETE', '/faults');
    expect(await exchange.fetchOrder(id, BTC)).toMatchObject({ status: 'open' });
    await exchange.cancelOrder(id, BTC);
  });

  test('leaves every other order alone', async () => {
    const order = await exchange.createOrder(BTC, 'limit', 'buy', 0.01, 45_000);
    await deny({ clientOrderId: 'tg-somebody-else' });
    expect(await exchange.fetchOrder(String(order.id), BTC)).toMatchObject({ status: 'open' });
    await exchange.cancelOrder(String(order.id), BTC);
  });

  test('and its trades', async () => {
    const clientOrderId = 'tg-denied-trade';
    await exchange.createOrder(BTC, 'market', 'buy', 0.01, undefined, { clientOrderId });
    await deny({ call: 'GET userTrades', clientOrderId });
    expect(await exchange.fetchMyTrades(BTC)).toEqual([]);
    await bench.admin('DELETE', '/faults');
    expect(await exchange.fetchMyTrades(BTC)).toHaveLength(1);
  });

  test('also a conditional one', async () => {
    const params = { triggerPrice: 40_000, reduceOnly: true, clientOrderId: 'tg-denied-stop' };
    await exchange.createOrder(BTC, 'market', 'sell', 0.01, undefined, params);
    await deny({ clientOrderId: 'tg-denied-stop' });
    const trigger = { trigger: true };
    expect(await exchange.fetchOpenOrders(BTC, undefined, undefined, trigger)).toEqual([]);
    const asked = exchange.fapiPrivateGetAlgoOrder({ clientAlgoId: 'tg-denied-stop' });
    await expect(asked).rejects.toMatchObject({ name: 'OrderNotFound' });
    await bench.admin('DELETE', '/faults');
    expect(await exchange.fetchOpenOrders(BTC, undefined, undefined, trigger)).toHaveLength(1);
  });
});

describe('a venue that denies an order in a list of cancels', () => {
  const deny = (fault: Record<string, unknown>): Promise<unknown> =>
    bench.admin('POST', '/faults', { kind: 'notFound', ...fault });
  const limit = (clientOrderId: string): ReturnType<Exchange['createOrder']> =>
    exchange.createOrder(BTC, 'limit', 'buy', 0.01, 45_000, { clientOrderId });
  const hits = async (): Promise<unknown> => {
    const { faults } = await bench.admin('GET', '/faults');
    return (faults as { hits: number }[]).map((fault) => fault.hits);
  };
  beforeEach(() => exchange.cancelAllOrders(BTC));
  const statusOf = async (clientOrderId: string): Promise<unknown> =>
    (await exchange.fetchOrder('', BTC, { clientOrderId })).status;

  test('by ids: -2011 for that entry, which stays open', async () => {
    const [one, two] = [await limit('batch-one'), await limit('batch-two')];
    await deny({ clientOrderId: 'batch-one', call: 'DELETE batchOrders' });
    const both = await exchange.cancelOrders([String(one.id), String(two.id)], BTC);
    expect(both).toMatchObject([{ clientOrderId: 'batch-two', status: 'canceled' }]);
    const again = exchange.cancelOrders([], BTC, { clientOrderIds: ['batch-one'] });
    await expect(again).rejects.toThrow(/-2011/);
    expect(await hits()).toEqual([2]);
    expect([await statusOf('batch-one'), await statusOf('batch-two')]).toEqual([
      'open',
      'canceled',
    ]);
    await bench.admin('DELETE', '/faults');
    await exchange.cancelAllOrders(BTC);
  });

  test('that names only others: not a hit', async () => {
    const other = await limit('batch-other');
    await deny({ clientOrderId: 'batch-one', call: 'DELETE batchOrders' });
    await exchange.cancelOrders([String(other.id)], BTC);
    expect(await hits()).toEqual([0]);
  });

  test('of amendments: -2013 for that entry, which is as it was', async () => {
    const orders = [await limit('amend-one'), await limit('amend-two')];
    await deny({ clientOrderId: 'amend-one', call: 'PUT batchOrders' });
    const edited = await exchange.editOrders(
      orders.map(({ id }) => ({
        id: String(id),
        symbol: BTC,
        type: 'limit' as const,
        side: 'buy' as const,
        amount: 0.02,
        price: 45_100,
      })),
    );
    expect(edited.map(({ info }) => info as unknown)).toMatchObject([
      { code: -2013 },
      { origQty: '0.02' },
    ]);
    await bench.admin('DELETE', '/faults');
    expect(await exchange.fetchOpenOrders(BTC)).toMatchObject([
      { clientOrderId: 'amend-one', amount: '0.01', price: '45000' },
      { clientOrderId: 'amend-two', amount: '0.02', price: '45100' },
    ]);
    await exchange.cancelAllOrders(BTC);
  });

  test('of all: it is passed over, or all are', async () => {
    await limit('all-one');
    await limit('all-two');
    await deny({ clientOrderId: 'all-one', call: 'DELETE allOpenOrders' });
    await exchange.cancelAllOrders(BTC);
    expect(await exchange.fetchOpenOrders(BTC)).toMatchObject([{ clientOrderId: 'all-one' }]);
    expect(await statusOf('all-two')).toBe('canceled');
    await bench.admin('DELETE', '/faults');
    await limit('all-three');
    await deny({ call: 'DELETE allOpenOrders' });
    await exchange.cancelAllOrders(BTC);
    expect(await exchange.fetchOpenOrders(BTC)).toHaveLength(2);
    await bench.admin('DELETE', '/faults');
    await exchange.cancelAllOrders(BTC);
    expect(await exchange.fetchOpenOrders(BTC)).toEqual([]);
  });

  test('of all conditional ones', async () => {
    const trigger = { trigger: true };
    const stop = (clientOrderId: string): Promise<unknown> =>
      exchange.createOrder(BTC, 'market', 'sell', 0.01, undefined, {
        triggerPrice: 40_000,
        reduceOnly: true,
        clientOrderId,
      });
    const open = async (): Promise<unknown> =>
      (await exchange.fetchOpenOrders(BTC, undefined, undefined, trigger)).map(
        ({ clientOrderId }) => clientOrderId,
      );
    await exchange.cancelAllOrders(BTC, trigger);
    await stop('stop-one');
    await stop('stop-two');
    await deny({ clientOrderId: 'stop-one', call: 'DELETE algoOpenOrders' });
    await exchange.cancelAllOrders(BTC, trigger);
    expect(await open()).toEqual(['stop-one']);
    await bench.admin('DELETE', '/faults');
    await exchange.cancelAllOrders(BTC, trigger);
    expect(await open()).toEqual([]);
  });

  test("public trades are nobody's order", async () => {
    await deny({});
    expect(await exchange.fetchTrades(BTC)).toHaveLength(1);
    expect(await hits()).toEqual([0]);
  });
});

describe('a fault of a symbol', () => {
  const dropped = { kind: 'replyInstead', reply: 'internal503' };
  const failed = { name: 'OperationFailed' };
  const log = async (): Promise<unknown> => (await bench.admin('GET', '/faults'))['injected'];

  test('hits batches with an order on it, and the log names it', async () => {
    const batch = [
      { symbol: BTC, type: 'limit' as const, side: 'buy' as const, amount: 0.01, price: 45_000 },
    ];
    await bench.admin('POST', '/faults', { ...dropped, symbol: 'BTCUSDT' });
    await bench.admin('POST', '/faults', { ...dropped, symbol: 'ETHUSDT' });
    await expect(exchange.createOrders(batch)).rejects.toMatchObject(failed);
    const edited = batch.map((order) => ({ ...order, id: '1' }));
    await expect(exchange.editOrders(edited)).rejects.toMatchObject(failed);
    await expect(exchange.cancelOrders(['1'], BTC)).rejects.toMatchObject(failed);
    expect(await log()).toMatchObject([
      { call: 'POST batchOrders', symbol: 'BTCUSDT' },
      { call: 'PUT batchOrders', symbol: 'BTCUSDT' },
      { call: 'DELETE batchOrders', symbol: 'BTCUSDT' },
    ]);
  });

  test('hits calls that name a conditional order of it by either id', async () => {
    const params = { triggerPrice: 40_000, reduceOnly: true, clientOrderId: 'on-btc' };
    const stop = await exchange.createOrder(BTC, 'market', 'sell', 0.01, undefined, params);
    await bench.admin('POST', '/faults', { ...dropped, symbol: 'BTCUSDT' });
    const byId = exchange.fapiPrivateGetAlgoOrder({ algoId: stop.id });
    await expect(byId).rejects.toMatchObject(failed);
    const byClientId = exchange.fapiPrivateDeleteAlgoOrder({ clientAlgoId: 'on-btc' });
    await expect(byClientId).rejects.toMatchObject(failed);
    await bench.admin('DELETE', '/faults');
    await bench.admin('POST', '/faults', { ...dropped, symbol: 'ETHUSDT' });
    await exchange.fapiPrivateDeleteAlgoOrder({ clientAlgoId: 'on-btc' });
    expect(await log()).toEqual([]);
  });

  test.each([
    [{ kind: 'slowDisk', ms: 1 }, 'symbol', 'BTCUSDT'],
    [{ kind: 'fullDisk' }, 'symbol', 'BTCUSDT'],
    [{ kind: 'maintenance' }, 'symbol', 'BTCUSDT'],
    [{ kind: 'maintenance' }, 'probability', 0.5],
    [{ kind: 'maintenance' }, 'count', 1],
  ])('%o is none: %s is refused by name', async (fault, field, value) => {
    const { error } = await bench.admin('POST', '/faults', { ...fault, [field]: value });
    expect(error).toContain(field);
    expect((await bench.admin('GET', '/faults'))['faults']).toEqual([]);
  });
});

describe('a trade that comes before the cancel', () => {
  test('of all of it: -2011, and the order is filled', async () => {
    const order = await exchange.createOrder(BTC, 'limit', 'buy', 0.01, 45_000);
    await inject({ kind: 'fillBeforeCancel', call: 'DELETE order' });
    await expect(exchange.cancelOrder(String(order.id), BTC)).rejects.toThrow(/-2011/);
    const filled = { status: 'closed', filled: '0.01', average: '45000' };
    expect(await exchange.fetchOrder(String(order.id), BTC)).toMatchObject(filled);
  });

  test('of a part of it: the cancel tells what was executed', async () => {
    const order = await exchange.createOrder(BTC, 'limit', 'buy', 0.01, 45_000);
    await inject({ kind: 'fillBeforeCancel', share: 0.35, call: 'DELETE order' });
    const cancelled = await exchange.cancelOrder(String(order.id), BTC);
    expect(cancelled).toMatchObject({ status: 'canceled', filled: '0.004' });
    await exchange.createOrder(BTC, 'limit', 'buy', 0.01, 45_000);
    await inject({ kind: 'fillBeforeCancel', share: 0.5, call: 'DELETE allOpenOrders' });
    await exchange.cancelAllOrders(BTC);
    const [last] = (await exchange.fetchOrders(BTC)).slice(-1);
    expect(last).toMatchObject({ status: 'canceled', filled: '0.005' });
  });
});

describe('a trigger that comes before the cancel', () => {
  const trigger = { trigger: true };
  const stop = (clientOrderId: string): ReturnType<Exchange['createOrder']> =>
    exchange.createOrder(BTC, 'market', 'sell', 0.01, undefined, {
      triggerPrice: 40_000,
      reduceOnly: true,
      clientOrderId,
    });
  const held = async (): Promise<number> => {
    const positions = await exchange.fetchPositions([BTC]);
    return positions[0]?.contracts ?? 0;
  };

  test('of one: -2011, and its child has traded', async () => {
    await exchange.createOrder(BTC, 'market', 'buy', 0.01);
    const before = await held();
    const placed = await stop('raced');
    await inject({ kind: 'fillBeforeCancel', call: 'DELETE algoOrder' });
    const cancel = exchange.cancelOrder(String(placed.id), BTC, trigger);
    await expect(cancel).rejects.toMatchObject({ name: 'OrderNotFound' });
    const raced = await exchange.fetchOrder(String(placed.id), BTC, trigger);
    expect(raced).toMatchObject({ status: 'closed', info: { actualQty: '0.01' } });
    expect(before - (await held())).toBeCloseTo(0.01);
  });

  test('of all', async () => {
    await exchange.createOrder(BTC, 'market', 'buy', 0.02);
    const before = await held();
    const placed = [await stop('raced-one'), await stop('raced-two')];
    await inject({ kind: 'fillBeforeCancel', call: 'DELETE algoOpenOrders' });
    await exchange.cancelAllOrders(BTC, trigger);
    for (const { id } of placed) {
      const raced = await exchange.fetchOrder(String(id), BTC, trigger);
      expect(raced).toMatchObject({ status: 'closed' });
    }
    expect(before - (await held())).toBeCloseTo(0.02);
  });
});

const nameOfError = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'none',
    (error: unknown) => (error as Error).name,
  );

describe('maintenance', () => {
  test('answers 503 to all, cuts sockets, matches nothing, and ends', async () => {
    const cut = nameOfError(exchange.watchTrades(BTC));
    await bench.listening('btcusdt@trade');
    await bench.admin('POST', '/faults', { kind: 'maintenance' });
    expect(await cut).toBe('NetworkError');
    await expect(exchange.fetchTime()).rejects.toMatchObject({ name: 'OnMaintenance' });
    expect(await nameOfError(exchange.fetchOpenOrders(BTC))).toBe('OnMaintenance');
    await bench.admin('DELETE', '/faults');
    await exchange.loadMarkets(true);
    expect(exchange.market(BTC).active).toBe(true);
    expect(await placeInto()).toEqual(['none', true]);
  });
});

test('the admin port wants its token and says what is wrong with a fault', async () => {
  const naked = await fetch(`${bench.venue.adminUrl}/faults`);
  expect(naked.status).toBe(401);
  const { error } = await bench.admin('POST', '/faults', { kind: 'delayReply', ms: -1 });
  expect(error).toMatch(/ms/);
});

test('a probability hits its share of the calls', () => {
  let draws = 0;
  const faults = new Faults(
    () => {
      draws += 1;
      return (draws % 4) / 4;
    },
    { wall: () => 0, market: () => 0 },
  );
  const fault: FaultInput = { kind: 'dropBeforeAccept', probability: 0.5 };
  faults.add(fault);
  const asked = { call: 'GET order', symbols: [], clientOrderIds: () => undefined };
  const hits = Array.from({ length: 8 }, () => faults.hitCall(asked).dropBefore);
  expect(hits).toEqual([true, false, false, true, true, false, false, true]);
});
