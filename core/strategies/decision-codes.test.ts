import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { DECISION_CODES } from './decision-codes.ts';

test('the page on strategies lists exactly the codes, with their words', () => {
  const page = readFileSync(new URL('../../docs/STRATEGIES.md', import.meta.url), 'utf8');
  const listed = [...page.matchAll(/^\| `([A-Z_]+)` +\| (.+?) +\|$/gm)].map((row) => [
    row[1],
    row[2],
  ]);
  expect(listed).toEqual(Object.entries(DECISION_CODES));
});
