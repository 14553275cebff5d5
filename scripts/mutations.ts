/** `npm run mutations`: takes one safeguard away at a time and shows which test notices. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { SAFEGUARDS, controlMutations } from './mutations/mutations.ts';
import type { Mutation } from './mutations/mutations.ts';

const ROOT = join(import.meta.dirname, '..');
/** Wall time of the tests of one mutation; one that hangs them was noticed too. */
const LIMIT_MS = 180_000;

/** What vitest's JSON reporter writes, as far as it is read here. */
const reportSchema = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ status: z.string(), fullName: z.string() })),
    }),
  ),
});

const { values } = parseArgs({
  options: { json: { type: 'string' }, only: { type: 'string', default: '' } },
});

type Outcome = {
  readonly mutation: string;
  readonly caughtBy: string | null;
  readonly seconds: number;
};

const mutations = [...controlMutations(ROOT), ...SAFEGUARDS].filter(({ name }) =>
  name.includes(values.only),
);
const folder = copyOfTree();
try {
  const outcomes = mutations.map((mutation) => {
    const outcome = tryOut(mutation);
    const caught = outcome.caughtBy ?? 'NOTHING: it survived';
    process.stdout.write(`${outcome.mutation} · ${caught} · ${outcome.seconds.toFixed(1)} s\n`);
    return outcome;
  });
  const survivors = outcomes.filter(({ caughtBy }) => caughtBy === null);
  process.stdout.write(`${outcomes.length} mutations, ${survivors.length} survived\n`);
  if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(outcomes, null, 2));
  process.exitCode = survivors.length > 0 || outcomes.length === 0 ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** What git knows or would add, without the dependencies, which are linked. */
function copyOfTree(): string {
  const copy = mkdtempSync(join(tmpdir(), 'tidegate-mutations-'));
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: ROOT });
  for (const file of listed.toString().split('\n')) {
    if (file === '' || !existsSync(join(ROOT, file))) continue;
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(join(ROOT, file), join(copy, file));
  }
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

function tryOut({ name, file, change, tests, project }: Mutation): Outcome {
  const path = join(folder, file);
  const text = readFileSync(path, 'utf8');
  const begun = performance.now();
  writeFileSync(path, change(text));
  try {
    const caughtBy = firstFailure(tests, project);
    return { mutation: name, caughtBy, seconds: (performance.now() - begun) / 1_000 };
  } finally {
    writeFileSync(path, text);
  }
}

/** The first test that fails, or null. */
function firstFailure(tests: readonly string[], project: string): string | null {
  const report = join(folder, 'mutation-report.json');
  rmSync(report, { force: true });
  const vitest = join('node_modules', 'vitest', 'vitest.mjs');
  const args = [vitest, 'run', '--project', project, '--reporter=json', `--outputFile=${report}`];
  const { status } = spawnSync(process.execPath, [...args, ...tests], {
    cwd: folder,
    timeout: LIMIT_MS,
    stdio: 'ignore',
  });
  if (status === 0) return null;
  if (!existsSync(report)) return 'the tests do not end or do not start';
  const { testResults } = reportSchema.parse(JSON.parse(readFileSync(report, 'utf8')));
  const failed = testResults.flatMap(({ assertionResults }) =>
    assertionResults.filter((result) => result.status === 'failed'),
  );
  const file = testResults.find((result) => result.status === 'failed');
  return failed[0]?.fullName ?? file?.name.slice(folder.length + 1) ?? 'the tests do not start';
}
