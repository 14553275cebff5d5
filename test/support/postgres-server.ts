/** One real PostgreSQL for a test run, with a migrated template, in a folder and on a port of its own. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '../../cli/up/postgres.ts';
import { stopProcess } from '../../cli/up/process-identity.ts';
import { createTemplate } from './database.ts';
import { freePort } from './free-port.ts';
import { guard } from './run-guard.ts';

export type PostgresServer = {
  /** Connection string without a database name, ending in `/`. */
  readonly url: string;
  /** Ends at once, as in a crash: connections are cut, nothing is written. */
  crash(): Promise<void>;
  /** After a crash: on the same port, with the same data. */
  restart(): Promise<void>;
  stop(): Promise<void>;
};

/** PostgreSQL's immediate shutdown; it keeps its children from staying behind, as `kill -9` would not. */
const CRASH = { signal: 'SIGQUIT', timeoutMs: 10_000 } as const;

/**
 * Up in about a second; what was committed outlives a crash only when it is `durable`. As root it
 * runs as the user `postgres`, who must reach the folder.
 */
export async function startPostgresServer({ durable = false } = {}): Promise<PostgresServer> {
  const folder = await mkdtemp(join(tmpdir(), 'tidegate-postgres-'));
  await chmod(folder, 0o755);
  const options = { dataDir: join(folder, 'data'), port: await freePort(), durable };
  let server = await startPostgres(options);
  let endGuard = guard(server.identity.pid, folder);
  const url = new URL('/', server.connectionString).href;
  await createTemplate(url);
  return {
    url,
    crash: async () => {
      endGuard();
      await stopProcess(server.identity, CRASH);
    },
    restart: async () => {
      server = await startPostgres(options);
      endGuard = guard(server.identity.pid, folder);
    },
    stop: async () => {
      endGuard();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
