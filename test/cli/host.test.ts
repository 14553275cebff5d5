/** What the supervisor learns from the host: processes, ports, leftovers of a killed run. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { ensureDefined } from '../../core/assert.ts';
import { claimRun, releaseRun } from '../../cli/up/claim.ts';
import { isPortFree, portOwner } from '../../cli/up/port-owner.ts';
import { identify, isSameProcess, stopProcess } from '../../cli/up/process-identity.ts';
import type { ProcessIdentity } from '../../cli/up/process-identity.ts';
import { readRunFile, stopOrphans, writeRunFile } from '../../cli/up/run-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'tidegate-host-'));
const started: ProcessIdentity[] = [];
afterAll(() => rmSync(folder, { recursive: true }));

afterEach(async () => {
  for (const process of started.splice(0)) {
    await stopProcess(process, { signal: 'SIGKILL', timeoutMs: 5_000 });
  }
});

async function sleeper(): Promise<ProcessIdentity> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000); console.log("up")']);
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const identity = ensureDefined(identify(child.pid ?? 0), 'it runs');
  started.push(identity);
  return identity;
}

test('a process is itself only with the same start time', async () => {
  const process = await sleeper();
  expect(isSameProcess(process)).toBe(true);
  expect(isSameProcess({ ...process, startTime: 'another' })).toBe(false);
  expect(identify(2 ** 22 + 1)).toBeUndefined();
});

test('a stop touches nothing that only shares the pid', async () => {
  const process = await sleeper();
  const reused = { ...process, startTime: 'of a process long gone' };
  expect(await stopProcess(reused, { signal: 'SIGKILL', timeoutMs: 100 })).toBe('gone');
  expect(isSameProcess(process)).toBe(true);
});

test('orphans of a killed run are stopped, last started first, and foreign pids are left alone', async () => {
  const [first, second, foreign] = [await sleeper(), await sleeper(), await sleeper()];
  const record = { signal: 'SIGTERM', startedAt: '2026-11-20T00:00:00Z' } as const;
  const path = join(folder, 'run.json');
  writeRunFile(path, {
    supervisor: { pid: 1, startTime: 'dead' },
    children: [
      { name: 'postgres', ...record, ...first },
      { name: 'worker', ...record, ...second },
      { name: 'api', ...record, ...foreign, startTime: 'another' },
    ],
  });
  const names: string[] = [];
  await stopOrphans(ensureDefined(readRunFile(path), 'written').children, ({ name }) =>
    names.push(name),
  );
  expect(names).toEqual(['worker', 'postgres']);
  expect([first, second, foreign].map(isSameProcess)).toEqual([false, false, true]);
});

test('half a run file counts as none', () => {
  const path = join(folder, 'half.json');
  writeFileSync(path, '{ "supervisor": {');
  expect(readRunFile(path)).toBeUndefined();
});

test('a folder has one supervisor; the claim of a dead one is taken over', async () => {
  const lock = join(folder, 'supervisor.lock');
  const self = claimRun(lock);
  expect(self.pid).toBe(process.pid);
  expect(() => claimRun(lock)).toThrow(`process ${process.pid}`);
  releaseRun(lock);
  const dead = await sleeper();
  await stopProcess(dead, { signal: 'SIGKILL', timeoutMs: 5_000 });
  writeFileSync(lock, JSON.stringify(dead));
  expect(claimRun(lock).pid).toBe(process.pid);
  releaseRun(lock);
});

test('a busy port names the process that has it', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  expect(await isPortFree(port)).toBe(false);
  expect(portOwner(port)).toMatchObject({ pid: process.pid });
  await new Promise((resolve) => server.close(resolve));
  expect(await isPortFree(port)).toBe(true);
  expect(portOwner(port)).toBeUndefined();
});
