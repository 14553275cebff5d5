/** Writes a symbol's status beside its events: one write at a time, always the newest. */
import type { SymbolStatus } from '../../core/market/watch.ts';
import type { SymbolRef } from '../../core/orders/order.ts';
import type { Journal } from '../ports.ts';

type Pending = { readonly watchSeq: number; readonly status: SymbolStatus };

export class StatusWriter {
  readonly #journal: Pick<Journal, 'writeStatus'>;
  readonly #ref: SymbolRef;
  #pending: Pending | undefined;
  #writing: Promise<void> | undefined;

  constructor(journal: Pick<Journal, 'writeStatus'>, ref: SymbolRef) {
    this.#journal = journal;
    this.#ref = ref;
  }

  write(watchSeq: number, status: SymbolStatus): void {
    this.#pending = { watchSeq, status };
    this.#writing ??= this.#writeAll();
  }

  async close(): Promise<void> {
    await this.#writing;
  }

  async #writeAll(): Promise<void> {
    while (this.#pending !== undefined) {
      const { watchSeq, status } = this.#pending;
      this.#pending = undefined;
      // A lost write is made good by the next watch call, at most a minute later.
      await this.#journal.writeStatus(this.#ref, watchSeq, status).catch(() => undefined);
    }
    this.#writing = undefined;
  }
}
