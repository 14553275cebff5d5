import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { FaultInput } from './faults/fault-input.ts';
import { Faults } from './faults/faults.ts';
import { scriptedMarket } from './testing/scripted-market.ts';
import { startBench } from './testing/venue-bench.ts';
import type { Bench, Exchange } from './testing/venue-bench.ts';

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
  const asked = { call: 'GET order', symbol: undefined, clientOrderId: () => undefined };
  const hits = Array.from({ length: 8 }, () => faults.hitCall(asked).dropBefore);
  expect(hits).toEqual([true, false, false, true, true, false, false, true]);
});
