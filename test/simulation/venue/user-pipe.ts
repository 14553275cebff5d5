/** The account's event stream to one process: in order, except where the seed says otherwise. */
import type { UserEvent } from '../../../adapters/exchange/binance-usdm-frames.ts';
import type { Dice } from '../dice.ts';
import type { Faults } from '../faults.ts';
import type { VirtualTime } from '../virtual-time.ts';
import type { SimProcess } from '../worker/sim-process.ts';

export type PipeParts = {
  readonly time: VirtualTime;
  readonly dice: Dice;
  readonly faults: Faults;
  readonly process: SimProcess;
  readonly onEvent: (event: UserEvent) => void;
  readonly onConnected: () => void;
  readonly onLost: () => void;
};

const RECONNECT_MS = 500;

export class UserPipe {
  readonly #parts: PipeParts;
  readonly #queue: UserEvent[] = [];
  #cutUntil = 0;
  #lastAt = 0;

  constructor(parts: PipeParts) {
    this.#parts = parts;
  }

  /** Events are lost until then; a new connection follows. */
  cut(forMs: number): void {
    const { time, process, onConnected, onLost } = this.#parts;
    this.#cutUntil = time.now + forMs;
    this.#queue.length = 0;
    const isBack = (): boolean => time.now >= this.#cutUntil + RECONNECT_MS;
    // A process that thaws hears both at once, in any order.
    process.wake(() => {
      if (!isBack()) onLost();
    });
    time.after(forMs + RECONNECT_MS, () => {
      if (isBack()) process.wake(onConnected);
    });
  }

  push(event: UserEvent): void {
    const { time, dice, faults, process } = this.#parts;
    if (!process.isAlive || time.now < this.#cutUntil || faults.hits('eventDropped')) return;
    if (faults.hits('eventDuplicated')) this.#deliverAfter(dice.between(1, 10_000), event);
    if (faults.hits('eventDelayed')) return this.#deliverAfter(dice.between(300, 20_000), event);
    this.#queue.push(event);
    const isSwapped = this.#queue.length > 1 && faults.hits('eventReordered');
    if (isSwapped) this.#queue.splice(-2, 2, ...this.#queue.slice(-2).toReversed());
    this.#lastAt = Math.max(this.#lastAt, time.now + dice.between(1, 40));
    time.at(this.#lastAt, () => process.wake(() => this.#deliverNext()));
  }

  #deliverNext(): void {
    const event = this.#queue.shift();
    if (event !== undefined) this.#parts.onEvent(event);
  }

  #deliverAfter(delayMs: number, event: UserEvent): void {
    const { time, process, onEvent } = this.#parts;
    time.after(delayMs, () => process.wake(() => onEvent(event)));
  }
}
