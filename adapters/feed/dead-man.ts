/**
 * Renews the venue's own dead-man timer, which cancels a symbol's ordinary orders when we fall
 * silent. Only while the symbol is flat: the timer may take protective stops too, and a position
 * must not stand bare because a worker died.
 */
import { quantity } from '../../core/money/units.ts';
import type { ExchangeGateway, Ledger } from '../ports.ts';

export type DeadManParts = {
  readonly account: string;
  readonly venue: string;
  readonly gateway: Pick<ExchangeGateway, 'setDeadMan'>;
  readonly ledger: Pick<Ledger, 'position'>;
  readonly symbols: () => readonly string[];
  /** Wall milliseconds; 0: never armed. */
  readonly timerMs: number;
};

/** Renewals within the time of one timer: two may be lost. */
const RENEWALS = 3;

export class DeadManTimer {
  readonly #parts: DeadManParts;
  readonly #armed = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  constructor(parts: DeadManParts) {
    this.#parts = parts;
  }

  start(): void {
    const { timerMs } = this.#parts;
    if (timerMs === 0) return;
    this.#timer = setInterval(() => void this.renew(), timerMs / RENEWALS);
    this.#timer.unref();
  }

  /** Arms what is flat and disarms what is not. */
  renew(): Promise<void> {
    this.#running ??= this.#renewAll().finally(() => (this.#running = undefined));
    return this.#running;
  }

  /** Disarms: an orderly end hands the orders over. A venue that does not answer lets it run out. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
    await Promise.all([...this.#armed].map((symbol) => this.#set(symbol, 0)));
  }

  async #renewAll(): Promise<void> {
    const held = new Set(this.#parts.symbols());
    for (const symbol of new Set([...held, ...this.#armed])) {
      const isFlat = held.has(symbol) && (await this.#isFlat(symbol));
      if (isFlat || this.#armed.has(symbol))
        await this.#set(symbol, isFlat ? this.#parts.timerMs : 0);
    }
  }

  /** What cannot be known counts as a position. */
  async #isFlat(symbol: string): Promise<boolean> {
    const { account, venue, ledger } = this.#parts;
    try {
      return quantity((await ledger.position({ account, venue, symbol })).quantity) === 0n;
    } catch {
      return false;
    }
  }

  async #set(symbol: string, timeoutMs: number): Promise<void> {
    if (timeoutMs > 0) this.#armed.add(symbol);
    try {
      await this.#parts.gateway.setDeadMan(symbol, timeoutMs);
      if (timeoutMs === 0) this.#armed.delete(symbol);
    } catch {
      // Tried again at the next renewal; until then the timer runs as it was set.
    }
  }
}
