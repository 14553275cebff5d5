import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ensureDefined } from '../../core/assert.ts';
import { openVenue } from '../opening.ts';
import { parseVenueSettings } from '../options.ts';
import { KEYS } from '../testing/keys.ts';
import { scriptedMarket, START } from '../testing/scripted-market.ts';
import { verifyJournal } from './verify.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-verify-'));
  path = join(folder, 'venue.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true }));

const PRICES = Array.from({ length: 40 }, (_, i) => 50_000 * (1 + ((i % 9) - 4) / 400));

/** A life of the venue: orders of many kinds, market steps, incidents, and a snapshot at its end. */
function live(symbols: readonly string[], lifeNumber: number): void {
  const script = Object.fromEntries(symbols.map((symbol) => [symbol, PRICES]));
  const settings = parseVenueSettings({
    journalPath: path,
    apiKeys: [{ ...KEYS, account: 'paper' }],
    accounts: [{ id: 'paper' }],
  });
  const venue = openVenue(
    settings,
    () => scriptedMarket(script),
    () => START,
  );
  const { exchange } = venue;
  const market = scriptedMarket(script, { startTime: START + lifeNumber * 3_600_000 });
  for (let i = 0; i < 40; i += 1) {
    exchange.step(ensureDefined(market.next(), 'a step'));
    const base = { accountId: 'paper', symbol: 'BTCUSDT', time: exchange.marketTime };
    const side = i % 3 === 0 ? 'sell' : 'buy';
    const order = { type: 'place', ...base, side, quantity: '0.01' } as const;
    exchange.submit({ ...order, orderType: 'MARKET' });
    exchange.submit({ ...order, orderType: 'LIMIT', price: '49800' });
    exchange.submit({
      type: 'placeConditional',
      ...base,
      side,
      orderType: 'TRAILING_STOP_MARKET',
      quantity: '0.01',
      callbackRatePct: '0.2',
    });
    if (i === 10) exchange.submit({ type: 'setLeverage', ...base, leverage: 7 });
    if (i === 20) exchange.submit({ type: 'funding', ...base, rate: '0.0003' });
    if (i === 25) exchange.submit({ type: 'deleverage', ...base });
    if (i === 30) exchange.submit({ type: 'setStatus', ...base, status: 'BREAK' });
    if (i === 32) exchange.submit({ type: 'setStatus', ...base, status: 'TRADING' });
  }
  exchange.recordSnapshot();
  venue.closeFiles();
}

test('a journal over several lives, with more symbols in the later ones, is proven', () => {
  live(['BTCUSDT'], 0);
  live(['BTCUSDT', 'ETHUSDT'], 1);
  const report = verifyJournal(path);
  expect(report).toMatchObject({ isProven: true, contradictions: [], snapshots: 2, tornBytes: 0 });
  expect(report.commands).toBeGreaterThan(200);
  const [account] = report.accounts;
  expect(account?.trades).toBeGreaterThan(100);
  const figures = ['opening', 'otherChanges', 'realizedProfit', 'fees', 'wallet'] as const;
  const [opening, other, realised, fees, wallet] = figures.map((name) => Number(account?.[name]));
  expect((opening ?? 0) + (other ?? 0) + (realised ?? 0) - (fees ?? 0)).toBeCloseTo(wallet ?? 0, 6);
});

test('a snapshot is written when it is due and nobody trades, or when it is long overdue', () => {
  const settings = parseVenueSettings({
    journalPath: path,
    recordsPerSnapshot: 10,
    apiKeys: [{ ...KEYS, account: 'paper' }],
    accounts: [{ id: 'paper' }],
  });
  let now = START;
  const source = scriptedMarket({ BTCUSDT: PRICES });
  const venue = openVenue(settings, source, () => now);
  const { exchange } = venue;
  exchange.step(ensureDefined(scriptedMarket({ BTCUSDT: PRICES }).next(), 'a step'));
  const snapshots = (): number => verifyJournal(path).snapshots;
  const trade = (orders: number): void => {
    const order = { accountId: 'paper', symbol: 'BTCUSDT', time: START, side: 'buy' } as const;
    for (let i = 0; i < orders; i += 1) {
      exchange.submit({ type: 'place', ...order, orderType: 'MARKET', quantity: '0.01' });
    }
    exchange.snapshotWhenDue();
  };
  trade(5);
  expect(snapshots()).toBe(0);
  now += 1_000;
  exchange.snapshotWhenDue();
  expect(snapshots()).toBe(1);
  trade(30);
  expect(snapshots()).toBe(2);
  venue.closeFiles();
});

test('a torn end is told and tolerated', () => {
  live(['BTCUSDT'], 0);
  appendFileSync(path, '{"seq":99999,"kind":"tr');
  expect(verifyJournal(path)).toMatchObject({ isProven: true, tornBytes: 23 });
});

test.each([
  ['a fee', /"fee":"0\.2\d*"/, '"fee":"0.1"', ['cash', 'replay']],
  ['a balance', /"walletBalance":"99\d\d\.\d+"/, '"walletBalance":"9000"', ['cash', 'replay']],
  ['a traded quantity', /("trade":\{.*?"quantity":)"0\.01"/, '$1"0.02"', ['position', 'replay']],
  ['a client id', /"clientOrderId":"auto-5"/g, '"clientOrderId":"auto-2"', ['client id twice']],
  ['a price of the market', /("kind":"market".*?"bid":)"\d+/, '$1"49000', ['replay']],
  ['a snapshot', /"nextTransactionId":\d+/, '"nextTransactionId":77', ['snapshot']],
])('%s that was changed is found', (_what, pattern, replacement, checks) => {
  live(['BTCUSDT'], 0);
  writeFileSync(path, readFileSync(path, 'utf8').replace(pattern, replacement));
  const { isProven, contradictions } = verifyJournal(path);
  expect(isProven).toBe(false);
  expect(contradictions.map(({ check }) => check)).toEqual(expect.arrayContaining(checks));
});

test('a line that is no record, and a journal that is not there, are named', () => {
  live(['BTCUSDT'], 0);
  const lines = readFileSync(path, 'utf8').split('\n');
  writeFileSync(path, [...lines.slice(0, 5), 'x', ...lines.slice(5)].join('\n'));
  expect(() => verifyJournal(path)).toThrow(/line 6/);
  expect(() => verifyJournal(join(folder, 'none'))).toThrow(/no journal/);
});
