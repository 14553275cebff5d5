/** Where the Temporal command is: on PATH, or in the project's cache. */
import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { outputOf } from './run-command.mjs';

export const TEMPORAL_VERSION = '1.8.2';

const EXECUTABLE = process.platform === 'win32' ? 'temporal.exe' : 'temporal';

export function temporalCacheFolder(env = process.env) {
  const cache = env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(cache, 'tidegate', `temporal-${TEMPORAL_VERSION}`);
}

export const cachedTemporal = (env = process.env) => join(temporalCacheFolder(env), EXECUTABLE);

/** Path of a usable command, or undefined; nothing is built or fetched. */
export function findTemporal(env = process.env) {
  const given = env.TIDEGATE_TEMPORAL_BINARY;
  if (given) return given;
  if (isNewEnough(outputOf('temporal', ['--version']))) return 'temporal';
  const cached = cachedTemporal(env);
  return isExecutable(cached) ? cached : undefined;
}

/** `temporal version 1.8.2 (Server 1.31.2, UI 2.50.1)` */
function isNewEnough(versionLine) {
  const found = /temporal version (\d+)\.(\d+)\.(\d+)/.exec(versionLine ?? '');
  if (found === null) return false;
  const wanted = TEMPORAL_VERSION.split('.').map(Number);
  const difference = wanted
    .map((part, at) => Number(found[at + 1]) - part)
    .find((part) => part !== 0);
  return (difference ?? 0) >= 0;
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'EACCES' || error.code === 'ENOTDIR')
      return false;
    throw error;
  }
}
