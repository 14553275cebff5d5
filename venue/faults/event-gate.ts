/** User events on their way to the streams: lost, late, doubled or out of order where a fault says so. */
import type { MatchingEvent } from '../../core/matching/types.ts';
import type { EventTrouble, Faults } from './faults.ts';

/** The stream's word for each event of the engine. */
const NAMES: Readonly<Record<MatchingEvent['type'], string>> = {
  orderUpdate: 'ORDER_TRADE_UPDATE',
  algoUpdate: 'ALGO_UPDATE',
  accountUpdate: 'ACCOUNT_UPDATE',
  leverageUpdate: 'ACCOUNT_CONFIG_UPDATE',
};

type Held = { readonly release: () => void };

export class EventGate {
  readonly #faults: Faults;
  /** Events that wait for the next one of their account. */
  readonly #held = new Map<string, Held[]>();
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(faults: Faults) {
    this.#faults = faults;
  }

  pass(event: MatchingEvent, deliver: () => void): void {
    const { accountId } = event;
    const trouble = this.#faults.isEmpty ? undefined : this.#faults.hitEvent(placeOf(event));
    if (trouble === undefined) this.#deliver(accountId, deliver);
    else this.#delay(accountId, trouble, deliver);
  }

  /** Ends all waiting; what waited is lost. */
  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#held.clear();
  }

  #delay(accountId: string, trouble: EventTrouble, deliver: () => void): void {
    if (trouble.drop) return;
    const all = (): void => {
      for (let i = 0; i <= trouble.copies; i += 1) deliver();
    };
    if (trouble.reorderMs !== undefined) this.#hold(accountId, trouble.reorderMs, all);
    else if (trouble.lateMs > 0) this.#after(trouble.lateMs, all);
    else this.#deliver(accountId, all);
  }

  /** Delivers, and then what this event was to overtake. */
  #deliver(accountId: string, deliver: () => void): void {
    deliver();
    for (const { release } of this.#held.get(accountId) ?? []) release();
  }

  #hold(accountId: string, longestMs: number, deliver: () => void): void {
    const held: Held = {
      release: () => {
        const waiting = this.#held.get(accountId) ?? [];
        if (!waiting.includes(held)) return;
        this.#held.set(
          accountId,
          waiting.filter((other) => other !== held),
        );
        deliver();
      },
    };
    this.#held.set(accountId, [...(this.#held.get(accountId) ?? []), held]);
    this.#after(longestMs, held.release);
  }

  #after(ms: number, action: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, ms);
    this.#timers.add(timer);
  }
}

function placeOf(event: MatchingEvent) {
  const { accountId: account } = event;
  const place = { account, event: NAMES[event.type] };
  switch (event.type) {
    case 'orderUpdate':
      return { ...place, symbol: event.order.symbol, status: event.order.status };
    case 'algoUpdate':
      return { ...place, symbol: event.algo.symbol, status: event.algo.status };
    case 'accountUpdate':
      return { ...place, symbol: event.positions[0]?.symbol };
    default:
      return { ...place, symbol: event.symbol };
  }
}
