import { defineConfig } from 'vitest/config';
import { LongTestsFirst } from './scripts/long-tests-first.ts';

/** Pure tests sit beside their code; tests that need processes live in `test/`. */
export default defineConfig({
  test: {
    reporters: ['default', './scripts/counting-reporter.ts'],
    sequence: { sequencer: LongTestsFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            '{core,state-machines,workflows,adapters,activities,venue,api,cli,scripts}/**/*.test.ts',
          ],
          pool: 'threads',
          // The default is one fewer than there are processors.
          maxWorkers: 2,
          // Modules are loaded once a thread: the tests keep nothing in them and mock none.
          isolate: false,
          testTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'system',
          include: ['test/**/*.test.ts'],
          globalSetup: ['./test/global-setup.ts'],
          pool: 'forks',
          // As above: a process for each file spends as long on loading modules as on its tests.
          isolate: false,
          // One more than processors: each test waits for others most of the time.
          maxWorkers: 3,
          testTimeout: 120_000,
          hookTimeout: 180_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
