/** The most that the account could have held at any record of the venue's journal. */
import type { JournalLine, JournalOrder } from '../test/witness/journal-file.ts';
import { orderKey } from '../test/witness/venue-account.ts';

export type Gross = {
  /** USDT: positions with all working entries of the worse side filled, at the last prices seen. */
  readonly gross: number;
  /** USDT, when that was. */
  readonly wallet: number;
  readonly seq: number;
};

type Book = { position: number; price: number; readonly entries: Map<string, JournalOrder> };

const SCALE = 1e18;
const number = (scaled: bigint): number => Number(scaled) / SCALE;

/** Compared where an entry is accepted: what a price does to a position afterwards breaks no limit. */
export function worstGross(lines: readonly JournalLine[], account: string): Gross {
  const books = new Map<string, Book>();
  let wallet = 0;
  let worst: Gross = { gross: 0, wallet: 0, seq: 0 };
  for (const line of lines) {
    if (line.account !== account) continue;
    if (line.walletBalance !== undefined) wallet = number(line.walletBalance);
    for (const { symbol, quantity } of line.positions ?? [])
      bookOf(books, symbol).position = number(quantity);
    if (line.order === undefined || !take(bookOf(books, line.order.symbol), line)) continue;
    const gross = [...books.values()].reduce((sum, book) => sum + notional(book), 0);
    if (gross * worst.wallet >= worst.gross * wallet) worst = { gross, wallet, seq: line.seq };
  }
  return worst;
}

function bookOf(books: Map<string, Book>, symbol: string): Book {
  const book = books.get(symbol) ?? { position: 0, price: 0, entries: new Map() };
  books.set(symbol, book);
  return book;
}

/** True when the line accepts an order that can add risk. */
function take(book: Book, { kind, order, trade }: JournalLine): boolean {
  if (trade !== undefined) book.price = number(trade.price);
  if (order === undefined || order.reduceOnly || order.algoId !== undefined) return false;
  if (order.price > 0n) book.price = Math.max(book.price, number(order.price));
  const live = order.status === 'NEW' || order.status === 'PARTIALLY_FILLED';
  if (live) book.entries.set(orderKey(order), order);
  else book.entries.delete(orderKey(order));
  return kind === 'orderAccepted';
}

function notional({ position, price, entries }: Book): number {
  const working = (side: string): number =>
    [...entries.values()]
      .filter((order) => order.side === side)
      .reduce((sum, order) => sum + number(order.origQty - order.executedQty), 0);
  return (
    price * Math.max(Math.abs(position + working('buy')), Math.abs(position - working('sell')))
  );
}
