import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLogFile } from './log-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-log-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const path = () => join(folder, 'logs', 'worker.log');

test('lines are appended with their time, also after the file was opened again', () => {
  const file = path();
  openLogFile(file).write('first');
  openLogFile(file).write('second');
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  expect(lines.map((line) => line.split(' ').slice(1).join(' '))).toEqual(['first', 'second']);
  expect(lines[0]).toMatch(/^\d{4}-\d\d-\d\dT/);
});

test('a full file moves on, and the oldest one is dropped', () => {
  const file = path();
  const log = openLogFile(file, { bytesMax: 100, filesMax: 3 });
  for (let index = 0; index < 10; index += 1) log.write(`line ${index} ${'x'.repeat(30)}`);
  for (const name of [file, `${file}.1`, `${file}.2`]) {
    expect(statSync(name).size).toBeLessThanOrEqual(100);
  }
  expect(existsSync(`${file}.3`)).toBe(false);
  expect(readFileSync(file, 'utf8')).toContain('line 9');
});
