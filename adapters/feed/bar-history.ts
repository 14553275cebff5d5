/** What a watcher is seeded with, and the minutes that a lost connection missed. */
import type { Bar, EpochMs, Timeframe } from '../../core/market/market.ts';
import { TIMEFRAME_MS } from '../../core/market/market.ts';
import type { BarHistory } from '../../core/watcher/bar-windows.ts';
import type { BarReader } from '../exchange/bar-reader.ts';

export const MINUTE_MS = TIMEFRAME_MS['1m'];
export const minuteOf = (time: EpochMs): EpochMs => time - (time % MINUTE_MS);

/** A day and an hour: 5m bars are made of these. The venue's largest page. */
export const MINUTES_READ = 1_500;
/** More than the watcher's windows hold. */
const COARSE_READ: Readonly<Partial<Record<Timeframe, number>>> = {
  '15m': 200,
  '1h': 200,
  '4h': 200,
  '1d': 200,
};

/** Bars that were closed at `until`. */
export async function readHistory(
  read: BarReader,
  symbol: string,
  until: EpochMs,
): Promise<BarHistory> {
  const limits = Object.entries({ '1m': MINUTES_READ, ...COARSE_READ }) as [Timeframe, number][];
  const entries = await Promise.all(
    limits.map(async ([timeframe, limit]) => {
      const bars = await read({ symbol, timeframe, limit });
      return [timeframe, closedAt(bars, timeframe, until)] as const;
    }),
  );
  return Object.fromEntries(entries);
}

/** 1m bars from `since` on that were closed at `until`. */
export async function readMissedMinutes(
  read: BarReader,
  symbol: string,
  since: EpochMs,
  until: EpochMs,
): Promise<readonly Bar[]> {
  const bars = await read({ symbol, timeframe: '1m', limit: MINUTES_READ, since });
  return closedAt(bars, '1m', until).filter((bar) => bar.openTime >= since);
}

const closedAt = (bars: readonly Bar[], timeframe: Timeframe, until: EpochMs): readonly Bar[] =>
  bars.filter((bar) => bar.openTime + TIMEFRAME_MS[timeframe] <= until);
