/** Events of one symbol until the workflow's cursor has passed them. */
import type { MarketEvent } from '../../core/market/features.ts';
import type { EpochMs } from '../../core/market/market.ts';

/** What a later reading replaces; the first to go when nobody takes events for long. */
const REPLACEABLE = new Set<MarketEvent['kind']>([
  'barClosed',
  'entryTriggered',
  'touchMoved',
  'trail',
]);
const EVENTS_MAX = 500;

export class EventBuffer {
  #events: MarketEvent[] = [];
  /** Market time that was handed out: later events lie after it, or a cursor would skip them. */
  #handedOut: EpochMs = 0;

  has(kind: MarketEvent['kind']): boolean {
    return this.#events.some((event) => event.kind === kind);
  }

  /** Takes an event; one for a market time that was handed out already moves right behind it. */
  push(event: MarketEvent): void {
    const time = Math.max(event.time, this.#handedOut + 1, this.#events.at(-1)?.time ?? 0);
    this.#events.push(time === event.time ? event : { ...event, time });
    if (this.#events.length > EVENTS_MAX) this.#dropOne();
  }

  /** Forgets what a cursor has passed, and starts behind it. */
  passedBy(marketTime: EpochMs): void {
    this.#handedOut = Math.max(this.#handedOut, marketTime);
    this.#events = this.#events.filter((event) => event.time > marketTime);
  }

  /** The oldest events, at most `limit` but for those of the last market time, which stay whole. */
  take(limit: number): readonly MarketEvent[] {
    const lastTime = this.#events[limit - 1]?.time ?? Infinity;
    const taken = this.#events.filter((event) => event.time <= lastTime);
    this.#handedOut = Math.max(this.#handedOut, taken.at(-1)?.time ?? 0);
    return taken;
  }

  /** Triggers from before a gap are no longer worth acting on. */
  markLate(): void {
    this.#events = this.#events.map((event) =>
      event.kind === 'entryTriggered' ? { ...event, late: true } : event,
    );
  }

  #dropOne(): void {
    const index = this.#events.findIndex((event) => REPLACEABLE.has(event.kind));
    this.#events.splice(Math.max(index, 0), 1);
  }
}
