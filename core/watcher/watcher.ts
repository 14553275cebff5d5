/**
 * The watcher of one symbol: every tick goes in, and only what is actionable comes out.
 * Deterministic, no clock, no I/O. It updates its own state in place.
 *
 * Ticks come in order of market time; of one market time: quote, mark, trade. Nothing is said
 * before the first quote and the first mark are known.
 */
import {
  createBarWindows,
  lastClosed,
  readFeatures,
  takeGap,
  takeTime,
  takeTrade,
} from './bar-windows.ts';
import type { BarHistory, BarWindows } from './bar-windows.ts';
import {
  betterStop,
  breakoutOf,
  createWatchRules,
  dueDeadlines,
  replaceRules,
  touchMoved,
} from './watch-rules.ts';
import type { WatchRules } from './watch-rules.ts';
import { ensureDefined } from '../assert.ts';
import type { MarketEvent, MarketFeatures } from '../market/features.ts';
import { TIMEFRAME_MS } from '../market/market.ts';
import type { Bar, EpochMs, Quote } from '../market/market.ts';
import type { WatchSpec } from '../market/watch.ts';
import { price } from '../money/units.ts';
import type { Price, PriceText } from '../money/units.ts';
import { scalpSignal } from '../strategies/scalp-signal.ts';
import type { StrategyConfig } from '../strategies/strategy-config.ts';

export type Tick =
  | {
      readonly kind: 'trade';
      readonly time: EpochMs;
      readonly price: number;
      readonly quantity: number;
    }
  | {
      readonly kind: 'quote';
      readonly time: EpochMs;
      readonly bid: PriceText;
      readonly ask: PriceText;
    }
  | { readonly kind: 'mark'; readonly time: EpochMs; readonly mark: PriceText }
  /** Closed 1m bars that were missed, oldest first; bars that are closed already are left as is. */
  | { readonly kind: 'barGap'; readonly bars: readonly Bar[] };

export type WatcherOptions = {
  readonly symbol: string;
  /** Tick size of the instrument: trailing stops are rounded to it. */
  readonly tickSize: PriceText;
  /**
   * Closed bars, oldest first. Coarser bars are aggregated from finer ones where those reach, and
   * taken from the coarser history before that. The finest history ends where the ticks begin.
   */
  readonly history: BarHistory;
  readonly config: StrategyConfig;
};

/** Changed in place by `step`; not JSON. */
export type WatcherState = {
  readonly symbol: string;
  readonly tick: Price;
  readonly windows: BarWindows;
  readonly rules: WatchRules;
  config: StrategyConfig;
  entryRule: WatchSpec['entryRule'];
  now: EpochMs;
  bid: PriceText | null;
  ask: PriceText | null;
  mark: PriceText | null;
};

/** A watcher with its bars seeded; it waits for nothing but 5m closes until `setSpec`. */
export function createWatcher(options: WatcherOptions): WatcherState {
  const windows = createBarWindows(options.history);
  return {
    symbol: options.symbol,
    tick: price(options.tickSize),
    windows,
    rules: createWatchRules(),
    config: options.config,
    entryRule: null,
    now: windows.minute.current?.openTime ?? 0,
    bid: null,
    ask: null,
    mark: null,
  };
}

/**
 * Takes one tick and pushes what became due to `out`, in this order: bar close, entry, breakout,
 * trail, touch, deadlines. A tick that is late keeps the market time of the latest one.
 */
export function step(state: WatcherState, tick: Tick, out: MarketEvent[]): void {
  const fiveBefore = lastClosed(state.windows, '5m');
  const closedMinutes = takeTick(state, tick);
  if (closedMinutes > 0 && isQuoted(state)) {
    const hasFiveClosed = lastClosed(state.windows, '5m') !== fiveBefore;
    sayBars(state, hasFiveClosed, tick.kind === 'barGap', out);
  }
  if (tick.kind === 'mark') sayMark(state, tick.mark, out);
  if (tick.kind === 'quote') sayTouch(state, tick.bid, tick.ask, out);
  sayDeadlines(state, out);
}

/** Replaces what the watcher waits for. What was reported already is not reported again. */
export function setSpec(state: WatcherState, spec: WatchSpec): void {
  state.entryRule = spec.entryRule;
  replaceRules(state.rules, spec);
}

/** Replaces the configuration from the next tick on. */
export function setConfig(state: WatcherState, config: StrategyConfig): void {
  state.config = config;
}

/** The readings as of now, for the first evaluation and for `resumed`. */
export function snapshotFeatures(state: WatcherState): MarketFeatures {
  return readFeatures(state.windows, state.now);
}

/** The latest quote; null before the first quote and mark. */
export function currentQuote(state: WatcherState): Quote | null {
  const { bid, ask, mark, now } = state;
  return bid === null || ask === null || mark === null ? null : { time: now, bid, ask, mark };
}

/** Updates quote, mark, time and bars; returns how many 1m bars closed. */
function takeTick(state: WatcherState, tick: Tick): number {
  if (tick.kind === 'barGap') return takeMissedBars(state, tick.bars);
  if (tick.time > state.now) state.now = tick.time;
  switch (tick.kind) {
    case 'quote':
      state.bid = tick.bid;
      state.ask = tick.ask;
      break;
    case 'mark':
      state.mark = tick.mark;
      break;
    case 'trade':
      return takeTrade(state.windows, tick.time, tick.price, tick.quantity);
  }
  return takeTime(state.windows, tick.time);
}

function takeMissedBars(state: WatcherState, bars: readonly Bar[]): number {
  const count = takeGap(state.windows, bars);
  const last = bars.at(-1);
  if (last !== undefined) state.now = Math.max(state.now, last.openTime + TIMEFRAME_MS['1m']);
  return count;
}

function sayBars(
  state: WatcherState,
  hasFiveClosed: boolean,
  late: boolean,
  out: MarketEvent[],
): void {
  if (!hasFiveClosed && state.entryRule === null) return;
  const features = readFeatures(state.windows, state.now);
  if (hasFiveClosed) out.push({ kind: 'barClosed', ...stamp(state), features });
  if (state.entryRule === null) return;
  for (const side of ['buy', 'sell'] as const) {
    const signal = scalpSignal(features, side, state.config.scalping);
    if (signal === null || !signal.due) continue;
    const { rule } = signal;
    out.push({ kind: 'entryTriggered', ...stamp(state), side, rule, features, late });
  }
}

function sayMark(state: WatcherState, mark: PriceText, out: MarketEvent[]): void {
  const { rules } = state;
  if ((rules.breakout === null && rules.trail === null) || !isQuoted(state)) return;
  const direction = breakoutOf(rules, Number(mark));
  if (direction !== null) out.push({ kind: 'breakout', ...stamp(state), direction });
  const stopPrice = betterStop(rules, mark, state.tick);
  if (stopPrice !== null) out.push({ kind: 'trail', ...stamp(state), stopPrice });
}

function sayTouch(state: WatcherState, bid: PriceText, ask: PriceText, out: MarketEvent[]): void {
  if (state.rules.touch === null || !isQuoted(state)) return;
  if (!touchMoved(state.rules, Number(bid), Number(ask), state.now)) return;
  out.push({ kind: 'touchMoved', ...stamp(state) });
}

function sayDeadlines(state: WatcherState, out: MarketEvent[]): void {
  const first = state.rules.deadlines[0];
  if (first === undefined || state.now < first.at || !isQuoted(state)) return;
  for (const id of dueDeadlines(state.rules, state.now)) {
    out.push({ kind: 'deadline', ...stamp(state), id });
  }
}

function isQuoted(state: WatcherState): boolean {
  return state.bid !== null && state.ask !== null && state.mark !== null;
}

/** Time and quote of an event. */
function stamp(state: WatcherState): { readonly time: EpochMs; readonly quote: Quote } {
  return { time: state.now, quote: ensureDefined(currentQuote(state), 'no quote yet') };
}
