import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { InstrumentRules, Quote, Side } from '../market/market.ts';
import { notional } from '../money/arithmetic.ts';
import { money, price, priceText, quantity, quantityText } from '../money/units.ts';
import type { Price, Quantity } from '../money/units.ts';
import type { OrderIntent } from '../orders/order.ts';
import { FLAT_POSITION, applyExecution } from '../portfolio/position.ts';
import type { Position } from '../portfolio/position.ts';
import { checkIntents } from './check-intents.ts';
import { FLAT, withOrder, worstNotional } from './exposure.ts';
import type { SymbolExposure } from './exposure.ts';
import { reservePrice } from './order-figures.ts';
import type { RiskContext } from './risk-context.ts';
import { PAPER_RISK_LIMITS } from './risk-limits.ts';
import { quietActivity } from './testing/quiet-activity.ts';

const EQUITY = money('10000');
/** 10 % margin at leverage 3. */
const LIMIT = money('3000');
const LIMITS = {
  ...PAPER_RISK_LIMITS,
  allowedSymbols: ['A', 'B'],
  positionSizePct: 100,
  positionNotionalPct: 1_000,
  orderNotionalPct: 1_000,
  aggressiveCollarPct: 50,
  passiveDistancePct: 50,
};
const RULES = {
  tickSize: '0.1',
  quantityStep: '0.001',
  minQuantity: '0.001',
  maxQuantity: '1000000',
  minNotional: '0.001',
  maxOpenOrders: 10_000,
  percentPricePct: 99,
} as InstrumentRules;
const QUOTE = { time: 0, bid: '99.9', ask: '100.1', mark: '100' } as Quote;

type Kind = 'limit' | 'market';
/** `price` is reserved for a unit, `stated` is the order's own. */
type Working = { side: Side; left: Quantity; price: Price; stated: Price; kind: Kind };
type Book = { position: Position; working: Working[] };

const exposureOf = ({ position, working }: Book): SymbolExposure =>
  working.reduce((exposure, order) => withOrder(exposure, order.side, order.left, order.price), {
    ...FLAT,
    quantity: position.quantity,
    cost: position.cost,
  });

const held = ({ position }: Book): bigint => (position.cost < 0n ? -position.cost : position.cost);

const step = fc.record({
  symbol: fc.constantFrom('A', 'B'),
  action: fc.constantFrom('order', 'order', 'fill', 'fill', 'cancel'),
  side: fc.constantFrom<Side>('buy', 'sell'),
  kind: fc.constantFrom<Kind>('limit', 'limit', 'market'),
  thousandths: fc.integer({ min: 1, max: 40_000 }),
  ticks: fc.integer({ min: 800, max: 1_200 }),
  pick: fc.nat(),
  part: fc.integer({ min: 1, max: 100 }),
});

function anOrder({
  side,
  kind,
  thousandths,
  ticks,
}: typeof step extends fc.Arbitrary<infer S> ? S : never) {
  return {
    clientOrderId: 'id',
    strategy: 'grid',
    side,
    kind,
    quantity: quantityText((BigInt(thousandths) * 10n ** 9n) as Quantity),
    price: kind === 'market' ? null : priceText((BigInt(ticks) * 10n ** 11n) as Price),
    triggerPrice: null,
    reduceOnly: false,
  } as OrderIntent;
}

test('no sequence of approvals, fills and cancels takes the account beyond its limit', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const books: Record<string, Book> = {
        A: { position: FLAT_POSITION, working: [] },
        B: { position: FLAT_POSITION, working: [] },
      };
      for (const move of steps) {
        const book = books[move.symbol] as Book;
        const other = books[move.symbol === 'A' ? 'B' : 'A'] as Book;
        if (move.action === 'order') place(move, book, other);
        else if (book.working.length > 0) change(move, book);
        const total = Object.values(books).reduce(
          (sum, each) => sum + worstNotional(exposureOf(each)),
          0n,
        );
        expect(total <= LIMIT).toBe(true);
        expect(held(books['A'] as Book) + held(books['B'] as Book) <= LIMIT).toBe(true);
      }
    }),
    { numRuns: 300 },
  );
});

function place(move: Parameters<typeof anOrder>[0], book: Book, other: Book): void {
  const context: RiskContext = {
    symbol: move.symbol,
    limits: LIMITS,
    latch: { kind: 'clear' },
    level: 'ACTIVE',
    quote: QUOTE,
    dataAgeMs: 0,
    priceMoves: null,
    clockSkewMs: 0,
    isReconciled: true,
    unknownOrders: 0,
    unprotectedMs: null,
    stops: { buy: quantity('1000'), sell: quantity('1000') },
    rules: RULES,
    equity: EQUITY,
    exposure: exposureOf(book),
    otherNotional: worstNotional(exposureOf(other)),
    gridsElsewhere: 0,
    openOrders: { symbolOrdinary: 0, symbolConditional: 0, account: 0 },
    activity: quietActivity(EQUITY),
    dayVolume: null,
    book: null,
  };
  const order = anOrder(move);
  if (checkIntents([order], context)[0]?.kind !== 'approved') return;
  book.working.push({
    side: order.side,
    left: quantity(order.quantity),
    price: reservePrice(order, QUOTE, LIMITS),
    stated: order.price === null ? ASK : price(order.price),
    kind: move.kind,
  });
}

const ASK = price(QUOTE.ask);

/** The dearest a unit may be: a buy's limit; for a sell its limit or the touch; market, 50 % away. */
function dearest({ side, kind, stated }: Working): Price {
  if (kind === 'market') return ((ASK * 3n) / 2n) as Price;
  return side === 'sell' && ASK > stated ? ASK : stated;
}

function change(move: Parameters<typeof anOrder>[0], book: Book): void {
  const index = move.pick % book.working.length;
  const order = book.working[index] as Working;
  if (move.action === 'cancel') return void book.working.splice(index, 1);
  const filled = ((order.left * BigInt(move.part)) / 100n || order.left) as Quantity;
  const better = dearest(order) - BigInt(move.pick % 50) * 10n ** 10n;
  book.position = applyExecution(book.position, {
    side: order.side,
    price: better as Price,
    quantity: filled,
  }).position;
  order.left = (order.left - filled) as Quantity;
  if (order.left === 0n) book.working.splice(index, 1);
}

test('the worst case is no less than any way in which the orders can fill', () => {
  const working = fc.record({
    side: fc.constantFrom<Side>('buy', 'sell'),
    left: fc.bigInt({ min: 1n, max: 50n }).map((lots) => (lots * 10n ** 9n) as Quantity),
    price: fc.bigInt({ min: 900n, max: 1_100n }).map((ticks) => (ticks * 10n ** 11n) as Price),
    kind: fc.constant<Kind>('limit'),
    stated: fc.constant(price('1')),
    fills: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.bigInt({ min: -50n, max: 50n }).map((lots) => (lots * 10n ** 9n) as Quantity),
      fc.array(working, { maxLength: 8 }),
      (start, orders) => {
        const position = {
          ...FLAT_POSITION,
          quantity: start,
          cost: notional(price('100'), start),
        };
        const worst = worstNotional(exposureOf({ position, working: orders }));
        const end = orders
          .filter(({ fills }) => fills)
          .reduce(
            (at, { side, left, price }) =>
              applyExecution(at, { side, price, quantity: left }).position,
            position,
          );
        const cost = held({ position: end, working: [] });
        // Each execution may round by half of 1e-12.
        expect(
          cost <=
            (worst > held({ position, working: [] }) ? worst : held({ position, working: [] })) +
              20n,
        ).toBe(true);
      },
    ),
  );
});
