/**
 * Adds a journal up from its records alone, as docs/VENUE-JOURNAL.md lets any reader do: cash,
 * positions, executed quantities, ends of orders, client ids, market time. It knows nothing of the
 * matching engine.
 */
import type { EpochMs } from '../../core/market/market.ts';
import { formatDecimal, parseDecimal } from '../../core/money/decimal-text.ts';
import type { JournalRecord } from './file.ts';

/** Something that does not add up, and the record at which it shows. */
export type Contradiction = {
  readonly seq: number;
  readonly check: string;
  readonly detail: string;
};

/** What the records of one account add up to; decimal texts, USDT. */
export type AccountSums = {
  readonly account: string;
  readonly opening: string;
  readonly realizedProfit: string;
  readonly fees: string;
  /** Funding and what the venue's insurance took or gave. */
  readonly otherChanges: string;
  readonly wallet: string;
  readonly trades: number;
  /** Signed quantities that are not zero. */
  readonly positions: Readonly<Record<string, string>>;
};

type Books = {
  opening: bigint;
  realized: bigint;
  fees: bigint;
  other: bigint;
  trades: number;
  /** As the newest balance says. */
  wallet: bigint;
  crossWallet: bigint;
  readonly positions: Map<string, bigint>;
  /** Quantity and isolated margin as the newest balances say. */
  readonly claimed: Map<string, { readonly quantity: bigint; readonly isolated: bigint }>;
  /** Client ids of working orders, by symbol. */
  readonly working: Map<string, number>;
};

type OrderFields = Readonly<
  Record<'symbol' | 'clientOrderId' | 'status' | 'executedQty', string>
> & {
  readonly orderId: number;
};
type TradeFields = Readonly<
  Record<'symbol' | 'side' | 'quantity' | 'fee' | 'realizedProfit', string>
>;
type PositionFields = Readonly<Record<'symbol' | 'quantity' | 'isolatedWallet', string>>;

/** One fault mostly drags many after it. */
export const KEPT_CONTRADICTIONS = 20;

const TERMINAL = new Set(['FILLED', 'CANCELED', 'EXPIRED']);
const decimal = (text: unknown): bigint => parseDecimal(String(text)) ?? 0n;

export class Conservation {
  readonly contradictions: Contradiction[] = [];
  readonly #books = new Map<string, Books>();
  /** Executed by trades, of orders that work. */
  readonly #executed = new Map<number, bigint>();
  #newestFinished = new Set<number>();
  #marketTime: EpochMs = 0;

  /** Takes the records one after another. */
  take(record: JournalRecord): void {
    if (record.marketTime < this.#marketTime) {
      this.#note(record, 'market time', `${record.marketTime} after ${this.#marketTime}`);
    }
    this.#marketTime = record.marketTime;
    const account = record['account'];
    if (typeof account !== 'string') return;
    const books = this.#booksOf(account);
    if ('walletBalance' in record) this.#takeBalance(books, record);
    if ('trade' in record) takeTrade(books, record['trade'] as TradeFields);
    if ('order' in record) this.#takeOrder(books, record);
    const settles =
      'trade' in record || ('walletBalance' in record && record['reason'] !== 'ORDER');
    if (settles) this.#checkCash(books, record);
  }

  sums(): AccountSums[] {
    return [...this.#books].map(([account, books]) => ({
      account,
      opening: formatDecimal(books.opening),
      realizedProfit: formatDecimal(books.realized),
      fees: formatDecimal(books.fees),
      otherChanges: formatDecimal(books.other),
      wallet: formatDecimal(books.wallet),
      trades: books.trades,
      positions: Object.fromEntries(
        [...books.positions]
          .filter(([, quantity]) => quantity !== 0n)
          .map(([symbol, quantity]) => [symbol, formatDecimal(quantity)]),
      ),
    }));
  }

  #booksOf(account: string): Books {
    const known = this.#books.get(account);
    if (known !== undefined) return known;
    const created: Books = {
      opening: 0n,
      realized: 0n,
      fees: 0n,
      other: 0n,
      trades: 0,
      wallet: 0n,
      crossWallet: 0n,
      positions: new Map(),
      claimed: new Map(),
      working: new Map(),
    };
    this.#books.set(account, created);
    return created;
  }

  #takeBalance(books: Books, record: JournalRecord): void {
    books.wallet = decimal(record['walletBalance']);
    books.crossWallet = decimal(record['crossWalletBalance']);
    const change = decimal(record['balanceChange']);
    if (record.kind === 'accountOpened') books.opening += change;
    else books.other += change;
    for (const position of record['positions'] as readonly PositionFields[]) {
      const { symbol, quantity, isolatedWallet } = position;
      const isolated = decimal(isolatedWallet);
      books.claimed.set(symbol, { quantity: decimal(quantity), isolated });
    }
  }

  #takeOrder(books: Books, record: JournalRecord): void {
    const order = record['order'] as OrderFields;
    const { orderId, status } = order;
    if (this.#newestFinished.has(orderId)) this.#note(record, 'order after its end', `${orderId}`);
    const traded = decimal((record['trade'] as TradeFields | undefined)?.quantity ?? '0');
    const executed = (this.#executed.get(orderId) ?? 0n) + traded;
    this.#executed.set(orderId, executed);
    if (executed !== decimal(order.executedQty)) {
      this.#note(record, 'executed quantity', `${orderId}: ${order.executedQty} by the order`);
    }
    this.#takeClientId(books, order, record);
    if (!TERMINAL.has(status)) return;
    this.#executed.delete(orderId);
    this.#remember(orderId);
  }

  /** One working order a client id and symbol. */
  #takeClientId(books: Books, order: OrderFields, record: JournalRecord): void {
    const key = `${order.symbol}|${order.clientOrderId}`;
    const holder = books.working.get(key);
    if (holder !== undefined && holder !== order.orderId)
      this.#note(record, 'client id twice', key);
    if (TERMINAL.has(order.status)) books.working.delete(key);
    else books.working.set(key, order.orderId);
  }

  /** Ends are remembered for the newest orders only, so that a long journal fits into memory. */
  #remember(orderId: number): void {
    this.#newestFinished.add(orderId);
    if (this.#newestFinished.size > 200_000) {
      this.#newestFinished = new Set([...this.#newestFinished].slice(-100_000));
    }
  }

  #checkCash(books: Books, record: JournalRecord): void {
    const wallet = books.opening + books.other + books.realized - books.fees;
    if (wallet !== books.wallet) {
      this.#note(
        record,
        'cash',
        `${formatDecimal(books.wallet)} claimed, ${formatDecimal(wallet)}`,
      );
    }
    let isolated = 0n;
    for (const [symbol, claim] of books.claimed) {
      isolated += claim.isolated;
      const traded = books.positions.get(symbol) ?? 0n;
      if (claim.quantity === traded) continue;
      const figures = `${formatDecimal(claim.quantity)} claimed, ${formatDecimal(traded)} traded`;
      this.#note(record, 'position', `${symbol}: ${figures}`);
    }
    if (books.wallet - isolated !== books.crossWallet) {
      this.#note(record, 'isolated margin', `${formatDecimal(isolated)} set aside`);
    }
  }

  #note({ seq }: JournalRecord, check: string, detail: string): void {
    if (this.contradictions.length < KEPT_CONTRADICTIONS) {
      this.contradictions.push({ seq, check, detail });
    }
  }
}

function takeTrade(books: Books, trade: TradeFields): void {
  const quantity = decimal(trade.quantity);
  const held = books.positions.get(trade.symbol) ?? 0n;
  books.positions.set(trade.symbol, held + (trade.side === 'buy' ? quantity : -quantity));
  books.realized += decimal(trade.realizedProfit);
  books.fees += decimal(trade.fee);
  books.trades += 1;
}
