import { describe, expect, test } from 'vitest';
import { correlation, mean } from './market-statistics.ts';
import { createRandom } from './random.ts';

const COUNT = 100_000;

function draw(make: () => number, count = COUNT): number[] {
  return Array.from({ length: count }, make);
}

const variance = (values: readonly number[]) => mean(values.map((value) => value ** 2));

describe('random streams', () => {
  test('repeat for the same key and differ for every other', () => {
    const first = (...key: (string | number)[]) => draw(createRandom(...key).uniform, 4).join(' ');
    const keys = [
      [1],
      [2],
      [-1],
      [1 + 2 ** 32],
      ['1'],
      ['a', 'b'],
      ['ab'],
      ['b', 'a'],
      [1, 0],
      [0, 1],
    ];
    expect(first(1, 'BTCUSDT', 3)).toBe(first(1, 'BTCUSDT', 3));
    expect(new Set(keys.map((key) => first(...key))).size).toBe(keys.length);
  });

  test('are uniform and independent of their neighbours', () => {
    const values = draw(createRandom(1, 'uniform').uniform);
    const other = draw(createRandom(2, 'uniform').uniform);
    expect(mean(values)).toBeCloseTo(0.5, 2);
    expect(variance(values.map((value) => value - 0.5))).toBeCloseTo(1 / 12, 2);
    expect(Math.min(...values.slice(0, 1_000))).toBeGreaterThan(0);
    expect(Math.abs(correlation(values, other))).toBeLessThan(0.01);
    expect(Math.abs(correlation(values, values.slice(1)))).toBeLessThan(0.01);
  });

  test('the first numbers of neighbouring keys are unrelated', () => {
    const firsts = Array.from({ length: 20_000 }, (_, i) => createRandom(1, 'path', i).uniform());
    expect(mean(firsts)).toBeCloseTo(0.5, 1);
    expect(Math.abs(correlation(firsts, firsts.slice(1)))).toBeLessThan(0.03);
  });

  test('normal numbers have mean 0, variance 1 and normal tails', () => {
    const values = draw(createRandom(3).normal);
    const beyond = (limit: number) => values.filter((value) => Math.abs(value) > limit).length;
    expect(mean(values)).toBeCloseTo(0, 1);
    expect(variance(values)).toBeCloseTo(1, 1);
    expect(beyond(2) / COUNT).toBeCloseTo(0.0455, 2);
    expect(beyond(5)).toBeLessThan(3);
  });
});
