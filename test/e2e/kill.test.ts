/**
 * `kill -9` of the worker at ten instants, the worst ones among them: between what the venue
 * accepted and its reply. Afterwards no order is lost, none stands twice, and protection is there.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { poll } from '../../cli/up/managed-process.ts';
import { printRun } from '../support/run-report.ts';
import { seeded } from '../support/seeded.ts';
import { startStack } from '../support/stack.ts';
import type { Stack } from '../support/stack.ts';
import { venueTruth } from '../support/venue-truth.ts';

const SYMBOLS = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT'];
const SEED = 20_261_120;

const stacks: Stack[] = [];
afterEach(async () => {
  await Promise.all(stacks.splice(0).map((stack) => stack.stop()));
});

type Instant = {
  readonly name: string;
  /** Injected at the venue; the kill follows its first hit. */
  readonly fault?: Readonly<Record<string, unknown>>;
  /** What makes the worker send orders; without it the market does. */
  readonly provoke?: (running: Stack) => Promise<void>;
  /** What the kill waits for, when it is no fault. */
  readonly after?: (running: Stack) => Promise<unknown>;
};

/** Cancels every grid and plans new ones: stops, levels and cancels all go out. */
async function haltAndResume(running: Stack): Promise<void> {
  await running.api('POST', '/emergency-stop', { reason: 'a test' });
  await running.api('POST', '/resume', { reason: 'the test goes on' });
}

const nextFill = async ({ database }: Stack): Promise<void> => {
  const count = 'SELECT count(*)::int AS n FROM fills';
  const [before] = await database.query<{ n: number }>(count);
  await database.until('another fill', count, ([row]) => Number(row?.['n']) > (before?.n ?? 0));
};

const INSTANTS: readonly Instant[] = [
  { name: 'while the symbols start' },
  {
    name: 'a stop was accepted, its reply never sent',
    fault: { kind: 'dropAfterAccept', call: 'POST algoOrder' },
    provoke: haltAndResume,
  },
  {
    name: 'a stop was accepted, its reply late',
    fault: { kind: 'delayReply', call: 'POST algoOrder', ms: 4_000 },
    provoke: haltAndResume,
  },
  {
    name: 'a stop is on its way',
    fault: { kind: 'holdInTransit', call: 'POST algoOrder', ms: 500 },
    provoke: haltAndResume,
  },
  {
    name: 'levels were accepted, their reply never sent',
    fault: { kind: 'dropAfterAccept', call: 'POST batchOrders' },
    provoke: haltAndResume,
  },
  {
    name: 'levels were accepted, their reply late',
    fault: { kind: 'delayReply', call: 'POST batchOrders', ms: 4_000 },
    provoke: haltAndResume,
  },
  {
    name: 'levels never reached the venue',
    fault: { kind: 'dropBeforeAccept', call: 'POST batchOrders' },
    provoke: haltAndResume,
  },
  {
    name: 'an order was cancelled, the reply late',
    fault: { kind: 'delayReply', call: 'DELETE order', ms: 4_000 },
    provoke: haltAndResume,
  },
  { name: 'a level was filled', after: nextFill },
  { name: 'at any time' },
];

/** Most of a recovery is waiting for timeouts, so two systems are killed side by side. */
test('ten kills: no order twice, none lost, always protected', async () => {
  const half = INSTANTS.length / 2;
  const books = await Promise.all([
    killAtEach(INSTANTS.slice(0, half), seeded(SEED)),
    killAtEach(INSTANTS.slice(half), seeded(SEED + 1)),
  ]);
  expect(books.flatMap(({ differences }) => differences)).toEqual([]);
  expect(books.flatMap(({ protection }) => protection.spans)).toEqual([]);
}, 240_000);

async function killAtEach(instants: readonly Instant[], random: () => number) {
  const running = await startStack({
    symbols: SYMBOLS,
    market: {
      source: 'synthetic',
      // Ranges all morning, so that grids stand whenever a kill is due.
      seed: 1,
      startTime: Date.UTC(2026, 2, 2),
      stepMs: 5_000,
    },
    pace: { kind: 'speed', speed: 60 },
    unlimited: true,
    settings: { 'flow_trading.risk.exposure_limit_pct': 30 },
  });
  stacks.push(running);
  await running.startSymbols();
  for (const instant of instants) await killAt(running, instant, random);
  await printRun(`three symbols, killed ${instants.length} times, seed ${SEED}`, running);

  await running.api('POST', '/stop', { flatten: true, reason: 'the test ends' });
  await Promise.all(SYMBOLS.map((symbol) => running.workflow(symbol).result()));
  expect(venueTruth(running)).toMatchObject({ ordinary: [], stops: [], positions: new Map() });
  return running.witness();
}

async function killAt(running: Stack, instant: Instant, random: () => number): Promise<void> {
  const { venue, workers, database } = running;
  const { fault, provoke, after } = instant;
  if (fault !== undefined) await venue.admin('POST', '/faults', { ...fault, count: 1 });
  if (fault === undefined) await provoke?.(running);
  else await provokeUntilHit(running, instant);
  await after?.(running);
  // Up to the moment itself: the seed decides how much later.
  await delay(random() * (fault === undefined ? 1_500 : 50));
  const [killed] = await database.query<{ at: string }>('SELECT clock_timestamp()::text AS at');
  await workers.kill();
  const killedAt = performance.now();
  await venue.admin('DELETE', '/faults');
  await workers.start();
  const startedAt = performance.now();
  await untilRecovered(running, instant.name, killed?.at ?? '');
  const seconds = (from: number) => ((performance.now() - from) / 1_000).toFixed(1);
  process.stdout.write(
    `killed while "${instant.name}": recovered after ${seconds(killedAt)} s, ` +
      `${seconds(startedAt)} s of them after the new worker was ready\n`,
  );
}

/** A regime may keep the symbols from planning at once: then it is provoked again. */
async function provokeUntilHit(running: Stack, { name, provoke }: Instant): Promise<void> {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    await provoke?.(running);
    if (await isHitWithin(running, 15_000)) return;
  }
  throw new Error(`"${name}" did not happen`);
}

async function isHitWithin({ venue }: Stack, timeoutMs: number): Promise<boolean> {
  const limit = AbortSignal.timeout(timeoutMs);
  const isHit = async () => ((await venue.admin('GET', '/faults'))['injected'] as []).length > 0;
  await poll(isHit, limit, 5);
  return !limit.aborted;
}

/** Every symbol was seen by the new worker, knows all its orders, and is past reconciling. */
const RECOVERED = `SELECT symbol, state, status->>'unknownOrders' AS unknown,
    (SELECT count(*)::int FROM order_intents WHERE state IN ('SENDING', 'UNKNOWN')) AS unresolved
  FROM symbol_status WHERE recorded_at > $1 AND state !~ '^reconciling'`;

async function untilRecovered({ database }: Stack, name: string, since: string): Promise<void> {
  await database.until(
    `recovered after "${name}"`,
    RECOVERED,
    (rows) =>
      rows.length === SYMBOLS.length &&
      rows.every((row) => row['unknown'] === '0' && row['unresolved'] === 0),
    { values: [since], timeoutMs: 30_000 },
  );
}
