/** The closed bars of one symbol on every timeframe, and the bars that are still open. */
import { WINDOW_BARS, timeframeFeatures } from '../indicators/timeframe-features.ts';
import {
  addBar,
  addTrade,
  aggregateBars,
  closeBarsUntil,
  createBarBuilder,
  flatBar,
} from '../market/bars.ts';
import type { BarBuilder } from '../market/bars.ts';
import type { MarketFeatures, TimeframeFeatures } from '../market/features.ts';
import { TIMEFRAMES, TIMEFRAME_MS } from '../market/market.ts';
import type { Bar, EpochMs, Timeframe } from '../market/market.ts';

/** Closed bars, oldest first. The finest timeframe given ends where the ticks begin. */
export type BarHistory = Partial<Readonly<Record<Timeframe, readonly Bar[]>>>;

type Coarse = { readonly timeframe: Timeframe; readonly builder: BarBuilder };

export type BarWindows = {
  readonly minute: BarBuilder;
  readonly coarse: readonly Coarse[];
  readonly closed: Record<Timeframe, Bar[]>;
  readonly features: Record<Timeframe, TimeframeFeatures | null>;
};

/**
 * Windows after a history. A coarser bar is aggregated from the finer timeframe where that reaches
 * and taken from its own history before; an open bar is put together from its closed parts.
 */
export function createBarWindows(history: BarHistory): BarWindows {
  const minute = createBarBuilder('1m');
  const closed: Record<Timeframe, Bar[]> = {
    '1m': [],
    '5m': [],
    '15m': [],
    '1h': [],
    '4h': [],
    '1d': [],
  };
  const coarse: Coarse[] = [];
  const end = historyEnd(history);
  let finer: readonly Bar[] = closedBefore(history['1m'] ?? [], '1m', end.time);
  let open: Bar | null = null;
  closed['1m'] = finer.slice(-WINDOW_BARS);
  for (const timeframe of TIMEFRAMES.slice(1)) {
    const bars = joinBars(history[timeframe] ?? [], finer, timeframe, end.time);
    const builder = createBarBuilder(timeframe);
    open = openBar(finer, open, timeframe, end.time);
    builder.current = open;
    coarse.push({ timeframe, builder });
    closed[timeframe] = bars.slice(-WINDOW_BARS);
    finer = bars;
  }
  if (end.close !== null) minute.current = flatBar(end.time, end.close);
  const features = { '1m': null, '5m': null, '15m': null, '1h': null, '4h': null, '1d': null };
  return { minute, coarse, closed, features };
}

const DAY_HOURS = 24;

/** Base units that traded in the last 24 closed hours; null with fewer of them. */
export function dayVolume({ closed }: BarWindows): number | null {
  const hours = closed['1h'].slice(-DAY_HOURS);
  return hours.length < DAY_HOURS ? null : hours.reduce((sum, { volume }) => sum + volume, 0);
}

/** Takes a trade; returns how many 1m bars its time closed. */
export function takeTrade(
  windows: BarWindows,
  time: EpochMs,
  price: number,
  quantity: number,
): number {
  return takeClosed(windows, addTrade(windows.minute, time, price, quantity));
}

/** Closes what ended at or before `time`; returns how many 1m bars that closed. */
export function takeTime(windows: BarWindows, time: EpochMs): number {
  return takeClosed(windows, closeBarsUntil(windows.minute, time));
}

/** Takes closed 1m bars in place of what was built of them; bars closed already are left. */
export function takeGap(windows: BarWindows, bars: readonly Bar[]): number {
  let count = 0;
  for (const bar of bars) {
    const from = windows.minute.current?.openTime ?? -Infinity;
    if (bar.openTime < from) continue;
    count += takeTime(windows, bar.openTime);
    windows.minute.current = { ...bar };
    count += takeTime(windows, bar.openTime + TIMEFRAME_MS['1m']);
  }
  return count;
}

/** Open time of the last closed bar; undefined before the first. */
export function lastClosed(windows: BarWindows, timeframe: Timeframe): EpochMs | undefined {
  return windows.closed[timeframe].at(-1)?.openTime;
}

/** Readings of every timeframe; only those whose window changed are computed again. */
export function readFeatures(windows: BarWindows, marketTime: EpochMs): MarketFeatures {
  for (const timeframe of TIMEFRAMES) {
    const known = windows.features[timeframe];
    if (known?.barTime !== lastClosed(windows, timeframe)) {
      windows.features[timeframe] = timeframeFeatures(windows.closed[timeframe]);
    }
  }
  return { marketTime, byTimeframe: { ...windows.features } };
}

function takeClosed(windows: BarWindows, bars: readonly Bar[]): number {
  for (const bar of bars) {
    push(windows.closed['1m'], bar);
    for (const { timeframe, builder } of windows.coarse) {
      for (const closed of addBar(builder, bar, '1m')) push(windows.closed[timeframe], closed);
    }
  }
  return bars.length;
}

function push(window: Bar[], bar: Bar): void {
  window.push(bar);
  if (window.length > WINDOW_BARS) window.shift();
}

/** End and last close of the finest timeframe given. */
function historyEnd(history: BarHistory): { time: EpochMs; close: number | null } {
  for (const timeframe of TIMEFRAMES) {
    const last = history[timeframe]?.at(-1);
    if (last !== undefined) {
      return { time: last.openTime + TIMEFRAME_MS[timeframe], close: last.close };
    }
  }
  return { time: 0, close: null };
}

/** Own bars up to the first bar that the finer ones make whole, then those. */
function joinBars(
  own: readonly Bar[],
  finer: readonly Bar[],
  timeframe: Timeframe,
  end: EpochMs,
): readonly Bar[] {
  const first = finer[0]?.openTime ?? end;
  const whole = aggregateBars(finer, timeframe, end).filter((bar) => bar.openTime >= first);
  const from = whole[0]?.openTime ?? end;
  return [...closedBefore(own, timeframe, Math.min(from, end)), ...whole];
}

function closedBefore(bars: readonly Bar[], timeframe: Timeframe, time: EpochMs): readonly Bar[] {
  return bars.filter((bar) => bar.openTime + TIMEFRAME_MS[timeframe] <= time);
}

/** The open bar from its closed finer parts and the open one among them. */
function openBar(
  finer: readonly Bar[],
  openPart: Bar | null,
  timeframe: Timeframe,
  end: EpochMs,
): Bar | null {
  const start = end - (end % TIMEFRAME_MS[timeframe]);
  const parts = finer.filter((bar) => bar.openTime >= start);
  const all = openPart === null ? parts : [...parts, openPart];
  return aggregateBars(all, timeframe)[0] ?? null;
}
