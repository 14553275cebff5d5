/** The embedded Temporal: the command's development server with a SQLite file. */
import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { launch, poll, waitUntilReady } from './managed-process.ts';
import type { ManagedProcess, OnSpawn } from './managed-process.ts';

export type TemporalOptions = {
  /** Path of the `temporal` command, see `findTemporal`. */
  readonly binary: string;
  readonly port: number;
  /** Without it there is no Web UI. */
  readonly uiPort?: number;
  /** SQLite file; made when missing. */
  readonly dbFile: string;
  readonly namespace?: string;
  readonly onLine?: (line: string) => void;
  readonly onSpawn?: OnSpawn;
};

export type RunningTemporal = ManagedProcess & { readonly address: string };

const READY_TIMEOUT_MS = 60_000;
export const TEMPORAL_STOP = { signal: 'SIGTERM', timeoutMs: 10_000 } as const;

/**
 * One history shard polls its queues at most 20 times a second by default, so that every step waits
 * about 40 ms however idle the machine is; raised, a step is 6 to 7 times faster. The version check
 * would talk to the outside.
 */
const DYNAMIC_CONFIG = {
  'history.transferProcessorMaxPollRPS': 2_000,
  'history.timerProcessorMaxPollRPS': 2_000,
  'history.visibilityProcessorMaxPollRPS': 2_000,
  'frontend.enableServerVersionCheck': false,
};

/** Resolves when the namespace answers. Throws with its last lines when it does not come up. */
export async function startTemporal(options: TemporalOptions): Promise<RunningTemporal> {
  const { binary, port, dbFile, namespace = 'default', onLine = () => {} } = options;
  mkdirSync(dirname(dbFile), { recursive: true });
  const child = await launch({
    command: binary,
    args: serverArguments({ port, dbFile, namespace, ...uiOf(options) }),
    stop: TEMPORAL_STOP,
    onLine,
  });
  const address = `127.0.0.1:${port}`;
  const ready = (signal: AbortSignal) =>
    poll(() => answers(binary, address, namespace), signal, 150);
  options.onSpawn?.(child);
  await waitUntilReady(child, ready, { name: 'Temporal', timeoutMs: READY_TIMEOUT_MS });
  return { ...child, address };
}

const uiOf = ({ uiPort }: TemporalOptions) => (uiPort === undefined ? {} : { uiPort });

type ServerArguments = {
  readonly port: number;
  readonly uiPort?: number;
  readonly dbFile: string;
  readonly namespace: string;
};

function serverArguments({ port, uiPort, dbFile, namespace }: ServerArguments): string[] {
  return [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port)],
    ...['--namespace', namespace, '--log-level', 'warn', '--db-filename', dbFile],
    // A write-ahead log that is synced at checkpoints survives a killed process whole.
    ...['--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL'],
    ...(uiPort === undefined
      ? ['--headless']
      : ['--ui-ip', '127.0.0.1', '--ui-port', String(uiPort)]),
    ...Object.entries(DYNAMIC_CONFIG).flatMap(([key, value]) => [
      '--dynamic-config-value',
      `${key}=${value}`,
    ]),
  ];
}

/** The port opens before the namespace is there, so the namespace is asked for. */
async function answers(binary: string, address: string, namespace: string): Promise<boolean> {
  const args = ['operator', 'namespace', 'describe', namespace, '--address', address];
  try {
    await promisify(execFile)(binary, [...args, '--command-timeout', '2s']);
    return true;
  } catch {
    // Not up yet; a server that never comes up is told by its own last lines.
    return false;
  }
}
