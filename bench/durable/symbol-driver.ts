/**
 * Moves the held market so that one symbol decides as often as it can: a minute closes as soon as
 * it waits for an entry, and its holding time passes as soon as it holds.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { BenchChild } from '../harness/bench-child.ts';
import type { VenueChild } from './stack.ts';
import type { VenueCommand, VenueMessage } from '../venue-messages.ts';
import type { WorkerMessage } from '../worker-messages.ts';

type Watching = Extract<WorkerMessage, { kind: 'watching' }>;

/** Wall time between two ticks while nothing is wanted: prices stay fresh. */
const HEARTBEAT_MS = 400;
/** Wall time after which a silent symbol is nudged by the next minute. */
const PATIENCE_MS = 1_000;
const ADVANCE_LIMIT_MS = 5_000;
/** Into a minute: its first tick, which closes the one before, and one past the holding time. */
const FIRST_TICK_MS = 1_000;
const PAST_HOLD_MS = 12_500;
const BEAT_STEP_MS = 10;

export class SymbolDriver {
  readonly #venue: VenueChild;
  #watching: Watching | undefined;
  #isFresh = false;
  #wake: () => void = () => {};
  #nextId = 1;
  #moving: Promise<void> = Promise.resolve();

  constructor(venue: VenueChild) {
    this.#venue = venue;
  }

  /** Hears what the symbol waits for; called again for each new worker. */
  attach(worker: BenchChild<WorkerMessage>): void {
    this.#watching = undefined;
    worker.onMessage((message) => {
      if (message.kind !== 'watching') return;
      // The same state again is a call that was only renewed.
      this.#isFresh ||= message.state !== this.#watching?.state;
      this.#watching = message;
      this.#wake();
    });
  }

  /** Trades until `enough`. */
  async trade(enough: () => boolean): Promise<void> {
    while (!enough()) {
      const at = performance.now();
      await this.#news();
      const { awaitsEntry = false, deadlines = [] } = this.#watching ?? {};
      this.#isFresh = false;
      if (awaitsEntry) {
        // Not in step with anything: decisions fall on every phase of what else runs.
        await delay(20 + Math.random() * 60);
        await this.#nextMinute();
      } else if (deadlines.includes('hold')) {
        await this.#advance('sameMinute', PAST_HOLD_MS);
      } else if (performance.now() - at > PATIENCE_MS) {
        await this.#nextMinute();
      }
    }
  }

  /** Lets what was begun come to its end, and keeps prices fresh while `work` runs. */
  async idle<T>(work: () => Promise<T>): Promise<T> {
    const beat = setInterval(() => this.#unawaited(this.#advance('sameMinute', 0)), HEARTBEAT_MS);
    try {
      return await work();
    } finally {
      clearInterval(beat);
      await this.#moving;
    }
  }

  /** Closes a minute every so often (wall), whatever the symbol does, until it is stopped. */
  closeMinutes(everyMs: number): { stop(): Promise<void> } {
    const timer = setInterval(() => this.#unawaited(this.#nextMinute()), everyMs);
    return {
      stop: async () => {
        clearInterval(timer);
        await this.#moving;
      },
    };
  }

  /** A market that cannot move fails every later move, and one of those is awaited. */
  #unawaited(move: Promise<void>): void {
    move.catch(() => undefined);
  }

  #nextMinute(): Promise<void> {
    return this.#advance('nextMinute', FIRST_TICK_MS);
  }

  /** A change of what the symbol waits for; time up without one. */
  async #news(): Promise<void> {
    if (this.#isFresh) return;
    const until = performance.now() + PATIENCE_MS;
    while (!this.#isFresh && performance.now() < until) {
      await new Promise<void>((resolve) => {
        const limit = setTimeout(resolve, HEARTBEAT_MS);
        this.#wake = () => {
          clearTimeout(limit);
          resolve();
        };
      });
      if (!this.#isFresh) await this.#advance('sameMinute', BEAT_STEP_MS);
    }
  }

  /** One step at a time, in the order in which they were asked for. */
  #advance(kind: VenueCommand['kind'], intoMinuteMs: number): Promise<void> {
    this.#moving = this.#moving.then(async () => {
      const id = this.#nextId;
      this.#nextId += 1;
      const done = this.#venue.next(
        (message): message is Extract<VenueMessage, { kind: 'advanced' }> =>
          message.kind === 'advanced' && message.id === id,
        ADVANCE_LIMIT_MS,
        'the market moves',
      );
      this.#venue.send({ id, kind, intoMinuteMs } satisfies VenueCommand);
      await done;
    });
    return this.#moving;
  }
}
