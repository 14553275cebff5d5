/** A process by pid and start time: a pid alone may belong to somebody else by now. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

export type ProcessIdentity = {
  readonly pid: number;
  /** Opaque text, equal as long as it is the same process; survives no reboot. */
  readonly startTime: string;
};

/** Undefined when no such process runs. */
export function identify(pid: number): ProcessIdentity | undefined {
  const startTime = process.platform === 'linux' ? linuxStartTime(pid) : psStartTime(pid);
  return startTime === undefined ? undefined : { pid, startTime };
}

export const isSameProcess = ({ pid, startTime }: ProcessIdentity): boolean =>
  identify(pid)?.startTime === startTime;

/** Ticks since boot are the 22nd field; the command's name before them may hold spaces and brackets. */
function linuxStartTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    // A zombie has ended; only its parent has not looked yet.
    return fields[0] === 'Z' ? undefined : `${boot}:${fields[19]}`;
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

function psStartTime(pid: number): string | undefined {
  const { status, stdout } = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
    encoding: 'utf8',
  });
  return status === 0 && stdout.trim() !== '' ? stdout.trim() : undefined;
}

const isGone = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH');

export type StopOptions = {
  readonly signal: NodeJS.Signals;
  /** After this (wall) it is killed. */
  readonly timeoutMs: number;
};

/** Asks, waits, then kills; answers how it ended. Touches nothing that is not this very process. */
export async function stopProcess(
  identity: ProcessIdentity,
  { signal, timeoutMs }: StopOptions,
): Promise<'gone' | 'stopped' | 'killed'> {
  if (!signalled(identity, signal)) return 'gone';
  if (await ended(identity, timeoutMs)) return 'stopped';
  signalled(identity, 'SIGKILL');
  await ended(identity, 5_000);
  return 'killed';
}

/** False when that process has ended. */
function signalled(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isSameProcess(identity)) return false;
  try {
    return process.kill(identity.pid, signal);
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

async function ended(identity: ProcessIdentity, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (isSameProcess(identity)) {
    if (Date.now() > deadline) return false;
    await pause(25);
  }
  return true;
}
