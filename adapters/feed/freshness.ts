/**
 * How old the prices of a symbol are, and when that is worth saying. Age counts from the local
 * receipt of the last price whose market time was new: a stream that repeats itself grows old.
 */
import type { EpochMs } from '../../core/market/market.ts';

/** Wall ages at which staleness is said, rising. */
export type StaleSteps = readonly number[];

export class Freshness {
  readonly #wallClock: () => EpochMs;
  readonly #steps: StaleSteps;
  readonly #startedAt: EpochMs;
  #receivedAt: { quote: EpochMs | undefined; mark: EpochMs | undefined };
  readonly #marketTime: { quote: EpochMs; mark: EpochMs } = { quote: -Infinity, mark: -Infinity };
  #said = 0;

  constructor(wallClock: () => EpochMs, steps: StaleSteps) {
    this.#wallClock = wallClock;
    this.#steps = steps;
    this.#startedAt = wallClock();
    this.#receivedAt = { quote: undefined, mark: undefined };
  }

  received(kind: 'quote' | 'mark', marketTime: EpochMs): void {
    if (marketTime <= this.#marketTime[kind]) return;
    this.#marketTime[kind] = marketTime;
    this.#receivedAt[kind] = this.#wallClock();
  }

  /** Wall milliseconds since both quote and mark last went on; since the start before that. */
  get ageMs(): number {
    const { quote = this.#startedAt, mark = this.#startedAt } = this.#receivedAt;
    return this.#wallClock() - Math.min(quote, mark);
  }

  /** False until the first quote and the first mark. */
  get hasPrices(): boolean {
    return this.#receivedAt.quote !== undefined && this.#receivedAt.mark !== undefined;
  }

  /** Staleness was said, and nothing since. */
  get isStale(): boolean {
    return this.#said > 0;
  }

  /** What is to be said since the last call: staleness once per step, freshness once after it. */
  check(): 'stale' | 'fresh' | undefined {
    const age = this.ageMs;
    const reached = this.#steps.filter((stepMs) => age >= stepMs).length;
    const before = this.#said;
    this.#said = reached;
    if (reached > before) return 'stale';
    return reached === 0 && before > 0 ? 'fresh' : undefined;
  }
}
