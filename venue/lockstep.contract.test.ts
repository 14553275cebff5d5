import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { scriptedMarket, START } from './testing/scripted-market.ts';
import { startBench } from './testing/venue-bench.ts';
import type { Bench, BenchOptions } from './testing/venue-bench.ts';

const BTC = 'BTC/USDT:USDT';
const benches: Bench[] = [];
afterEach(async () => {
  for (const bench of benches.splice(0)) await bench.close();
});

async function open(options: Partial<BenchOptions> = {}): Promise<Bench> {
  const prices = Array.from({ length: 2_000 }, () => 50_000);
  const source = scriptedMarket({ BTCUSDT: prices, ETHUSDT: prices.map(() => 3_000) });
  const bench = await startBench({ source, lockstep: { expect: 2 }, ...options });
  benches.push(bench);
  return bench;
}

const join = (bench: Bench, symbol: string): Promise<unknown> =>
  bench.admin('POST', '/lockstep/join', { symbol });
const ack = (
  bench: Bench,
  symbol: string,
  time: number,
  orders: unknown[] = [],
): Promise<Record<string, unknown>> =>
  bench.admin('POST', '/lockstep/ack', { symbol, time, orders });

/** What the market waits for, once it waits. */
async function waiting(bench: Bench): Promise<{ symbol: string; time: number }> {
  for (let i = 0; i < 1_000; i += 1) {
    const state = await bench.admin('GET', '/lockstep/state');
    if (state['waiting'] !== null) return state['waiting'] as { symbol: string; time: number };
  }
  throw new Error('the market waits for nobody');
}

describe('steps', () => {
  test('nothing moves before all expected symbols have joined', async () => {
    const bench = await open();
    await join(bench, 'BTCUSDT');
    expect(await bench.admin('GET', '/lockstep/state')).toMatchObject({ started: false, steps: 0 });
    await join(bench, 'ETHUSDT');
    expect(await waiting(bench)).toEqual({ symbol: 'BTCUSDT', time: START });
  });

  test('symbols take their steps of one time in name order, each after the other is settled', async () => {
    const bench = await open();
    await join(bench, 'ETHUSDT');
    await join(bench, 'BTCUSDT');
    const seen: string[] = [];
    for (let i = 0; i < 4; i += 1) {
      const { symbol, time } = await waiting(bench);
      seen.push(`${symbol} ${time - START}`);
      expect(await ack(bench, symbol, time)).toEqual({ accepted: true });
    }
    expect(seen).toEqual(['BTCUSDT 0', 'ETHUSDT 0', 'BTCUSDT 1000', 'ETHUSDT 1000']);
  });

  test('an ack of another step is refused and told which one waits', async () => {
    const bench = await open();
    await join(bench, 'BTCUSDT');
    await join(bench, 'ETHUSDT');
    await waiting(bench);
    expect(await ack(bench, 'BTCUSDT', START - 1)).toMatchObject({ accepted: false, time: START });
    expect(await ack(bench, 'ETHUSDT', START)).toMatchObject({ accepted: false });
  });

  test('each stream gets exactly one frame a step, with the time of the step', async () => {
    const bench = await open({ lockstep: { expect: 1 } });
    const streams = ['btcusdt@bookTicker', 'btcusdt@markPrice', 'btcusdt@trade'];
    const socket = new WebSocket(`${bench.venue.wsUrl}/${streams.join('/')}`);
    const frames: { e: string; E: number }[] = [];
    socket.on('message', (data: Buffer) =>
      frames.push(JSON.parse(data.toString('utf8')) as { e: string; E: number }),
    );
    await bench.listening('btcusdt@trade');
    for (let i = 0; i < 3; i += 1) await bench.step();
    while (frames.length < 9) await new Promise((resolve) => socket.once('message', resolve));
    const expected = [0, 1_000, 2_000].flatMap((passed) =>
      ['bookTicker', 'markPriceUpdate', 'trade'].map((e) => `${e} ${START + passed}`),
    );
    expect(frames.map(({ e, E }) => `${e} ${E}`)).toEqual(expected);
    socket.close();
  });
});

describe('orders', () => {
  test('a step is settled only when the ack shows every order that it touched', async () => {
    const bench = await open();
    const exchange = await bench.connect();
    await join(bench, 'BTCUSDT');
    await join(bench, 'ETHUSDT');
    const { time } = await waiting(bench);
    await exchange.createOrder(BTC, 'market', 'buy', 0.01, undefined, { clientOrderId: 'one' });
    await exchange.createOrder(BTC, 'limit', 'buy', 0.01, 45_000, { clientOrderId: 'two' });
    const stop = { triggerPrice: 44_000, clientOrderId: 'three' };
    await exchange.createOrder(BTC, 'market', 'sell', 0.01, undefined, stop);
    expect(await ack(bench, 'BTCUSDT', time)).toEqual({
      accepted: false,
      time,
      waitingFor: [
        { clientOrderId: 'one', status: 'FILLED', executedQty: '0.01' },
        { clientOrderId: 'two', status: 'NEW', executedQty: '0' },
        { clientOrderId: 'three', status: 'NEW' },
      ],
    });
    const rest = [
      { clientOrderId: 'two', status: 'open', executedQty: '0' },
      { clientOrderId: 'three', status: 'NEW', executedQty: '0' },
    ];
    const show = (status: string, executedQty: string): ReturnType<typeof ack> =>
      ack(bench, 'BTCUSDT', time, [{ clientOrderId: 'one', status, executedQty }, ...rest]);
    const waitingFor = [{ clientOrderId: 'one' }];
    expect(await show('FILLED', '0.005')).toMatchObject({ accepted: false, waitingFor });
    expect(await show('NEW', '0.01')).toMatchObject({ accepted: false, waitingFor });
    expect(await show('closed', '0.010')).toEqual({ accepted: true });
    expect(await waiting(bench)).toMatchObject({ symbol: 'ETHUSDT' });
  });

  test('orders of another symbol do not hold a step up', async () => {
    const bench = await open();
    const exchange = await bench.connect();
    await join(bench, 'BTCUSDT');
    await join(bench, 'ETHUSDT');
    const { time } = await waiting(bench);
    await ack(bench, 'BTCUSDT', time);
    await exchange.createOrder(BTC, 'limit', 'buy', 0.01, 45_000, { clientOrderId: 'late' });
    expect(await ack(bench, 'ETHUSDT', time)).toEqual({ accepted: true });
    const next = await waiting(bench);
    expect(next.symbol).toBe('BTCUSDT');
    const held = await ack(bench, 'BTCUSDT', next.time);
    expect(held['waitingFor']).toMatchObject([{ clientOrderId: 'late', status: 'NEW' }]);
  });
});

describe('dropping out', () => {
  test('a symbol that leaves no longer holds the market up', async () => {
    const bench = await open();
    await join(bench, 'BTCUSDT');
    await join(bench, 'ETHUSDT');
    await waiting(bench);
    await bench.admin('POST', '/lockstep/leave', { symbol: 'BTCUSDT' });
    expect(await waiting(bench)).toMatchObject({ symbol: 'ETHUSDT' });
  });

  test('a symbol that nobody listens to any more drops out by itself', async () => {
    const bench = await open({ lockstep: { expect: 2, dropOutMs: 60 } });
    const socket = new WebSocket(`${bench.venue.wsUrl}/btcusdt@trade/ethusdt@trade`);
    await bench.listening('btcusdt@trade');
    await bench.listening('ethusdt@trade');
    await join(bench, 'BTCUSDT');
    await join(bench, 'ETHUSDT');
    await waiting(bench);
    const other = new WebSocket(`${bench.venue.wsUrl}/ethusdt@trade`);
    await new Promise((resolve) => other.once('open', resolve));
    socket.terminate();
    const ethTrade = new Promise((resolve) => other.once('message', resolve));
    await ethTrade;
    expect(await bench.admin('GET', '/lockstep/state')).toMatchObject({ joined: ['ETHUSDT'] });
    other.terminate();
  });

  test('when nobody is left the market stands still until someone joins', async () => {
    const bench = await open({ lockstep: { expect: 1 } });
    await join(bench, 'BTCUSDT');
    await waiting(bench);
    await bench.admin('POST', '/lockstep/leave', { symbol: 'BTCUSDT' });
    const { steps } = await bench.admin('GET', '/lockstep/state');
    expect((await bench.admin('GET', '/lockstep/state'))['steps']).toBe(steps);
    await join(bench, 'BTCUSDT');
    expect(await waiting(bench)).toEqual({ symbol: 'BTCUSDT', time: START + 1_000 });
  });
});

test('the socket takes acks, and its end takes its symbols out', async () => {
  const bench = await open();
  const url = bench.venue.adminUrl.replace('http', 'ws');
  const socket = new WebSocket(`${url}/lockstep?token=${bench.venue.adminToken}`);
  const ask = (message: object): Promise<Record<string, unknown>> =>
    new Promise((resolve) => {
      socket.once('message', (data: Buffer) =>
        resolve(JSON.parse(data.toString('utf8')) as Record<string, unknown>),
      );
      socket.send(JSON.stringify(message));
    });
  await new Promise((resolve) => socket.once('open', resolve));
  expect(await ask({ op: 'join', id: 1, symbol: 'BTCUSDT' })).toEqual({
    id: 1,
    joined: 1,
    expect: 2,
  });
  await join(bench, 'ETHUSDT');
  await waiting(bench);
  expect(await ask({ op: 'ack', id: 2, symbol: 'BTCUSDT', time: START })).toEqual({
    id: 2,
    accepted: true,
  });
  expect(String((await ask({ op: 'ack', id: 3 }))['error'])).toMatch(/symbol/);
  expect(await ask({ op: 'state' })).toMatchObject({ joined: ['BTCUSDT', 'ETHUSDT'] });
  await ack(bench, 'ETHUSDT', START);
  expect(await waiting(bench)).toMatchObject({ symbol: 'BTCUSDT' });
  socket.close();
  await new Promise((resolve) => socket.once('close', resolve));
  expect(await waiting(bench)).toMatchObject({ symbol: 'ETHUSDT' });
});

test('the end of a replay is visible', async () => {
  const source = scriptedMarket({ BTCUSDT: [50_000, 50_001] });
  const bench = await open({ source, lockstep: { expect: 1 } });
  expect(await bench.admin('GET', '/state')).toMatchObject({ ended: false, steps: 0 });
  await bench.step();
  const time = await bench.step();
  expect(await bench.admin('GET', '/state')).toMatchObject({
    ended: true,
    steps: 2,
    marketTime: time,
  });
});
