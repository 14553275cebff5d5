/** Starts what all system tests of a run share. */
import type { TestProject } from 'vitest/node';
import { startPostgresServer } from './support/postgres-server.ts';
import { startTemporalServer } from './support/temporal-server.ts';

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const [postgres, temporal] = await Promise.all([startPostgresServer(), startTemporalServer()]);
  project.provide('postgresUrl', postgres.url);
  project.provide('temporalAddress', temporal?.address ?? '');
  return async () => {
    await Promise.all([postgres.stop(), temporal?.stop()]);
  };
}
