import { expect, test } from 'vitest';
import { CommandError } from '../exit-codes.ts';
import { UNVERSIONED, buildId, checkBuild } from './build.ts';

const FULL = '0123456789abcdef0123456789abcdef01234567';

test.each([[FULL.slice(0, 12)], [FULL.slice(0, 7)], [FULL]])(
  'a build that is expected as %s starts, another one does not',
  (expected) => {
    expect(checkBuild(FULL.slice(0, 12), ['ffffffffffff', expected])).toContain('expected');
    expect(() => checkBuild('1123456789ab', ['ffffffffffff', expected])).toThrow(CommandError);
  },
);

test('the refusal names the build and what is expected', () => {
  expect(() => checkBuild('1123456789ab', ['aaaaaaa', 'bbbbbbb'])).toThrow(
    /1123456789ab is not one of safety.expected_builds \(aaaaaaa, bbbbbbb\)/,
  );
});

test('without a list any build starts and says so; a copy without a name never matches one', () => {
  expect(checkBuild(UNVERSIONED, [])).toContain('any build may run');
  expect(() => checkBuild(UNVERSIONED, [UNVERSIONED])).toThrow(CommandError);
});

test('the build of a checkout is its commit', () => {
  expect(buildId()).toMatch(/^([0-9a-f]{12}|unversioned)$/);
});
