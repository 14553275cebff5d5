/**
 * Which market a venue's journal belongs to, in `<journal>.market`. Prices of another market would
 * fill and liquidate what was opened on this one, and market time never goes back.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { TIMEFRAMES } from '../core/market/market.ts';
import type { Bar } from '../core/market/market.ts';
import { readPosition } from '../venue/journal/position-file.ts';
import { utcText } from '../venue/sources/replay-problem.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import type { MarketFacts } from './market.ts';

const bar = z.object({
  openTime: z.int(),
  open: z.number(),
  high: z.number(),
  low: z.number(),
  close: z.number(),
  volume: z.number(),
});

const synthetic = z.object({ source: z.literal('synthetic'), seed: z.int() });
const replay = z.object({
  source: z.literal('replay'),
  timeframe: z.enum(TIMEFRAMES),
  /** Where it began, market time. */
  startTime: z.int(),
  /** The oldest bar of each symbol's file: files may grow, a recording is known by its beginning. */
  firstBars: z.record(z.string(), bar),
});
const marketRecord = z.discriminatedUnion('source', [synthetic, replay]);

export type MarketRecord = z.output<typeof marketRecord>;
type ReplayRecord = z.output<typeof replay>;

type Difference = { readonly path: string; readonly value: unknown; readonly expected: string };

const fileOf = (journal: string): string => `${journal}.market`;

/** Throws CommandError, for a configuration, that names what is not as in the journal. */
export function requireSameMarket(journal: string, market: MarketFacts): void {
  const [first, ...others] = differencesFrom(journal, market);
  if (first === undefined) return;
  const lines = [first, ...others].map(
    ({ path, value, expected }) =>
      `\n  ${path}: ${JSON.stringify(value)} is not allowed; expected ${expected}`,
  );
  throw new CommandError(
    `the journal ${journal} belongs to another market:${lines.join('')}\n` +
      '  Put that back to go on. For a new market: npm start -- --reset opens a new paper account on a\n' +
      '  new journal and keeps the old one; another data_dir keeps both.',
    EXIT.config,
  );
}

/** Notes the market beside its journal, after the check above. For the venue, before it opens that. */
export function recordMarket(journal: string, market: MarketFacts): void {
  requireSameMarket(journal, market);
  const known = isBegun(journal) ? readRecord(journal) : undefined;
  const text = `${JSON.stringify(joined(known, market.record), undefined, 2)}\n`;
  mkdirSync(dirname(journal), { recursive: true });
  writeFileSync(`${fileOf(journal)}.new`, text);
  renameSync(`${fileOf(journal)}.new`, fileOf(journal));
}

/**
 * For a new account: moves the journal out of the way where the market is another one, or a replay,
 * which begins again; answers where it is now, or undefined when it stays. The journal goes after its
 * position and before its record: a start that breaks off between leaves one that is refused as before.
 */
export function setAsideJournal(journal: string, market: MarketFacts): string | undefined {
  const isOver = market.record.source === 'replay' && isBegun(journal);
  if (!isOver && differencesFrom(journal, market).length === 0) return undefined;
  const kept = freeName(journal);
  for (const ending of ['.position', '', '.market']) {
    if (existsSync(journal + ending)) renameSync(journal + ending, kept + ending);
  }
  return kept;
}

/** `journal.ndjson` becomes `journal-1.ndjson`, the next one `journal-2.ndjson`. */
function freeName(journal: string): string {
  const [, stem = journal, ending = ''] = /^(.*?)(\.[^./\\]+)?$/.exec(journal) ?? [];
  let number = 1;
  while (existsSync(`${stem}-${number}${ending}`)) number += 1;
  return `${stem}-${number}${ending}`;
}

const isBegun = (journal: string): boolean => existsSync(journal) && statSync(journal).size > 0;

/** Undefined for a journal from before there was such a file: then the market was synthetic. */
function readRecord(journal: string): MarketRecord | undefined {
  const file = fileOf(journal);
  if (!existsSync(file)) return undefined;
  try {
    return marketRecord.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new Error(`${file} is damaged; mend it or move it away with ${journal}`, {
      cause: error,
    });
  }
}

/** The older one, with the symbols of both. */
function joined(known: MarketRecord | undefined, wanted: MarketRecord): MarketRecord {
  if (known?.source !== 'replay' || wanted.source !== 'replay') return wanted;
  return { ...known, firstBars: { ...wanted.firstBars, ...known.firstBars } };
}

function differencesFrom(journal: string, market: MarketFacts): readonly Difference[] {
  if (!isBegun(journal)) return [];
  const { record: wanted } = market;
  const known = readRecord(journal);
  const source = known?.source ?? 'synthetic';
  if (source !== wanted.source) {
    return [{ path: 'market.source', value: wanted.source, expected: source }];
  }
  if (wanted.source === 'synthetic') {
    return known?.source === 'synthetic' && known.seed !== wanted.seed
      ? [{ path: 'market.seed', value: wanted.seed, expected: String(known.seed) }]
      : [];
  }
  if (known?.source !== 'replay') return [];
  return [...replayDifferences(known, wanted, market), ...beforeFiles(journal, market)];
}

function replayDifferences(
  known: ReplayRecord,
  wanted: ReplayRecord,
  { isStartChosen }: MarketFacts,
): readonly Difference[] {
  const path = 'market.replay_files';
  if (known.timeframe !== wanted.timeframe) {
    return [{ path, value: `${wanted.timeframe} bars`, expected: `${known.timeframe} bars` }];
  }
  const others = Object.entries(wanted.firstBars).filter(([symbol, first]) => {
    const before = known.firstBars[symbol];
    return before !== undefined && !isDeepStrictEqual(before, first);
  });
  return [
    ...others.map(([symbol, first]) => ({
      path: `${path}.${symbol}`,
      value: beginning(first),
      expected: beginning(known.firstBars[symbol]),
    })),
    ...(isStartChosen && known.startTime !== wanted.startTime
      ? [
          {
            path: 'market.replay_from',
            value: utcText(wanted.startTime),
            expected: `nothing, or ${utcText(known.startTime)}`,
          },
        ]
      : []),
  ];
}

const beginning = (first: Bar | undefined): string =>
  first === undefined
    ? 'nothing'
    : `bars that begin at ${utcText(first.openTime)} with open ${first.open} and volume ${first.volume}`;

/** A symbol that is new may have been recorded too late for where the market is. */
function beforeFiles(journal: string, { firstTime }: MarketFacts): readonly Difference[] {
  const time = readPosition(`${journal}.position`)?.time;
  if (time === undefined || time >= firstTime) return [];
  const expected = `bars of every symbol from ${utcText(time)} on, where the market is`;
  return [{ path: 'market.replay_files', value: `bars from ${utcText(firstTime)} on`, expected }];
}
