import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { createWatcher, currentQuote, setSpec, snapshotFeatures, step } from './watcher.ts';
import type { Tick, WatcherState } from './watcher.ts';
import { aggregateBars } from '../market/bars.ts';
import { dayVolume } from './bar-windows.ts';
import type { MarketEvent } from '../market/features.ts';
import { TIMEFRAMES } from '../market/market.ts';
import type { Bar, EpochMs, MarketStep } from '../market/market.ts';
import { createSyntheticSource } from '../market/synthetic.ts';
import type { WatchSpec } from '../market/watch.ts';
import type { PriceText } from '../money/units.ts';
import { DEFAULT_STRATEGY_CONFIG } from '../strategies/strategy-config.ts';
import { evaluate } from '../strategies/evaluate.ts';
import { instrumentOf } from '../market/instruments.ts';
import type { MoneyText } from '../money/units.ts';

const MINUTE_MS = 60_000;
const SYMBOL = 'SOLUSDT';
/** A whole day, so that bars of every timeframe begin here. */
const DAY = 20_000 * 86_400_000;

const NOTHING: WatchSpec = {
  entryRule: null,
  breakout: null,
  trail: null,
  touch: null,
  deadlines: [],
  collar: null,
  settled: true,
  status: {
    epoch: 1,
    state: 'standby',
    level: 'ACTIVE',
    haltReason: null,
    regime: null,
    strategy: 'standby',
    decisionCode: null,
    decisionReason: null,
    positionQuantity: '0',
    entryPrice: null,
    openOrders: 0,
    protectiveStops: [],
    gridProfit: '0',
    unknownOrders: 0,
    restraints: [],
    marketTime: 0,
  },
};

const text = (value: number): PriceText => String(value) as PriceText;
const quoteTick = (time: EpochMs, bid: number, ask: number): Tick => ({
  kind: 'quote',
  time,
  bid: text(bid),
  ask: text(ask),
});
const markTick = (time: EpochMs, mark: number): Tick => ({ kind: 'mark', time, mark: text(mark) });
const tradeTick = (time: EpochMs, price: number): Tick => ({
  kind: 'trade',
  time,
  price,
  quantity: 1,
});

const flatBars = (from: EpochMs, count: number, price: number): Bar[] =>
  Array.from({ length: count }, (_, i) => ({
    openTime: from + i * MINUTE_MS,
    open: price,
    high: price,
    low: price,
    close: price,
    volume: 1,
  }));

const watcherAfter = (history: readonly Bar[]): WatcherState =>
  createWatcher({
    symbol: SYMBOL,
    tickSize: '0.01' as PriceText,
    history: { '1m': history },
    config: DEFAULT_STRATEGY_CONFIG,
  });

function runTicks(watcher: WatcherState, ticks: readonly Tick[]): MarketEvent[] {
  const out: MarketEvent[] = [];
  for (const tick of ticks) step(watcher, tick, out);
  return out;
}

const ticksOf = (at: MarketStep): Tick[] => [
  { kind: 'quote', time: at.time, bid: at.bid, ask: at.ask },
  { kind: 'mark', time: at.time, mark: at.mark },
  { kind: 'trade', time: at.time, price: Number(at.last), quantity: Number(at.lastQuantity) },
];

const DAY_MS = 1_440 * MINUTE_MS;
/** All histories begin here. */
const FIRST = DAY - 3 * DAY_MS;

test('the volume of a day is that of its closed hours, and unknown before a day of them', () => {
  const { windows } = watcherAfter(flatBars(FIRST, 1_440 + 60 + 30, 100));
  expect(dayVolume(windows)).toBe(1_440);
  expect(dayVolume(watcherAfter(flatBars(FIRST, 1_439, 100)).windows)).toBeNull();
});

/** A synthetic market: its closed bars from `FIRST` up to `start`. */
function barsUntil(start: EpochMs, from = FIRST): readonly Bar[] {
  const historyDays = Math.ceil((start - from) / DAY_MS);
  const source = createSyntheticSource({
    seed: 4,
    symbols: [SYMBOL],
    startTime: start,
    historyDays,
  });
  return source.history(SYMBOL).filter((bar) => bar.openTime >= from);
}

/** The same market's ticks, a step every 15 seconds. */
function ticksBetween(startTime: EpochMs, endTime: EpochMs): Tick[] {
  const options = { seed: 4, symbols: [SYMBOL], stepMs: 15_000, historyDays: 0 };
  const source = createSyntheticSource({ ...options, startTime, endTime });
  const ticks: Tick[] = [];
  for (let at = source.next(); at !== undefined; at = source.next()) ticks.push(...ticksOf(at));
  return ticks;
}

describe('over a synthetic market', () => {
  const end = DAY + 480 * MINUTE_MS;
  const whole = { history: barsUntil(DAY), ticks: ticksBetween(DAY, end) };

  test('the same ticks give the same events, however they are handed over', () => {
    const spec = { ...NOTHING, entryRule: 'scalp' } as const;
    const once = watcherAfter(whole.history);
    setSpec(once, spec);
    const expected = runTicks(once, whole.ticks);
    expect(expected.length).toBeGreaterThan(480 / 5 - 2);
    fc.assert(
      fc.property(fc.array(fc.nat({ max: whole.ticks.length }), { maxLength: 8 }), (cuts) => {
        const watcher = watcherAfter(whole.history);
        setSpec(watcher, spec);
        const bounds = [0, ...cuts.toSorted((a, b) => a - b), whole.ticks.length];
        const events = bounds.flatMap((from, i) => {
          setSpec(watcher, spec);
          return runTicks(watcher, whole.ticks.slice(from, bounds[i + 1] ?? from));
        });
        expect(events).toEqual(expected);
      }),
      { numRuns: 5 },
    );
  });

  test('history and live meet without a seam', () => {
    const seam = DAY + 217 * MINUTE_MS;
    const early = watcherAfter(whole.history);
    const events = runTicks(early, whole.ticks).filter((event) => event.time > seam);
    const seeded = watcherAfter(barsUntil(seam));
    expect(runTicks(seeded, ticksBetween(seam, end))).toEqual(events);
    expect(snapshotFeatures(seeded)).toEqual(snapshotFeatures(early));
  });

  test('bars filled in by the feed are as good as the ticks that were missed', () => {
    const [from, to] = [DAY + 100 * MINUTE_MS, DAY + 140 * MINUTE_MS];
    const before = whole.ticks.filter((tick) => timeOf(tick) < from);
    const after = whole.ticks.filter((tick) => timeOf(tick) >= to);
    const missed = barsUntil(to, from);
    const live = watcherAfter(whole.history);
    const gapped = watcherAfter(whole.history);
    const expected = runTicks(live, whole.ticks).filter((event) => event.time > to);
    runTicks(gapped, [...before, { kind: 'barGap', bars: missed }]);
    expect(runTicks(gapped, after).filter((event) => event.time > to)).toEqual(expected);
  });

  test('readings at a close are those of the closed bars', () => {
    const watcher = watcherAfter(whole.history);
    const last = runTicks(watcher, whole.ticks).at(-1)!;
    const bars = barsUntil(end);
    const byTimeframe = last.kind === 'barClosed' ? last.features.byTimeframe : null;
    for (const timeframe of TIMEFRAMES) {
      const closed = aggregateBars(bars, timeframe, last.time).at(-1);
      expect(byTimeframe?.[timeframe]?.barTime).toBe(closed?.openTime);
      expect(byTimeframe?.[timeframe]?.close).toBe(closed?.close);
    }
  });

  test('an entry that the watcher reports is one that evaluate takes, once per bar and side', () => {
    const watcher = watcherAfter(whole.history);
    setSpec(watcher, { ...NOTHING, entryRule: 'scalp' });
    const events = runTicks(watcher, whole.ticks);
    const entries = events.filter((event) => event.kind === 'entryTriggered');
    expect(entries.length).toBeGreaterThan(0);
    expect(new Set(entries.map((event) => event.time)).size).toBe(entries.length);
    for (const { side, features, quote, time } of entries) {
      const confirmed = side === 'buy' ? 'trendingUp' : 'trendingDown';
      const evaluation = evaluate({
        trigger: 'entryTriggered',
        entrySide: side,
        marketTime: time,
        quote,
        features,
        regimeState: {
          confirmed,
          since: 0,
          candidate: confirmed,
          confirmations: 0,
          switchTimes: [],
        },
        state: 'trendingScalp',
        busy: false,
        flat: true,
        grid: null,
        decisionSeq: 1,
        epoch: 1,
        symbol: SYMBOL,
        rules: instrumentOf(SYMBOL),
        equity: '10000' as MoneyText,
        config: DEFAULT_STRATEGY_CONFIG,
      });
      expect(evaluation.code).toBe('SCALP_ENTRY');
    }
  });
});

function timeOf(tick: Tick): EpochMs {
  return tick.kind === 'barGap' ? tick.bars[0]!.openTime : tick.time;
}

describe('one thing at a time', () => {
  let watcher: WatcherState;
  let now: EpochMs;

  beforeEach(() => {
    watcher = watcherAfter(flatBars(DAY - 200 * MINUTE_MS, 200, 100));
    now = DAY;
    say(quoteTick(now, 99.99, 100.01), markTick(now, 100));
  });

  const say = (...ticks: Tick[]): MarketEvent[] => runTicks(watcher, ticks);
  const watch = (spec: Partial<WatchSpec>): void => setSpec(watcher, { ...NOTHING, ...spec });
  const later = (ms: number): EpochMs => (now += ms);

  test('a 5m bar closes when any tick passes its end, also without a trade', () => {
    expect(say(tradeTick(later(60_000), 101), markTick(later(239_999), 101))).toEqual([]);
    const [event] = say(quoteTick(later(1), 101, 101.02));
    expect(event).toMatchObject({
      kind: 'barClosed',
      time: DAY + 300_000,
      quote: { bid: '101', ask: '101.02', mark: '101' },
      features: { byTimeframe: { '5m': { barTime: DAY, close: 101 } } },
    });
    expect(say(quoteTick(later(1), 101, 101.02))).toEqual([]);
  });

  test('a silence over several bars is said once', () => {
    expect(say(markTick(later(3_600_000), 100)).map((event) => event.kind)).toEqual(['barClosed']);
  });

  test('nothing is said before a quote and a mark are known', () => {
    const mute = watcherAfter(flatBars(DAY - 200 * MINUTE_MS, 200, 100));
    setSpec(mute, { ...NOTHING, deadlines: [{ id: 'hold', at: DAY }] });
    expect(runTicks(mute, [tradeTick(DAY + 900_000, 100)])).toEqual([]);
    expect(currentQuote(mute)).toBeNull();
    const ticks = [quoteTick(DAY + 900_001, 99, 101), markTick(DAY + 900_001, 100)];
    expect(runTicks(mute, ticks)).toMatchObject([{ kind: 'deadline', id: 'hold' }]);
  });

  test('a breakout is said once per corridor', () => {
    const breakout = { lower: text(97), upper: text(103) };
    watch({ breakout });
    expect(say(markTick(later(1), 103), markTick(later(1), 97))).toEqual([]);
    expect(say(markTick(later(1), 103.01))).toMatchObject([{ kind: 'breakout', direction: 'up' }]);
    watch({ breakout });
    expect(say(markTick(later(1), 104), markTick(later(1), 96))).toEqual([]);
    watch({ breakout: { lower: text(98), upper: text(105) } });
    expect(say(markTick(later(1), 97.9))).toMatchObject([{ direction: 'down' }]);
  });

  test('a long trail follows the best mark by steps and never goes back', () => {
    const trail = {
      positionSide: 'buy',
      activateAt: text(101),
      distance: text(1),
      step: text(0.2),
      stopPrice: text(99),
    } as const;
    watch({ trail });
    expect(say(markTick(later(1), 100.9))).toEqual([]);
    expect(say(markTick(later(1), 101))).toMatchObject([{ kind: 'trail', stopPrice: '100' }]);
    expect(say(markTick(later(1), 101.19), markTick(later(1), 100.5))).toEqual([]);
    expect(say(markTick(later(1), 101.2))).toMatchObject([{ stopPrice: '100.2' }]);
    watch({ trail: { ...trail, stopPrice: text(100) } });
    expect(say(markTick(later(1), 101.3))).toEqual([]);
    expect(say(markTick(later(1), 101.456))).toMatchObject([{ stopPrice: '100.45' }]);
  });

  test('a step that is no whole number of ticks is still a whole step', () => {
    watch({
      trail: {
        positionSide: 'buy',
        activateAt: text(101),
        distance: text(1),
        step: text(0.205),
        stopPrice: text(100),
      },
    });
    expect(say(markTick(later(1), 101.206))).toEqual([]);
    expect(say(markTick(later(1), 101.21))).toMatchObject([{ stopPrice: '100.21' }]);
  });

  test('a short trail is the mirror image, rounded away from the mark', () => {
    const trail = {
      positionSide: 'sell',
      activateAt: text(99),
      distance: text(1),
      step: text(0.2),
      stopPrice: text(101),
    } as const;
    watch({ trail });
    expect(say(markTick(later(1), 99.001))).toEqual([]);
    expect(say(markTick(later(1), 98.994))).toMatchObject([{ stopPrice: '100' }]);
    expect(say(markTick(later(1), 98.7))).toMatchObject([{ stopPrice: '99.7' }]);
  });

  test('a touch that left our exit behind is said, and again after 3 s while it moves', () => {
    watch({ touch: { side: 'sell', price: text(100.01) } });
    expect(say(quoteTick(later(1), 100, 100.01), quoteTick(later(1), 100, 100.05))).toEqual([]);
    expect(say(quoteTick(later(1), 99.9, 99.95))).toMatchObject([{ kind: 'touchMoved' }]);
    expect(say(quoteTick(later(2_999), 99.8, 99.85))).toEqual([]);
    expect(say(quoteTick(later(1), 99.8, 99.85))).toMatchObject([{ kind: 'touchMoved' }]);
    expect(say(quoteTick(later(9_000), 99.8, 99.85))).toEqual([]);
  });

  test('deadlines come once, by time and id, also when they have passed already', () => {
    const deadlines = [
      { id: 'unwind', at: DAY + 20 },
      { id: 'hold', at: DAY + 10 },
      { id: 'cooldown', at: DAY + 10 },
    ];
    watch({ deadlines });
    expect(say(markTick(later(9), 100))).toEqual([]);
    expect(say(quoteTick(later(1), 99, 101))).toMatchObject([{ id: 'cooldown' }, { id: 'hold' }]);
    watch({ deadlines });
    expect(say(markTick(later(1), 100))).toEqual([]);
    expect(say(tradeTick(later(20), 100))).toMatchObject([{ kind: 'deadline', id: 'unwind' }]);
    watch({ deadlines: [{ id: 'hold', at: DAY + 11 }] });
    expect(say(markTick(later(1), 100))).toMatchObject([{ id: 'hold' }]);
  });

  test('everything due at one tick comes out together, in a stable order', () => {
    watch({
      breakout: { lower: text(97), upper: text(103) },
      trail: {
        positionSide: 'buy',
        activateAt: text(101),
        distance: text(1),
        step: text(0.2),
        stopPrice: text(99),
      },
      deadlines: [{ id: 'hold', at: DAY + 1 }],
    });
    const kinds = say(markTick(later(300_000), 104)).map((event) => event.kind);
    expect(kinds).toEqual(['barClosed', 'breakout', 'trail', 'deadline']);
  });

  test('a late tick neither turns time back nor changes a closed bar', () => {
    say(tradeTick(later(300_000), 100));
    const before = snapshotFeatures(watcher);
    expect(say(tradeTick(DAY + 1, 500))).toEqual([]);
    expect(snapshotFeatures(watcher)).toEqual(before);
    expect(currentQuote(watcher)?.time).toBe(DAY + 300_000);
  });
});

test('an entry found in bars that were missed is marked late', () => {
  const history = barsUntil(DAY + 480 * MINUTE_MS);
  const live = history.slice(0, -480);
  const watcher = watcherAfter(live);
  setSpec(watcher, { ...NOTHING, entryRule: 'scalp' });
  runTicks(watcher, [quoteTick(DAY, 100, 100.01), markTick(DAY, 100)]);
  const gaps = history.slice(-480).map((bar): Tick => ({ kind: 'barGap', bars: [bar] }));
  const entries = runTicks(watcher, gaps).filter((event) => event.kind === 'entryTriggered');
  expect(entries.length).toBeGreaterThan(0);
  expect(entries.every((event) => event.late)).toBe(true);
});

test('coarser history fills what the 1m history does not reach', () => {
  const history = barsUntil(DAY + 600 * MINUTE_MS, DAY - 12 * DAY_MS);
  const full = createWatcher({
    symbol: SYMBOL,
    tickSize: '0.01' as PriceText,
    history: { '1m': history },
    config: DEFAULT_STRATEGY_CONFIG,
  });
  const short = createWatcher({
    symbol: SYMBOL,
    tickSize: '0.01' as PriceText,
    history: {
      '1m': history.slice(-1_217),
      '5m': aggregateBars(history, '5m').slice(-2_000),
      '15m': aggregateBars(history, '15m'),
      '1h': aggregateBars(history, '1h'),
      '4h': aggregateBars(history, '4h'),
      '1d': aggregateBars(history, '1d'),
    },
    config: DEFAULT_STRATEGY_CONFIG,
  });
  expect(short.windows).toEqual(full.windows);
  expect(snapshotFeatures(short)).toEqual(snapshotFeatures(full));
});
