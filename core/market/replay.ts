/**
 * Recorded bars as a market. Bars before `startTime` are history, the rest become trades on an
 * adaptive path. Holes stay holes and bars without volume trade nothing: time passes without a
 * step. There is no recorded mark price, so mark and index are the path price itself.
 */
import { assert, ensureDefined } from '../assert.ts';
import type { PriceText, QuantityText } from '../money/units.ts';
import type {
  Bar,
  EpochMs,
  InstrumentRules,
  MarketSource,
  MarketStep,
  Timeframe,
} from './market.ts';
import { TIMEFRAME_MS } from './market.ts';
import { gridsOf, onGrid } from './replay-grid.ts';
import type { Grids } from './replay-grid.ts';
import { minutesOf, pointMs } from './replay-minutes.ts';
import { adaptivePath } from './replay-path.ts';
import type { PathPoint } from './replay-path.ts';

export type ReplayOptions = {
  /** Recorded bars by symbol, oldest first, one timeframe; see `venue/sources/ohlcv-file.ts`. */
  readonly bars: Readonly<Record<string, readonly Bar[]>>;
  readonly timeframe: Timeframe;
  /** Rules of every symbol in `bars`; prices and volumes are rounded to their tick and step. */
  readonly rules: readonly InstrumentRules[];
  /** Rounded down to the timeframe. */
  readonly startTime: EpochMs;
  /** Bars that open at this time or later are not replayed. */
  readonly endTime?: EpochMs;
  readonly path: 'adaptive';
  /** Points of a path: 4, 7, 10 … (default 10). */
  readonly stepsPerBar?: number;
  /** Length of `history`, 0 … 3,650 days (default 45), as far as there are bars. */
  readonly historyDays?: number;
  /** Half of the quoted spread in basis points (default 0.5); the spread is at least one tick. */
  readonly halfSpreadBps?: number;
};

const DAY_MS = TIMEFRAME_MS['1d'];
const STEPS_PER_BAR = 10;

/**
 * A pure function of the bars: a source that starts later shows the same steps, and its history is
 * what an earlier one traded, in 1m bars. Asserts that every symbol has rules and that bars rise in
 * time on the timeframe's grid.
 */
export function createReplaySource(options: ReplayOptions): MarketSource {
  const { timeframe } = options;
  const startTime = options.startTime - (options.startTime % TIMEFRAME_MS[timeframe]);
  const symbols = Object.keys(options.bars).sort();
  const instruments = symbols.map((symbol) => rulesOf(options.rules, symbol));
  const cursors = instruments.map((rules) => createCursor(rules, startTime, options));
  return {
    instruments,
    startTime,
    historyTimeframe: '1m',
    history: (symbol) => historyOf(rulesOf(options.rules, symbol), startTime, options),
    next: () => earliest(cursors)?.take(),
  };
}

function historyOf(rules: InstrumentRules, until: EpochMs, options: ReplayOptions): Bar[] {
  const { timeframe, stepsPerBar = STEPS_PER_BAR, historyDays = 45 } = options;
  const from = until - historyDays * DAY_MS;
  const bars = barsOf(options, rules.symbol).filter(
    ({ openTime }) => openTime >= from && openTime < until,
  );
  return minutesOf(bars, { timeframe, stepsPerBar, grids: gridsOf(rules) });
}

function rulesOf(rules: readonly InstrumentRules[], symbol: string): InstrumentRules {
  return ensureDefined(
    rules.find((r) => r.symbol === symbol),
    `no rules for ${symbol}`,
  );
}

function barsOf({ bars }: ReplayOptions, symbol: string): readonly Bar[] {
  return ensureDefined(bars[symbol], `symbol ${symbol} is not in this market`);
}

/** Walks through one symbol's bars; `time` is that of the step that `take` returns next. */
type Cursor = { readonly time: EpochMs; take(): MarketStep };

/** The cursor whose step comes first; of equal times the first symbol in name order. */
function earliest(cursors: readonly Cursor[]): Cursor | undefined {
  let first: Cursor | undefined;
  for (const cursor of cursors) {
    if (cursor.time < (first?.time ?? Infinity)) first = cursor;
  }
  return first;
}

function createCursor(rules: InstrumentRules, startTime: EpochMs, options: ReplayOptions): Cursor {
  const {
    timeframe,
    stepsPerBar = STEPS_PER_BAR,
    halfSpreadBps = 0.5,
    endTime = Infinity,
  } = options;
  const bars = barsOf(options, rules.symbol);
  assertOrdered(rules.symbol, bars, timeframe);
  const grids = gridsOf(rules);
  const spacing = pointMs(timeframe, stepsPerBar);
  let position = bars.findIndex((bar) => bar.openTime >= startTime);
  if (position < 0) position = bars.length;
  let points: readonly PathPoint[] = [];
  let next = 0;
  let openTime = 0;

  /** Moves on to the next bar that trades, or to the end. */
  const load = (): void => {
    next = 0;
    points = [];
    while (points.length === 0 && position < bars.length) {
      const bar = bars[position++] as Bar;
      if (bar.openTime >= endTime) return;
      openTime = bar.openTime;
      points = adaptivePath(onGrid(bar, grids), stepsPerBar);
    }
  };
  load();
  return {
    get time() {
      const point = points[next];
      return point === undefined ? Infinity : openTime + point.offset * spacing;
    },
    take() {
      const { time } = this;
      const point = ensureDefined(points[next], `${rules.symbol}: no step left`);
      next += 1;
      if (next === points.length) load();
      return toStep(rules.symbol, time, point, grids, halfSpreadBps);
    },
  };
}

/** The trade stands at the touch; the other side of the book is one spread away. */
function toStep(
  symbol: string,
  time: EpochMs,
  { price, quantity, takerSide }: PathPoint,
  grids: Grids,
  halfSpreadBps: number,
): MarketStep {
  const spread = Math.max(1, Math.round((price * 2 * halfSpreadBps) / 10_000));
  const text = (ticks: number): PriceText => grids.price.text(ticks) as PriceText;
  const lastQuantity = grids.quantity.text(quantity) as QuantityText;
  const last = text(price);
  return {
    symbol,
    time,
    last,
    lastQuantity,
    takerSide,
    bid: takerSide === 'buy' ? text(Math.max(1, price - spread)) : last,
    bidQuantity: lastQuantity,
    ask: takerSide === 'buy' ? last : text(price + spread),
    askQuantity: lastQuantity,
    mark: last,
    index: last,
  };
}

function assertOrdered(symbol: string, bars: readonly Bar[], timeframe: Timeframe): void {
  let before = -Infinity;
  for (const { openTime } of bars) {
    assert(openTime > before, `${symbol}: bar ${openTime} does not follow ${before}`);
    assert(
      openTime % TIMEFRAME_MS[timeframe] === 0,
      `${symbol}: bar ${openTime} is not on ${timeframe}`,
    );
    before = openTime;
  }
}
