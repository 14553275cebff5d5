/** A ledger and a journal in memory, for feeds without a database. */
import type { IncomeBook, Journal, Ledger, VenueOrder } from '../../adapters/ports.ts';
import type { SymbolStatus } from '../../core/market/watch.ts';
import { addQuantity } from '../../core/money/arithmetic.ts';
import { quantity, quantityText } from '../../core/money/units.ts';
import type { MoneyText, Quantity } from '../../core/money/units.ts';
import type { Fill, LedgerRow, SymbolRef } from '../../core/orders/order.ts';
import type { Income } from '../../core/portfolio/income.ts';
import type { RecordEntry } from '../../core/orders/records.ts';

export const INSTANCE = 'test';
export const SYMBOL_CODE = 'btcus';

/** Rows per symbol; one number for all, as in the database. */
export class FakeLedger implements Partial<Ledger> {
  readonly rows: { symbol: string; row: LedgerRow }[] = [];
  readonly orders = new Map<string, VenueOrder>();
  readonly #fills = new Set<string>();
  readonly #listeners = new Map<string, Set<() => void>>();
  /** Refuses so many writes, as a database that is away. */
  failures = 0;
  /** How often the feed compared it with the venue. */
  comparisons = 0;

  async recordFill({ symbol }: SymbolRef, fill: Fill): Promise<boolean> {
    this.#maybeFail();
    if (this.#fills.has(fill.tradeId)) return false;
    this.#fills.add(fill.tradeId);
    const parent = [...this.orders.values()].find((order) => order.childOrderId === fill.orderId);
    const clientOrderId = parent?.clientOrderId ?? fill.clientOrderId;
    this.#append(symbol, (seq) => ({ seq, kind: 'fill', fill: { ...fill, clientOrderId } }));
    return true;
  }

  async recordOrder({ symbol }: SymbolRef, order: VenueOrder): Promise<void> {
    this.#maybeFail();
    const key = `${order.conditional}:${order.venueOrderId}`;
    const known = this.orders.get(key);
    if (known?.status === order.status && known.executed === order.executed) return;
    this.orders.set(key, order);
    const { clientOrderId, status, executed, eventTime } = order;
    if (clientOrderId?.startsWith(`tg${INSTANCE}`) !== true) return;
    const update = { clientOrderId, status, executed, eventTime };
    this.#append(symbol, (seq) => ({ seq, kind: 'order', order: update }));
  }

  async rowsAbove({ symbol }: SymbolRef, seq: number, limit: number): Promise<LedgerRow[]> {
    const rows = this.rows.filter((entry) => entry.symbol === symbol && entry.row.seq > seq);
    return rows.slice(0, limit).map((entry) => entry.row);
  }

  async subscribe({ symbol }: SymbolRef, onRows: () => void): Promise<() => Promise<void>> {
    const listeners = this.#listeners.get(symbol) ?? new Set();
    this.#listeners.set(symbol, listeners.add(onRows));
    return async () => void listeners.delete(onRows);
  }

  async openIntents(): ReturnType<Ledger['openIntents']> {
    this.comparisons += 1;
    return [];
  }

  /** Every id of ours was prepared here, unless it is `lost`. */
  readonly lost = new Set<string>();
  async intent(clientOrderId: string): ReturnType<Ledger['intent']> {
    const isKnown = clientOrderId.startsWith(`tg${INSTANCE}`) && !this.lost.has(clientOrderId);
    return isKnown ? ({} as NonNullable<Awaited<ReturnType<Ledger['intent']>>>) : undefined;
  }

  async position({ symbol }: SymbolRef): ReturnType<Ledger['position']> {
    const fills = this.fillsOf(symbol);
    const total = fills.reduce(
      (sum, fill) =>
        addQuantity(sum, ((fill.side === 'buy' ? 1n : -1n) * quantity(fill.quantity)) as Quantity),
      0n as Quantity,
    );
    return {
      quantity: quantityText(total),
      entryPrice: null,
      realisedProfit: '0' as MoneyText,
      lastSeq: this.rows.at(-1)?.row.seq ?? 0,
      lastFillTime: fills.at(-1)?.eventTime ?? null,
    };
  }

  async identity(): ReturnType<Ledger['identity']> {
    return { instance: INSTANCE, symbolCode: SYMBOL_CODE };
  }

  fillsOf(symbol: string): Fill[] {
    return this.rows.flatMap((entry) =>
      entry.symbol === symbol && entry.row.kind === 'fill' ? [entry.row.fill] : [],
    );
  }

  #append(symbol: string, make: (seq: number) => LedgerRow): void {
    this.rows.push({ symbol, row: make(this.rows.length + 1) });
    for (const listener of this.#listeners.get(symbol) ?? []) listener();
  }

  #maybeFail(): void {
    if (this.failures === 0) return;
    this.failures -= 1;
    throw new Error('the database is away');
  }
}

export class FakeIncomeBook implements IncomeBook {
  readonly byKey = new Map<string, Income>();

  async record(_account: string, _venue: string, incomes: readonly Income[]): Promise<number> {
    const before = this.byKey.size;
    for (const income of incomes)
      this.byKey.set(`${income.venueType}/${income.transactionId}`, income);
    return this.byKey.size - before;
  }

  async newestTime(): Promise<number | null> {
    const times = [...this.byKey.values()].map((income) => income.eventTime);
    return times.length === 0 ? null : Math.max(...times);
  }
}

export class FakeJournal implements Partial<Journal> {
  readonly statuses: { watchSeq: number; status: SymbolStatus }[] = [];
  readonly entries: RecordEntry[] = [];

  async writeStatus(_ref: SymbolRef, watchSeq: number, status: SymbolStatus): Promise<void> {
    this.statuses.push({ watchSeq, status });
  }

  async record(_ref: SymbolRef, entries: readonly RecordEntry[]): Promise<void> {
    this.entries.push(...entries);
  }
}
