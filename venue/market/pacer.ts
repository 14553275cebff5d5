/** Runs a market at a multiple of wall time, never ahead of it. */
import type { EpochMs, MarketStep } from '../../core/market/market.ts';

/** Steps with one step of look-ahead. */
export class StepQueue {
  readonly #next: () => MarketStep | undefined;
  #head: MarketStep | undefined;

  constructor(next: () => MarketStep | undefined) {
    this.#next = next;
    this.#head = next();
  }

  /** The step that comes next; undefined at the end. */
  peek(): MarketStep | undefined {
    return this.#head;
  }

  take(): MarketStep | undefined {
    const step = this.#head;
    if (step !== undefined) this.#head = this.#next();
    return step;
  }
}

export type PacerOptions = {
  readonly queue: StepQueue;
  readonly onStep: (step: MarketStep) => void;
  readonly wallClock: () => EpochMs;
  /** Market time at which the market stands now. */
  readonly marketTime: EpochMs;
  readonly speed: number;
  /** The market has no step left; told once a start. */
  readonly onEnd?: () => void;
};

const LONGEST_SLEEP_MS = 100;
/** Wall time after which the event loop gets its turn. */
const SLICE_MS = 20;

export class Pacer {
  readonly #options: PacerOptions;
  readonly #startedAt: EpochMs;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: PacerOptions) {
    this.#options = options;
    this.#startedAt = options.wallClock();
  }

  start(): void {
    this.#timer = setTimeout(() => this.#run(), 0);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #run(): void {
    const { queue, onStep, wallClock } = this.#options;
    const sliceEnd = wallClock() + SLICE_MS;
    let due = queue.peek();
    while (due !== undefined && due.time <= this.#target() && wallClock() < sliceEnd) {
      queue.take();
      onStep(due);
      due = queue.peek();
    }
    if (due === undefined) {
      this.#options.onEnd?.();
      return;
    }
    this.#timer = setTimeout(() => this.#run(), this.#sleepMs(due.time));
  }

  /** How far market time may be now. */
  #target(): EpochMs {
    const { wallClock, marketTime, speed } = this.#options;
    const wall = wallClock();
    return Math.min(wall, marketTime + (wall - this.#startedAt) * speed);
  }

  #sleepMs(time: EpochMs): number {
    const ahead = time - this.#target();
    return Math.max(0, Math.min(LONGEST_SLEEP_MS, Math.ceil(ahead / this.#options.speed)));
  }
}
