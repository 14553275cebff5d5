/** What the venue publishes about one symbol: newest step, recent trades, bars, book, funding. */
import type {
  EpochMs,
  InstrumentRules,
  MarketSource,
  MarketStep,
} from '../../core/market/market.ts';
import { roundToTick } from '../../core/money/arithmetic.ts';
import { price, priceText } from '../../core/money/units.ts';
import type { Price, PriceText } from '../../core/money/units.ts';
import { BarSeries } from './bars.ts';
import { changedLevels, depthOf } from './depth.ts';
import type { Depth, Level } from './depth.ts';
import { FundingMeter } from './funding.ts';
import type { SettledFunding } from './funding.ts';

const addTick = (text: PriceText, tick: Price): Price => (price(text) + tick) as Price;

const KEPT_TRADES = 1_000;
const DAY_MS = 86_400_000;

export type DepthChange = {
  readonly first: number;
  readonly last: number;
  readonly previous: number;
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
};

/** Rolling statistics over the last 24 hours of market time. */
export type DayStatistics = {
  readonly openTime: EpochMs;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  readonly quoteVolume: number;
  readonly trades: number;
};

export class SymbolTape {
  /** What the source trades by. */
  readonly #original: InstrumentRules;
  #rules: InstrumentRules;
  readonly bars: BarSeries;
  readonly funding: FundingMeter;
  /** Steps with their trades, oldest first; a trade's id is its step's time. */
  readonly trades: MarketStep[] = [];
  #step: MarketStep | undefined;
  #previous: MarketStep | undefined;

  constructor(rules: InstrumentRules, source: MarketSource, fundingIntervalMs: number) {
    this.funding = new FundingMeter(fundingIntervalMs);
    this.#original = rules;
    this.#rules = rules;
    this.bars = new BarSeries(source.history(rules.symbol), source.historyTimeframe);
  }

  get rules(): InstrumentRules {
    return this.#rules;
  }

  /** New rules; the newest step is quoted by them from now on. */
  take(rules: InstrumentRules): void {
    this.#rules = rules;
    if (this.#step !== undefined) this.#step = this.shaped(this.#step);
  }

  /** A step of the source on the tick that the symbol has now: bid down, ask up. */
  shaped(step: MarketStep): MarketStep {
    if (this.#rules.tickSize === this.#original.tickSize) return step;
    const tick = price(this.#rules.tickSize);
    const down = (text: PriceText): PriceText => {
      const rounded = roundToTick(price(text), tick, 'down');
      return priceText(rounded > 0n ? rounded : tick);
    };
    const ask = priceText(roundToTick(price(step.ask), tick, 'up'));
    const [bid, last] = [down(step.bid), down(step.last)];
    return { ...step, bid, ask: ask === bid ? priceText(addTick(ask, tick)) : ask, last };
  }

  /** The newest step; undefined before the market's first. */
  get step(): MarketStep | undefined {
    return this.#step;
  }

  /** Takes a step; answers a funding settlement that came due before it. */
  add(step: MarketStep): SettledFunding | undefined {
    this.#previous = this.#step;
    this.#step = step;
    this.trades.push(step);
    if (this.trades.length > 2 * KEPT_TRADES) this.trades.splice(0, KEPT_TRADES);
    this.bars.add(step);
    return this.funding.add(step);
  }

  depth(): Depth | undefined {
    return this.#step === undefined ? undefined : depthOf(this.#step, this.rules);
  }

  /** What the newest step changed in the book. */
  depthChange(): DepthChange | undefined {
    const now = this.depth();
    if (now === undefined) return undefined;
    const before = this.#previous === undefined ? undefined : depthOf(this.#previous, this.rules);
    const previous = before?.updateId ?? now.updateId - 1;
    return {
      first: previous + 1,
      last: now.updateId,
      previous,
      bids: changedLevels(before?.bids ?? [], now.bids),
      asks: changedLevels(before?.asks ?? [], now.asks),
    };
  }

  /** Last trade price; the newest historical close before the first step. */
  lastPrice(): number {
    return this.#step === undefined ? (this.bars.last()?.close ?? 0) : Number(this.#step.last);
  }

  day(): DayStatistics {
    const newest = this.#step?.time ?? this.bars.last()?.openTime ?? 0;
    const bars = this.bars.query({
      intervalMs: DAY_MS / 1_440,
      limit: 1_440,
      startTime: newest - DAY_MS + 1,
    });
    const close = this.lastPrice();
    const result = { open: bars[0]?.open ?? close, high: close, low: close, close };
    let [volume, quoteVolume, trades] = [0, 0, 0];
    for (const bar of bars) {
      result.high = Math.max(result.high, bar.high);
      result.low = Math.min(result.low, bar.low);
      volume += bar.volume;
      quoteVolume += bar.quoteVolume;
      trades += bar.trades;
    }
    return { ...result, openTime: newest - DAY_MS, volume, quoteVolume, trades };
  }
}
