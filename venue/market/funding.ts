/** The funding rate of one symbol: average premium over the interval, as Binance computes it. */
import type { EpochMs, MarketStep } from '../../core/market/market.ts';
import { textFromNumber } from '../../core/money/units.ts';

/** Intervals divide it, so averages that begin there are whole. */
export const LONGEST_FUNDING_MS = 28_800_000;
const INTEREST = 0.0001;
const DAMPER = 0.0005;
export const FUNDING_CAP = 0.02;
const KEPT = 1_000;

export type SettledFunding = {
  readonly time: EpochMs;
  /** A fraction as decimal text. */
  readonly rate: string;
};

const clamp = (value: number, bound: number): number => Math.max(-bound, Math.min(bound, value));

export class FundingMeter {
  readonly intervalMs: number;
  readonly settled: SettledFunding[] = [];
  #sum = 0;
  #count = 0;
  #due: EpochMs | undefined;

  constructor(intervalMs: number) {
    this.intervalMs = intervalMs;
  }

  /** The first funding time after a market time. */
  nextTime(time: EpochMs): EpochMs {
    return time - (time % this.intervalMs) + this.intervalMs;
  }

  /** Takes a step; answers the settlement that came due before it, if one did. */
  add(step: MarketStep): SettledFunding | undefined {
    const due = this.#settleBefore(step.time);
    this.#due = this.nextTime(step.time);
    const index = Number(step.index);
    this.#sum += (Number(step.mark) - index) / index;
    this.#count += 1;
    return due;
  }

  /** Adds a settlement to the history, unless it or a later one is there. */
  restore({ time, rate }: SettledFunding): void {
    if ((this.settled.at(-1)?.time ?? 0) >= time) return;
    this.settled.push({ time, rate });
    if (this.settled.length > KEPT) this.settled.shift();
  }

  /** The rate that would be paid now, a fraction as decimal text. */
  rate(): string {
    const premium = this.#count === 0 ? 0 : this.#sum / this.#count;
    const perLongest = premium + clamp(INTEREST - premium, DAMPER);
    const rate = clamp((perLongest * this.intervalMs) / LONGEST_FUNDING_MS, FUNDING_CAP);
    return textFromNumber(Math.round(rate * 1e8) / 1e8);
  }

  #settleBefore(time: EpochMs): SettledFunding | undefined {
    if (this.#due === undefined || time < this.#due) return undefined;
    const settlement = { time: this.#due, rate: this.rate() };
    this.#sum = 0;
    this.#count = 0;
    this.restore(settlement);
    return settlement;
  }
}
