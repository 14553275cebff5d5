/** One supervisor a data folder: claimed before anything is started or stopped. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ensureDefined } from '../../core/assert.ts';
import { CommandError } from '../exit-codes.ts';
import { identify, isSameProcess } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';

/** Throws CommandError when another supervisor has the folder. The claim of a dead one is taken over. */
export function claimRun(lock: string): ProcessIdentity {
  const self = ensureDefined(identify(process.pid), 'this process runs');
  mkdirSync(dirname(lock), { recursive: true });
  for (let attempt = 0; attempt < 5; attempt += 1) {
    if (created(lock, self)) return self;
    const holder = holderOf(lock);
    if (holder !== undefined && isSameProcess(holder)) {
      throw new CommandError(
        `Tidegate already runs here as process ${holder.pid}; "npm run tidegate -- down" stops it`,
      );
    }
    rmSync(lock, { force: true });
  }
  throw new CommandError(`${lock} cannot be claimed; another start is under way`);
}

export const releaseRun = (lock: string): void => rmSync(lock, { force: true });

function created(lock: string, self: ProcessIdentity): boolean {
  try {
    writeFileSync(lock, JSON.stringify(self), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function holderOf(lock: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(lock, 'utf8')) as ProcessIdentity;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
