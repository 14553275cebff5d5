import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { ensureDefined } from '../core/assert.ts';
import { readJournal } from './journal/file.ts';
import { openVenue } from './opening.ts';
import { parseVenueSettings } from './options.ts';
import { KEYS } from './testing/keys.ts';
import { scriptedMarket, START } from './testing/scripted-market.ts';
import type { Script } from './testing/scripted-market.ts';
import { startBench } from './testing/venue-bench.ts';

const BTC = 'BTC/USDT:USDT';
const ETH = 'ETH/USDT:USDT';
const FLAT = Array.from({ length: 20 }, () => 50_000);
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-venue-'));
  cleanups.push(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** A venue that traded the script's symbols, held a position and an order, and left a snapshot. */
function leaveSnapshot(folder: string, script: Script): void {
  const settings = parseVenueSettings({
    journalPath: join(folder, 'venue.jsonl'),
    apiKeys: [{ ...KEYS, account: 'paper' }],
    accounts: [{ id: 'paper' }],
  });
  const source = scriptedMarket(script);
  const venue = openVenue(settings, source, () => START);
  const step = ensureDefined(scriptedMarket(script).next(), 'a step');
  venue.exchange.step(step);
  const order = { accountId: 'paper', symbol: 'BTCUSDT', time: START, side: 'buy' } as const;
  const market = { type: 'place', orderType: 'MARKET', quantity: '0.01' } as const;
  const limit = { type: 'place', orderType: 'LIMIT', quantity: '0.01', price: '48000' } as const;
  expect(venue.exchange.submit({ ...order, ...market }).ok).toBe(true);
  expect(venue.exchange.submit({ ...order, ...limit }).ok).toBe(true);
  venue.exchange.recordSnapshot();
  venue.closeFiles();
}

test('a venue takes more symbols at a restart, also through a snapshot', async () => {
  const folder = newFolder();
  leaveSnapshot(folder, { BTCUSDT: FLAT });
  const bench = await startBench({
    folder,
    source: scriptedMarket({ BTCUSDT: FLAT, ETHUSDT: FLAT.map(() => 3_000) }),
  });
  cleanups.push(() => bench.close());
  const client = await bench.connect();
  expect(await client.fetchOpenOrders(BTC)).toMatchObject([{ price: '48000' }]);
  expect(await client.fetchPositions([BTC])).toMatchObject([{ contracts: '0.01' }]);
  await bench.step('ETHUSDT');
  const order = await client.createOrder(ETH, 'market', 'buy', 0.1);
  expect(order).toMatchObject({ status: 'closed', average: '3000.01' });
  expect(await client.fetchPositions([ETH])).toMatchObject([{ contracts: '0.1' }]);
  const kinds = [...readJournal(bench.journalPath)].map(({ record }) => record.kind);
  expect(kinds.filter((kind) => kind === 'snapshot')).toHaveLength(1);
});
