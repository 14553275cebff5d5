import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyFill } from '../matching/holding.ts';
import { flatPosition } from '../matching/state.ts';
import type { MatchingConfig } from '../matching/types.ts';
import type { Side } from '../market/market.ts';
import { notional } from '../money/arithmetic.ts';
import { moneyText, price, priceText, quantityText } from '../money/units.ts';
import type { Money, Price, Quantity } from '../money/units.ts';
import { equityChange } from './equity.ts';
import { INCOME_KINDS } from './income.ts';
import type { Income } from './income.ts';
import { balanceOf, balances, journalEntry } from './journal.ts';
import type { JournalEntry, TradeCause } from './journal.ts';
import { fillEntry, incomeEntry } from './journal-postings.ts';
import type { JournalFill } from './journal-postings.ts';
import { FLAT_POSITION, applyExecution, unrealisedProfit } from './position.ts';
import type { Position } from './position.ts';

const SYMBOLS = ['BTCUSDT', 'ETHUSDT'];
const aPrice = fc.bigInt({ min: 1n, max: 10n ** 7n }).map((ticks) => (ticks * 10n ** 10n) as Price);
const aQuantity = fc
  .bigInt({ min: 1n, max: 10n ** 5n })
  .map((lots) => (lots * 10n ** 9n) as Quantity);
const anAmount = fc
  .bigInt({ min: -(10n ** 16n), max: 10n ** 16n })
  .map((units) => (units * 10_000n) as Money);
const aTrade = fc.record({
  symbol: fc.constantFrom(...SYMBOLS),
  side: fc.constantFrom<Side>('buy', 'sell'),
  price: aPrice,
  quantity: aQuantity,
  fee: anAmount,
  feeAsset: fc.constantFrom('USDT', 'USDT', 'BNB'),
  cause: fc.constantFrom<TradeCause>('own', 'own', 'liquidation', 'deleveraging', 'manual'),
});
const anIncome = fc.record({
  kind: fc.constantFrom(...INCOME_KINDS),
  symbol: fc.constantFrom(...SYMBOLS, null),
  asset: fc.constantFrom('USDT', 'BNB'),
  amount: anAmount,
});
type Trade = typeof aTrade extends fc.Arbitrary<infer T> ? T : never;
const happenings = fc.record({
  trades: fc.array(aTrade, { maxLength: 30 }),
  incomes: fc.array(anIncome, { maxLength: 10 }),
  marks: fc.record({ BTCUSDT: aPrice, ETHUSDT: aPrice }),
  gridProfit: anAmount,
});

/** Books trades as a venue would that pays the profit at average cost. */
function book(trades: readonly Trade[], incomes: readonly Omit<Income, 'amount'>[]) {
  const positions = new Map<string, Position>();
  const entries: JournalEntry[] = [];
  for (const [index, trade] of trades.entries()) {
    const before = positions.get(trade.symbol) ?? FLAT_POSITION;
    const { profit = 0n } = applyExecution(before, trade).closed ?? {};
    const booked = fillEntry(before, fillOf(trade, String(index), profit as Money));
    expect(booked.ownProfit).toBe(profit);
    positions.set(trade.symbol, booked.position);
    entries.push(booked.entry);
  }
  return { positions, entries: [...entries, ...(incomes as Income[]).map(incomeEntry)] };
}

const fillOf = (trade: Trade, tradeId: string, realised: Money): JournalFill => ({
  tradeId,
  orderId: tradeId,
  symbol: trade.symbol,
  side: trade.side,
  cause: trade.cause,
  settlement: 'USDT',
  price: priceText(trade.price),
  quantity: quantityText(trade.quantity),
  fee: moneyText(trade.fee),
  feeAsset: trade.feeAsset,
  realisedProfit: moneyText(realised),
  eventTime: 0,
});

const asIncome = (
  income: { kind: Income['kind']; symbol: string | null; asset: string; amount: Money },
  index: number,
): Income => ({
  ...income,
  transactionId: String(index),
  venueType: income.kind,
  amount: moneyText(income.amount),
  eventTime: 0,
});

const total = (amounts: readonly bigint[]): bigint => amounts.reduce((a, b) => a + b, 0n);

describe('a journal', () => {
  test('sums to zero in every currency, entry by entry and as a whole', () => {
    fc.assert(
      fc.property(happenings, ({ trades, incomes }) => {
        const { entries } = book(trades, incomes.map(asIncome));
        for (const currency of ['USDT', 'BNB']) {
          for (const { postings } of entries) expect(balanceOf(postings, { currency })).toBe(0n);
          expect(balanceOf(balances(entries), { currency })).toBe(0n);
        }
      }),
    );
  });

  test('moves no cash for inventory: contracts stand at cost against what is owed for them', () => {
    fc.assert(
      fc.property(happenings, ({ trades }) => {
        const { entries, positions } = book(trades, []);
        for (const [symbol, { cost }] of positions) {
          expect(balanceOf(balances(entries), { account: 'contracts', symbol })).toBe(cost);
          expect(balanceOf(balances(entries), { account: 'obligations', symbol })).toBe(-cost);
        }
      }),
    );
  });

  test('the change in equity is grid + other realised + floating - fees + funding + external', () => {
    fc.assert(
      fc.property(happenings, ({ trades, incomes, marks, gridProfit }) => {
        const { entries, positions } = book(trades, incomes.map(asIncome));
        const floating = total(
          [...positions].map(([symbol, position]) =>
            unrealisedProfit(position, marks[symbol as keyof typeof marks]),
          ),
        ) as Money;
        const parts = equityChange(balances(entries), 'USDT', gridProfit, floating);
        expect(parts.equityChange).toBe(
          parts.gridProfit +
            parts.otherRealised +
            parts.floatingProfit -
            parts.fees +
            parts.funding +
            parts.external,
        );
        expect(parts.wallet + floating).toBe(parts.deposits + parts.equityChange);
        // The same without any journal: what was paid for contracts, what they are worth, and cash.
        const worth = total(
          trades.map(({ symbol, side, price: at, quantity }) => {
            const signed = (side === 'buy' ? quantity : -quantity) as Quantity;
            return notional(marks[symbol as keyof typeof marks], signed) - notional(at, signed);
          }),
        );
        const inUsdt = incomes.filter(({ asset }) => asset === 'USDT');
        const paid = trades.filter(({ feeAsset }) => feeAsset === 'USDT').map(({ fee }) => fee);
        const moved = inUsdt.filter(({ kind }) => kind !== 'transfer').map((i) => i.amount);
        expect(parts.equityChange).toBe(worth - total(paid) + total(moved));
      }),
    );
  });

  test('a fee in a third currency is that currency’s, and nothing else is', () => {
    fc.assert(
      fc.property(happenings, ({ trades, incomes }) => {
        const { entries } = book(trades, incomes.map(asIncome));
        const parts = equityChange(balances(entries), 'BNB');
        const paid = trades.filter(({ feeAsset }) => feeAsset === 'BNB');
        const own = paid.filter(({ cause }) => cause === 'own').map(({ fee }) => fee);
        expect(parts.fees).toBe(total(own));
        expect([parts.gridProfit, parts.otherRealised, parts.floatingProfit]).toEqual([0n, 0n, 0n]);
        expect(parts.equityChange).toBe(-parts.fees + parts.funding + parts.external);
      }),
    );
  });
});

test('an entry that does not balance is refused', () => {
  const head = { kind: 'income', key: 'x', time: 0 } as const;
  const posting = { currency: 'USDT', symbol: null, cause: null } as const;
  const [debit, credit] = [5n, -5n] as [Money, Money];
  const wallet = { ...posting, account: 'wallet', amount: debit } as const;
  expect(() => journalEntry(head, [wallet])).toThrow('balances in USDT');
  const other = { ...posting, account: 'deposits', amount: credit, currency: 'BNB' } as const;
  expect(() => journalEntry(head, [wallet, other])).toThrow('balances in');
  expect(journalEntry(head, [wallet, { ...other, currency: 'USDT' }]).postings).toHaveLength(2);
});

test('what others did is booked as external, with its fees', () => {
  const trade = { symbol: 'BTCUSDT', fee: at('1'), feeAsset: 'USDT' } as const;
  const { entries } = book(
    [
      { ...trade, side: 'buy', price: price('100'), quantity: of('3'), cause: 'own' },
      { ...trade, side: 'sell', price: price('90'), quantity: of('1'), cause: 'manual' },
      { ...trade, side: 'sell', price: price('80'), quantity: of('1'), cause: 'deleveraging' },
      { ...trade, side: 'sell', price: price('70'), quantity: of('1'), cause: 'liquidation' },
    ],
    [
      asIncome(
        { kind: 'liquidationFee', symbol: 'BTCUSDT', asset: 'USDT', amount: -at('2') as Money },
        0,
      ),
    ],
  );
  const parts = equityChange(balances(entries), 'USDT');
  expect(parts).toMatchObject({ otherRealised: 0n, fees: at('1'), external: -at('65') });
  expect(parts.equityChange).toBe(-at('66'));
});

/** The paper venue's own arithmetic, which is Binance's: the profit of each fill, to the last unit. */
test('average cost is the venue’s: realised profit and cost agree after every fill', () => {
  const config = { defaultLeverage: 3, defaultMarginType: 'CROSSED' } as MatchingConfig;
  fc.assert(
    fc.property(fc.array(aTrade, { maxLength: 40 }), (trades) => {
      const atVenue = flatPosition(config, 'BTCUSDT');
      let position = FLAT_POSITION;
      for (const trade of trades) {
        const realised = applyFill(atVenue, trade.side, trade);
        const change = applyExecution(position, trade);
        position = change.position;
        expect(change.closed?.profit ?? 0n).toBe(realised);
        expect([position.quantity, position.cost]).toEqual([atVenue.quantity, atVenue.cost]);
      }
    }),
  );
});

const at = (text: string) => price(text) as bigint as Money;
const of = (text: string) => price(text) as bigint as Quantity;
