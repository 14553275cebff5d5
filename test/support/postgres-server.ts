/** One real PostgreSQL for a test run, in a folder and on a port of its own. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '../../cli/up/postgres.ts';
import { freePort } from './free-port.ts';
import { guard } from './run-guard.ts';

export type PostgresServer = {
  /** Connection string without a database name, ending in `/`. */
  readonly url: string;
  stop(): Promise<void>;
};

/** Up in about a second. As root it runs as the user `postgres`, who must reach the folder. */
export async function startPostgresServer(): Promise<PostgresServer> {
  const folder = await mkdtemp(join(tmpdir(), 'tidegate-postgres-'));
  await chmod(folder, 0o755);
  const server = await startPostgres({
    dataDir: join(folder, 'data'),
    port: await freePort(),
    durable: false,
  });
  const endGuard = guard(server.identity.pid, folder);
  return {
    url: new URL('/', server.connectionString).href,
    stop: async () => {
      endGuard();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
