/** Resting orders against an order book of others, nodejs-order-book, fed with integers. */
import fc from 'fast-check';
import { OrderBook, Side as LibrarySide } from 'nodejs-order-book';
import type { LimitOrderOptions } from 'nodejs-order-book';
import { expect, test } from 'vitest';
import { assert, ensureDefined } from '../assert.ts';
import type { Side } from '../market/market.ts';
import { apply } from './apply.ts';
import type { Command } from './commands.ts';
import { CONFIG, deposit, market, order } from './scenario.ts';
import { createMatching } from './state.ts';
import type { MatchingEvent } from './types.ts';

/** Prices are ticks of 0.1, quantities lots of 0.001. */
const priceOf = (ticks: number): string => (ticks / 10).toFixed(1);
const sizeOf = (lots: number): string => (lots / 1_000).toFixed(3);
const MIDDLE = 600_000;
const ACCOUNTS = ['a', 'b', 'c'];
const SIDES = { buy: LibrarySide.BUY, sell: LibrarySide.SELL };
const IOC = 'IOC' as NonNullable<LimitOrderOptions['timeInForce']>;

type Action =
  | { kind: 'place'; account: string; side: Side; ticks: number; lots: number }
  | { kind: 'cancel'; index: number }
  | { kind: 'amend'; index: number; ticks: number; lots: number }
  | { kind: 'print'; ticks: number; spread: number; lots: number; taker: Side };

const ticks = fc.integer({ min: MIDDLE - 8, max: MIDDLE + 8 });
const lots = fc.integer({ min: 20, max: 200 });
const index = fc.nat({ max: 30 });
const side = fc.constantFrom<Side[]>('buy', 'sell');
const kind = <K extends string>(name: K) => fc.constant(name);
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: kind('place'),
      account: fc.constantFrom(...ACCOUNTS),
      side,
      ticks,
      lots,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: kind('cancel'), index }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('amend'), index, ticks, lots }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: kind('print'),
      ticks,
      spread: fc.integer({ min: 1, max: 4 }),
      lots: fc.integer({ min: 1, max: 400 }),
      taker: side,
    }),
  },
);

type Trade = readonly [id: number, ticks: number, lots: number];
type Resting = { readonly side: Side; readonly ticks: number; total: number; left: number };

/**
 * Price and time are the library's: a book a side, so that what rests never meets there, and what a
 * print takes is an order of the other side, immediate or cancel. Only the market's own quote, which
 * decides what may rest and what a print goes through, is kept here.
 */
class LibraryBook {
  readonly orders = new Map<number, Resting>();
  readonly #books = { buy: new OrderBook(), sell: new OrderBook() };
  #bid = MIDDLE;
  #ask = MIDDLE + 1;

  place(id: number, side: Side, at: number, lots: number, total = lots): boolean {
    if (this.#crosses(side, at)) return false;
    const { err } = this.#books[side].limit({
      id: String(id),
      side: SIDES[side],
      price: at,
      size: lots,
    });
    assert(err === null, `the book refuses order ${id}`);
    this.orders.set(id, { side, ticks: at, total, left: lots });
    return true;
  }

  cancel(id: number): void {
    const entry = this.orders.get(id);
    if (entry === undefined) return;
    this.#books[entry.side].cancel(String(id));
    this.orders.delete(id);
  }

  /** Whether an amendment keeps its turn, which the library never does: `amend.test.ts` has those. */
  keepsTurn(id: number, at: number, total: number): boolean {
    const entry = this.orders.get(id);
    return entry !== undefined && at === entry.ticks && total <= entry.total;
  }

  /** Another price or more of it: to the end of the line. What would trade at once is cancelled. */
  amend(id: number, at: number, total: number): void {
    const entry = this.orders.get(id);
    if (entry === undefined) return;
    const left = total - (entry.total - entry.left);
    this.cancel(id);
    if (left > 0) this.place(id, entry.side, at, left, total);
  }

  print(last: number, spread: number, printed: number, taker: Side): Trade[] {
    this.#bid = last;
    this.#ask = last + spread;
    const maker = taker === 'sell' ? 'buy' : 'sell';
    const first = this.#take(maker, last, printed);
    const taken = first.reduce((sum, [, , lots]) => sum + lots, 0);
    return [...first, ...this.#take(taker, last, printed - taken)];
  }

  /** Best price first, then first come: only what stands strictly beyond the last price. */
  #take(maker: Side, last: number, size: number): Trade[] {
    if (size === 0) return [];
    const { done, partial, partialQuantityProcessed } = this.#books[maker].limit({
      id: 'print',
      side: SIDES[maker === 'buy' ? 'sell' : 'buy'],
      price: maker === 'buy' ? last + 1 : last - 1,
      size,
      timeInForce: IOC,
    });
    const makers = done.filter(({ id }) => id !== 'print').map(({ id }) => this.#fill(Number(id)));
    return partial === null || partial.id === 'print'
      ? makers
      : [...makers, this.#fill(Number(partial.id), partialQuantityProcessed)];
  }

  #fill(id: number, lots?: number): Trade {
    const entry = ensureDefined(this.orders.get(id), `order ${id}`);
    const taken = lots ?? entry.left;
    entry.left -= taken;
    if (entry.left === 0) this.orders.delete(id);
    return [id, entry.ticks, taken];
  }

  #crosses(side: Side, at: number): boolean {
    return side === 'buy' ? at >= this.#ask : at <= this.#bid;
  }
}

const tradesOf = (events: readonly MatchingEvent[]): Trade[] =>
  events.flatMap((event) =>
    event.type === 'orderUpdate' && event.trade !== undefined
      ? [
          [
            event.trade.orderId,
            Math.round(Number(event.trade.price) * 10),
            Math.round(Number(event.trade.quantity) * 1_000),
          ] as const,
        ]
      : [],
  );

/** Both, told the same. */
class Pair {
  readonly state = createMatching({
    ...CONFIG,
    instruments: CONFIG.instruments.map((rules) => ({ ...rules, maxOpenOrders: 500 })),
  });
  readonly book = new LibraryBook();
  /** Account of each order, by its id less one. */
  readonly #owners: string[] = [];

  constructor() {
    for (const id of ACCOUNTS) apply(this.state, deposit(id, '100000000'));
    apply(this.state, market(priceOf(MIDDLE)));
  }

  /** What the engine and the book answer: the same. */
  play(one: Action): readonly [engine: unknown, book: unknown] {
    switch (one.kind) {
      case 'place':
        return this.#place(one);
      case 'print':
        return this.#print(one);
      case 'cancel':
        apply(this.state, { type: 'cancel', ...this.#orderAt(one.index) });
        return [0, this.book.cancel(one.index + 1) ?? 0];
      default:
        return this.#amend(one);
    }
  }

  restingIds(): readonly [engine: number[], book: number[]] {
    const open = [...this.state.accounts.values()].flatMap(({ openOrders }) => [
      ...openOrders.keys(),
    ]);
    const rising = (ids: number[]): number[] => ids.toSorted((a, b) => a - b);
    return [rising(open), rising([...this.book.orders.keys()])];
  }

  #place(one: Extract<Action, { kind: 'place' }>) {
    const text = `${sizeOf(one.lots)}@${priceOf(one.ticks)}`;
    const placed = order(one.side, text, { accountId: one.account, timeInForce: 'GTX' });
    const { reply } = apply(this.state, placed);
    const rests = this.book.place(this.#owners.length + 1, one.side, one.ticks, one.lots);
    if (reply.ok) this.#owners.push(one.account);
    return [reply.ok, rests] as const;
  }

  #print({ ticks: last, spread, lots: size, taker }: Extract<Action, { kind: 'print' }>) {
    const step: Command = market(priceOf(last), {
      ask: priceOf(last + spread),
      printed: sizeOf(size),
      takerSide: taker,
    });
    const { events } = apply(this.state, step);
    return [tradesOf(events), this.book.print(last, spread, size, taker)] as const;
  }

  /** What the engine refuses (nothing to amend, unknown) leaves the book as it is. */
  #amend(one: Extract<Action, { kind: 'amend' }>) {
    if (this.book.keepsTurn(one.index + 1, one.ticks, one.lots)) return [0, 0] as const;
    const target = { price: priceOf(one.ticks), quantity: sizeOf(one.lots) };
    const { reply } = apply(this.state, { type: 'amend', ...this.#orderAt(one.index), ...target });
    if (reply.ok) this.book.amend(one.index + 1, one.ticks, one.lots);
    return [0, 0] as const;
  }

  #orderAt(at: number) {
    const accountId = this.#owners[at] ?? 'a';
    return { accountId, time: 2_000, symbol: 'BTCUSDT', orderId: at + 1 };
  }
}

test('fills in price-time order are those of another order book', () => {
  let fills = 0;
  fc.assert(
    fc.property(fc.array(action, { maxLength: 80, size: 'max' }), (actions) => {
      const pair = new Pair();
      for (const one of actions) {
        const [engine, book] = pair.play(one);
        expect(engine).toEqual(book);
        fills += Array.isArray(book) ? book.length : 0;
      }
      const [engine, book] = pair.restingIds();
      expect(engine).toEqual(book);
    }),
    { numRuns: 200 },
  );
  expect(fills).toBeGreaterThan(100);
});
