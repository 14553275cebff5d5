/** PostgreSQL refuses to run as root: who it runs as then, and which folders that user can reach. */
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

export type RunAs = { readonly uid: number; readonly gid: number };

const USER = 'postgres';

/** Undefined for an ordinary user, who runs it as himself. As root the user is made when missing. */
export function postgresUser(): RunAs | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const existing = existingPostgresUser();
  if (existing !== undefined) return existing;
  execFileSync('groupadd', ['--system', '--force', USER]);
  execFileSync('useradd', ['--system', '--gid', USER, '--no-create-home', USER]);
  const made = existingPostgresUser();
  if (made === undefined) throw new Error(`the user ${USER} could not be made`);
  return made;
}

/** Undefined when this machine has no such user. */
export function existingPostgresUser(): RunAs | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${USER}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid === undefined || gid === undefined
    ? undefined
    : { uid: Number(uid), gid: Number(gid) };
}

const OWNER_SEARCH = 0o100;
const GROUP_SEARCH = 0o010;
const OTHERS_SEARCH = 0o001;

/** True when the user may pass through every folder above the path; the path itself may be absent. */
export function canReach({ uid, gid }: RunAs, path: string): boolean {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const stat = statSync(folder, { throwIfNoEntry: false });
    const needed =
      stat?.uid === uid ? OWNER_SEARCH : stat?.gid === gid ? GROUP_SEARCH : OTHERS_SEARCH;
    if (stat !== undefined && (stat.mode & needed) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}
