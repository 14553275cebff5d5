/** Child processes that share our terminal, or whose output we read line by line. */
import { spawn, spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import { createInterface } from 'node:readline';

/** A failure that a person can mend; its message is all that is shown. */
export class Unmet extends Error {}

/** Exit code of a child in the foreground; a signal becomes 128 plus its number, as in a shell. */
export function runInForeground(command, args, { env = process.env, cwd } = {}) {
  const child = spawn(command, args, { stdio: 'inherit', env, cwd });
  // A terminal sends Ctrl-C to the whole group: the child ends in its own time, and we wait for it.
  const ignore = () => {};
  const forward = () => child.kill('SIGTERM');
  process.on('SIGINT', ignore).on('SIGTERM', forward);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      process.off('SIGINT', ignore).off('SIGTERM', forward);
      resolve(signal === null ? code : 128 + constants.signals[signal]);
    });
  });
}

/** Runs quietly; resolves with the exit code and the last lines for an error message. */
export function runQuietly(command, args, { env = process.env, cwd, onLine = () => {} } = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env, cwd });
  const tail = [];
  const keep = (line) => {
    tail.push(line);
    if (tail.length > 30) tail.shift();
    onLine(line);
  };
  createInterface({ input: child.stdout }).on('line', keep);
  createInterface({ input: child.stderr }).on('line', keep);
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ code: 127, tail: [error.message] }));
    child.on('close', (code) => resolve({ code: code ?? 1, tail }));
  });
}

/** Standard output of a short command, or undefined when it cannot be run. */
export function outputOf(command, args) {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8', timeout: 10_000 });
  return status === 0 ? stdout : undefined;
}
