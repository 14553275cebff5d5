/** Writes the counts of a test run as JSON to `TIDEGATE_TEST_COUNTS`, for the one line that closes `npm test`. */
import { writeFileSync } from 'node:fs';
import type { Reporter } from 'vitest/reporters';

type TestModules = Parameters<NonNullable<Reporter['onTestRunEnd']>>[0];

export default class CountingReporter implements Reporter {
  onTestRunEnd(modules: TestModules, unhandledErrors: readonly unknown[]): void {
    const path = process.env['TIDEGATE_TEST_COUNTS'];
    if (path !== undefined)
      writeFileSync(path, JSON.stringify(countTests(modules, unhandledErrors)));
  }
}

/** An error outside any test (a file that does not load, an unhandled rejection) counts as a failure. */
function countTests(modules: TestModules, unhandledErrors: readonly unknown[]) {
  const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
  for (const module of modules) {
    counts.failed += module.errors().length;
    for (const test of module.children.allTests()) counts[keyOf(test.result().state)] += 1;
  }
  return counts;
}

function keyOf(
  state: 'passed' | 'failed' | 'skipped' | 'pending',
): 'passed' | 'failed' | 'skipped' {
  // A test that never ran its course (the run was cut short) has not passed.
  return state === 'pending' ? 'failed' : state;
}
