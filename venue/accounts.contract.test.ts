import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { readKeys, writeKeys } from './keys-file.ts';
import { parseVenueSettings } from './options.ts';
import { KEYS } from './testing/keys.ts';
import { scriptedMarket } from './testing/scripted-market.ts';
import { startBench } from './testing/venue-bench.ts';
import type { Bench, BenchOptions } from './testing/venue-bench.ts';

const BTC = 'BTC/USDT:USDT';
const ETH = 'ETH/USDT:USDT';
const NEW_KEY = { apiKey: 'key-of-newcomer', secret: 'secret-of-newcomer' };
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-venue-'));
  cleanups.push(() => rmSync(folder, { recursive: true }));
  return folder;
}

async function open(options: Partial<BenchOptions> = {}): Promise<Bench> {
  const flat = Array.from({ length: 20 }, () => 50_000);
  const source = scriptedMarket({ BTCUSDT: flat });
  const bench = await startBench({ source, ...options });
  cleanups.push(() => bench.close());
  await bench.step();
  return bench;
}

const newcomer = { id: 'newcomer', balance: '2500', feeTier: 9 };

test('a key that is added while the venue runs trades for its own account, at its own fees', async () => {
  const keysPath = join(newFolder(), 'keys', 'keys.json');
  const bench = await open({ keysPath });
  const first = await bench.connect();
  const second = await bench.connect(NEW_KEY);
  await expect(second.fetchBalance()).rejects.toThrow(/-2015/);
  writeKeys(keysPath, {
    accounts: [newcomer],
    keys: [{ ...NEW_KEY, account: 'newcomer' }],
  });
  expect(statSync(keysPath).mode & 0o077).toBe(0);
  await expect
    .poll(() => second.fetchBalance().catch(() => ({})))
    .toMatchObject({
      USDT: { total: '2500' },
    });
  await second.createOrder(BTC, 'market', 'buy', 0.01);
  const [trade] = await second.fetchMyTrades(BTC);
  expect(trade?.fee).toMatchObject({ cost: '0.08500017' });
  expect(await second.fetchTradingFee(BTC)).toMatchObject({ maker: '0', taker: '0.00017' });
  expect(await second.fapiPrivateGetAccountConfig()).toMatchObject({ feeTier: 9 });
  expect(await first.fetchMyTrades(BTC)).toEqual([]);
  expect(await first.fetchPositions([BTC])).toEqual([]);
});

test('another fee tier counts from the next start on, and balances stay', async () => {
  const folder = newFolder();
  const accounts = [{ id: 'paper', balance: '5000' }];
  const bench = await open({ folder, accounts });
  await (await bench.connect()).createOrder(BTC, 'market', 'buy', 0.01);
  await bench.close();
  const again = await open({ folder, accounts: [{ id: 'paper', balance: '9', feeTier: 4 }] });
  const client = await again.connect();
  expect((await client.fetchBalance())['USDT']?.total).toMatch(/^4999\.7/);
  expect(await client.fetchTradingFee(BTC)).toMatchObject({ maker: '0.0001', taker: '0.0003' });
});

test('two accounts rest at one price and are filled in turn', async () => {
  const source = scriptedMarket({ BTCUSDT: [50_000, 49_000, 49_000] }, { size: '0.15' });
  const bench = await open({
    source,
    accounts: [{ id: 'paper' }, newcomer],
    apiKeys: [
      { ...KEYS, account: 'paper' },
      { ...NEW_KEY, account: 'newcomer' },
    ],
  });
  const [first, second] = [await bench.connect(), await bench.connect(NEW_KEY)];
  const one = await second.createOrder(BTC, 'limit', 'buy', 0.01, 49_500);
  const two = await first.createOrder(BTC, 'limit', 'buy', 0.01, 49_500);
  await bench.step();
  expect(await second.fetchOrder(String(one.id), BTC)).toMatchObject({ status: 'closed' });
  expect(await first.fetchOrder(String(two.id), BTC)).toMatchObject({ filled: '0.005' });
});

test('funding settles at the interval of its symbol', async () => {
  const startTime = Date.UTC(2024, 0, 10, 3, 59, 59);
  const script = { BTCUSDT: [50_000, 50_000, 50_000], ETHUSDT: [3_000, 3_000, 3_000] };
  const bench = await startBench({
    source: scriptedMarket(script, { startTime }),
    fundingIntervalH: { ETHUSDT: 4 },
  });
  cleanups.push(() => bench.close());
  const client = await bench.connect();
  await bench.step('BTCUSDT');
  await bench.step('ETHUSDT');
  await client.createOrder(BTC, 'market', 'buy', 0.01);
  await client.createOrder(ETH, 'market', 'buy', 0.1);
  const rates = await client.fetchFundingRates([BTC, ETH]);
  expect(rates[ETH]).toMatchObject({
    fundingRate: '0.00005',
    fundingTimestamp: Date.UTC(2024, 0, 10, 4),
  });
  expect(rates[BTC]).toMatchObject({
    fundingRate: '0.0001',
    fundingTimestamp: Date.UTC(2024, 0, 10, 8),
  });
  expect(await client.fetchFundingIntervals()).toMatchObject({ [ETH]: { interval: '4h' } });
  for (let i = 0; i < 2; i += 1) await bench.step('ETHUSDT');
  expect(await client.fetchFundingHistory(ETH)).toMatchObject([{ amount: '-0.015' }]);
  expect(await client.fetchFundingHistory(BTC)).toEqual([]);
});

test('a keys file that is spoiled stops a start, and leaves a running venue its keys', async () => {
  const keysPath = join(newFolder(), 'keys.json');
  writeKeys(keysPath, { accounts: [newcomer], keys: [{ ...NEW_KEY, account: 'newcomer' }] });
  const bench = await open({ keysPath });
  writeFileSync(keysPath, '{"version":1,"accounts":[{}]');
  const client = await bench.connect(NEW_KEY);
  expect((await client.fetchBalance())['USDT']?.total).toBe('2500');
  const stranger = await bench.connect({ apiKey: 'nobody-s-key' });
  await expect(stranger.fetchBalance()).rejects.toThrow(/-2015/);
  await expect(open({ keysPath })).rejects.toThrow(/keys\.json/);
  expect(() => readKeys(keysPath)).toThrow(/keys\.json/);
});

test('a key without an account is refused by name', () => {
  const settings = { journalPath: 'x', apiKeys: [{ ...KEYS, account: 'none' }], accounts: [] };
  expect(() => parseVenueSettings(settings)).toThrow(/apiKeys\.account is none/);
});
