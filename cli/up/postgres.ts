/** An embedded PostgreSQL: made on first use, listening on loopback only, started and stopped as a child. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { launch, poll, waitUntilReady } from './managed-process.ts';
import type { ManagedProcess, OnSpawn } from './managed-process.ts';
import { postgresFolders } from './postgres-folders.ts';
import type { PostgresFolders } from './postgres-folders.ts';
import { postgresUser } from './postgres-user.ts';
import type { RunAs } from './postgres-user.ts';
import { stopLeftover } from './postgres-leftover.ts';

export type PostgresOptions = {
  /** Data folder; elsewhere when PostgreSQL's user cannot reach it, see `notice`. */
  readonly dataDir: string;
  readonly port: number;
  /** Created when missing. */
  readonly database?: string;
  /** False gives up safety against power loss for speed; a killed process loses nothing either way. */
  readonly durable?: boolean;
  readonly onLine?: (line: string) => void;
  readonly onSpawn?: OnSpawn;
};

export type RunningPostgres = ManagedProcess & {
  readonly connectionString: string;
  readonly dataDir: string;
  readonly notice?: string;
};

const USER = 'tidegate';
const READY_TIMEOUT_MS = 60_000;
/** SIGINT is PostgreSQL's fast shutdown: it disconnects everybody and closes cleanly. */
export const POSTGRES_STOP = { signal: 'SIGINT', timeoutMs: 20_000 } as const;

/** Resolves when it answers. Throws with its last lines when it does not come up. */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const { port, database = 'tidegate', durable = true, onLine = () => {} } = options;
  const runAs = postgresUser();
  const folders = postgresFolders(options.dataDir, runAs);
  if (!existsSync(join(folders.data, 'PG_VERSION'))) {
    await initialise(folders, runAs);
  }
  await stopLeftover(folders.data);
  const child = await launch({
    command: join(folders.programs, 'bin', 'postgres'),
    args: ['-D', folders.data, '-p', String(port), ...settings(durable)],
    cwd: folders.data,
    stop: POSTGRES_STOP,
    onLine,
    ...runAs,
  });
  const password = readFileSync(passwordFile(folders.data), 'utf8');
  const url = (name: string) => `postgres://${USER}:${password}@127.0.0.1:${port}/${name}`;
  options.onSpawn?.(child);
  await waitUntilReady(child, (signal) => poll(() => answers(url('postgres')), signal), {
    name: 'PostgreSQL',
    timeoutMs: READY_TIMEOUT_MS,
  });
  await createDatabase(url('postgres'), database);
  const { data: dataDir, notice } = folders;
  const place = notice === undefined ? { dataDir } : { dataDir, notice };
  return { ...child, ...place, connectionString: url(database) };
}

function settings(durable: boolean): string[] {
  const values = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    timezone: 'UTC',
    log_timezone: 'UTC',
    max_connections: '100',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** Inside the data folder, so that it moves with it; readable by its owner and root only. */
const passwordFile = (data: string): string => join(data, 'tidegate-password');

/** Made beside and renamed, so that a first start that was killed leaves nothing half-made. */
async function initialise({ programs, data }: PostgresFolders, runAs?: RunAs): Promise<void> {
  const fresh = `${data}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(dirname(fresh), { recursive: true });
  mkdirSync(fresh, { mode: 0o700 });
  const password = `${fresh}-password`;
  writeFileSync(password, randomBytes(18).toString('hex'), { mode: 0o600 });
  for (const path of runAs === undefined ? [] : [fresh, password]) {
    chownSync(path, runAs?.uid ?? 0, runAs?.gid ?? 0);
  }
  await promisify(execFile)(
    join(programs, 'bin', 'initdb'),
    [
      `--pgdata=${fresh}`,
      `--username=${USER}`,
      `--pwfile=${password}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
    ],
    { cwd: fresh, ...runAs },
  );
  renameSync(password, passwordFile(fresh));
  renameSync(fresh, data);
}

async function answers(connectionString: string): Promise<boolean> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 2_000 });
  // Lost while connecting: the next attempt tells.
  client.on('error', () => {});
  try {
    await client.connect();
    return true;
  } catch {
    // Not up yet; a server that never comes up is told by its own last lines.
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

async function createDatabase(connectionString: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}
