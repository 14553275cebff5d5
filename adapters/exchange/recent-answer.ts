/** One answer for everybody who asks within a short time, e.g. the steps of one decision. */
import type { EpochMs } from '../../core/market/market.ts';

export class RecentAnswer<T> {
  readonly #ask: () => Promise<T>;
  readonly #maxAgeMs: number;
  readonly #wallClock: () => EpochMs;
  #recent: { readonly answer: Promise<T>; readonly askedAt: EpochMs } | undefined;

  /** `maxAgeMs` is wall time since the question; with 0 every call asks. */
  constructor(ask: () => Promise<T>, maxAgeMs: number, wallClock: () => EpochMs) {
    this.#ask = ask;
    this.#maxAgeMs = maxAgeMs;
    this.#wallClock = wallClock;
  }

  /** Rejects like the question; a failure is not kept. */
  get(): Promise<T> {
    const now = this.#wallClock();
    const recent = this.#recent;
    if (recent !== undefined && now - recent.askedAt < this.#maxAgeMs) return recent.answer;
    const asked = { answer: this.#ask(), askedAt: now };
    this.#recent = asked;
    asked.answer.catch(() => {
      if (this.#recent === asked) this.#recent = undefined;
    });
    return asked.answer;
  }
}
