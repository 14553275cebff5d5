/** The services of one start, in the order in which they need each other. */
import { join } from 'node:path';
import { findTemporal } from '../../scripts/bootstrap/temporal-binary.mjs';
import { migrate } from '../../adapters/postgres/migrate.ts';
import type { TidegateConfig } from '../../adapters/config/load-config.ts';
import { CommandError } from '../exit-codes.ts';
import type { OnSpawn } from './managed-process.ts';
import { NODE_ROLE_STOP, startNodeRole } from './node-role.ts';
import { POSTGRES_STOP, startPostgres } from './postgres.ts';
import type { RunPaths } from './run-paths.ts';
import type { Service } from './supervisor.ts';
import { startTemporal, TEMPORAL_STOP } from './temporal.ts';

export type ServicesRequest = {
  readonly config: TidegateConfig;
  readonly paths: RunPaths;
  /** Called with the addresses once both stores are up, before the first role starts. */
  readonly onStores: (stores: { postgresUrl: string; temporalAddress: string }) => Promise<void>;
  readonly onLine: (service: string, line: string) => void;
  readonly onNotice: (service: string, text: string) => void;
  readonly env: NodeJS.ProcessEnv;
};

/** A worker bundles its workflows at its first start. */
const READY_TIMEOUT_MS = { venue: 60_000, worker: 120_000, api: 60_000 };

type Stores = { postgresUrl: string; temporalAddress: string };

export function createServices(request: ServicesRequest): readonly Service[] {
  const { config } = request;
  const stores = { postgresUrl: config.postgres.url, temporalAddress: config.temporal.address };
  return [
    ...(config.postgres.url === '' ? [postgresService(request, stores)] : []),
    ...(config.temporal.address === '' ? [temporalService(request, stores)] : []),
    ...(['venue', 'worker', 'api'] as const).map((name) => roleService(name, request, stores)),
  ];
}

function postgresService(
  { config, paths, onLine, onNotice }: ServicesRequest,
  stores: Stores,
): Service {
  return {
    name: 'postgres',
    signal: POSTGRES_STOP.signal,
    start: async (onSpawn) => {
      const running = await startPostgres({
        dataDir: paths.postgres,
        port: config.ports.postgres,
        onLine: (line) => onLine('postgres', line),
        onSpawn,
      });
      if (running.notice !== undefined) onNotice('postgres', running.notice);
      stores.postgresUrl = running.connectionString;
    },
  };
}

function temporalService({ config, paths, onLine }: ServicesRequest, stores: Stores): Service {
  return {
    name: 'temporal',
    signal: TEMPORAL_STOP.signal,
    start: async (onSpawn) => {
      const running = await startTemporal({
        binary: requireTemporal(),
        port: config.ports.temporal,
        uiPort: config.ports.temporalUi,
        dbFile: paths.temporal,
        namespace: config.temporal.namespace,
        onLine: (line) => onLine('temporal', line),
        onSpawn,
      });
      stores.temporalAddress = running.address;
    },
  };
}

export function requireTemporal(): string {
  const binary = findTemporal();
  if (binary !== undefined) return binary;
  throw new CommandError('there is no Temporal command yet: "npm start" finds or builds one');
}

/** Each start of a role sees the addresses of now, and a migrated database. */
function roleService(
  name: keyof typeof READY_TIMEOUT_MS,
  { paths, env, onLine, onStores }: ServicesRequest,
  stores: Stores,
): Service {
  return {
    name,
    signal: NODE_ROLE_STOP.signal,
    start: async (onSpawn: OnSpawn) => {
      await migrate(stores.postgresUrl);
      await onStores(stores);
      return startNodeRole({
        name,
        args: [join(import.meta.dirname, '..', 'main.ts'), name, '--config', paths.config],
        env,
        readyTimeoutMs: READY_TIMEOUT_MS[name],
        onLine: (line) => onLine(name, line),
        onSpawn,
      });
    },
  };
}
