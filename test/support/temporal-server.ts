/** One real Temporal for a test run, in a folder and on a port of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stopProcess } from '../../cli/up/process-identity.ts';
import { startTemporal } from '../../cli/up/temporal.ts';
import { findTemporal } from '../../scripts/bootstrap/temporal-binary.mjs';
import { freePort } from './free-port.ts';
import { guard } from './run-guard.ts';

export type TemporalServer = {
  /** `host:port`. */
  readonly address: string;
  /** `kill -9`. */
  crash(): Promise<void>;
  /** After a crash: on the same port, with the same data. */
  restart(): Promise<void>;
  stop(): Promise<void>;
};

const KILL = { signal: 'SIGKILL', timeoutMs: 5_000 } as const;

/** Undefined on a machine without the command; `npm test` finds or builds one first. */
export async function startTemporalServer(): Promise<TemporalServer | undefined> {
  const binary = findTemporal();
  if (binary === undefined) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'tidegate-temporal-'));
  const options = { binary, port: await freePort(), dbFile: join(folder, 'temporal.sqlite') };
  let server = await startTemporal(options);
  let endGuard = guard(server.identity.pid, folder);
  return {
    address: server.address,
    crash: async () => {
      endGuard();
      await stopProcess(server.identity, KILL);
    },
    restart: async () => {
      server = await startTemporal(options);
      endGuard = guard(server.identity.pid, folder);
    },
    stop: async () => {
      endGuard();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
