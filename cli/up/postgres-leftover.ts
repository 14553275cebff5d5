/** A PostgreSQL that an earlier run left behind: stopped when it is ours, its lock removed when it is gone. */
import { readFileSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { identify, stopProcess } from './process-identity.ts';

const STOP = { signal: 'SIGINT', timeoutMs: 20_000 } as const;

/** Afterwards nothing runs on this data folder, and nothing claims to. */
export async function stopLeftover(data: string): Promise<void> {
  const lock = join(data, 'postmaster.pid');
  const pid = firstLine(lock);
  if (pid === undefined) return;
  const identity = identify(pid);
  if (identity !== undefined && worksIn(pid, data)) await stopProcess(identity, STOP);
  // The pid of a killed server may be another process by now; PostgreSQL would then refuse to start.
  rmSync(lock, { force: true });
}

function firstLine(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, 'utf8').split('\n')[0]);
    return pid > 0 ? pid : undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** PostgreSQL's working folder is its data folder. Where that cannot be seen, the pid is believed. */
function worksIn(pid: number, data: string): boolean {
  if (process.platform !== 'linux') return true;
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === data;
  } catch {
    // Another user's process, or ended meanwhile: not ours to stop.
    return false;
  }
}
