import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { scriptedMarket } from './testing/scripted-market.ts';
import { startBench } from './testing/venue-bench.ts';
import type { Bench, BenchOptions, Exchange } from './testing/venue-bench.ts';

const BTC = 'BTC/USDT:USDT';
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function open(options: Partial<BenchOptions> = {}): Promise<[Bench, Exchange]> {
  const source = scriptedMarket({ BTCUSDT: [50_000, 50_000, 50_000] });
  const bench = await startBench({ source, ...options });
  cleanups.push(() => bench.close());
  const exchange = await bench.connect();
  await bench.step();
  return [bench, exchange];
}

const count = (exchange: Exchange, countdownTime: number): Promise<unknown> =>
  exchange.fapiPrivatePostCountdownCancelAll({ symbol: 'BTCUSDT', countdownTime });

const stop = { triggerPrice: 45_000, reduceOnly: true, clientOrderId: 'protection' };

async function placeBoth(exchange: Exchange): Promise<void> {
  await exchange.createOrder(BTC, 'limit', 'buy', 0.01, 49_000);
  await exchange.createOrder(BTC, 'market', 'sell', 0.01, undefined, stop);
}

const conditionals = (exchange: Exchange): Promise<unknown[]> =>
  exchange.fetchOpenOrders(BTC, undefined, undefined, { trigger: true });

async function untilCancelled(exchange: Exchange): Promise<void> {
  let open = await exchange.fetchOpenOrders(BTC);
  while (open.length > 0) open = await exchange.fetchOpenOrders(BTC);
}

test('a countdown that nobody renews cancels ordinary orders, and leaves stops', async () => {
  const [, exchange] = await open();
  await placeBoth(exchange);
  const reply = await count(exchange, 200);
  expect(reply).toEqual({ symbol: 'BTCUSDT', countdownTime: '200' });
  await untilCancelled(exchange);
  expect(await conditionals(exchange)).toHaveLength(1);
});

test('one that is renewed or ended does not', async () => {
  const [bench, exchange] = await open();
  await placeBoth(exchange);
  const passes = async (ms: number): Promise<void> => {
    const fault = { kind: 'delayReply', call: 'GET ping', count: 1, ms };
    await bench.admin('POST', '/faults', fault);
    await exchange.fapiPublicGetPing();
  };
  await count(exchange, 100);
  await count(exchange, 60_000);
  await passes(150);
  expect(await exchange.fetchOpenOrders(BTC)).toHaveLength(1);
  await count(exchange, 100);
  await count(exchange, 0);
  await passes(150);
  expect(await exchange.fetchOpenOrders(BTC)).toHaveLength(1);
});

test('it goes on over a restart, and takes stops where the venue is told to', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-venue-'));
  cleanups.push(() => rmSync(folder, { recursive: true }));
  const [first, before] = await open({ folder });
  await placeBoth(before);
  await count(before, 300);
  await first.close();
  const [, after] = await open({ folder, countdownCancelsConditional: true });
  await untilCancelled(after);
  expect(await conditionals(after)).toEqual([]);
});

test('a countdown without a time, or longer than a day, is refused', async () => {
  const [, exchange] = await open();
  const bare = exchange.fapiPrivatePostCountdownCancelAll({ symbol: 'BTCUSDT' });
  await expect(bare).rejects.toThrow(/-1102/);
  await expect(count(exchange, 100_000_000)).rejects.toThrow(/-1130/);
});
