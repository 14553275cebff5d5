/**
 * The books against the venue's, with everything that may happen to an account: own trades, a trade
 * by hand, funding, an auto-deleveraging, a liquidation, and a connection that was lost meanwhile.
 */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createIncomeBook } from '../../adapters/postgres/income-book.ts';
import { readBooks } from '../../adapters/postgres/reads/books.ts';
import { ensureDefined } from '../../core/assert.ts';
import type { Side } from '../../core/market/market.ts';
import { money, moneyText, price } from '../../core/money/units.ts';
import type { Money, PriceText, QuantityText } from '../../core/money/units.ts';
import { balanceOf, balances } from '../../core/portfolio/journal.ts';
import { scriptedMarket } from '../../venue/testing/scripted-market.ts';
import { BTC, anIntent, openGuarded, send, startLedger } from '../support/ledger.ts';
import type { LedgerWorld, OpenedSymbol } from '../support/ledger.ts';
import { cashDifferences, incomeDifferences } from '../witness/cash-differences.ts';
import { readJournalFile } from '../witness/journal-file.ts';
import { ledgerAccount } from '../witness/ledger-account.ts';
import { fillDifferences, positionDifferences } from '../witness/money-differences.ts';
import { venueAccount } from '../witness/venue-account.ts';
import { SYMBOL, startFeedBench } from './feed-bench.ts';
import type { FeedBench } from './feed-bench.ts';

const PRICES = [60_000, 60_007.3, 60_019.9, 59_990.7, 60_003.1, 60_000.9, 60_011.3, 60_002.7];
const RATE = '0.00013337';

let world: LedgerWorld;
let bench: FeedBench;
let btc: OpenedSymbol;
beforeEach(async () => {
  world = await startLedger();
  const { ledger, journal } = world;
  const incomes = createIncomeBook(world.pool);
  btc = await openGuarded(ledger, BTC);
  const source = scriptedMarket({ [SYMBOL]: PRICES });
  bench = await startFeedBench({ source }, () => ({ ledger, journal, incomes }));
  void bench.watch();
  await bench.listening();
  await bench.venue.step();
});
afterEach(async () => {
  await bench.close();
  await world.stop();
});

async function act(action: string, detail: object): Promise<void> {
  const request = { action, symbol: SYMBOL, account: 'paper', ...detail };
  expect(await bench.venue.admin('POST', '/actions', request)).toMatchObject({ ok: true });
}

/** A limit order of ours that takes what is there. */
async function trade(side: Side, quantity: string): Promise<void> {
  const level = side === 'buy' ? '60100' : '59900';
  const intent = anIntent({
    clientOrderId: btc.nextId(),
    side,
    quantity: quantity as QuantityText,
    price: level as PriceText,
    postOnly: false,
  });
  await send(world.ledger, BTC, intent);
  await bench.gateway.place(SYMBOL, [intent], bench.gateway.venueTime());
}

/** Resolves when the ledger has as many fills and incomes. */
async function booked(fills: number, incomes: number): Promise<void> {
  const counts = async () => {
    const seen = await ledgerAccount(world.connectionString, 'paper');
    return [seen.fills.length, seen.incomes.length];
  };
  await expect.poll(counts, { timeout: 10_000 }).toEqual([fills, incomes]);
}

async function differences(): Promise<unknown[]> {
  const venue = venueAccount(readJournalFile(bench.venue.journalPath), 'paper');
  const ledger = await ledgerAccount(world.connectionString, 'paper');
  return [fillDifferences, positionDifferences, cashDifferences, incomeDifferences].flatMap(
    (compare) => compare(venue, ledger),
  );
}

/** Holds the journal against what the venue answers, and the parts against their sum. */
async function equityParts() {
  const { equity } = await bench.gateway.equity();
  const { mark } = await bench.gateway.quote(SYMBOL);
  const books = await readBooks(world.pool, 'paper', 'USDT', () => price(mark));
  expect(books.disputed).toEqual([]);
  const parts = ensureDefined(books.equity['USDT'], 'the account has a deposit');
  expect(moneyText((parts.wallet + parts.floatingProfit) as Money)).toBe(equity);
  expect(parts.equityChange).toBe(
    parts.gridProfit +
      parts.otherRealised +
      parts.floatingProfit -
      parts.fees +
      parts.funding +
      parts.external,
  );
  return { parts, all: balances(books.entries) };
}

test('whatever happens to the account, ledger and venue agree to the smallest unit', async () => {
  await booked(0, 1);
  await trade('buy', '0.003');
  await bench.venue.step();
  await trade('buy', '0.004');
  await bench.venue.step();
  // An order whose fill is not yet written would trade with the next one.
  await booked(2, 1);
  await trade('sell', '0.002');
  await booked(3, 1);
  expect(await differences()).toEqual([]);

  await act('settleFunding', { rate: RATE });
  await booked(3, 2);
  await act('placeOrder', { side: 'sell', quantity: '0.001', reduceOnly: true });
  await act('deleverage', { quantity: '0.001' });
  await booked(5, 2);
  expect(await differences()).toEqual([]);
  const before = await equityParts();
  expect(before.parts.funding).toBeLessThan(0n);
  expect(before.parts.floatingProfit).not.toBe(0n);
  expect(before.parts.deposits).toBe(money('10000'));

  bench.network.refuse = true;
  bench.network.cut();
  await bench.venue.step();
  await act('settleFunding', { rate: `-${RATE}` });
  await act('liquidate', {});
  bench.network.refuse = false;
  await booked(6, 4);
  expect(await differences()).toEqual([]);
  const { parts, all } = await equityParts();
  expect(parts.floatingProfit).toBe(0n);
  for (const cause of ['own', 'manual', 'deleveraging', 'liquidation'] as const)
    expect([cause, balanceOf(all, { account: 'fees', cause }) > 0n]).toEqual([cause, true]);
  expect(balanceOf(all, { account: 'liquidationFees' })).toBeGreaterThan(0n);
  expect(parts.equityChange).toBe(parts.wallet - money('10000'));
}, 60_000);

test('a payment that is told twice, or read by two processes, is booked once', async () => {
  await trade('buy', '0.003');
  await bench.venue.admin('POST', '/faults', {
    kind: 'duplicateEvent',
    account: 'paper',
    event: 'ACCOUNT_UPDATE',
    copies: 3,
  });
  await act('settleFunding', { rate: RATE });
  await booked(1, 2);
  const page = await bench.gateway.incomePage(0);
  const incomes = createIncomeBook(world.pool);
  expect(page.incomes.map(({ kind }) => kind)).toEqual(['transfer', 'funding']);
  expect(await incomes.record('paper', 'binance-usdm', page.incomes)).toBe(0);
  expect(await differences()).toEqual([]);
});
