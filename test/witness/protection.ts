/** Who stood guard when: positions and entries against the stops that the venue had accepted. */
import { abs, words } from './decimal.ts';
import type { Difference } from './difference.ts';
import type { JournalConditional, JournalLine, JournalOrder } from './journal-file.ts';
import { orderKey } from './venue-account.ts';

/** A stretch in which a position was larger than the stops that would close it. */
export type UnprotectedSpan = {
  readonly symbol: string;
  readonly fromSeq: number;
  /** Null: until the end of the journal. */
  readonly toSeq: number | null;
  readonly wallMs: number;
  readonly marketMs: number;
  /** The most that was open at once. */
  readonly quantity: string;
};

export type ProtectionReport = {
  readonly spans: readonly UnprotectedSpan[];
  /** Orders that could add risk and were accepted while stops did not cover the worst case. */
  readonly unguardedEntries: readonly Difference[];
  /** Positions opened from flat, and entries judged. */
  readonly positions: number;
  readonly entries: number;
  readonly unprotectedSeconds: number;
};

type Open = { readonly from: JournalLine; worst: bigint };

type SymbolBook = {
  readonly symbol: string;
  position: bigint;
  readonly stops: Map<number, JournalConditional>;
  /** Live orders that are not reduce-only. */
  readonly entries: Map<string, JournalOrder>;
  open: Open | undefined;
};

/** Conditional orders that will close a position, or are about to. */
const GUARDING: ReadonlySet<string> = new Set(['NEW', 'TRIGGERING', 'TRIGGERED']);
const LIVE: ReadonlySet<string> = new Set(['NEW', 'PARTIALLY_FILLED']);

export function protectionOf(lines: readonly JournalLine[], account: string): ProtectionReport {
  const books = new Map<string, SymbolBook>();
  const report = { spans: [] as UnprotectedSpan[], unguardedEntries: [] as Difference[] };
  let positions = 0;
  let entries = 0;
  for (const line of lines) {
    if (line.account !== account) continue;
    for (const { symbol, quantity } of line.positions ?? []) {
      const book = bookOf(books, symbol);
      if (book.position === 0n && quantity !== 0n) positions += 1;
      book.position = quantity;
    }
    if (line.conditional !== undefined)
      takeConditional(bookOf(books, line.conditional.symbol), line.conditional);
    if (line.order !== undefined) {
      const book = bookOf(books, line.order.symbol);
      if (takeOrder(book, line)) {
        entries += 1;
        report.unguardedEntries.push(...unguarded(book, line.order));
      }
    }
    for (const book of books.values()) report.spans.push(...measure(book, line));
  }
  const last = lines.at(-1);
  if (last !== undefined) {
    for (const { symbol, open } of books.values()) {
      if (open !== undefined) report.spans.push(spanOf(symbol, open, last, null));
    }
  }
  const wallMs = report.spans.reduce((total, span) => total + span.wallMs, 0);
  return { ...report, positions, entries, unprotectedSeconds: wallMs / 1_000 };
}

function bookOf(books: Map<string, SymbolBook>, symbol: string): SymbolBook {
  const book = books.get(symbol) ?? {
    symbol,
    position: 0n,
    stops: new Map(),
    entries: new Map(),
    open: undefined,
  };
  books.set(symbol, book);
  return book;
}

function takeConditional(book: SymbolBook, order: JournalConditional): void {
  if (GUARDING.has(order.status) && order.reduceOnly) book.stops.set(order.algoId, order);
  else book.stops.delete(order.algoId);
}

/** True when the line accepts an order that can add risk. */
function takeOrder(book: SymbolBook, { kind, order }: JournalLine): boolean {
  if (order === undefined || order.reduceOnly || order.algoId !== undefined) return false;
  if (LIVE.has(order.status)) book.entries.set(orderKey(order), order);
  else book.entries.delete(orderKey(order));
  return kind === 'orderAccepted' && order.liquidation === undefined;
}

const guard = (book: SymbolBook, side: 'buy' | 'sell'): bigint =>
  [...book.stops.values()]
    .filter((stop) => stop.side === side)
    .reduce((total, stop) => total + stop.quantity - stop.actualQty, 0n);

/** The position, were all live orders of the side to fill and none of the other. */
function worstCase(book: SymbolBook, side: 'buy' | 'sell'): bigint {
  const working = [...book.entries.values()]
    .filter((order) => order.side === side)
    .reduce((total, order) => total + order.origQty - order.executedQty, 0n);
  return side === 'buy' ? book.position + working : working - book.position;
}

function unguarded(book: SymbolBook, order: JournalOrder): Difference[] {
  const closing = order.side === 'buy' ? 'sell' : 'buy';
  const [worst, covered] = [worstCase(book, order.side), guard(book, closing)];
  if (worst <= covered) return [];
  const detail = `${order.side} ${words(order.origQty)}: worst case ${words(worst)}, stops ${words(covered)}`;
  return [{ check: 'entry before its stop', subject: order.clientOrderId, detail }];
}

/** Opens, extends or ends the symbol's unprotected span at this line. */
function measure(book: SymbolBook, line: JournalLine): UnprotectedSpan[] {
  const covered = guard(book, book.position > 0n ? 'sell' : 'buy');
  const naked = abs(book.position) - covered;
  if (naked > 0n) {
    book.open ??= { from: line, worst: naked };
    if (naked > book.open.worst) book.open.worst = naked;
    return [];
  }
  const ended = book.open;
  book.open = undefined;
  return ended === undefined ? [] : [spanOf(book.symbol, ended, line, line.seq)];
}

const spanOf = (
  symbol: string,
  { from, worst }: Open,
  to: JournalLine,
  toSeq: number | null,
): UnprotectedSpan => ({
  symbol,
  fromSeq: from.seq,
  toSeq,
  wallMs: to.wallTime - from.wallTime,
  marketMs: to.marketTime - from.marketTime,
  quantity: words(worst),
});
