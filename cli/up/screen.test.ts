import { expect, test } from 'vitest';
import { createScreen, prefixed } from './screen.ts';

function output(isTTY: boolean, columns = 80) {
  const written: string[] = [];
  return { written, isTTY, columns, write: (text: string) => written.push(text) };
}

test('without a terminal only lines that are new are written', () => {
  const out = output(false);
  const screen = createScreen(out);
  screen.block(['a', 'b']);
  screen.block(['a', 'c']);
  screen.line('log');
  expect(out.written).toEqual(['a\n', 'b\n', 'c\n', 'log\n']);
});

test('on a terminal the block is replaced in place and stays below the lines', () => {
  const out = output(true);
  const screen = createScreen(out);
  screen.block(['a', 'b']);
  screen.line('log');
  const erase = '\u001B[2A\r\u001B[J';
  expect(out.written).toEqual(['a\n', 'b\n', erase, 'log\n', 'a\n', 'b\n']);
});

test('a line of the block never wraps', () => {
  const out = output(true, 10);
  createScreen(out).block(['0123456789abc']);
  expect(out.written).toEqual(['01234567…\n']);
});

test('a prefix has a colour only when asked for', () => {
  expect(prefixed('worker', 'up', { colour: false })).toBe('worker   | up');
  expect(prefixed('worker', 'up', { colour: true })).toBe('\u001B[32mworker   |\u001B[0m up');
});
