import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { OHLCV_HEADER, readOhlcvFile } from './ohlcv-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'tidegate-ohlcv-'));
afterAll(() => rmSync(folder, { recursive: true }));

const GOOD = [
  '1704067200000,42283.58,42298.62,42261.02,42298.61,35.92724',
  '1704067500000,42298.62,42320,42298.61,42320,0',
];

function write(name: string, lines: readonly string[]): string {
  const path = join(folder, name);
  const text = `${lines.join('\n')}\n`;
  writeFileSync(path, name.endsWith('.gz') ? gzipSync(text) : text);
  return path;
}

describe('a bar file', () => {
  test.each(['bars.csv', 'bars.csv.gz'])('is read from %s', (name) => {
    const { timeframe, bars } = readOhlcvFile(write(name, [OHLCV_HEADER, ...GOOD]));
    expect(timeframe).toBe('5m');
    expect(bars).toHaveLength(2);
    expect(bars[0]).toEqual({
      openTime: 1_704_067_200_000,
      open: 42_283.58,
      high: 42_298.62,
      low: 42_261.02,
      close: 42_298.61,
      volume: 35.92724,
    });
  });

  test.each([
    ['1704067800000,1,2,0.5', ':4: 6 columns expected, got "1704067800000,1,2,0.5"'],
    ['1704067800000,x,2,1,1,1', ':4: open must be a positive number, got "x"'],
    ['1704067800000,1,2,0,1,1', ':4: low must be a positive number, got "0"'],
    ['1704067800000,1,2,1,1,-3', ':4: volume must be a number from 0, got "-3"'],
    ['1704067800000,1,2,1,1,', ':4: volume must be a number from 0, got ""'],
    ['1704067500000,1,2,1,1,1', ':4: ts_ms 1704067500000 must be later than the line before'],
    ['1704067800000.5,1,2,1,1,1', ':4: ts_ms must be whole milliseconds, got 1704067800000.5'],
    ['1704067800000,3,2,1,1,1', ':4: high 2 is below open 3 or close 1'],
    ['1704067800000,3,4,2,1,1', ':4: low 2 is above open 3 or close 1'],
  ])('with the line %s is refused by line and value', (line, message) => {
    const path = write('bad.csv', [OHLCV_HEADER, ...GOOD, line]);
    expect(() => readOhlcvFile(path)).toThrow(path + message);
  });

  test('with another header, of no timeframe, broken or missing is refused by name', () => {
    expect(() => readOhlcvFile(write('h.csv', ['time,open', ...GOOD]))).toThrow('header must be');
    const odd = [OHLCV_HEADER, GOOD[0]!, '1704067320000,1,2,1,1,1'];
    expect(() => readOhlcvFile(write('odd.csv', odd))).toThrow('120000 ms apart');
    const broken = join(folder, 'broken.csv.gz');
    writeFileSync(broken, 'not gzip');
    expect(() => readOhlcvFile(broken)).toThrow(`${broken}: cannot be read`);
    expect(() => readOhlcvFile(join(folder, 'none.csv'))).toThrow('ENOENT');
  });
});
