/** Writes what the user stream tells into the ledger, in order, and names what is not ours. */
import { idPrefix, parseClientOrderId } from '../../core/orders/client-order-id.ts';
import { isTerminalStatus } from '../../core/orders/order.ts';
import type { Fill, SymbolRef } from '../../core/orders/order.ts';
import type { UserEvent } from '../exchange/binance-usdm-frames.ts';
import type { HaltSymbol, Journal, Ledger, VenueOrder } from '../ports.ts';
import { backOff } from './back-off.ts';

export type AccountRecorderParts = {
  readonly account: string;
  readonly venue: string;
  readonly ledger: Pick<Ledger, 'recordFill' | 'recordOrder' | 'identity'>;
  readonly journal: Pick<Journal, 'record'>;
  readonly onRecorded: (symbol: string) => void;
  /** An event could not be written: the venue has to be asked. */
  readonly onDropped: (symbol: string) => void;
  /** Another Tidegate trades the symbol: nothing may add risk there until a person has looked. */
  readonly onHalt?: HaltSymbol;
};

const QUEUE_MAX = 2_000;
const ATTEMPTS = 8;

export class AccountRecorder {
  readonly #parts: AccountRecorderParts;
  readonly #queue: UserEvent[] = [];
  readonly #closed = new AbortController();
  readonly #prefixes = new Map<string, Promise<string>>();
  /** Order ids of the venue that were reported as foreign. */
  readonly #foreign = new Set<string>();
  #running: Promise<void> | undefined;

  constructor(parts: AccountRecorderParts) {
    this.#parts = parts;
  }

  /** Takes an event; it is written after those before it. */
  add(event: UserEvent): void {
    if (this.#queue.length >= QUEUE_MAX) {
      this.#parts.onDropped(event.symbol);
      return;
    }
    this.#queue.push(event);
    this.#running ??= this.#run();
  }

  /** Resolves when every event taken so far is written or given up. */
  async drained(): Promise<void> {
    await this.#running;
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await this.#running;
  }

  async recordOrder(ref: SymbolRef, order: VenueOrder, isChild: boolean): Promise<void> {
    await this.#parts.ledger.recordOrder(ref, order);
    if (isChild || (await this.isOurs(ref, order.clientOrderId))) return;
    const isTidegate =
      order.clientOrderId !== null && parseClientOrderId(order.clientOrderId) !== undefined;
    if (isTidegate) await this.reportWriter(ref, order, 'FOREIGN_INSTANCE');
    else await this.#report(ref, order, 'FOREIGN_ORDER');
  }

  /** By the prefix of our instance on this symbol. */
  async isOurs(ref: SymbolRef, clientOrderId: string | null): Promise<boolean> {
    if (clientOrderId === null || parseClientOrderId(clientOrderId) === undefined) return false;
    return clientOrderId.startsWith(await this.#prefixOf(ref));
  }

  /** An order of a Tidegate that is not this one; while it stands, there are two writers. */
  async reportWriter(
    ref: SymbolRef,
    order: VenueOrder,
    code: 'FOREIGN_INSTANCE' | 'UNRECORDED_ORDER',
  ): Promise<void> {
    await this.#report(ref, order, code);
    if (isTerminalStatus(order.status)) return;
    const reason = `${WRITER_WORDS[code]}: ${order.clientOrderId ?? ''}`;
    await this.#parts.onHalt?.(ref, { reason, by: 'worker' });
  }

  recordFill(ref: SymbolRef, fill: Fill): Promise<boolean> {
    // Another client's id is of no use as ours; a stop's child is linked by its order id.
    const ours =
      fill.clientOrderId !== null && parseClientOrderId(fill.clientOrderId) !== undefined;
    return this.#parts.ledger.recordFill(ref, ours ? fill : { ...fill, clientOrderId: null });
  }

  async #run(): Promise<void> {
    for (let event = this.#queue.shift(); event !== undefined; event = this.#queue.shift()) {
      const isWritten = await this.#write(event);
      if (isWritten) this.#parts.onRecorded(event.symbol);
      else this.#parts.onDropped(event.symbol);
    }
    this.#running = undefined;
  }

  async #write({ symbol, fill, order, isChild }: UserEvent): Promise<boolean> {
    const ref = { account: this.#parts.account, venue: this.#parts.venue, symbol };
    for (let attempt = 0; attempt < ATTEMPTS && !this.#closed.signal.aborted; attempt += 1) {
      try {
        if (fill !== null) await this.recordFill(ref, fill);
        await this.recordOrder(ref, order, isChild);
        return true;
      } catch {
        await backOff(attempt, this.#closed.signal);
      }
    }
    return false;
  }

  #prefixOf(ref: SymbolRef): Promise<string> {
    const known = this.#prefixes.get(ref.symbol);
    if (known !== undefined) return known;
    const asked = this.#parts.ledger.identity(ref).then(idPrefix);
    this.#prefixes.set(ref.symbol, asked);
    asked.catch(() => this.#prefixes.delete(ref.symbol));
    return asked;
  }

  /** Once per order and process; the key makes repetitions harmless. Nobody touches the order. */
  async #report(ref: SymbolRef, order: VenueOrder, code: keyof typeof KEYS): Promise<void> {
    const key = `${KEYS[code]}:${order.conditional ? 'algo:' : ''}${order.venueOrderId}`;
    if (this.#foreign.has(key)) return;
    const { clientOrderId, side, status, quantity, eventTime } = order;
    await this.#parts.journal.record(ref, [
      {
        kind: 'riskEvent',
        key,
        code,
        severity: code === 'FOREIGN_ORDER' ? 'warning' : 'critical',
        detail: { clientOrderId: clientOrderId ?? '', side, status, quantity },
        eventTime,
      },
    ]);
    this.#foreign.add(key);
    if (this.#foreign.size > QUEUE_MAX) this.#foreign.clear();
  }
}

const KEYS = {
  FOREIGN_ORDER: 'foreign-order',
  FOREIGN_INSTANCE: 'foreign-instance',
  UNRECORDED_ORDER: 'unrecorded-order',
} as const;

const WRITER_WORDS = {
  FOREIGN_INSTANCE: 'another Tidegate has an order here',
  UNRECORDED_ORDER: 'an order with our own prefix is not in our ledger',
} as const;
