/**
 * The watcher of one symbol: every tick goes in, and only what is actionable comes out.
 * Deterministic, no clock, no I/O. It updates its own state in place.
 *
 * Ticks come in order of market time; of one market time: quote, mark, trade. Nothing is said
 * before the first quote and the first mark are known.
 */
import type { MarketEvent, MarketFeatures } from '../market/features.ts';
import type { Bar, EpochMs, Quote, Timeframe } from '../market/market.ts';
import type { WatchSpec } from '../market/watch.ts';
import type { PriceText } from '../money/units.ts';
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
  /** Closed 1m bars that were missed, oldest first: they replace what was built of them. */
  | { readonly kind: 'barGap'; readonly bars: readonly Bar[] };

export type WatcherOptions = {
  readonly symbol: string;
  /** Tick size of the instrument: trailing stops are rounded to it. */
  readonly tickSize: PriceText;
  /**
   * Closed bars, oldest first. Coarser bars are aggregated from finer ones where those reach, and
   * taken from the coarser history before that. The 1m history ends where the ticks begin.
   */
  readonly history: Partial<Readonly<Record<Timeframe, readonly Bar[]>>>;
  readonly config: StrategyConfig;
};

/** Opaque to others; not JSON. */
export type WatcherState = { readonly symbol: string };

export function createWatcher(_options: WatcherOptions): WatcherState {
  throw new Error('not written yet');
}

/** Takes one tick; pushes what became due to `out`, in a stable order. */
export function step(_state: WatcherState, _tick: Tick, _out: MarketEvent[]): void {
  throw new Error('not written yet');
}

/** Replaces what the watcher waits for. What was reported already is not reported again. */
export function setSpec(_state: WatcherState, _spec: WatchSpec): void {
  throw new Error('not written yet');
}

/** Replaces the configuration from the next tick on. */
export function setConfig(_state: WatcherState, _config: StrategyConfig): void {
  throw new Error('not written yet');
}

/** The readings as of now, for the first evaluation and for `resumed`. */
export function snapshotFeatures(_state: WatcherState): MarketFeatures {
  throw new Error('not written yet');
}

/** The latest quote; null before the first quote and mark. */
export function currentQuote(_state: WatcherState): Quote | null {
  throw new Error('not written yet');
}
