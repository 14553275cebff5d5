import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { boughtUnderStop } from './hand-made-journal.ts';
import { readJournalFile } from './journal-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-witness-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function stored(text: string): string {
  const path = join(folder, 'venue.jsonl');
  writeFileSync(path, text);
  return path;
}

test('every whole line is read, amounts exactly', () => {
  const lines = readJournalFile(stored(boughtUnderStop().text()));
  expect(lines.map((line) => line.kind)).toEqual([
    'accountOpened',
    'conditionalAccepted',
    'orderAccepted',
    'balance',
    'trade',
  ]);
  expect(lines.at(-1)?.trade?.fee).toBe(23_880_000_000_000_000n);
});

test('a torn last line is left out, wherever it was torn', () => {
  const text = boughtUnderStop().text();
  const last = text.lastIndexOf('\n', text.length - 2) + 1;
  for (const cut of [last + 1, last + 40, text.length - 1]) {
    expect(readJournalFile(stored(text.slice(0, cut)))).toHaveLength(4);
  }
});

test('a line that is damaged in the middle is named', () => {
  const lines = boughtUnderStop().text().split('\n');
  lines[2] = lines[2]?.slice(0, 50) ?? '';
  expect(() => readJournalFile(stored(lines.join('\n')))).toThrow('venue.jsonl line 3');
});

test('a gap in the numbers is named', () => {
  const lines = boughtUnderStop().text().split('\n');
  lines.splice(1, 1);
  expect(() => readJournalFile(stored(lines.join('\n')))).toThrow('line 2: seq is 3');
});
