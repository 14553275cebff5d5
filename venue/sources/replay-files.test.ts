import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { TIMEFRAME_MS } from '../../core/market/market.ts';
import type { MarketSource, MarketStep, Timeframe } from '../../core/market/market.ts';
import { barLines } from '../testing/bar-lines.ts';
import { findBarFile } from './bar-folder.ts';
import { openReplayFiles } from './replay-files.ts';
import type { ReplayFilesOptions } from './replay-files.ts';
import { ReplayRefused } from './replay-problem.ts';
import type { ReplayProblem } from './replay-problem.ts';

const folder = mkdtempSync(join(tmpdir(), 'tidegate-replay-'));
afterAll(() => rmSync(folder, { recursive: true }));

const START = Date.UTC(2024, 2, 1);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

type Shape = { from?: number; days?: number; timeframe?: Timeframe; price?: number };

/** Bars that write a file of their own; answers its path. */
function recorded(name: string, shape: Shape = {}): string {
  const { from = START, days = 4, timeframe = '15m', price = 100 } = shape;
  const barMs = TIMEFRAME_MS[timeframe];
  const path = join(folder, name);
  writeFileSync(path, barLines({ from, barMs, count: (days * DAY) / barMs, price }));
  return path;
}

function problemsOf(options: ReplayFilesOptions): readonly ReplayProblem[] {
  try {
    openReplayFiles(options);
  } catch (error) {
    if (error instanceof ReplayRefused) return error.problems;
    throw error;
  }
  throw new Error('the files were accepted');
}

function steps(source: MarketSource, until: number): MarketStep[] {
  const taken: MarketStep[] = [];
  for (let step = source.next(); step !== undefined && step.time < until; step = source.next()) {
    taken.push(step);
  }
  return taken;
}

describe('a market out of files', () => {
  const files = {
    BTCUSDT: recorded('BTCUSDT.csv', { price: 60_000 }),
    ETHUSDT: recorded('ETHUSDT.csv', { price: 3_000, from: START + HOUR, days: 3 }),
  };

  test('covers what all of them do, from the middle of short files on', () => {
    const replay = openReplayFiles({ files });
    expect(replay.firstTime).toBe(START + HOUR);
    expect(replay.endTime).toBe(START + HOUR + 3 * DAY);
    expect(replay.startTime, 'two days of history').toBe(START + HOUR + 2 * DAY);
    expect(replay.firstBars).toMatchObject({
      BTCUSDT: { openTime: START },
      ETHUSDT: { openTime: START + HOUR },
    });
    const long = recorded('long.csv', { days: 20, timeframe: '1h', price: 60_000 });
    const week = openReplayFiles({ files: { BTCUSDT: long } });
    expect(week.startTime, 'a week of history').toBe(START + 7 * DAY);
    expect(week.sourceFrom().history('BTCUSDT')).toHaveLength(7 * 1_440);
  });

  test('goes on in the middle with the same prices, about one a second', () => {
    const from = START + 2 * DAY + 3 * HOUR + 7 * 60_000;
    const replay = openReplayFiles({ files, from, to: from + 2 * HOUR });
    expect(replay.startTime, 'rounded down to a bar').toBe(START + 2 * DAY + 3 * HOUR);
    const whole = steps(replay.sourceFrom(), Infinity);
    const cut = START + 2 * DAY + 4 * HOUR;
    const later = replay.sourceFrom(cut);
    expect(steps(later, Infinity)).toEqual(whole.filter(({ time }) => time >= cut));
    expect(replay.endTime, 'the bar that is open then is whole').toBe(
      START + 2 * DAY + 5.25 * HOUR,
    );
    expect(whole.at(-1)?.time).toBeLessThan(replay.endTime);
    const bitcoin = whole.filter(({ symbol }) => symbol === 'BTCUSDT').map(({ time }) => time);
    const gaps = bitcoin.slice(1).map((time, at) => time - (bitcoin[at] ?? 0));
    expect(Math.max(...gaps)).toBeLessThan(2_000);
  });

  test('names each setting that is wrong, its value and what is allowed', () => {
    const bad = join(folder, 'bad.csv');
    writeFileSync(
      bad,
      `${barLines({ from: START, barMs: 60_000, count: 3, price: 1 })}x,1,1,1,1,1\n`,
    );
    const wrong = problemsOf({ files: { BTCUSDT: bad, ETHUSDT: '/none.csv', FOOUSDT: bad } });
    expect(wrong.map(({ setting }) => setting)).toEqual([
      { kind: 'file', symbol: 'BTCUSDT' },
      { kind: 'file', symbol: 'ETHUSDT' },
      { kind: 'symbols' },
    ]);
    expect(wrong[0]?.range).toContain('bad.csv:5: ts_ms must be');
    expect(wrong[1]).toMatchObject({
      value: '/none.csv',
      range: expect.stringContaining('ENOENT') as string,
    });
    expect(wrong[2]?.range).toContain('BTCUSDT');
  });

  test.each<[string, Partial<ReplayFilesOptions>, string]>([
    ['from', { from: START + DAY }, 'from 2024-03-03T01:00Z to 2024-03-04T00:45Z'],
    ['from', { from: START + 9 * DAY }, 'from 2024-03-03T01:00Z to 2024-03-04T00:45Z'],
    ['to', { to: START + 9 * DAY }, 'from 2024-03-03T01:15Z to 2024-03-04T01:00Z'],
    ['to', { to: START + 2 * DAY }, 'from 2024-03-03T01:15Z'],
  ])('with %s outside of the files %o is refused', (kind, limits, range) => {
    const [problem] = problemsOf({ files, ...limits });
    expect(problem).toMatchObject({
      setting: { kind },
      range: expect.stringContaining(range) as string,
    });
  });

  test('of several timeframes, off their grid, or with too little history is refused', () => {
    const hours = recorded('hours.csv', { timeframe: '1h' });
    const [other] = problemsOf({ files: { BTCUSDT: files.BTCUSDT, ETHUSDT: hours } });
    expect(other).toMatchObject({ setting: { kind: 'file', symbol: 'ETHUSDT' }, value: hours });
    expect(other?.range).toContain('these are 1h bars');
    const odd = recorded('odd.csv', { from: START + 1 });
    expect(problemsOf({ files: { BTCUSDT: odd } })[0]?.range).toContain('full 15m');
    const short = recorded('short.csv', { days: 2 });
    expect(problemsOf({ files: { BTCUSDT: short } })).toMatchObject([
      { setting: { kind: 'files' }, value: '2024-03-01T00:00Z to 2024-03-03T00:00Z' },
    ]);
  });
});

test('a folder has the one file that carries the symbol in its name', () => {
  const place = join(folder, 'named');
  mkdirSync(place);
  for (const name of ['binance_BTCUSDT_5m.csv.gz', 'ethusdt.csv', '1000SOLUSDT.csv', 'SOLUSDT.txt'])
    writeFileSync(join(place, name), '');
  expect(findBarFile(place, 'BTCUSDT')).toEqual({
    ok: true,
    path: join(place, 'binance_BTCUSDT_5m.csv.gz'),
  });
  expect(findBarFile(place, 'ETHUSDT')).toMatchObject({ ok: true });
  expect(findBarFile(place, 'SOLUSDT')).toEqual({ ok: false, reason: `${place} has none` });
  writeFileSync(join(place, 'BTCUSDT-1m.csv'), '');
  expect(findBarFile(place, 'BTCUSDT')).toMatchObject({
    reason: `${place} has 2: BTCUSDT-1m.csv, binance_BTCUSDT_5m.csv.gz`,
  });
  expect(findBarFile(join(folder, 'absent'), 'BTCUSDT')).toMatchObject({
    reason: expect.stringContaining('ENOENT') as string,
  });
});
