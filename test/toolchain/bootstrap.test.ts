/** The bootstrap as a process, in a tree of its own with stand-ins for npm, go and the command line. */
import { spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const repository = join(import.meta.dirname, '../..');
let tree: string;

/** Each stand-in notes its call in `calls`. */
beforeEach(() => {
  tree = mkdtempSync(join(tmpdir(), 'tidegate-bootstrap-'));
  cpSync(join(repository, 'scripts'), join(tree, 'scripts'), { recursive: true });
  for (const folder of ['bin', 'cli', 'cache']) mkdirSync(join(tree, folder));
  writeFileSync(join(tree, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(tree, 'package-lock.json'), '{}');
  writeFileSync(join(tree, 'calls'), '');
  standIn('npm', 'mkdir -p node_modules');
  standIn('go', '[ "$1" = version ] || { sleep 0.3; echo "#!/bin/sh" > temporal; }');
  writeFileSync(
    join(tree, 'cli/main.ts'),
    `console.log(JSON.stringify({ args: process.argv.slice(2), binary: process.env.TIDEGATE_TEMPORAL_BINARY ?? null }));
     process.exitCode = Number(process.env.EXIT_CODE ?? 0);`,
  );
});
afterEach(() => rmSync(tree, { recursive: true, force: true }));

function standIn(name: string, script: string): void {
  const path = join(tree, 'bin', name);
  writeFileSync(path, `#!/bin/sh\necho "${name} $*" >> ${join(tree, 'calls')}\n${script}\n`);
  chmodSync(path, 0o755);
}

const callsOf = (name: string) =>
  readFileSync(join(tree, 'calls'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith(name));

type Outcome = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

function bootstrap(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const child = spawn(process.execPath, [join(tree, 'scripts/bootstrap.mjs'), ...args], {
    cwd: tree,
    env: {
      PATH: `${join(tree, 'bin')}:/usr/bin:/bin`,
      XDG_CACHE_HOME: join(tree, 'cache'),
      ...env,
    },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

const cached = () => join(tree, 'cache/tidegate/temporal-1.8.2/temporal');

test('a first start installs, builds and hands over; a second one only hands over', async () => {
  const first = await bootstrap(['start', '--symbols', 'BTCUSDT']);
  expect(first).toMatchObject({ code: 0 });
  expect(JSON.parse(first.stdout)).toEqual({
    args: ['up', '--symbols', 'BTCUSDT'],
    binary: cached(),
  });
  expect(callsOf('npm ci')).toHaveLength(1);
  expect(callsOf('go build')).toHaveLength(1);
  expect(await bootstrap(['start'])).toMatchObject({ code: 0, stderr: '' });
  expect(callsOf('npm ci')).toHaveLength(1);
  expect(callsOf('go build')).toHaveLength(1);
});

test('a changed lockfile installs again', async () => {
  await bootstrap(['cli', 'doctor']);
  writeFileSync(join(tree, 'package-lock.json'), '{ "changed": true }');
  await bootstrap(['cli', 'doctor']);
  expect(callsOf('npm ci')).toHaveLength(2);
});

test('two starts at once install and build once', async () => {
  const outcomes = await Promise.all([bootstrap(['start']), bootstrap(['start'])]);
  expect(outcomes.map((outcome) => outcome.code)).toEqual([0, 0]);
  expect(callsOf('npm ci')).toHaveLength(1);
  expect(callsOf('go build')).toHaveLength(1);
});

test('the lock of a dead process is taken over', async () => {
  const dead = spawn(process.execPath, ['-e', '']);
  await new Promise((resolve) => dead.on('exit', resolve));
  mkdirSync(join(tree, 'cache/tidegate'));
  writeFileSync(join(tree, 'cache/tidegate/temporal-1.8.2.lock'), String(dead.pid));
  expect(await bootstrap(['start'])).toMatchObject({ code: 0 });
  expect(existsSync(cached())).toBe(true);
});

test('without a Go toolchain the error names the remedies', async () => {
  rmSync(join(tree, 'bin/go'));
  const { code, stderr } = await bootstrap(['start']);
  expect(code).toBe(1);
  for (const remedy of ['1.8.2', 'on PATH', cached(), 'go.dev', 'TEMPORAL_ADDRESS']) {
    expect(stderr).toContain(remedy);
  }
});

test('a Temporal server of your own needs no Temporal command', async () => {
  rmSync(join(tree, 'bin/go'));
  const { code, stdout } = await bootstrap(['start'], { TEMPORAL_ADDRESS: '127.0.0.1:7233' });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ binary: null });
});

test('a build that fails leaves nothing in the cache and shows its last lines', async () => {
  standIn('go', '[ "$1" = version ] || { echo "no route to the module proxy" >&2; exit 1; }');
  const { code, stderr } = await bootstrap(['start']);
  expect(code).toBe(1);
  expect(stderr).toContain('no route to the module proxy');
  expect(readdirSync(join(tree, 'cache/tidegate/temporal-1.8.2'))).toEqual([]);
});

test.each([
  ['1.8.2', true],
  ['1.10.0', true],
  ['1.8.1', false],
  ['0.13.2', false],
])('temporal %s on PATH is used: %s', async (version, used) => {
  standIn('temporal', `echo "temporal version ${version} (Server 1.31.2, UI 2.50.1)"`);
  const { stdout } = await bootstrap(['start']);
  expect(JSON.parse(stdout)).toMatchObject({ binary: used ? 'temporal' : cached() });
});

test('a failed installation says so and hands nothing over', async () => {
  standIn('npm', 'echo "ENOTFOUND registry" >&2; exit 3');
  const { code, stdout, stderr } = await bootstrap(['cli', 'doctor']);
  expect(code).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).toContain('ENOTFOUND registry');
});

test('the exit code of the command is the exit code of the bootstrap', async () => {
  expect(await bootstrap(['cli', 'doctor'], { EXIT_CODE: '4' })).toMatchObject({ code: 4 });
});

test('an unknown command is refused before anything is installed', async () => {
  const { code, stderr } = await bootstrap(['begin']);
  expect(code).toBe(1);
  expect(stderr).toContain('start, cli, test, verify');
  expect(callsOf('npm')).toEqual([]);
});
