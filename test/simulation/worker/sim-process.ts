/** One process: it may freeze, and it may die in the middle of everything that it awaits. */
import type { VirtualTime } from '../virtual-time.ts';

class ProcessDied extends Error {
  override readonly name = 'ProcessDied';
}

type Settle<T> = {
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
};

export class SimProcess {
  readonly name: string;
  readonly time: VirtualTime;
  readonly #pending = new Set<(error: Error) => void>();
  readonly #onDeath: (() => void)[] = [];
  readonly #onStall = new Set<(forMs: number) => void>();
  #isAlive = true;
  #isLeaving = false;
  #frozenUntil = 0;

  constructor(name: string, time: VirtualTime) {
    this.name = name;
    this.time = time;
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  get isFrozen(): boolean {
    return this.time.now < this.#frozenUntil;
  }

  /** It takes new work. */
  get isRunning(): boolean {
    return this.#isAlive && !this.#isLeaving && !this.isFrozen;
  }

  /** It finishes what it has and takes nothing new. */
  leave(): void {
    this.#isLeaving = true;
  }

  freeze(forMs: number): void {
    this.#frozenUntil = Math.max(this.#frozenUntil, this.time.now + forMs);
    for (const run of this.#onStall) run(forMs);
  }

  /** Calls back when it freezes or dies, with how long (wall) it will be silent. */
  onStall(run: (forMs: number) => void): () => void {
    this.#onStall.add(run);
    return () => this.#onStall.delete(run);
  }

  onDeath(run: () => void): void {
    this.#onDeath.push(run);
  }

  /** Nothing of this process happens any more; what it awaits ends at once, without effect. */
  kill(): void {
    this.#isAlive = false;
    for (const run of this.#onDeath) run();
    for (const run of this.#onStall) run(Number.POSITIVE_INFINITY);
    for (const reject of this.#pending) reject(new ProcessDied(`${this.name} died`));
    this.#pending.clear();
    this.time.stir();
  }

  /** Runs now, or when the process thaws; never in a dead one. */
  wake(run: () => void): void {
    if (!this.#isAlive) return;
    if (this.isFrozen) {
      this.time.at(this.#frozenUntil, () => this.wake(run));
      return;
    }
    run();
    this.time.stir();
  }

  /** Something that the process waits for. Whoever answers does so through `settle`, once. */
  wait<T>(begin: (settle: Settle<T>) => void): Promise<T> {
    if (!this.#isAlive) return Promise.reject(new ProcessDied(`${this.name} died`));
    return new Promise<T>((resolve, reject) => {
      this.#pending.add(reject);
      const end = (run: () => void): void =>
        this.wake(() => {
          if (this.#pending.delete(reject)) run();
        });
      begin({
        resolve: (value) => end(() => resolve(value)),
        reject: (error) => end(() => reject(error)),
      });
    });
  }

  sleep(ms: number): Promise<void> {
    return this.wait(({ resolve }) => this.time.after(ms, () => resolve()));
  }
}
