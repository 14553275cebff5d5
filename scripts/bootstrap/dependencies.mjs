/** Installs the npm dependencies when they are missing or older than the lockfile. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from './file-lock.mjs';
import { inMinutes, say, showProgress } from './progress.mjs';
import { runQuietly, Unmet } from './run-command.mjs';

export async function ensureDependencies(root) {
  if (isInstalled(root)) return;
  await withLock(
    join(root, '.build', 'install.lock'),
    async () => {
      if (!isInstalled(root)) await install(root);
    },
    (pid, file) =>
      say(`process ${pid} is installing the dependencies; waiting for it (its lock: ${file})`),
  );
}

async function install(root) {
  say('installing the dependencies with npm ci');
  const startedAt = Date.now();
  const progress = showProgress(() => `npm ci, ${inMinutes(Date.now() - startedAt)} so far`);
  const [command, ...before] = npmCommand();
  const args = [...before, 'ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund'];
  const errors = [];
  const onLine = (line) => {
    if (/^npm (error|ERR!)/.test(line) && errors.length < 8) errors.push(line);
  };
  const { code, tail } = await runQuietly(command, args, { cwd: root, onLine });
  progress.stop();
  if (code !== 0) {
    throw new Unmet(
      `npm ci failed (exit code ${code}). It needs the npm registry; behind a proxy set ` +
        `npm's own "proxy" or "registry". What it said:\n  ` +
        (errors.length > 0 ? errors : tail.slice(-8)).join('\n  '),
    );
  }
  writeFileSync(stampOf(root), lockfileHash(root));
  say(`dependencies installed in ${inMinutes(Date.now() - startedAt)}`);
}

/** Inside `npm start`, npm says where it lives itself. */
function npmCommand() {
  const script = process.env.npm_execpath;
  if (script !== undefined && /\.c?js$/.test(script)) return [process.execPath, script];
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm'];
}

/** By content, so that a checkout that only touches the lockfile costs nothing. */
function isInstalled(root) {
  const stamp = stampOf(root);
  if (existsSync(stamp)) return readFileSync(stamp, 'utf8') === lockfileHash(root);
  // Installed by hand: npm's own record is newer than the lockfile that it followed.
  const record = join(root, 'node_modules', '.package-lock.json');
  return existsSync(record) && statSync(record).mtimeMs >= statSync(lockfileOf(root)).mtimeMs;
}

const stampOf = (root) => join(root, 'node_modules', '.tidegate-install');
const lockfileOf = (root) => join(root, 'package-lock.json');
const lockfileHash = (root) =>
  createHash('sha256')
    .update(readFileSync(lockfileOf(root)))
    .digest('hex');
