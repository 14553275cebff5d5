import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { errorsPage } from './errors-page.ts';

test('docs/ERRORS.md says what the code says', () => {
  const written = readFileSync(join(import.meta.dirname, '..', 'docs', 'ERRORS.md'), 'utf8');
  expect(written, 'node scripts/errors-page.ts').toBe(errorsPage());
});
