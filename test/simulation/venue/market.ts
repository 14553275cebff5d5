/** The market as time goes by: steps for the venue and the feeds, bars for whoever asks. */
import { addTrade, aggregateBars, createBarBuilder } from '../../../core/market/bars.ts';
import type { Bar, MarketStep } from '../../../core/market/market.ts';
import type { BarQuery } from '../../../adapters/exchange/bar-reader.ts';
import type { Scenario } from '../scenario.ts';
import type { VirtualTime } from '../virtual-time.ts';
import type { PricePath } from './price-path.ts';

export class Market {
  readonly path: PricePath;
  readonly #scenario: Scenario;
  readonly #minutes: Bar[];
  readonly #builder = createBarBuilder('1m');
  #time: number;

  constructor(scenario: Scenario, path: PricePath) {
    this.path = path;
    this.#scenario = scenario;
    this.#minutes = [...path.minutes];
    this.#time = scenario.marketStartMs;
  }

  /** A step every so often, the first one at once, until the queue is no longer run. */
  run(time: VirtualTime, onStep: (step: MarketStep) => void): void {
    const { stepMs, speed } = this.#scenario;
    onStep(this.#next());
    time.every(Math.round(stepMs / speed), () => {
      onStep(this.#next());
      return true;
    });
  }

  /** Closed bars, oldest first, as the venue has them. */
  bars({ timeframe, limit, since = 0 }: BarQuery): readonly Bar[] {
    const bars =
      timeframe === '1m'
        ? this.#minutes
        : [
            ...aggregateBars(this.path.coarse, timeframe),
            ...aggregateBars(this.#minutes, timeframe),
          ];
    return bars.filter((bar) => bar.openTime >= since).slice(-limit);
  }

  #next(): MarketStep {
    const step = this.path.next(this.#time);
    this.#time += this.#scenario.stepMs;
    const { time, last, lastQuantity } = step;
    this.#minutes.push(...addTrade(this.#builder, time, Number(last), Number(lastQuantity)));
    return step;
  }
}
