/** A fresh, migrated database for one test file, on the run's one PostgreSQL. */
import { inject } from 'vitest';
import { createDatabase } from './database.ts';
import type { TestPostgres } from './database.ts';

export type { TestPostgres };

declare module 'vitest' {
  interface ProvidedContext {
    /** Ends in `/`; set by `test/global-setup.ts`. */
    postgresUrl: string;
  }
}

export const startTestPostgres = (options = { migrated: true }): Promise<TestPostgres> =>
  createDatabase(inject('postgresUrl'), options);
