import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Bar } from '../core/market/market.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import { recordMarket, requireSameMarket, setAsideJournal } from './market-record.ts';
import type { MarketRecord } from './market-record.ts';
import type { MarketFacts } from './market.ts';

const root = mkdtempSync(join(tmpdir(), 'tidegate-market-'));
afterAll(() => rmSync(root, { recursive: true }));

const START = Date.UTC(2024, 2, 8);
const bar: Bar = {
  openTime: START - 7 * 86_400_000,
  open: 1,
  high: 2,
  low: 1,
  close: 2,
  volume: 3,
};

const market = (record: MarketRecord, changes: Partial<MarketFacts> = {}): MarketFacts => ({
  record,
  isStartChosen: false,
  firstTime: bar.openTime,
  description: 'a market',
  ...changes,
});
const synthetic = (seed: number) => market({ source: 'synthetic', seed });
const replay = (firstBars: Readonly<Record<string, Bar>>, changes: Partial<MarketFacts> = {}) =>
  market(
    { source: 'replay', timeframe: '5m', startTime: START, firstBars: { ...firstBars } },
    changes,
  );

/** A journal of its own that a venue on this market has begun. */
function journalOf(known: MarketFacts | undefined, time = START): string {
  const journal = join(mkdtempSync(join(root, 'j-')), 'journal.ndjson');
  if (known !== undefined) recordMarket(journal, known);
  writeFileSync(journal, '{"seq":1}\n');
  writeFileSync(`${journal}.position`, JSON.stringify({ time, symbol: 'BTCUSDT', steps: 9 }));
  return journal;
}

function refusal(journal: string, wanted: MarketFacts): string {
  try {
    requireSameMarket(journal, wanted);
  } catch (error) {
    if (error instanceof CommandError && error.exitCode === EXIT.config) return error.message;
    throw error;
  }
  return 'accepted';
}

test('a new journal takes any market, an old one goes on with its own and with more symbols', () => {
  const fresh = join(root, 'fresh', 'journal.ndjson');
  expect(refusal(fresh, replay({ BTCUSDT: bar }))).toBe('accepted');
  const journal = journalOf(replay({ BTCUSDT: bar }));
  const more = replay({ BTCUSDT: bar, ETHUSDT: bar });
  expect(refusal(journal, more)).toBe('accepted');
  recordMarket(journal, more);
  recordMarket(journal, replay({ ETHUSDT: bar }));
  const other = { ...bar, open: 1.5 };
  expect(refusal(journal, replay({ ETHUSDT: other }))).toContain('market.replay_files.ETHUSDT');
  expect(refusal(journal, replay({ BTCUSDT: other }))).toContain('market.replay_files.BTCUSDT');
});

test('a journal of before there was such a file is synthetic, of any seed', () => {
  const journal = journalOf(undefined);
  expect(refusal(journal, synthetic(7))).toBe('accepted');
  expect(refusal(journal, replay({ BTCUSDT: bar }))).toMatch(
    /market\.source: "replay" is not allowed; expected synthetic[^]*--reset/,
  );
});

test.each([
  [synthetic(1), replay({ BTCUSDT: bar }), 'market.source: "replay"'],
  [replay({ BTCUSDT: bar }), synthetic(1), 'market.source: "synthetic"'],
  [synthetic(1), synthetic(2), 'market.seed: 2 is not allowed; expected 1'],
  [
    replay({ BTCUSDT: bar }),
    market({ source: 'replay', timeframe: '1h', startTime: START, firstBars: {} }),
    'market.replay_files: "1h bars" is not allowed; expected 5m bars',
  ],
  [
    market({ source: 'replay', timeframe: '5m', startTime: START - 1_000, firstBars: {} }),
    replay({}, { isStartChosen: true }),
    'market.replay_from: "2024-03-08T00:00Z" is not allowed; expected nothing, or 2024-03-07T23:59:59Z',
  ],
  [
    replay({ BTCUSDT: bar }),
    replay({ ETHUSDT: bar }, { firstTime: START + 1_000 }),
    'market.replay_files: "bars from 2024-03-08T00:00:01Z on" is not allowed',
  ],
])(
  'another market is refused by setting, value and what is allowed: %#',
  (known, wanted, message) => {
    const journal = journalOf(known);
    const record = readFileSync(`${journal}.market`, 'utf8');
    expect(refusal(journal, wanted)).toContain(message);
    expect(() => recordMarket(journal, wanted)).toThrow('another market');
    expect(readFileSync(`${journal}.market`, 'utf8'), 'nothing changed').toBe(record);
  },
);

test('a reset keeps the journal of a replay or of another market beside the new one, whole', () => {
  const journal = journalOf(synthetic(1));
  const folder = join(journal, '..');
  const files = ['', '.market', '.position'];
  expect(setAsideJournal(journal, synthetic(1)), 'a synthetic market goes on').toBeUndefined();
  const wanted = replay({ BTCUSDT: bar });
  expect(setAsideJournal(journal, wanted)).toBe(join(folder, 'journal-1.ndjson'));
  expect(readdirSync(folder).sort()).toEqual(files.map((ending) => `journal-1.ndjson${ending}`));
  expect(setAsideJournal(journal, wanted), 'nothing is there').toBeUndefined();
  recordMarket(journal, wanted);
  writeFileSync(journal, '{"seq":1}\n');
  expect(setAsideJournal(journal, wanted), 'it begins again').toBe(
    join(folder, 'journal-2.ndjson'),
  );
  expect(refusal(join(folder, 'journal-1.ndjson'), synthetic(1))).toBe('accepted');
  expect(refusal(join(folder, 'journal-2.ndjson'), wanted)).toBe('accepted');
});

test('a reset that broke off is refused until it is done again', () => {
  const journal = journalOf(synthetic(1));
  rmSync(`${journal}.position`);
  const wanted = replay({ BTCUSDT: bar });
  expect(refusal(journal, wanted)).toContain('market.source');
  expect(setAsideJournal(journal, wanted)).toContain('journal-1.ndjson');
  expect(refusal(journal, wanted)).toBe('accepted');
});

test('a damaged record says so', () => {
  const journal = journalOf(synthetic(1));
  writeFileSync(`${journal}.market`, '{');
  expect(() => requireSameMarket(journal, synthetic(1))).toThrow('is damaged');
});
