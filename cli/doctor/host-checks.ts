/** Disk, permissions, memory and clock of this machine. */
import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { freemem, totalmem } from 'node:os';
import { dirname, resolve } from 'node:path';
import type { TidegateConfig } from '../../adapters/config/load-config.ts';
import { canReach, existingPostgresUser } from '../up/postgres-user.ts';
import { fail, ok, warn } from './check.ts';
import type { Check } from './check.ts';

const GIB = 1024 ** 3;
const DISK_FAIL_GIB = 0.5;
const DISK_WARN_GIB = 2;
const MEMORY_WARN_GIB = 2;

/** The data folder, or the nearest folder above it that exists. */
function existing(dataDir: string): string {
  let folder = resolve(dataDir);
  while (!existsSync(folder)) folder = dirname(folder);
  return folder;
}

export function checkDisk({ dataDir }: TidegateConfig): Check {
  const folder = existing(dataDir);
  const { bavail, bsize } = statfsSync(folder);
  const freeGib = (bavail * bsize) / GIB;
  const detail = `${freeGib.toFixed(1)} GiB free in ${folder}`;
  if (freeGib < DISK_FAIL_GIB) return fail('disk', `${detail}; free at least ${DISK_WARN_GIB} GiB`);
  return freeGib < DISK_WARN_GIB ? warn('disk', `${detail}; databases grow`) : ok('disk', detail);
}

export function checkPermissions({ dataDir, postgres }: TidegateConfig): Check {
  const folder = existing(dataDir);
  try {
    accessSync(folder, constants.W_OK);
  } catch {
    return fail('permissions', `${folder} cannot be written; change its owner or choose data_dir`);
  }
  if (process.getuid?.() !== 0 || postgres.url !== '')
    return ok('permissions', `${folder} can be written`);
  const user = existingPostgresUser();
  return user === undefined || canReach(user, resolve(dataDir, 'pg', 'x'))
    ? ok('permissions', `running as root; PostgreSQL runs as the user postgres`)
    : warn(
        'permissions',
        `the user postgres cannot reach ${folder}; its data is kept in /var/lib/tidegate`,
      );
}

export function checkMemory(): Check {
  const totalGib = totalmem() / GIB;
  const detail = `${totalGib.toFixed(1)} GiB, ${(freemem() / GIB).toFixed(1)} free`;
  return totalGib < MEMORY_WARN_GIB
    ? warn('memory', `${detail}; ${MEMORY_WARN_GIB} GiB are recommended`)
    : ok('memory', detail);
}

/** Signed requests and staleness rest on the wall clock; a clock that jumps shows in two readings. */
export async function checkClock(earliest: Date): Promise<Check> {
  const now = new Date();
  if (now < earliest) {
    const remedy = 'set the clock, best by NTP';
    return fail('clock', `${now.toISOString()} is before this version was made; ${remedy}`);
  }
  const driftMs = await measureJump();
  return Math.abs(driftMs) > 50
    ? warn(
        'clock',
        `it jumped by ${driftMs.toFixed(0)} ms within 200 ms; check time synchronisation`,
      )
    : ok('clock', now.toISOString());
}

async function measureJump(): Promise<number> {
  const wall = Date.now();
  const steady = performance.now();
  await new Promise((resolve_) => setTimeout(resolve_, 200));
  return Date.now() - wall - (performance.now() - steady);
}
