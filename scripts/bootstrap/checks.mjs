/** The tests with their closing line, and the checks that `npm run verify` runs before them. */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { say } from './progress.mjs';
import { runInForeground } from './run-command.mjs';

const STATIC_CHECKS = [
  { name: 'format', tool: 'oxfmt', args: ['--check', '.'] },
  { name: 'compile', tool: 'tsc', args: ['-b'] },
  { name: 'lint', tool: 'oxlint', args: ['--type-aware', '--deny-warnings', '.'] },
  { name: 'unused', tool: 'knip', args: ['--no-progress'] },
];

/** Runs every check, also after a failing one; answers the names of those that failed. */
export async function runStaticChecks(root, env) {
  const failed = [];
  for (const { name, tool, args } of STATIC_CHECKS) {
    say(`${name}: ${tool} ${args.join(' ')}`);
    const entry = join(root, 'node_modules', '.bin', tool);
    if ((await runInForeground(entry, args, { env, cwd: root })) !== 0) failed.push(name);
  }
  return failed;
}

/** Runs vitest and closes with `N passed, N failed`; exit code 0 only when nothing failed. */
export async function runTests(root, env, args, failedChecks = []) {
  const countsFile = join(root, '.build', `test-counts-${process.pid}.json`);
  mkdirSync(join(root, '.build'), { recursive: true });
  const entry = join(root, 'node_modules', '.bin', 'vitest');
  const code = await runInForeground(entry, ['run', ...args], {
    env: { ...env, TIDEGATE_TEST_COUNTS: countsFile },
    cwd: root,
  });
  const counts = readCounts(countsFile);
  // A run that broke off before its end has failed, whatever was counted until then.
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  if (failedChecks.length > 0) say(`checks that failed: ${failedChecks.join(', ')}`);
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
  process.stdout.write(`${counts.passed} passed, ${counts.failed} failed${skipped}\n`);
  return code === 0 && failedChecks.length > 0 ? 1 : code;
}

function readCounts(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return { passed: 0, failed: 0, skipped: 0 };
    throw error;
  } finally {
    rmSync(file, { force: true });
  }
}
