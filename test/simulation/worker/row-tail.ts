/** Ledger rows above a cursor, kept up to date by notices and a clock. */
import type { LedgerRow } from '../../../core/orders/order.ts';
import type { Ledger } from '../../../adapters/ports.ts';
import { REF } from '../scenario.ts';
import type { SimProcess } from './sim-process.ts';

const READ_LIMIT = 500;
const BACKSTOP_MS = 1_000;

export class RowTail {
  readonly #ledger: Pick<Ledger, 'rowsAbove' | 'subscribe'>;
  readonly #process: SimProcess;
  readonly #onRows: () => void;
  #rows: readonly LedgerRow[] = [];
  #cursor = 0;
  #isReading = false;
  #isNoticed = false;

  constructor(
    ledger: Pick<Ledger, 'rowsAbove' | 'subscribe'>,
    process: SimProcess,
    onRows: () => void,
  ) {
    this.#ledger = ledger;
    this.#process = process;
    this.#onRows = onRows;
  }

  get rows(): readonly LedgerRow[] {
    return this.#rows;
  }

  start(): void {
    void this.#ledger.subscribe(REF, () => this.notice());
    this.#process.time.every(BACKSTOP_MS, () => {
      this.#process.wake(() => this.notice());
      return this.#process.isAlive;
    });
  }

  passedBy(seq: number): void {
    if (seq < this.#cursor) this.#rows = [];
    this.#cursor = seq;
    this.#rows = this.#rows.filter((row) => row.seq > seq);
  }

  notice(): void {
    this.#isNoticed = true;
    if (!this.#isReading) void this.#readAll();
  }

  async #readAll(): Promise<void> {
    this.#isReading = true;
    try {
      while (this.#isNoticed) {
        this.#isNoticed = false;
        const from = this.#rows.at(-1)?.seq ?? this.#cursor;
        const found = await this.#ledger.rowsAbove(REF, from, READ_LIMIT);
        const last = Math.max(this.#rows.at(-1)?.seq ?? 0, this.#cursor);
        this.#rows = [...this.#rows, ...found.filter((row) => row.seq > last)];
      }
    } catch {
      // The next notice reads again.
    } finally {
      this.#isReading = false;
    }
    if (this.#rows.length > 0) this.#onRows();
  }
}
