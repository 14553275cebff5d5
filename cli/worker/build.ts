/** Which code this process runs, and whether it may. */
import { execFileSync } from 'node:child_process';
import { CommandError, EXIT } from '../exit-codes.ts';

/** Of a copy without git: it has no name that could be expected. */
export const UNVERSIONED = 'unversioned';

/** The commit that runs, written on every intent; what is not committed does not show in it. */
export function buildId(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short=12', 'HEAD'], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    // A copy without git or its folder: the build has no name.
    return UNVERSIONED;
  }
}

/**
 * P32: what is to be said at the start. Ids of `safety.expected_builds` may be longer or shorter
 * than ours, from seven characters on. Throws CommandError for a build that is not among them.
 */
export function checkBuild(build: string, expected: readonly string[]): string {
  if (expected.length === 0) return `build ${build}: any build may run (safety.expected_builds)`;
  const isExpected = expected.some((id) => id.startsWith(build) || build.startsWith(id));
  if (isExpected && build !== UNVERSIONED) return `build ${build}: expected`;
  throw new CommandError(
    `build ${build} is not one of safety.expected_builds (${expected.join(', ')}): no worker starts`,
    EXIT.config,
  );
}
