/** Writes `docs/ERRORS.md` from the closed unions of codes: `node scripts/errors-page.ts [--check]`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DENIED_CODES } from '../core/orders/denied-reason.ts';
import { DECISION_CODES } from '../core/strategies/decision-codes.ts';

const PAGE = join(import.meta.dirname, '..', 'docs', 'ERRORS.md');

/** The page as it must be; compared by a test. */
export const errorsPage = (): string => `# Codes

Made from the code by \`node scripts/errors-page.ts\`. The problem codes of the API stand in [API.md](API.md).

## Why an order was denied

*Denied* is ours: the order never reached the exchange. Each denial is stored with its figures.

${table(DENIED_CODES)}

## What a decision said

Every evaluation is stored with one of these codes and a sentence with its figures, skips included.

${table(DECISION_CODES)}
`;

const table = (codes: Readonly<Record<string, string>>): string =>
  ['| code | meaning |', '|---|---|']
    .concat(Object.entries(codes).map(([code, words]) => `| \`${code}\` | ${words} |`))
    .join('\n');

if (import.meta.main) {
  const page = errorsPage();
  if (!process.argv.includes('--check')) writeFileSync(PAGE, page);
  else if (readFileSync(PAGE, 'utf8') !== page) {
    console.error('docs/ERRORS.md is not what the code says: node scripts/errors-page.ts');
    process.exitCode = 1;
  }
}
