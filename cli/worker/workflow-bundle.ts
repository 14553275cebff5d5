/** The workflow bundle, built once per state of its sources and kept under `.build/`. */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { DefaultLogger, bundleWorkflowCode } from '@temporalio/worker';

const ROOT = resolve(import.meta.dirname, '..', '..');
const FOLDERS = ['core', 'state-machines', 'workflows'];
const TARGET = join(ROOT, '.build', 'workflow-bundle');

/** Path of a bundle that matches the sources and the lockfile; built when there is none. */
export async function workflowBundle(): Promise<{ readonly codePath: string }> {
  const codePath = join(TARGET, `${sourceHash()}.js`);
  if (existsSync(codePath)) return { codePath };
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(ROOT, 'workflows', 'index.ts'),
    logger: new DefaultLogger('WARN'),
  });
  mkdirSync(TARGET, { recursive: true });
  // Two processes may build at once: the last rename wins, with the same content.
  const draft = `${codePath}.${process.pid}`;
  writeFileSync(draft, code);
  renameSync(draft, codePath);
  return { codePath };
}

function sourceHash(): string {
  const hash = createHash('sha256').update(readFileSync(join(ROOT, 'package-lock.json')));
  for (const file of FOLDERS.flatMap(sources).toSorted()) {
    hash.update(file).update(readFileSync(join(ROOT, file)));
  }
  return hash.digest('hex').slice(0, 24);
}

const sources = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => join(folder, name));
