/**
 * Virtual wall time: one queue of tasks, one at a time, each with all its continuations before the
 * next. Tasks of one millisecond run in an order that the seed decides.
 */
import { ensureDefined } from '../../core/assert.ts';
import type { Dice } from './dice.ts';

type Task = { readonly at: number; readonly rank: number; run: (() => void) | undefined };

export class VirtualTime {
  readonly #dice: Dice;
  /** A binary heap, the next task first. */
  readonly #heap: Task[] = [];
  #now: number;
  #isStirred = false;

  constructor(startMs: number, dice: Dice) {
    this.#now = startMs;
    this.#dice = dice;
  }

  get now(): number {
    return this.#now;
  }

  /** Runs a task at an absolute time (now, if that has passed); answers how to call it off. */
  at(timeMs: number, run: () => void): () => void {
    const task: Task = {
      at: Math.max(this.#now, timeMs),
      rank: this.#dice.uniform(0, 1),
      run,
    };
    this.#push(task);
    return () => {
      task.run = undefined;
    };
  }

  after(delayMs: number, run: () => void): () => void {
    return this.at(this.#now + delayMs, run);
  }

  /** Repeats a task until it answers false. */
  every(intervalMs: number, run: () => boolean): void {
    this.after(intervalMs, () => {
      if (run()) this.every(intervalMs, run);
    });
  }

  /** A promise was settled: what waits for it runs before the next task. */
  stir(): void {
    this.#isStirred = true;
  }

  /** Runs until the given time or until `done`, whichever comes first. */
  async runUntil(endMs: number, done: () => boolean): Promise<void> {
    for (let next = this.#heap[0]; next !== undefined && next.at <= endMs; next = this.#heap[0]) {
      this.#pop();
      if (next.run === undefined) continue;
      this.#now = next.at;
      next.run();
      if (this.#isStirred) await this.#settle();
      if (done()) return;
    }
    this.#now = Math.max(this.#now, endMs);
  }

  async #settle(): Promise<void> {
    this.#isStirred = false;
    // Continuations all run before an immediate does.
    await new Promise((resolve) => setImmediate(resolve));
  }

  #push(task: Task): void {
    const heap = this.#heap;
    let index = heap.push(task) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(task, this.#taskAt(parent))) break;
      heap[index] = this.#taskAt(parent);
      index = parent;
    }
    heap[index] = task;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (let child = 1; child < heap.length; child = 2 * index + 1) {
      if (child + 1 < heap.length && isBefore(this.#taskAt(child + 1), this.#taskAt(child)))
        child += 1;
      if (!isBefore(this.#taskAt(child), last)) break;
      heap[index] = this.#taskAt(child);
      index = child;
    }
    heap[index] = last;
  }

  #taskAt(index: number): Task {
    return ensureDefined(this.#heap[index], 'an index inside the heap');
  }
}

const isBefore = (a: Task, b: Task): boolean => a.at < b.at || (a.at === b.at && a.rank < b.rank);
