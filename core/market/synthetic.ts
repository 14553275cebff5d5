/**
 * A seeded, regime-switching market that needs no network. Every trade is a pure function of
 * (seed, symbol, market time, step): a source that starts later shows the same path, and its
 * history is exactly what an earlier source traded, bar for bar. The market is made to look like
 * the recorded one (`scripts/market-stats.ts`), never to make orders fill.
 */
import { assert } from '../assert.ts';
import { instrumentOf } from './instruments.ts';
import type { Bar, EpochMs, MarketSource, MarketStep } from './market.ts';
import { createSymbolFeed, keepLatest, MINUTE_MS } from './synthetic-feed.ts';
import type { SymbolFeed } from './synthetic-feed.ts';
import type { MarketRegime } from './synthetic-regimes.ts';
import { commonMinutes } from './synthetic-volatility.ts';

export type SyntheticOptions = {
  /** Any integer; another seed is another market. */
  readonly seed: number;
  /** At least one symbol of `INSTRUMENTS`, each once. */
  readonly symbols: readonly string[];
  /** Rounded down to a full minute: the first step opens a bar. */
  readonly startTime: EpochMs;
  /** Market time between two trades of a symbol: 100 … 15,000 ms, a divisor of a minute. */
  readonly stepMs?: number;
  /** Length of `history`, 0 … 3,650 days. */
  readonly historyDays?: number;
  /** The first time without a step; without it the market never ends. */
  readonly endTime?: EpochMs;
};

export type SyntheticSource = MarketSource & {
  /** The generator's own regime, for tests; no venue publishes it. */
  regimeAt(symbol: string, time: EpochMs): MarketRegime;
};

const DAY_MINUTES = 1_440;
/** Blocks of common shocks kept, enough for the default history of every symbol. */
const COMMON_BLOCKS_KEPT = 10;

/** The market of a seed from `startTime` on. Asserts that the options are in range. */
export function createSyntheticSource(options: SyntheticOptions): SyntheticSource {
  const { seed, stepMs = 1_000, historyDays = 45, endTime = Infinity } = options;
  assertInRange('seed', seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  assertInRange('historyDays', historyDays, 0, 3_650);
  assertInRange('stepMs', stepMs, 100, 15_000);
  assert(MINUTE_MS % stepMs === 0, `stepMs must divide 60000, got ${stepMs}`);
  const symbols = [...new Set(options.symbols)].sort();
  assert(
    symbols.length > 0 && symbols.length === options.symbols.length,
    'symbols: one or more, each once',
  );

  const commonOf = keepLatest(COMMON_BLOCKS_KEPT, (block) => commonMinutes(seed, block));
  const feeds = symbols.map((symbol) => createSymbolFeed(seed, symbol, stepMs, commonOf));
  const feedOf = (symbol: string): SymbolFeed => {
    const feed = feeds[symbols.indexOf(symbol)];
    assert(feed !== undefined, `symbol ${symbol} is not in this market`);
    return feed;
  };
  const startTime = Math.floor(options.startTime / MINUTE_MS) * MINUTE_MS;
  return {
    instruments: symbols.map(instrumentOf),
    startTime,
    historyTimeframe: '1m',
    history: (symbol) => historyOf(feedOf(symbol), startTime, historyDays),
    next: createStepper(feeds, startTime, stepMs, endTime),
    regimeAt: (symbol, time) => feedOf(symbol).regimeAt(time),
  };
}

function historyOf(feed: SymbolFeed, endTime: EpochMs, days: number): readonly Bar[] {
  const count = Math.round(days * DAY_MINUTES);
  return Array.from({ length: count }, (_, i) => feed.barAt(endTime - (count - i) * MINUTE_MS));
}

/** One step a symbol at each time, symbols in name order. */
function createStepper(
  feeds: readonly SymbolFeed[],
  startTime: EpochMs,
  stepMs: number,
  endTime: EpochMs,
): () => MarketStep | undefined {
  let time = startTime;
  let position = 0;
  return () => {
    if (time >= endTime) return undefined;
    const step = feeds[position]?.stepAt(time);
    position += 1;
    if (position === feeds.length) {
      position = 0;
      time += stepMs;
    }
    return step;
  };
}

function assertInRange(field: string, value: number, min: number, max: number): void {
  const inRange = Number.isSafeInteger(value) && value >= min && value <= max;
  assert(inRange, `${field} must be a whole number from ${min} to ${max}, got ${value}`);
}
