import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Agent } from 'undici';
import { afterEach, expect, test } from 'vitest';
import { readJournal } from '../../venue/journal/file.ts';
import type { JournalRecord } from '../../venue/journal/file.ts';
import type { Venue } from '../../venue/server.ts';
import { connectTo } from '../../venue/testing/venue-bench.ts';
import type { Exchange } from '../../venue/testing/venue-bench.ts';

const SYMBOLS = ['BTC/USDT:USDT', 'ETH/USDT:USDT'];
const KILLS = 3;
const ORDERS_PER_LIFE = 40;

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

type Running = { readonly process: ChildProcess; readonly venue: Venue };

/** Starts the venue on a journal and waits until it answers. */
async function start(journalPath: string): Promise<Running> {
  const child = join(import.meta.dirname, 'venue-child.ts');
  const stdio = ['ignore', 'pipe', 'inherit'] as const;
  const started = spawn(process.execPath, [child, journalPath], { stdio: [...stdio] });
  cleanups.push(() => started.kill('SIGKILL'));
  for await (const line of createInterface({ input: started.stdout })) {
    return { process: started, venue: JSON.parse(line) as Venue };
  }
  throw new Error('the venue did not start');
}

async function kill({ process: running }: Running): Promise<void> {
  if (running.exitCode !== null || running.signalCode !== null) return;
  const gone = new Promise((resolve) => running.once('exit', resolve));
  running.kill('SIGKILL');
  await gone;
}

/** Places orders of both kinds as fast as it can until the venue dies; answers what was accepted. */
async function placeUntilDeath(
  exchange: Exchange,
  symbol: string,
  name: string,
  onAccepted: () => void,
): Promise<string[]> {
  const accepted: string[] = [];
  for (let i = 0; ; i += 1) {
    const clientOrderId = `${name}-${i}`;
    const [type, price] = i % 3 === 0 ? (['market', undefined] as const) : (['limit', 1] as const);
    const side = i % 2 === 0 ? 'buy' : 'sell';
    try {
      const limit = price === undefined ? undefined : await touch(exchange, symbol, side);
      await exchange.createOrder(symbol, type, side, 0.1, limit, { clientOrderId });
      accepted.push(clientOrderId);
      onAccepted();
      if (i % 20 === 19) await exchange.cancelAllOrders(symbol);
    } catch (error) {
      if (isGone(error)) return accepted;
      throw error;
    }
  }
}

async function touch(exchange: Exchange, symbol: string, side: string): Promise<number> {
  const quote = (await exchange.fetchBidsAsks([symbol]))[symbol];
  return Number(side === 'buy' ? quote?.bid : quote?.ask);
}

const isGone = (error: unknown): boolean =>
  ['NetworkError', 'ExchangeNotAvailable', 'RequestTimeout'].includes((error as Error).name);

/** Orders that the journal shows as accepted, with their last status and executed quantity. */
function ordersOf(path: string): Map<string, readonly [string, string]> {
  const orders = new Map<string, readonly [string, string]>();
  for (const { record } of readJournal(path)) {
    const order = record['order'] as Record<string, string> | undefined;
    if (order === undefined) continue;
    orders.set(String(order['clientOrderId']), [order['status'] ?? '', order['executedQty'] ?? '']);
  }
  return orders;
}

test('a killed venue keeps every order that it acknowledged, and its clock', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-venue-'));
  cleanups.push(() => rmSync(folder, { recursive: true }));
  const agent = new Agent();
  cleanups.push(() => agent.destroy());
  const journalPath = join(folder, 'venue.jsonl');
  const accepted: string[] = [];
  for (let life = 0; life < KILLS; life += 1) {
    const running = await start(journalPath);
    const exchange = await connectTo(running.venue, agent, { timeout: 30_000 });
    await exchange.loadMarkets();
    let count = 0;
    const onAccepted = (): void => {
      count += 1;
      // Not at the reply itself, so that requests are on their way.
      if (count === ORDERS_PER_LIFE) setTimeout(() => void kill(running), 1 + life * 2);
    };
    const placed = SYMBOLS.map((symbol, i) =>
      placeUntilDeath(exchange, symbol, `k${life}${i}`, onAccepted),
    );
    accepted.push(...(await Promise.all(placed)).flat());
    await kill(running);
  }
  expect(accepted.length).toBeGreaterThanOrEqual(KILLS * ORDERS_PER_LIFE);

  const last = await start(journalPath);
  const exchange = await connectTo(last.venue, agent, {});
  const pages = SYMBOLS.map((symbol) => exchange.fetchOrders(symbol, undefined, 1_000));
  const orders = (await Promise.all(pages)).flat();
  const journaled = ordersOf(journalPath);
  expect(accepted.filter((id) => !journaled.has(id))).toEqual([]);
  const finished = orders.filter((order) => order.status !== 'open');
  expect(finished.length).toBeGreaterThan(20);
  for (const order of finished) {
    const { status, executedQty } = order.info as { status: string; executedQty: string };
    expect(journaled.get(String(order.clientOrderId))).toEqual([status, executedQty]);
  }
  const times = marketTimes([...readJournal(journalPath)].map(({ record }) => record));
  expect(times).toEqual(times.toSorted((a, b) => a - b));
});

const marketTimes = (records: readonly JournalRecord[]): number[] =>
  records.map((record) => record.marketTime);
