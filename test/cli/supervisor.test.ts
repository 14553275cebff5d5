/** The supervisor with real child processes: small Node scripts in a folder of their own. */
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { launch } from '../../cli/up/managed-process.ts';
import { startNodeRole } from '../../cli/up/node-role.ts';
import { isSameProcess } from '../../cli/up/process-identity.ts';
import type { ChildRecord } from '../../cli/up/run-file.ts';
import { createSupervisor } from '../../cli/up/supervisor.ts';
import type { Service, Supervisor } from '../../cli/up/supervisor.ts';

const BACKOFF = { firstMs: 20, maxMs: 80, steadyMs: 60_000 };

let folder: string;
let journal: string;
let children: readonly ChildRecord[];
let events: string[];
let supervisor: Supervisor | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-supervisor-'));
  journal = join(folder, 'journal');
  writeFileSync(journal, '');
  children = [];
  events = [];
});
afterEach(async () => {
  await supervisor?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Notes its start and its ordered end, and lives until it is told to stop. */
const STEADY = `
  const { appendFileSync } = require('node:fs');
  const [, , name, journal] = process.argv;
  appendFileSync(journal, name + ' up\\n');
  process.on('SIGTERM', () => { appendFileSync(journal, name + ' down\\n'); process.exit(0); });
  console.log(JSON.stringify({ ready: true }));
  setInterval(() => {}, 1000);`;

function service(name: string, script = STEADY, readyTimeoutMs = 10_000): Service {
  const path = join(folder, `${name}.cjs`);
  writeFileSync(path, script);
  return {
    name,
    signal: 'SIGTERM',
    start: (onSpawn) =>
      startNodeRole({
        name,
        args: [path, name, journal],
        readyTimeoutMs,
        onLine: (line) => appendFileSync(journal, `${name} says ${line}\n`),
        onSpawn,
      }),
  };
}

function supervise(services: readonly Service[]): Supervisor {
  supervisor = createSupervisor({
    services,
    backoff: BACKOFF,
    onChildren: (now) => (children = now),
    onEvent: (name, text) => events.push(`${name} ${text}`),
  });
  return supervisor;
}

const journalLines = () => readFileSync(journal, 'utf8').split('\n').filter(Boolean);
const pidOf = (name: string) => children.find((child) => child.name === name)?.pid ?? 0;

test('services start in order and stop in reverse order', async () => {
  const run = supervise([service('first'), service('second'), service('third')]);
  await run.start();
  expect(children.map(({ name }) => name)).toEqual(['first', 'second', 'third']);
  expect(children.every(isSameProcess)).toBe(true);
  await run.stop();
  expect(journalLines()).toEqual([
    'first up',
    'second up',
    'third up',
    'third down',
    'second down',
    'first down',
  ]);
  expect(children).toEqual([]);
});

test('a crashed service starts again with a new process, the others stay', async () => {
  await supervise([service('first'), service('second')]).start();
  const [first, second] = [pidOf('first'), pidOf('second')];
  process.kill(second, 'SIGKILL');
  await vi.waitFor(() => expect(events).toContain('second is up again'), 10_000);
  expect(pidOf('first')).toBe(first);
  expect(pidOf('second')).not.toBe(second);
  expect(events).toContain('second was ended by SIGKILL');
});

test('the pause doubles up to its cap while a service keeps crashing', async () => {
  // Ready at once, gone at once.
  const crashing = `console.log('{"ready":true}'); setTimeout(() => process.exit(7), 20);`;
  await supervise([service('worker', crashing)]).start();
  const pauses = () => events.filter((event) => event.includes('starts again'));
  await vi.waitFor(() => expect(pauses().length).toBeGreaterThanOrEqual(4), 10_000);
  expect(pauses().slice(0, 4)).toEqual([
    'worker starts again in 20 ms',
    'worker starts again in 40 ms',
    'worker starts again in 80 ms',
    'worker starts again in 80 ms',
  ]);
});

test('a service that does not come up fails the start with its last lines', async () => {
  const broken = `console.error('no such table'); process.exitCode = 3;`;
  const run = supervise([service('first'), service('broken', broken)]);
  await expect(run.start()).rejects.toThrow(/broken ended with exit code 3[^]*no such table/);
  expect(children.map(({ name }) => name)).toEqual(['first']);
});

test('a service that never says that it is ready is stopped', async () => {
  const silent = `require('node:fs').writeFileSync(process.argv[3] + '.pid', String(process.pid)); setInterval(() => {}, 1000);`;
  await expect(supervise([service('silent', silent, 500)]).start()).rejects.toThrow('not ready');
  expect(children).toEqual([]);
  const pid = Number(readFileSync(`${journal}.pid`, 'utf8'));
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});

test('a stop during the start ends what is up and starts nothing more', async () => {
  const slow = `console.log('slow begins'); process.on('SIGTERM', () => process.exit(0)); setInterval(() => {}, 1000);`;
  const run = supervise([service('first'), service('slow', slow), service('last')]);
  const started = run.start().catch((error: unknown) => error);
  await vi.waitFor(() => expect(journalLines()).toContain('slow says slow begins'), 10_000);
  await run.stop();
  await started;
  expect(children).toEqual([]);
  expect(journalLines()).not.toContain('last up');
});

test('a stop during the pause before a new start leaves nothing running', async () => {
  const run = createSupervisor({
    services: [service('first')],
    backoff: { ...BACKOFF, firstMs: 60_000, maxMs: 60_000 },
    onChildren: (now) => (children = now),
    onEvent: (name, text) => events.push(`${name} ${text}`),
  });
  await run.start();
  process.kill(pidOf('first'), 'SIGKILL');
  await vi.waitFor(() => expect(events).toContain('first starts again in 60000 ms'), 10_000);
  await run.stop();
  expect(children).toEqual([]);
});

test('a child that ignores the request to stop is killed', async () => {
  const stubborn = `process.on('SIGTERM', () => {}); console.log('{"ready":true}'); setInterval(() => {}, 1000);`;
  const path = join(folder, 'stubborn.cjs');
  writeFileSync(path, stubborn);
  let isUp = () => {};
  const up = new Promise<void>((resolve) => (isUp = resolve));
  const child = await launch({
    command: process.execPath,
    args: [path],
    stop: { signal: 'SIGTERM', timeoutMs: 200 },
    onLine: () => isUp(),
  });
  await up;
  await child.stop();
  expect(await child.exited).toEqual({ code: null, signal: 'SIGKILL' });
  expect(existsSync(`/proc/${child.identity.pid}`)).toBe(false);
});
