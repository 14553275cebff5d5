/** The paper venue on recorded bars, by its command: prices, restart, end, and what it refuses. */
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, expect, test, vi } from 'vitest';
import { readPosition } from '../../venue/journal/position-file.ts';
import type { Venue } from '../../venue/server.ts';
import { barLines } from '../../venue/testing/bar-lines.ts';
import { readOhlcvFile } from '../../venue/sources/ohlcv-file.ts';
import { freePort } from '../support/free-port.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'cli', 'main.ts');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.UTC(2024, 2, 1);
const FROM = START + 60 * HOUR;

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

type Life = {
  readonly process: ChildProcess;
  readonly output: () => string;
  /** Undefined when it ended before it was ready. */
  readonly venue: Venue | undefined;
  readonly exitCode: Promise<number | null>;
};

async function start(flags: readonly string[]): Promise<Life> {
  const child = spawn(process.execPath, [MAIN, 'venue', ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  cleanups.push(() => child.kill('SIGKILL'));
  let text = '';
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const exitCode = new Promise<number | null>((resolve) => child.once('close', resolve));
  const ready = new Promise<Venue>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('{"ready":true')) resolve(JSON.parse(line) as Venue);
    });
  });
  const venue = await Promise.race([ready, exitCode.then(() => undefined)]);
  return { process: child, output: () => text, venue, exitCode };
}

async function stop(life: Life): Promise<void> {
  life.process.kill('SIGTERM');
  expect(await life.exitCode, life.output()).toBe(0);
}

/** What a command that ends by itself prints. */
const outputOf = (args: readonly string[]): Promise<string> =>
  new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], (_, stdout) => resolve(stdout));
  });

type Kline = readonly [openTime: number, ...prices: string[]];

async function klines({ venue }: Life, query: string): Promise<readonly Kline[]> {
  const reply = await fetch(`${venue?.restUrl}/fapi/v1/klines?symbol=BTCUSDT&${query}`);
  return (await reply.json()) as readonly Kline[];
}

const pricesOf = (rows: readonly Kline[]) =>
  rows.map(([openTime, ...prices]) => [openTime, ...prices.slice(0, 4).map(Number)]);

test('recorded bars are traded as they are, a restart goes on, and the end is told', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-replay-'));
  cleanups.push(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'recorded_BTCUSDT_15m.csv');
  const shape = { barMs: 15 * MINUTE, price: 60_000 };
  writeFileSync(file, barLines({ from: START, count: 4 * 72, ...shape }));
  const [rest, admin, api] = [await freePort(), await freePort(), await freePort()];
  const flags = [
    ...['--set', `data_dir=${folder}`, '--symbols', 'BTCUSDT'],
    ...['--set', `ports.venue=${rest}`, '--set', `ports.venue_admin=${admin}`],
    ...['--set', `ports.api=${api}`],
  ];
  const replay = ['--source', 'replay', '--replay-dir', folder, '--speed', '3600'];
  const limits = ['--replay-from', '2024-03-03T12:07', '--replay-to', '2024-03-03T16:00'];
  const journal = join(folder, 'venue', 'journal.ndjson');
  const reached = () => readPosition(`${journal}.position`)?.time ?? 0;

  const first = await start([...flags, ...replay, ...limits]);
  await vi.waitFor(() => expect(reached()).toBeGreaterThan(FROM + HOUR), 20_000);
  const recorded = readOhlcvFile(file).bars.map(({ openTime, open, high, low, close }) => [
    openTime,
    ...[open, high, low, close],
  ]);
  const around = `interval=15m&startTime=${FROM - HOUR}&endTime=${FROM + HOUR - 1}`;
  const told = pricesOf(await klines(first, around));
  const at = recorded.findIndex(([openTime]) => openTime === FROM - HOUR);
  expect(told).toEqual(recorded.slice(at, at + 8));
  const minutes = `interval=1m&startTime=${FROM - HOUR}&endTime=${FROM + HOUR - 1}`;
  const before = await klines(first, minutes);
  expect(before).toHaveLength(120);
  await stop(first);
  const stoppedAt = reached();

  const other = await start([...flags, '--seed', '3']);
  expect([other.venue, await other.exitCode]).toEqual([undefined, 4]);
  expect(other.output()).toMatch(/market\.source: "synthetic".*expected replay[^]*--reset/);
  expect(reached(), 'nothing was touched').toBe(stoppedAt);

  // Where it began is known by the journal.
  const second = await start([...flags, ...replay, ...limits.slice(2)]);
  expect(pricesOf(await klines(second, minutes))).toEqual(pricesOf(before));
  await vi.waitFor(() => expect(second.output()).toContain('HAS ENDED'), 30_000);
  expect(await outputOf(['status', ...flags, ...replay])).toContain(
    'HAS ENDED at 2024-03-03T15:59',
  );
  expect(reached()).toBeGreaterThan(Math.max(stoppedAt, START + 64 * HOUR - 2 * MINUTE));
  expect(reached()).toBeLessThan(START + 64 * HOUR);
  await stop(second);

  const later = await start([...flags, ...replay]);
  await vi.waitFor(() => expect(reached()).toBeGreaterThan(START + 64 * HOUR), 20_000);
  await stop(later);

  const far = await start([...flags, ...replay, '--replay-from', '2025-01-01']);
  expect(await far.exitCode).toBe(4);
  expect(far.output()).toContain(
    'market.replay_from: "2025-01-01" is not allowed; expected a time from',
  );
});
