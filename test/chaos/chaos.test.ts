/** `npm run chaos` as a person runs it: one trial at two points, read from its file. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';

const CHAOS = join(import.meta.dirname, '..', '..', 'chaos', 'chaos.ts');
const POINTS = ['before-send', 'after-send'];

const folder = mkdtempSync(join(tmpdir(), 'tidegate-chaos-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

type Row = {
  readonly killPoint: string;
  readonly unprotectedSecondsMax: number;
  readonly recoverySecondsP99: number;
};

type Ended = { readonly code: number | null; readonly output: string };

function chaos(...args: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, [CHAOS, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (bytes: Buffer) => (output += bytes.toString()));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })));
}

test('a trial at each of two points: nothing twice, nothing lost, and it trades again', async () => {
  const json = join(folder, 'rows.json');
  const { code, output } = await chaos(
    ...['--points', POINTS.join(','), '--trials', '1', '--seed', '3', '--json', json],
  );
  expect(output).toContain('recovery s p50');
  const { rows } = JSON.parse(readFileSync(json, 'utf8')) as { rows: Row[] };
  expect(rows.map(({ killPoint }) => killPoint)).toEqual(POINTS);
  for (const row of rows) {
    expect(row).toMatchObject({ trials: 1, duplicates: 0, lost: 0, broken: {} });
    expect(row.unprotectedSecondsMax).toBe(0);
    expect(row.recoverySecondsP99).toBeGreaterThan(0);
  }
  expect(code).toBe(0);
}, 180_000);

test('a point that there is not is named, with those that there are', async () => {
  const { code, output } = await chaos('--points', 'before-lunch');
  expect(code).toBe(2);
  expect(output).toContain('--points: "before-lunch"; there are before-send');
}, 60_000);
