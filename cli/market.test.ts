import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadConfig } from '../adapters/config/load-config.ts';
import { barLines } from '../venue/testing/bar-lines.ts';
import { EXIT } from './exit-codes.ts';
import { readMarket, requireMarket } from './market.ts';

const folder = mkdtempSync(join(tmpdir(), 'tidegate-market-'));
afterAll(() => rmSync(folder, { recursive: true }));

const START = Date.UTC(2024, 2, 1);
const HOUR = 3_600_000;

function recorded(name: string, barMs: number): string {
  const path = join(folder, name);
  writeFileSync(path, barLines({ from: START, barMs, count: (96 * HOUR) / barMs, price: 100 }));
  return path;
}
const bitcoin = recorded('BTCUSDT.csv', HOUR);
const ether = recorded('ethusdt_1h.csv', HOUR);
const quarters = recorded('quarters.csv', HOUR / 4);
recorded('SOLUSDT-a.csv', HOUR);
recorded('SOLUSDT-b.csv', HOUR);

function loaded(flags: Readonly<Record<string, string>>) {
  const result = loadConfig({ flags: { 'market.source': 'replay', ...flags } });
  if (result.ok) return result;
  throw new Error(JSON.stringify(result.problems));
}

test('files come by symbol, else from the folder', () => {
  const { record, description, isStartChosen, sourceFrom } = requireMarket(
    loaded({
      symbols: 'BTCUSDT,ETHUSDT',
      'market.replay_dir': folder,
      'market.replay_files.ETHUSDT': bitcoin,
      'market.replay_from': '2024-03-04T10:40',
    }),
  );
  expect(description).toBe('replay of recorded 1h bars, 2024-03-04T10:00Z to 2024-03-05T00:00Z');
  expect(isStartChosen).toBe(true);
  expect(record).toMatchObject({ source: 'replay', timeframe: '1h', startTime: START + 82 * HOUR });
  const { instruments } = sourceFrom();
  expect(instruments.map(({ symbol }) => symbol)).toEqual(['BTCUSDT', 'ETHUSDT']);
});

test('without recorded bars the market is synthetic and begins before now', () => {
  const { sourceFrom, record } = requireMarket(loaded({ 'market.source': 'synthetic' }));
  expect(record).toEqual({ source: 'synthetic', seed: 1 });
  const ago = Date.now() - sourceFrom().startTime;
  expect(Math.abs(ago - 24 * HOUR)).toBeLessThan(2 * 60_000);
  expect(sourceFrom(START).startTime).toBe(START);
});

test.each<[Readonly<Record<string, string>>, string, string, string]>([
  [{ symbols: 'BTCUSDT' }, 'market.replay_files.BTCUSDT', 'nothing', 'a market.replay_dir'],
  [
    { symbols: 'XRPUSDT', 'market.replay_dir': folder },
    'market.replay_dir',
    JSON.stringify(folder),
    'a folder with one file of XRPUSDT, or market.replay_files.XRPUSDT',
  ],
  [
    { symbols: 'SOLUSDT', 'market.replay_dir': folder },
    'market.replay_dir',
    JSON.stringify(folder),
    'has 2: SOLUSDT-a.csv, SOLUSDT-b.csv',
  ],
  [
    { symbols: 'BTCUSDT', 'market.replay_files.BTCUSDT': '/none.csv' },
    'market.replay_files.BTCUSDT',
    '"/none.csv"',
    'ENOENT',
  ],
  [
    {
      symbols: 'BTCUSDT,ETHUSDT',
      'market.replay_dir': folder,
      'market.replay_files.BTCUSDT': quarters,
    },
    'market.replay_dir',
    JSON.stringify(ether),
    '15m bars as in',
  ],
  [
    { symbols: 'BTCUSDT', 'market.replay_dir': folder, 'market.replay_from': '2024-03-02' },
    'market.replay_from',
    '"2024-03-02"',
    'from 2024-03-03T00:00Z to 2024-03-04T23:00Z',
  ],
  [
    { symbols: 'BTCUSDT', 'market.replay_dir': folder, 'market.replay_to': '2025-01-01' },
    'market.replay_to',
    '"2025-01-01"',
    'to 2024-03-05T00:00Z',
  ],
  [
    { symbols: 'FOOUSDT', 'market.replay_files.FOOUSDT': bitcoin },
    'symbols',
    '"FOOUSDT"',
    'BTCUSDT',
  ],
])('%o is refused by its setting', (flags, path, value, range) => {
  const read = readMarket(loaded(flags));
  expect(read).toMatchObject({
    ok: false,
    problems: [{ path, value, range: expect.stringContaining(range) as string }],
  });
  const problem = read.ok ? undefined : read.problems[0];
  expect(problem?.source).toBe(path in flags ? `flag for ${path}` : 'default');
  expect(() => requireMarket(loaded(flags))).toThrow(
    expect.objectContaining({ exitCode: EXIT.config }) as Error,
  );
});
