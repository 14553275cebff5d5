/** Starts what all system tests of a run share. */
import type { TestProject } from 'vitest/node';
import { startPostgresServer } from './support/postgres-server.ts';

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgresServer();
  project.provide('postgresUrl', server.url);
  return () => server.stop();
}
