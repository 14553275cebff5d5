/** `tidegate up` as a process: start, kills, restarts and stops with real PostgreSQL, Temporal and venue. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { isSameProcess, stopProcess } from '../../cli/up/process-identity.ts';
import { readRunFile } from '../../cli/up/run-file.ts';
import type { ChildRecord } from '../../cli/up/run-file.ts';
import { barLines } from '../../venue/testing/bar-lines.ts';
import { makeUpTree, tidegate, writePorts } from './up-tree.ts';
import type { Command } from './up-tree.ts';

const NAMES = ['postgres', 'temporal', 'venue', 'worker', 'api'];
const tree = makeUpTree();
let ports: Readonly<Record<string, number>>;
let run: Command | undefined;

beforeAll(async () => {
  ports = await writePorts(tree);
});
afterEach(async () => {
  run?.child.kill('SIGKILL');
  for (const child of children()) await stopProcess(child, { signal: 'SIGKILL', timeoutMs: 5_000 });
});
afterAll(() => rmSync(tree.root, { recursive: true, force: true }));

const children = (): readonly ChildRecord[] =>
  readRunFile(tree.dataFile('run.json'))?.children ?? [];

async function up(...flags: readonly string[]): Promise<Command> {
  run = tidegate(tree, ['up', ...flags]);
  await run.says('Ctrl-C');
  await run.says('equity');
  return run;
}

async function stop(command: Command): Promise<void> {
  command.child.kill('SIGTERM');
  expect(await command.exitCode, command.output()).toBe(0);
}

test('everything comes up, symbols start, and SIGTERM takes everything down', async () => {
  const first = await up('--symbols', 'BTCUSDT,ETHUSDT');
  expect(children().map(({ name }) => name)).toEqual(NAMES);
  expect(first.output()).toContain('started BTCUSDT\n');
  expect(first.output()).toContain('not started: ETHUSDT: ETHUSDT is refused');
  // A stop without PostgreSQL knows its own orders by it.
  expect(tree.readJson('installation.json')).toMatchObject({
    account: 'paper',
    instance: expect.stringMatching(/^[0-9a-z]{4}$/) as string,
  });
  const recorded = children();
  await stop(first);
  expect(recorded.filter(isSameProcess)).toEqual([]);
  expect(children()).toEqual([]);
});

test('a killed supervisor: the roles end themselves, the next start stops the rest and goes on', async () => {
  const first = await up();
  const before = children();
  first.child.kill('SIGKILL');
  const roles = before.filter(({ name }) => ['venue', 'worker', 'api'].includes(name));
  await vi.waitFor(() => expect(roles.filter(isSameProcess)).toEqual([]), 20_000);
  expect(before.filter(isSameProcess).map(({ name }) => name)).toContain('postgres');
  const second = await up();
  expect(second.output()).toContain('stopping postgres');
  expect(before.filter(isSameProcess)).toEqual([]);
  await stop(second);
});

test('everything is killed at once: the next start goes on and adds its symbols', async () => {
  const first = await up('--symbols', 'BTCUSDT');
  const before = children();
  first.child.kill('SIGKILL');
  for (const { pid } of before) process.kill(pid, 'SIGKILL');
  const second = await up('--symbols', 'SOLUSDT');
  expect(children().map(({ name }) => name)).toEqual(NAMES);
  expect(tree.readJson('effective-config.json'), 'symbols are added, never removed').toMatchObject({
    symbols: expect.arrayContaining(['BTCUSDT', 'ETHUSDT', 'SOLUSDT']) as unknown,
  });
  await stop(second);
});

test('a killed worker comes back; status and down find the run; a second start is refused', async () => {
  const first = await up();
  const before = children();
  process.kill(before.find(({ name }) => name === 'worker')?.pid ?? 0, 'SIGKILL');
  await first.says('is up again');
  expect(before.filter(isSameProcess).map(({ name }) => name)).toEqual(
    NAMES.filter((name) => name !== 'worker'),
  );
  expect(children().map(({ name }) => name)).toEqual(NAMES);

  const second = tidegate(tree, ['up']);
  expect(await second.exitCode).toBe(1);
  expect(second.output()).toContain(`already runs here as process ${first.child.pid}`);

  const elsewhere = tidegate(tree, ['up', '--set', 'data_dir=.tidegate-other']);
  expect(await elsewhere.exitCode).toBe(1);
  const api = children().find(({ name }) => name === 'api');
  expect(elsewhere.output()).toContain(
    `port ${ports['api']} for API is taken by process ${api?.pid}`,
  );
  expect(elsewhere.output()).toContain('--set ports.api=');

  const status = tidegate(tree, ['status', '--json']);
  expect(await status.exitCode).toBe(0);
  expect(JSON.parse(status.output())).toMatchObject({ supervisorPid: first.child.pid });
  const down = tidegate(tree, ['down']);
  expect(await down.exitCode, down.output()).toBe(0);
  expect(await first.exitCode).toBe(0);
  expect(await tidegate(tree, ['down']).exitCode).toBe(3);
});

test('a reset opens the next account and ends the workflows of the old one', async () => {
  const client = async () =>
    new Client({
      connection: await Connection.connect({ address: `127.0.0.1:${ports['temporal']}` }),
    });
  const first = await up();
  const before = await client();
  for (const workflowId of ['symbol:paper:binance-usdm:BTCUSDT', 'symbol:other:x:y']) {
    await before.workflow.start('symbolWorkflow', { taskQueue: 'nobody', workflowId });
  }
  await before.connection.close();
  await stop(first);

  const refused = tidegate(tree, ['up', '--reset']);
  expect(await refused.exitCode).toBe(1);
  expect(refused.output()).toContain('--yes');

  // On recorded bars, which the journal of the synthetic market cannot take.
  const bars = barLines({ from: Date.UTC(2024, 2, 1), barMs: 900_000, count: 400, price: 60_000 });
  writeFileSync(join(tree.root, 'BTCUSDT.csv'), bars);
  const replay = ['--source', 'replay', '--replay-dir', tree.root, '--symbols', 'BTCUSDT'];
  const missing = tidegate(tree, ['up', ...replay]);
  expect(await missing.exitCode, 'symbols of earlier starts need files too').toBe(4);
  expect(missing.output()).toContain('one file of ETHUSDT, or market.replay_files.ETHUSDT');
  const files = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT'].flatMap((symbol) => [
    '--set',
    `market.replay_files.${symbol}=BTCUSDT.csv`,
  ]);
  const other = tidegate(tree, ['up', ...replay, ...files]);
  expect(await other.exitCode).toBe(4);
  expect(other.output()).toMatch(/market\.source: "replay".*expected synthetic[^]*--reset/);
  expect(tree.readJson('installation.json')).toMatchObject({ account: 'paper' });

  const second = await up('--reset', '--yes', ...replay);
  expect(second.output()).toContain('account paper-2');
  expect(second.output()).toContain('replay of recorded 15m bars');
  expect(existsSync(tree.dataFile('venue/journal-1.ndjson'))).toBe(true);
  const after = await client();
  const statusOf = async (id: string) =>
    (await after.workflow.getHandle(id).describe()).status.name;
  await vi.waitFor(
    async () => expect(await statusOf('symbol:paper:binance-usdm:BTCUSDT')).toBe('TERMINATED'),
    20_000,
  );
  expect(await statusOf('symbol:other:x:y')).toBe('RUNNING');
  await after.connection.close();
  await stop(second);
});

test('a bad configuration stops before anything runs', async () => {
  const command = tidegate(tree, ['up', '--speed', 'fast']);
  expect(await command.exitCode).toBe(4);
  expect(command.output()).toContain('market.speed');
  expect(children()).toEqual([]);
});
