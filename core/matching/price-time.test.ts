/** Resting orders against a book that knows nothing of the engine: a list, sorted each time. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
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

type Resting = { id: number; side: Side; ticks: number; left: number; total: number; turn: number };
type Trade = readonly [id: number, ticks: number, lots: number];

/** Price, then time. Trades are what a print takes of the orders that it goes through. */
class NaiveBook {
  readonly orders: Resting[] = [];
  #turn = 0;
  bid = MIDDLE;
  ask = MIDDLE + 1;

  place(id: number, sideOf: Side, at: number, total: number): boolean {
    if (this.#crosses(sideOf, at)) return false;
    this.orders.push({ id, side: sideOf, ticks: at, left: total, total, turn: this.#turn++ });
    return true;
  }

  cancel(id: number): void {
    const found = this.orders.findIndex((entry) => entry.id === id);
    if (found >= 0) this.orders.splice(found, 1);
  }

  /** Less at the same price keeps the turn; all else loses it; at or below what traded ends it. */
  amend(id: number, at: number, total: number): void {
    const entry = this.orders.find((one) => one.id === id);
    if (entry === undefined) return;
    const traded = entry.total - entry.left;
    if (total <= traded || this.#crosses(entry.side, at)) {
      this.cancel(id);
      return;
    }
    if (at !== entry.ticks || total > entry.total) entry.turn = this.#turn++;
    Object.assign(entry, { ticks: at, total, left: total - traded });
  }

  print(last: number, spread: number, printed: number, taker: Side): Trade[] {
    this.bid = last;
    this.ask = last + spread;
    const first = taker === 'sell' ? 'buy' : 'sell';
    const trades: Trade[] = [];
    let available = printed;
    for (const turn of [first, taker] as const) {
      const through = this.orders
        .filter((entry) => entry.side === turn && this.#isThrough(entry, last))
        .toSorted(
          (a, b) => (turn === 'buy' ? b.ticks - a.ticks : a.ticks - b.ticks) || a.turn - b.turn,
        );
      for (const entry of through) {
        const taken = Math.min(available, entry.left);
        if (taken === 0) continue;
        available -= taken;
        entry.left -= taken;
        trades.push([entry.id, entry.ticks, taken]);
        if (entry.left === 0) this.cancel(entry.id);
      }
    }
    return trades;
  }

  #crosses(sideOf: Side, at: number): boolean {
    return sideOf === 'buy' ? at >= this.ask : at <= this.bid;
  }

  #isThrough(entry: Resting, last: number): boolean {
    return entry.side === 'buy'
      ? last < entry.ticks || this.ask < entry.ticks
      : last > entry.ticks || this.bid > entry.ticks;
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
  readonly book = new NaiveBook();
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
    return [rising(open), rising(this.book.orders.map(({ id }) => id))];
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

test('fills in price-time order are those of a naive book', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 80, size: 'max' }), (actions) => {
      const pair = new Pair();
      for (const one of actions) {
        const [engine, book] = pair.play(one);
        expect(engine).toEqual(book);
      }
      const [engine, book] = pair.restingIds();
      expect(engine).toEqual(book);
    }),
    { numRuns: 200 },
  );
});
