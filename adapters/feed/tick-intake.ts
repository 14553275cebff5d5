/**
 * Leads ticks into the watcher of one symbol and keeps its bars true: history at the start, and the
 * venue's own bar for every minute of which trades may have been missed. Ticks wait meanwhile.
 */
import { ensureDefined } from '../../core/assert.ts';
import type { MarketEvent, MarketFeatures } from '../../core/market/features.ts';
import type { EpochMs, Quote } from '../../core/market/market.ts';
import type { WatchSpec } from '../../core/market/watch.ts';
import { quantity, quantityText, textFromNumber } from '../../core/money/units.ts';
import type { PriceText, QuantityText } from '../../core/money/units.ts';
import type { StrategyConfig } from '../../core/strategies/strategy-config.ts';
import { dayVolume } from '../../core/watcher/bar-windows.ts';
import {
  createWatcher,
  currentQuote,
  setConfig,
  setSpec,
  snapshotFeatures,
  step,
} from '../../core/watcher/watcher.ts';
import type { Tick, WatcherState } from '../../core/watcher/watcher.ts';
import type { BarReader } from '../exchange/bar-reader.ts';
import type { StreamTick } from '../exchange/binance-usdm-frames.ts';
import { backOff } from './back-off.ts';
import {
  MINUTES_READ,
  MINUTE_MS,
  minuteOf,
  readHistory,
  readMissedMinutes,
} from './bar-history.ts';

export type TickIntakeOptions = {
  readonly symbol: string;
  readonly readBars: BarReader;
  readonly tickSize: () => Promise<PriceText>;
  readonly config: () => StrategyConfig;
  /** The market stands still between steps: its first trade may open a minute that is complete. */
  readonly isLockstep: boolean;
  readonly onEvents: (events: readonly MarketEvent[]) => void;
  /** Ticks were missed: what was said before them is old. */
  readonly onGap: () => void;
  /** Nothing waits any more. */
  readonly onIdle: () => void;
};

/** Ticks that may wait for bars; with more they are given up, as if the connection had been lost. */
const HELD_MAX = 50_000;
/** The venue may be a moment late with the bar of a minute that has just ended. */
const LATE_BAR_ATTEMPTS = 3;

export class TickIntake {
  readonly #options: TickIntakeOptions;
  readonly #closed = new AbortController();
  readonly #out: MarketEvent[] = [];
  #watcher: WatcherState | undefined;
  #spec: WatchSpec | undefined;
  #held: StreamTick[] = [];
  #isBusy = false;
  #isLive = false;
  #resumes = true;
  /** First minute whose trades were all seen. */
  #wholeFrom: EpochMs = 0;
  /** The watcher's open minute, when trades of it are missing. */
  #repairFrom: EpochMs | null = null;

  constructor(options: TickIntakeOptions) {
    this.#options = options;
  }

  /** Null before the first quote and mark were taken. */
  get quote(): Quote | null {
    return this.#watcher === undefined ? null : currentQuote(this.#watcher);
  }
  /** Undefined before the bars are there. */
  get features(): MarketFeatures | undefined {
    return this.#watcher === undefined ? undefined : snapshotFeatures(this.#watcher);
  }
  /** By closed hours; null before a day of them is there. */
  get dayVolume(): QuantityText | null {
    const volume = this.#watcher === undefined ? null : dayVolume(this.#watcher.windows);
    return volume === null ? null : quantityText(quantity(textFromNumber(volume)));
  }
  get isIdle(): boolean {
    return !this.#isBusy;
  }

  setSpec(spec: WatchSpec): void {
    this.#spec = spec;
    if (this.#watcher === undefined) return;
    setConfig(this.#watcher, this.#options.config());
    setSpec(this.#watcher, spec);
  }

  /** Trades arrive from now on. */
  live(): void {
    this.#isLive = true;
    this.#resumes = true;
  }

  /** Trades are missed from now on; what waits is in the bars that will be read. */
  lost(): void {
    this.#isLive = false;
    this.#held = [];
  }

  add(tick: StreamTick): void {
    if (!this.#isLive) return;
    if (this.#resumes) this.#resume(tick.time);
    if (this.#isBusy) this.#hold(tick);
    else this.#consume(tick);
  }

  close(): void {
    this.#closed.abort();
  }

  #resume(time: EpochMs): void {
    const opensMinute = this.#options.isLockstep && time === minuteOf(time);
    this.#resumes = false;
    this.#wholeFrom = opensMinute ? time : minuteOf(time) + MINUTE_MS;
    if (this.#watcher !== undefined) {
      this.#repairFrom = this.#openMinuteIfPartial(this.#watcher);
      this.#options.onGap();
    } else if (!this.#isBusy) {
      this.#work(() => this.#begin(time));
    }
  }

  #hold(tick: StreamTick): void {
    this.#held.push(tick);
    if (this.#held.length <= HELD_MAX) return;
    this.#held = [];
    this.#resumes = true;
  }

  #consume(tick: StreamTick): void {
    const from = this.#repairFrom;
    if (from === null || tick.time < from + MINUTE_MS) {
      this.#step(tick);
      return;
    }
    this.#held.push(tick);
    const isLong = tick.time - from > MINUTES_READ * MINUTE_MS;
    this.#work((attempt) =>
      isLong ? this.#begin(tick.time) : this.#repair(from, tick.time, attempt),
    );
  }

  #step(tick: Tick): void {
    step(ensureDefined(this.#watcher, 'bars come first'), tick, this.#out);
    if (this.#out.length === 0) return;
    this.#options.onEvents(this.#out.splice(0));
  }

  /** Repeats a piece of work until it is done, then leads in what waited. */
  #work(piece: (attempt: number) => Promise<void>): void {
    this.#isBusy = true;
    void this.#untilDone(piece).then(() => this.#drain());
  }

  async #untilDone(piece: (attempt: number) => Promise<void>): Promise<void> {
    const { signal } = this.#closed;
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      try {
        await piece(attempt);
        return;
      } catch {
        await backOff(attempt, signal);
      }
    }
  }

  async #begin(time: EpochMs): Promise<void> {
    const { readBars, symbol, tickSize, config } = this.#options;
    const [history, tick] = await Promise.all([readHistory(readBars, symbol, time), tickSize()]);
    const watcher = createWatcher({ symbol, tickSize: tick, history, config: config() });
    if (this.#spec !== undefined) setSpec(watcher, this.#spec);
    this.#watcher = watcher;
    this.#repairFrom = this.#openMinuteIfPartial(watcher);
  }

  async #repair(since: EpochMs, until: EpochMs, attempt: number): Promise<void> {
    const { readBars, symbol } = this.#options;
    const bars = await readMissedMinutes(readBars, symbol, since, until);
    const isComplete = bars.at(-1)?.openTime === minuteOf(until) - MINUTE_MS;
    if (!isComplete && attempt < LATE_BAR_ATTEMPTS)
      throw new Error('the last bar is not there yet');
    this.#step({ kind: 'barGap', bars });
    const watcher = ensureDefined(this.#watcher, 'there is a watcher to repair');
    this.#repairFrom = this.#openMinuteIfPartial(watcher, until);
  }

  /** The minute at which the watcher stands, unless all its trades were seen. */
  #openMinuteIfPartial(watcher: WatcherState, at: EpochMs = watcher.now): EpochMs | null {
    const minute = minuteOf(at);
    return at === 0 || minute >= this.#wholeFrom ? null : minute;
  }

  #drain(): void {
    this.#isBusy = false;
    if (this.#closed.signal.aborted) return;
    const held = this.#held;
    this.#held = [];
    for (const [index, tick] of held.entries()) {
      // A repair of the next minute may have begun: it holds this tick, the rest follows.
      if (this.#isBusy) {
        this.#held.push(...held.slice(index));
        return;
      }
      this.#consume(tick);
    }
    if (!this.#isBusy) this.#options.onIdle();
  }
}
