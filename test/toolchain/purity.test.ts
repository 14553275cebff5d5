/** The compiler and the linter refuse impure code and imports against the direction, with the project's own settings. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const layers = ['core', 'state-machines', 'workflows'] as const;
let tree: string;

/** A tree with the settings of the real one and one empty module in each pure layer. */
beforeEach(() => {
  tree = mkdtempSync(join(tmpdir(), 'tidegate-purity-'));
  for (const file of ['tsconfig.base.json', '.oxlintrc.json'])
    cpSync(join(root, file), join(tree, file));
  writeFileSync(join(tree, 'package.json'), '{ "type": "module" }');
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));
  for (const layer of layers) {
    mkdirSync(join(tree, layer));
    cpSync(join(root, layer, 'tsconfig.json'), join(tree, layer, 'tsconfig.json'));
    writeFileSync(join(tree, layer, 'module.ts'), `export const layer = '${layer}';\n`);
  }
});
afterEach(() => rmSync(tree, { recursive: true, force: true }));

const run = (tool: string, args: readonly string[]) => {
  const path = join(root, 'node_modules/.bin', tool);
  const { status, stdout, stderr } = spawnSync(path, args, { cwd: tree, encoding: 'utf8' });
  return { status, output: stdout + stderr };
};
const write = (path: string, lines: readonly string[]) =>
  writeFileSync(join(tree, path), `${lines.join('\n')}\n`);

test('a clean tree compiles and lints', () => {
  expect(run('tsc', ['-b', 'workflows'])).toEqual({ status: 0, output: '' });
  expect(run('oxlint', ['.']).status).toBe(0);
});

test.each(layers)(
  '%s does not compile with process, setTimeout, fetch or a Node module',
  (layer) => {
    write(`${layer}/impure.ts`, [
      `import { readFileSync } from 'node:fs';`,
      `export const environment = process.env;`,
      `export const timer = setTimeout(() => {}, 1);`,
      `export const answer = fetch('http://127.0.0.1');`,
      `console.log(readFileSync);`,
    ]);
    const { status, output } = run('tsc', ['-b', layer]);
    expect(status).not.toBe(0);
    for (const name of ['node:fs', 'process', 'setTimeout', 'fetch', 'console']) {
      expect(output, name).toMatch(new RegExp(`error TS(2304|2307|2580|2584|2591).*'${name}'`));
    }
  },
);

test.each([
  ['core', 'workflows'],
  ['core', 'state-machines'],
  ['state-machines', 'workflows'],
])('%s does not compile or lint with an import from %s', (layer, upper) => {
  write(`${layer}/upward.ts`, [`export { layer } from '../${upper}/module.ts';`]);
  const compile = run('tsc', ['-b', layer]);
  expect(compile.status).not.toBe(0);
  expect(compile.output).toMatch(/error TS(6059|6307)/);
  expect(run('oxlint', [layer]).output).toContain('no-restricted-imports');
});

test.each([
  ['Date.now()', 'no-restricted-globals'],
  ['new Date()', 'no-restricted-globals'],
  ['Date()', 'no-restricted-globals'],
  ['Math.random()', 'no-restricted-properties'],
])('no pure layer lints with %s, and its tests do', (expression, rule) => {
  for (const layer of layers) {
    write(`${layer}/impure.ts`, [`export const value = ${expression};`]);
    write(`${layer}/fine.test.ts`, [`export const value = ${expression};`]);
    const { status, output } = run('oxlint', [layer]);
    expect(status).not.toBe(0);
    expect(output).toContain(`eslint(${rule})`);
    expect(output).toContain('impure.ts');
    expect(output).not.toContain('fine.test.ts');
  }
});
