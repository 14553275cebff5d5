import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { MarketSource } from '../core/market/market.ts';
import { formatDecimal, parseDecimal } from '../core/money/decimal-text.ts';
import { readJournal } from './journal/file.ts';
import type { JournalRecord } from './journal/file.ts';
import { scriptedMarket } from './testing/scripted-market.ts';
import { startBench } from './testing/venue-bench.ts';
import type { Bench, BenchOptions, Exchange } from './testing/venue-bench.ts';

const BTC = 'BTC/USDT:USDT';
const ETH = 'ETH/USDT:USDT';
const SYMBOLS = [BTC, ETH];

/** Saw-toothed, so that limit orders, stops and trailing stops all have their turn. */
const wave = (middle: number): number[] =>
  Array.from({ length: 120 }, (_, i) => middle * (1 + ((i % 14) - 7) / 500));
const source = (): MarketSource => scriptedMarket({ BTCUSDT: wave(50_000), ETHUSDT: wave(3_000) });

const folders: string[] = [];
const benches: Bench[] = [];
afterEach(async () => {
  for (const bench of benches.splice(0)) await bench.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-venue-'));
  folders.push(folder);
  return folder;
}

async function open(folder: string, options: Partial<BenchOptions> = {}): Promise<Bench> {
  const bench = await startBench({ source: source(), folder, ...options });
  benches.push(bench);
  return bench;
}

const recordsOf = (path: string): JournalRecord[] =>
  [...readJournal(path)].map(({ record }) => record);

/** What a crash leaves: the files as they are, while the first venue still runs. */
function copyOf(folder: string): string {
  const copy = newFolder();
  for (const file of ['venue.jsonl', 'venue.jsonl.position']) {
    copyFileSync(join(folder, file), join(copy, file));
  }
  return copy;
}

/** Everything that a client can ask about its account. */
async function pictureOf(exchange: Exchange): Promise<unknown> {
  const perSymbol = SYMBOLS.map(async (symbol) => [
    await exchange.fetchOrders(symbol),
    await exchange.fetchMyTrades(symbol),
    await exchange.fetchOrders(symbol, undefined, undefined, { trigger: true }),
  ]);
  return {
    account: await exchange.fapiPrivateV2GetAccount(),
    positions: await exchange.fapiPrivateV2GetPositionRisk(),
    income: await exchange.fapiPrivateGetIncome(),
    orders: await Promise.all(perSymbol),
  };
}

/** Orders of every kind on both symbols, named so that two venues get the same ones. */
async function trade(bench: Bench, exchange: Exchange, round: number): Promise<void> {
  const place = async (symbol: string): Promise<void> => {
    const base = Number((await exchange.fetchBidsAsks([symbol]))[symbol]?.bid);
    const id = (name: string): { clientOrderId: string } => ({
      clientOrderId: `${name}-${symbol.slice(0, 3)}-${round}`,
    });
    await exchange.createOrder(symbol, 'market', 'buy', 0.1, undefined, id('market'));
    await exchange.createOrder(symbol, 'limit', 'buy', 0.05, base * 0.99, id('limit'));
    const stop = { triggerPrice: base * 0.995, reduceOnly: true, ...id('stop') };
    await exchange.createOrder(symbol, 'market', 'sell', 0.05, undefined, stop);
    const trail = { trailingPercent: '0.5', reduceOnly: true, ...id('trail') };
    await exchange.createOrder(symbol, 'market', 'sell', 0.05, undefined, trail);
  };
  await place(BTC);
  await bench.step();
  await place(ETH);
  for (let i = 0; i < 9; i += 1) await bench.step();
}

type Sums = {
  wallet: bigint;
  trades: number;
  readonly positions: Map<string, bigint>;
  /** Sequence numbers of balances and orders that the trades before them do not explain. */
  readonly contradictions: number[];
};
type AccountReply = {
  readonly totalWalletBalance: string;
  readonly positions: readonly { readonly symbol: string; readonly positionAmt: string }[];
};
type TradeFields = Record<'symbol' | 'side' | 'quantity' | 'fee' | 'realizedProfit', string>;

const decimal = (text: unknown): bigint => parseDecimal(String(text)) ?? 0n;

/** Reads the journal as docs/VENUE-JOURNAL.md tells a stranger to. */
function addUp(records: readonly JournalRecord[]): Sums {
  const sums: Sums = { wallet: 0n, trades: 0, positions: new Map(), contradictions: [] };
  const executed = new Map<unknown, bigint>();
  let claimed = 0n;
  for (const record of records) {
    if ('balanceChange' in record) {
      sums.wallet += decimal(record['balanceChange']);
      claimed = decimal(record['walletBalance']);
    }
    if (record.kind !== 'trade') continue;
    const made = record['trade'] as TradeFields;
    const order = record['order'] as Record<string, unknown>;
    const quantity = decimal(made.quantity);
    const signed = made.side === 'buy' ? quantity : -quantity;
    sums.trades += 1;
    sums.wallet += decimal(made.realizedProfit) - decimal(made.fee);
    sums.positions.set(made.symbol, (sums.positions.get(made.symbol) ?? 0n) + signed);
    executed.set(order['orderId'], (executed.get(order['orderId']) ?? 0n) + quantity);
    const agrees =
      claimed === sums.wallet && executed.get(order['orderId']) === decimal(order['executedQty']);
    if (!agrees) sums.contradictions.push(record.seq);
  }
  return sums;
}

test('a venue that crashed goes on as if it had not', async () => {
  const folder = newFolder();
  const first = await open(folder);
  const client = await first.connect();
  await first.step();
  await client.setLeverage(5, BTC);
  await client.setMarginMode('isolated', BTC);
  await trade(first, client, 1);

  const second = await open(copyOf(folder));
  const other = await second.connect();
  expect(await pictureOf(other)).toEqual(await pictureOf(client));
  for (let round = 2; round < 5; round += 1) {
    await trade(first, client, round);
    await trade(second, other, round);
  }
  const [one, two] = [await first.step(), await second.step()];
  expect(two).toBe(one);
  const [before, after] = [await pictureOf(client), await pictureOf(other)];
  expect(after).toEqual(before);
});

test('steps that touched no account count after a restart: marks and trailing stops', async () => {
  const prices = [50_000, 50_500, 51_000, 50_600, 50_480, 50_480];
  const market = (): MarketSource => scriptedMarket({ BTCUSDT: prices });
  const folder = newFolder();
  const first = await open(folder, { source: market() });
  const client = await first.connect();
  await first.step();
  await client.setMarginMode('isolated', BTC);
  await client.createOrder(BTC, 'market', 'buy', 0.01);
  await first.step();

  const second = await open(copyOf(folder), { source: market() });
  const other = await second.connect();
  const [position] = await other.fetchPositions([BTC]);
  expect(position).toMatchObject({ markPrice: '50500', unrealizedPnl: '4.999' });

  const params = { trailingPercent: '1', reduceOnly: true, clientOrderId: 'trail' };
  await other.createOrder(BTC, 'market', 'sell', 0.01, undefined, params);
  await second.step();
  await second.step();
  const third = await open(copyOf(dirname(second.journalPath)), { source: market() });
  const last = await third.connect();
  expect((await last.fetchPositions([BTC]))[0]).toMatchObject({ contracts: '0.01' });
  await third.step();
  expect(await last.fetchPositions([BTC])).toEqual([]);
});

test('a second restart needs no source before the last funding time', async () => {
  const folder = newFolder();
  const bench = await open(folder);
  const client = await bench.connect();
  await bench.step();
  await trade(bench, client, 1);
  const picture = await pictureOf(client);
  const asked: (number | undefined)[] = [];
  const later = await open(copyOf(copyOf(folder)), {
    source: (resumeFrom) => {
      asked.push(resumeFrom);
      return source();
    },
  });
  expect(asked).toEqual([Date.UTC(2024, 0, 10)]);
  expect(await pictureOf(await later.connect())).toEqual(picture);
});

test('balances, positions and orders add up from the records alone', async () => {
  const bench = await open(newFolder());
  const client = await bench.connect();
  await bench.step();
  for (let round = 1; round < 5; round += 1) await trade(bench, client, round);
  const records = recordsOf(bench.journalPath);
  const sums = addUp(records);
  expect(sums.trades).toBeGreaterThan(10);
  expect(sums.contradictions).toEqual([]);
  const account = (await client.fapiPrivateV2GetAccount()) as AccountReply;
  expect(formatDecimal(sums.wallet)).toBe(account.totalWalletBalance);
  for (const { symbol, positionAmt } of account.positions) {
    expect(formatDecimal(sums.positions.get(symbol) ?? 0n)).toBe(positionAmt);
  }
});

test('a long journal is taken up again from a snapshot', async () => {
  const folder = newFolder();
  const limits = { weightPerMinute: 100_000, ordersPer10s: 10_000, ordersPerMinute: 10_000 };
  const first = await open(folder, { limits });
  const client = await first.connect();
  await first.step();
  await trade(first, client, 1);
  for (let i = 0; i < 260; i += 1) {
    const order = await client.createOrder(BTC, 'limit', 'buy', 0.01, 45_000);
    await client.cancelOrder(String(order.id), BTC);
  }
  await first.step();

  const withSnapshot = copyOf(folder);
  await (await open(withSnapshot)).close();
  const kinds = recordsOf(join(withSnapshot, 'venue.jsonl')).map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === 'snapshot')).toHaveLength(1);
  const again = await open(withSnapshot);
  const other = await again.connect();
  expect(await pictureOf(other)).toEqual(await pictureOf(client));
  await trade(first, client, 2);
  await trade(again, other, 2);
  expect(await pictureOf(other)).toEqual(await pictureOf(client));
});

test('a torn last line is cut off, and what it held is done again', async () => {
  const folder = newFolder();
  const bench = await open(folder);
  const client = await bench.connect();
  await bench.step();
  await client.createOrder(BTC, 'market', 'buy', 0.01, undefined, { clientOrderId: 'kept' });
  const picture = await pictureOf(client);

  const copy = copyOf(folder);
  const path = join(copy, 'venue.jsonl');
  appendFileSync(path, '{"seq":999,"wallTime":1,"kind":"tra');
  const again = await open(copy);
  expect(await pictureOf(await again.connect())).toEqual(picture);
  const records = recordsOf(path);
  expect(records.map((record) => record.seq)).toEqual(records.map((_, i) => i + 1));
});

test('funding is paid once, also when the crash came between it and its step', async () => {
  const startTime = Date.UTC(2024, 0, 10, 7, 59, 58);
  const prices = [50_000, 50_000, 50_000, 50_000];
  const market = (): MarketSource => scriptedMarket({ BTCUSDT: prices }, { startTime });
  const folder = newFolder();
  const first = await open(folder, { source: market() });
  const client = await first.connect();
  await first.step();
  await client.setMarginMode('isolated', BTC);
  await client.createOrder(BTC, 'market', 'buy', 0.01);
  await first.step();
  const copy = copyOf(folder);
  await first.step();
  const paid = await client.fetchFundingHistory(BTC);
  expect(paid).toHaveLength(1);

  copyFileSync(join(folder, 'venue.jsonl'), join(copy, 'venue.jsonl'));
  expect(recordsOf(join(copy, 'venue.jsonl')).at(-1)).toMatchObject({ kind: 'funding' });
  const second = await open(copy, { source: market() });
  const other = await second.connect();
  expect(await second.step()).toBe(startTime + 2_000);
  expect(await other.fetchFundingHistory(BTC)).toEqual(paid);
});

test('outcomes that a crash kept from the file are written at the next start', async () => {
  const folder = newFolder();
  const bench = await open(folder);
  const client = await bench.connect();
  await bench.step();
  await client.createOrder(BTC, 'market', 'buy', 0.01, undefined, { clientOrderId: 'kept' });
  const picture = await pictureOf(client);
  const copy = copyOf(folder);
  const path = join(copy, 'venue.jsonl');
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  const kinds = lines.map((line) => (JSON.parse(line) as { kind: string }).kind);
  const cut = kinds.lastIndexOf('command') + 1;
  expect(kinds.slice(cut)).toEqual(['orderAccepted', 'balance', 'trade']);
  writeFileSync(path, `${lines.slice(0, cut + 1).join('\n')}\n`);
  const again = await open(copy);
  expect(await pictureOf(await again.connect())).toEqual(picture);
  const rewritten = recordsOf(path).slice(cut, cut + 4);
  expect(rewritten.map((record) => record.kind)).toEqual([
    'orderAccepted',
    'balance',
    'trade',
    'started',
  ]);
});

test('a journal that was tampered with is refused, naming the record', async () => {
  const folder = newFolder();
  const bench = await open(folder);
  const client = await bench.connect();
  await bench.step();
  await client.createOrder(BTC, 'market', 'buy', 0.01);
  const copy = copyOf(folder);
  const path = join(copy, 'venue.jsonl');
  writeFileSync(path, readFileSync(path, 'utf8').replace('"fee":"0.2', '"fee":"0.1'));
  await expect(open(copy)).rejects.toThrow(/seq \d+ \(trade\)/);
});

test('a reply is on disk when it arrives', async () => {
  const bench = await open(newFolder());
  const client = await bench.connect();
  await bench.step();
  for (let i = 0; i < 5; i += 1) {
    const order = await client.createOrder(BTC, 'limit', 'buy', 0.01, 45_000 + i);
    const records = recordsOf(bench.journalPath);
    const last = records.at(-1);
    const accepted = { kind: 'orderAccepted', account: 'paper' };
    expect(last).toMatchObject({ ...accepted, order: { orderId: Number(order.id) } });
  }
});
