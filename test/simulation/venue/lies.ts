/** "Not found" for orders that live: by lists, by look-ups, or by both. */
import type { VenueOrder } from '../../../adapters/ports.ts';
import type { Dice } from '../dice.ts';
import type { Faults } from '../faults.ts';

/** Less than what a reconcile waits between two lists. */
const LIST_LAG_MAX_MS = 900;
const HIDDEN_MAX_MS = 90_000;

export class Lies {
  readonly #now: () => number;
  readonly #dice: Dice;
  readonly #faults: Faults;
  readonly #hiddenUntil = new Map<string, number>();
  readonly #listedFrom = new Map<string, number>();

  constructor(now: () => number, dice: Dice, faults: Faults) {
    this.#now = now;
    this.#dice = dice;
    this.#faults = faults;
  }

  accepted(clientOrderId: string): void {
    const now = this.#now();
    if (this.#faults.hits('findLies'))
      this.#hiddenUntil.set(clientOrderId, now + this.#dice.between(200, HIDDEN_MAX_MS));
    if (this.#faults.hits('listsLag'))
      this.#listedFrom.set(clientOrderId, now + this.#dice.between(50, LIST_LAG_MAX_MS));
    if (this.#faults.hits('listsLie'))
      this.#listedFrom.set(clientOrderId, now + this.#dice.between(1_000, HIDDEN_MAX_MS));
  }

  /** A look-up by client id does not find it. */
  hides(clientOrderId: string): boolean {
    return this.#faults.isOn && this.#now() < (this.#hiddenUntil.get(clientOrderId) ?? 0);
  }

  /** Whether the lists have it yet. */
  lists({ clientOrderId }: VenueOrder): boolean {
    const from = clientOrderId === null ? undefined : this.#listedFrom.get(clientOrderId);
    return from === undefined || !this.#faults.isOn || this.#now() >= from;
  }
}
