/**
 * Recorded bars as a market. Bars before `startTime` are history, the rest become trades on an
 * adaptive path. Holes stay holes and bars without volume trade nothing: time passes without a
 * step. There is no recorded mark price, so mark and index are the path price itself.
 */
import { assert, ensureDefined } from '../assert.ts';
import type { PriceText, QuantityText } from '../money/units.ts';
import { createDecimalGrid } from './decimal-grid.ts';
import type { DecimalGrid } from './decimal-grid.ts';
import type {
  Bar,
  EpochMs,
  InstrumentRules,
  MarketSource,
  MarketStep,
  Timeframe,
} from './market.ts';
import { TIMEFRAME_MS } from './market.ts';
import { adaptivePath } from './replay-path.ts';
import type { GridBar, PathPoint } from './replay-path.ts';

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
  /** Half of the quoted spread in basis points (default 0.5); the spread is at least one tick. */
  readonly halfSpreadBps?: number;
};

/** Asserts that every symbol has rules and that bars rise in time on the timeframe's grid. */
export function createReplaySource(options: ReplayOptions): MarketSource {
  const { timeframe } = options;
  const startTime = options.startTime - (options.startTime % TIMEFRAME_MS[timeframe]);
  const symbols = Object.keys(options.bars).sort();
  const instruments = symbols.map((symbol) => rulesOf(options.rules, symbol));
  const cursors = instruments.map((rules) => createCursor(rules, startTime, options));
  return {
    instruments,
    startTime,
    historyTimeframe: timeframe,
    history: (symbol) => {
      const grids = gridsOf(rulesOf(options.rules, symbol));
      const before = barsOf(options, symbol).filter((bar) => bar.openTime < startTime);
      return before.map((bar) => offGrid(bar.openTime, onGrid(bar, grids), grids));
    },
    next: () => earliest(cursors)?.take(),
  };
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
  const { timeframe, stepsPerBar = 10, halfSpreadBps = 0.5, endTime = Infinity } = options;
  const bars = barsOf(options, rules.symbol);
  assertOrdered(rules.symbol, bars, timeframe);
  const grids = gridsOf(rules);
  const pointMs = Math.floor(TIMEFRAME_MS[timeframe] / stepsPerBar);
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
      return point === undefined ? Infinity : openTime + point.offset * pointMs;
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

type Grids = { readonly price: DecimalGrid; readonly quantity: DecimalGrid };

function gridsOf(rules: InstrumentRules): Grids {
  return {
    price: createDecimalGrid(rules.tickSize),
    quantity: createDecimalGrid(rules.quantityStep),
  };
}

/** A volume under half a step still counts as traded. */
function onGrid(bar: Bar, { price, quantity }: Grids): GridBar {
  return {
    open: price.nearest(bar.open),
    high: price.nearest(bar.high),
    low: price.nearest(bar.low),
    close: price.nearest(bar.close),
    volume: bar.volume === 0 ? 0 : Math.max(1, quantity.nearest(bar.volume)),
  };
}

function offGrid(openTime: EpochMs, bar: GridBar, { price, quantity }: Grids): Bar {
  return {
    openTime,
    open: price.value(bar.open),
    high: price.value(bar.high),
    low: price.value(bar.low),
    close: price.value(bar.close),
    volume: quantity.value(bar.volume),
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
