/** The ledger rows of one symbol above a cursor, kept up to date by notice, hint and clock. */
import type { LedgerRow, SymbolRef } from '../../core/orders/order.ts';
import type { Ledger } from '../ports.ts';

const READ_LIMIT = 500;
/** Wall time after which it reads without a notice: notices can be lost. */
const BACKSTOP_MS = 1_000;

export class LedgerTail {
  readonly #ledger: Pick<Ledger, 'rowsAbove' | 'subscribe'>;
  readonly #ref: SymbolRef;
  readonly #onRows: () => void;
  #rows: readonly LedgerRow[] = [];
  #cursor = 0;
  #reading: Promise<void> | undefined;
  #readAgain = false;
  #isNoticed = true;
  #unsubscribe: Promise<() => Promise<void>> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(ledger: Pick<Ledger, 'rowsAbove' | 'subscribe'>, ref: SymbolRef, onRows: () => void) {
    this.#ledger = ledger;
    this.#ref = ref;
    this.#onRows = onRows;
  }

  /** Rows above the cursor, oldest first. */
  get rows(): readonly LedgerRow[] {
    return this.#rows;
  }

  start(): void {
    this.#subscribe();
    this.#timer = setInterval(() => {
      if (this.#unsubscribe === undefined) this.#subscribe();
      void this.read();
    }, BACKSTOP_MS);
    this.#timer.unref();
  }

  /** Moves the cursor; a cursor that goes back makes the rows between be read again. */
  passedBy(seq: number): void {
    if (seq < this.#cursor) this.#rows = [];
    this.#cursor = seq;
    this.#rows = this.#rows.filter((row) => row.seq > seq);
  }

  /** There may be new rows: they are read soon. */
  notice(): void {
    this.#isNoticed = true;
    void this.read();
  }

  /**
   * Reads everything above the cursor at once, if there may be anything. What was read before is
   * dropped: a row changes its number with each change, so rows of different moments tell one thing
   * several times.
   */
  async readIfNoticed(): Promise<void> {
    if (!this.#isNoticed && this.#reading === undefined && this.#rows.length === 0) return;
    await this.#reading;
    this.#rows = [];
    await this.read();
  }

  /**
   * Reads what is new. Resolves when a read that began after this call is done; a failure is left
   * to the next one.
   */
  async read(): Promise<void> {
    if (this.#reading !== undefined) {
      this.#readAgain = true;
      await this.#reading;
      return;
    }
    this.#reading = this.#readAll();
    await this.#reading;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    const unsubscribe = await this.#unsubscribe?.catch(() => undefined);
    await unsubscribe?.().catch(() => undefined);
    await this.#reading;
  }

  async #readAll(): Promise<void> {
    try {
      do {
        this.#readAgain = false;
        this.#isNoticed = false;
        await this.#readOnce();
      } while (this.#readAgain);
    } catch {
      // The next notice or the backstop reads again.
      this.#isNoticed = true;
    } finally {
      this.#reading = undefined;
    }
    if (this.#rows.length > 0) this.#onRows();
  }

  async #readOnce(): Promise<void> {
    // Enough for several batches; the rest stays where it is.
    if (this.#rows.length >= READ_LIMIT) return;
    const from = this.#rows.at(-1)?.seq ?? this.#cursor;
    const found = await this.#ledger.rowsAbove(this.#ref, from, READ_LIMIT);
    const last = this.#rows.at(-1)?.seq ?? this.#cursor;
    // The cursor may have moved meanwhile.
    this.#rows = [...this.#rows, ...found.filter((row) => row.seq > Math.max(last, this.#cursor))];
  }

  #subscribe(): void {
    this.#unsubscribe = this.#ledger.subscribe(this.#ref, () => this.notice());
    this.#unsubscribe.catch(() => (this.#unsubscribe = undefined));
  }
}
