/** `tidegate doctor` and `config` as processes: what they find and how they end. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import { freePort } from '../support/free-port.ts';

const main = join(import.meta.dirname, '../../cli/main.ts');
const folder = mkdtempSync(join(tmpdir(), 'tidegate-doctor-'));
afterAll(() => rmSync(folder, { recursive: true }));

const report = z.object({
  ok: z.boolean(),
  checks: z.array(z.object({ name: z.string(), status: z.string(), detail: z.string() })),
});

function tidegate(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

const names = ['api', 'venue', 'venue_admin', 'temporal', 'temporal_ui', 'postgres'];
const FREE_PORTS: string[] = [];
for (const name of names) FREE_PORTS.push('--set', `ports.${name}=${await freePort()}`);

test('a ready machine passes every check, and nothing is changed', () => {
  const { status, stdout } = tidegate('doctor', '--json', ...FREE_PORTS);
  const { ok, checks } = report.parse(JSON.parse(stdout));
  expect(checks.filter((check) => check.status === 'fail')).toEqual([]);
  expect({ ok, status }).toEqual({ ok: true, status: 0 });
  expect(checks.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      'config',
      'node',
      'postgres',
      'temporal',
      'disk',
      'permissions',
      'clock',
    ]),
  );
  expect(readdirSync(folder)).toEqual([]);
});

test('a busy port fails and names its owner and the remedy', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const { status, stdout } = tidegate(
    'doctor',
    '--json',
    ...FREE_PORTS,
    '--set',
    `ports.api=${port}`,
  );
  server.close();
  const failed = report.parse(JSON.parse(stdout)).checks.filter((check) => check.status === 'fail');
  expect(status).toBe(1);
  expect(failed.map(({ name }) => name)).toEqual([`port ${port}`]);
  expect(failed[0]?.detail).toContain(`process ${process.pid}`);
  expect(failed[0]?.detail).toContain('--set ports.api=');
});

test('a bad configuration ends doctor and config check with exit code 4', () => {
  for (const command of [['doctor'], ['config', 'check'], ['config', 'show']]) {
    const { status, stdout, stderr } = tidegate(...command, '--set', 'market.sped=3');
    expect(status, command.join(' ')).toBe(4);
    expect(stdout + stderr).toContain('Did you mean market.speed?');
  }
});

test('config show names the origin of each value', () => {
  const { status, stdout } = tidegate('config', 'show', '--speed', '10');
  expect(status).toBe(0);
  expect(stdout).toContain('market.speed: 10  [flag for market.speed]');
  expect(stdout).toContain('account.balance_usdt: 10000  [default]');
});

test('a wrong command or flag is refused with exit code 2', () => {
  expect(tidegate('upp').status).toBe(2);
  const { status, stderr } = tidegate('status', '--jsn');
  expect(status).toBe(2);
  expect(stderr).toContain('Did you mean --json?');
});
