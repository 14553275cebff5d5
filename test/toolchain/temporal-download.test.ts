/** The download of the Temporal command, from a loopback server, in a process of its own. */
import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const module = join(import.meta.dirname, '../../scripts/bootstrap/temporal-download.mjs');
const platform = `${process.platform}_${process.arch === 'x64' ? 'amd64' : process.arch}`;
const folder = mkdtempSync(join(tmpdir(), 'tidegate-download-'));
const target = join(folder, 'cache-temporal');
let archive: Buffer;
const server = createServer((_, response) => response.end(archive));

beforeAll(async () => {
  writeFileSync(join(folder, 'temporal'), 'the command');
  execFileSync('tar', ['-czf', join(folder, 'archive.tar.gz'), '-C', folder, 'temporal']);
  archive = readFileSync(join(folder, 'archive.tar.gz'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function download(hashes: Readonly<Record<string, string>>): Promise<unknown> {
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const script = `import { downloadTemporal } from ${JSON.stringify(module)};
    console.log(await downloadTemporal(...${JSON.stringify([target, { hashes, base }])}));`;
  const args = ['--input-type=module', '--eval', script];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout);
}

test('nothing is fetched for a platform without a pinned hash', async () => {
  expect(await download({})).toBe(false);
  expect(existsSync(target)).toBe(false);
});

test('an archive with another hash is thrown away', async () => {
  expect(await download({ [platform]: '0'.repeat(64) })).toBe(false);
  expect(existsSync(target)).toBe(false);
});

test('an archive with the pinned hash is unpacked', async () => {
  const hash = createHash('sha256').update(archive).digest('hex');
  expect(await download({ [platform]: hash })).toBe(true);
  expect(readFileSync(target, 'utf8')).toBe('the command');
});
