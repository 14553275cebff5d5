import { defineConfig } from 'vitest/config';

/** Pure tests sit beside their code; tests that need processes live in `test/`. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            '{core,state-machines,workflows,adapters,activities,venue,api,cli,scripts}/**/*.test.ts',
          ],
          pool: 'threads',
        },
      },
    ],
  },
});
