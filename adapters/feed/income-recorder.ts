/**
 * Reads what moved the account's money without a trade, and writes it down: after a connection,
 * when the user stream tells of such a thing, and now and then, because the venue's list may come
 * after the event. The venue's transaction ids make repetitions harmless.
 */
import type { EpochMs } from '../../core/market/market.ts';
import type { ExchangeGateway, IncomeBook } from '../ports.ts';
import { backOff } from './back-off.ts';

export type IncomeRecorderParts = {
  readonly account: string;
  readonly venue: string;
  readonly gateway: Pick<ExchangeGateway, 'incomePage'>;
  readonly incomes: IncomeBook;
  /** Wall milliseconds between two looks; 0: only when told. */
  readonly intervalMs: number;
  /** Between two attempts; a test waits less. */
  readonly wait?: typeof backOff;
};

/** Market time that is read again: rows need not appear in the order of their times. */
const OVERLAP_MS = 3_600_000;
const PAGES_MAX = 1_000;

export class IncomeRecorder {
  readonly #parts: IncomeRecorderParts;
  readonly #closed = new AbortController();
  /** Market time up to which the list was read; null before the first look. */
  #readTo: EpochMs | null = null;
  #isWanted = false;
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: IncomeRecorderParts) {
    this.#parts = parts;
  }

  start(): void {
    if (this.#parts.intervalMs === 0) return;
    this.#timer = setInterval(() => this.notice(), this.#parts.intervalMs);
    this.#timer.unref();
  }

  /** There may be something new. */
  notice(): void {
    this.#isWanted = true;
    this.#running ??= this.#run();
  }

  /** Resolves when everything noticed so far is written, or it is closed. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#closed.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closed;
    const { wait = backOff } = this.#parts;
    // However long the venue or the book is away: the next look may be a minute off.
    for (let attempt = 0; this.#isWanted && !signal.aborted; attempt += 1) {
      this.#isWanted = false;
      try {
        await this.#readOn();
        attempt = -1;
      } catch {
        this.#isWanted = true;
        await wait(attempt, signal);
      }
    }
    this.#running = undefined;
  }

  async #readOn(): Promise<void> {
    const { account, venue, gateway, incomes } = this.#parts;
    const known = this.#readTo ?? (await incomes.newestTime(account, venue));
    let since = known === null ? 0 : known - OVERLAP_MS;
    for (let page = 0; page < PAGES_MAX && !this.#closed.signal.aborted; page += 1) {
      const { incomes: found, readTo, isLast } = await gateway.incomePage(since);
      await incomes.record(account, venue, found);
      if (readTo !== null) this.#readTo = Math.max(this.#readTo ?? 0, readTo);
      if (readTo === null || isLast) return;
      // A page full of one millisecond cannot be gone on from within it.
      since = readTo > since ? readTo : since + 1;
    }
  }
}
