/** A role process: it says when it is ready, and it stops in order, also when its parent is killed. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

const roleModule = JSON.stringify(join(import.meta.dirname, '../../cli/role.ts'));
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-role-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The role writes to its output while stopping, as a real one does. */
function roleScript(): string {
  const path = join(folder, 'role.ts');
  writeFileSync(
    path,
    `import { writeFileSync } from 'node:fs';
     import { runRole } from ${roleModule};
     const timer = setInterval(() => console.log('working'), 10);
     await runRole(async () => ({
       ready: { port: 8000 },
       stop: async () => { clearInterval(timer); console.log('stopping'); writeFileSync('stopped', 'in order'); },
     }));`,
  );
  return path;
}

const stoppedInOrder = () => readFileSync(join(folder, 'stopped'), 'utf8') === 'in order';

test('it says that it is ready and stops on SIGTERM with exit code 0', async () => {
  const child = spawn(process.execPath, [roleScript()], { cwd: folder });
  const ready = await new Promise<string>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      const line = chunk
        .toString()
        .split('\n')
        .find((text) => text.startsWith('{'));
      if (line !== undefined) resolve(line);
    });
  });
  expect(JSON.parse(ready)).toEqual({ ready: true, port: 8000 });
  const code = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  expect(await code).toBe(0);
  expect(stoppedInOrder()).toBe(true);
});

test('it stops in order when its parent is killed, although nobody reads its output', async () => {
  const parent = join(folder, 'parent.cjs');
  writeFileSync(
    parent,
    `const { spawn } = require('node:child_process');
     const child = spawn(process.execPath, [process.argv[2]], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], detached: true });
     child.stdout.on('data', (chunk) => { if (String(chunk).includes('ready')) console.log(child.pid); });`,
  );
  const child = spawn(process.execPath, [parent, roleScript()], { cwd: folder });
  const rolePid = await new Promise<number>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => resolve(Number(chunk.toString())));
  });
  child.kill('SIGKILL');
  await vi.waitFor(() => expect(stoppedInOrder()).toBe(true), 10_000);
  await vi.waitFor(() => expect(() => process.kill(rolePid, 0)).toThrow('ESRCH'), 10_000);
});

test('a role that cannot start ends, channel or not', async () => {
  const path = join(folder, 'failing.ts');
  writeFileSync(
    path,
    `import { runRole } from ${roleModule};
     await runRole(() => Promise.reject(new Error('no database'))).catch((error) => {
       console.error(error.message);
       process.exitCode = 9;
     });`,
  );
  const child = spawn(process.execPath, [path], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  const code = await new Promise((resolve) => child.once('exit', resolve));
  expect(code).toBe(9);
});
