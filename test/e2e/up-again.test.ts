/**
 * What a user does to the whole of it: start, Ctrl-C, start, everything killed at once, start. The real
 * supervisor with the real worker, API, venue, Temporal and PostgreSQL, in a folder and on ports of its own.
 */
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { callApi, fetchStatus } from '../../cli/api-client.ts';
import { isSameProcess, stopProcess } from '../../cli/up/process-identity.ts';
import { readRunFile } from '../../cli/up/run-file.ts';
import { runPaths } from '../../cli/up/run-paths.ts';
import { ensureDefined } from '../../core/assert.ts';
import { symbolWorkflowId } from '../../workflows/messages.ts';
import { tidegate, writePorts } from '../cli/up-tree.ts';
import type { Command } from '../cli/up-tree.ts';
import { stackWitness } from '../support/stack-witness.ts';
import { venueTruth } from '../support/venue-truth.ts';
import { abs } from '../witness/decimal.ts';

const ACCOUNT = 'paper';
const SYMBOLS = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT'];
const SPEED = 120;
const KILL = { signal: 'SIGKILL', timeoutMs: 5_000 } as const;
/** Of a machine that has other work too. */
const PATIENT = { timeout: 90_000, interval: 250 };

const cwd = mkdtempSync(join(tmpdir(), 'tidegate-again-'));
// As root PostgreSQL runs under another user, which must reach its data.
chmodSync(cwd, 0o755);
const root = resolve(import.meta.dirname, '../..');
const paths = runPaths(join(cwd, '.tidegate'));
let run: Command | undefined;

const processes = () => {
  const record = readRunFile(paths.run);
  return record === undefined ? [] : [record.supervisor, ...record.children];
};
const killAll = () => Promise.all(processes().map((one) => stopProcess(one, KILL)));
afterEach(async () => {
  run?.child.kill('SIGKILL');
  await killAll();
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

async function up(): Promise<Command> {
  const flags = ['--symbols', SYMBOLS.join(','), '--speed', String(SPEED)];
  run = tidegate({ root, cwd }, ['up', ...flags]);
  await run.says('Ctrl-C');
  return run;
}

const truth = () => venueTruth({ venue: { journalPath: paths.venueJournal }, account: ACCOUNT });

/** Each position with stops on its losing side for all of it, and no level without a stop. */
function expectProtected(): void {
  const { ordinary, stops, positions } = truth();
  for (const [symbol, position] of positions) {
    const closing = stops.filter(
      (stop) => stop.symbol === symbol && stop.side === (position > 0n ? 'sell' : 'buy'),
    );
    const covered = closing.reduce((sum, stop) => sum + stop.quantity, 0n);
    expect(covered, symbol).toBeGreaterThanOrEqual(abs(position));
  }
  const guarded = new Set(stops.map(({ symbol }) => symbol));
  const adding = ordinary.filter(({ reduceOnly }) => !reduceOnly);
  expect(adding.filter(({ symbol }) => !guarded.has(symbol))).toEqual([]);
  expect(stops.length).toBeGreaterThan(0);
}

/** There is something to protect: all symbols may stand by for a while. */
const untilAtRisk = (): Promise<void> =>
  vi.waitFor(() => {
    const { ordinary, stops } = truth();
    expect(Math.min(ordinary.length, stops.length)).toBeGreaterThan(0);
  }, PATIENT);

/** Market times, by symbol; the workflow of each reports its own. */
async function marketTimes(api: string): Promise<Readonly<Record<string, string>>> {
  const symbols = (await fetchStatus(api))?.symbols ?? [];
  return Object.fromEntries(symbols.map(({ symbol, market_time }) => [symbol, market_time ?? '']));
}

async function expectToGoOn(api: string, since: Readonly<Record<string, string>>): Promise<void> {
  await vi.waitFor(async () => {
    const now = await marketTimes(api);
    const standing = SYMBOLS.filter((symbol) => !((now[symbol] ?? '') > (since[symbol] ?? '')));
    expect(standing).toEqual([]);
  }, PATIENT);
}

test('Ctrl-C leaves the stops in place, and each start goes on, also after everything was killed', async () => {
  const ports = await writePorts({ root: cwd });
  const api = `http://127.0.0.1:${ports['api']}`;
  const connect = async () => {
    const connection = await Connection.connect({ address: `127.0.0.1:${ports['temporal']}` });
    const { workflow } = new Client({ connection });
    const handleOf = (symbol: string) =>
      workflow.getHandle(symbolWorkflowId({ account: ACCOUNT, venue: 'binance-usdm', symbol }));
    return { connection, handleOf };
  };
  /** What stays the same however often a workflow continues as new. */
  const firstRuns = async (): Promise<Readonly<Record<string, string>>> => {
    const { connection, handleOf } = await connect();
    const entries = SYMBOLS.map(async (symbol) => {
      const { raw } = await handleOf(symbol).describe();
      const id = raw.workflowExecutionInfo?.firstRunId ?? '';
      return [symbol, ensureDefined(id || undefined, `${symbol} has a first run`)] as const;
    });
    const runs = Object.fromEntries(await Promise.all(entries));
    await connection.close();
    return runs;
  };

  const first = await up();
  await expectToGoOn(api, {});
  await untilAtRisk();
  const runs = await firstRuns();
  const atStop = await marketTimes(api);
  const stopped = processes();
  expect(stopped).toHaveLength(6);
  first.child.kill('SIGINT');
  expect(await first.exitCode, first.output()).toBe(0);
  expect(stopped.filter(isSameProcess)).toEqual([]);
  expectProtected();

  await up();
  await expectToGoOn(api, atStop);
  expect(await firstRuns()).toEqual(runs);
  const atKill = await marketTimes(api);
  await untilAtRisk();
  await killAll();
  expectProtected();

  const last = await up();
  await expectToGoOn(api, atKill);
  expect(await firstRuns()).toEqual(runs);

  const end = { flatten: true, reason: 'the test ends' };
  expect(await callApi(api, '/api/v1/profit-scraping/stop', end)).toMatchObject({ status: 202 });
  const { connection, handleOf } = await connect();
  await Promise.all(SYMBOLS.map((symbol) => handleOf(symbol).result()));
  await connection.close();
  const { postgres } = JSON.parse(readFileSync(paths.config, 'utf8')) as {
    readonly postgres: { readonly url: string };
  };
  const { differences, protection, counts } = await stackWitness({
    journalPath: paths.venueJournal,
    connectionString: postgres.url,
    account: ACCOUNT,
  });
  expect(differences, 'no order twice, none lost').toEqual([]);
  expect(protection.spans).toEqual([]);
  expect(counts.orders).toBeGreaterThan(0);
  last.child.kill('SIGINT');
  expect(await last.exitCode, last.output()).toBe(0);
}, 300_000);
