import { afterAll, beforeAll, expect, test } from 'vitest';
import { createIncomeBook } from '../../adapters/postgres/income-book.ts';
import { readBooks } from '../../adapters/postgres/reads/books.ts';
import { symbolProfits } from '../../adapters/postgres/reads/profit.ts';
import {
  latestDecisions,
  latestRiskEvents,
  latestSwitches,
} from '../../adapters/postgres/reads/records.ts';
import { money, moneyText, price } from '../../core/money/units.ts';
import {
  BTC,
  ETH,
  NOW,
  aFill,
  anIntent,
  openGuarded,
  send,
  startLedger,
} from '../support/ledger.ts';
import type { LedgerWorld } from '../support/ledger.ts';

let world: LedgerWorld;
beforeAll(async () => {
  world = await startLedger();
});
afterAll(() => world.stop());

test('profit is grid, floating and fees, and they add up to the change in equity', async () => {
  const btc = await openGuarded(world.ledger, BTC);
  await openGuarded(world.ledger, ETH);
  const level = anIntent({ clientOrderId: btc.nextId() });
  const counter = anIntent({
    clientOrderId: btc.nextId(),
    role: 'counter',
    slot: 'L-1:counter',
    side: 'sell',
    price: '59820' as never,
    postOnly: false,
  });
  const other = anIntent({
    clientOrderId: btc.nextId(),
    slot: 'L-2:entry',
    price: '59500' as never,
  });
  for (const [i, intent] of [level, counter, other].entries()) {
    await send(world.ledger, BTC, intent);
    const { clientOrderId, side, price: at } = intent;
    await world.ledger.recordFill(
      BTC,
      aFill({
        tradeId: `${i}`,
        orderId: `${i}`,
        clientOrderId,
        side,
        price: at,
        fee: '0.05',
        eventTime: NOW + i,
      }),
    );
  }
  await world.ledger.recordFill(
    ETH,
    aFill({ tradeId: '1', price: '3000', quantity: '1', fee: '0.001', feeAsset: 'BNB' }),
  );
  const income = { asset: 'USDT', eventTime: NOW, transactionId: '1' };
  const amount = (text: string) => moneyText(money(text));
  await createIncomeBook(world.pool).record('paper', BTC.venue, [
    {
      ...income,
      kind: 'transfer',
      venueType: 'TRANSFER',
      symbol: null,
      amount: amount('10000'),
    },
    {
      ...income,
      kind: 'funding',
      venueType: 'FUNDING_FEE',
      symbol: 'BTCUSDT',
      amount: amount('-0.09'),
    },
  ]);
  const marks: Record<string, string> = { BTCUSDT: '59000' };
  const markOf = (symbol: string) =>
    marks[symbol] === undefined ? undefined : price(marks[symbol]);
  expect(await symbolProfits(world.pool, 'paper', 'USDT', markOf)).toEqual([
    {
      venue: 'binance-usdm',
      symbol: 'BTCUSDT',
      // 0.002 x 120; 0.002 at 59,500 against 59,000.
      gridProfit: '0.24',
      floatingProfit: '-1',
      realisedProfit: '0.24',
      fees: { USDT: '0.15' },
      funding: '-0.09',
      equityChange: '-1',
      trades: 1,
      won: 1,
    },
    {
      venue: 'binance-usdm',
      symbol: 'ETHUSDT',
      gridProfit: '0',
      floatingProfit: '0',
      realisedProfit: '0',
      fees: { BNB: '0.001' },
      funding: '0',
      equityChange: '0',
      trades: 0,
      won: 0,
    },
  ]);
  const { equity } = await readBooks(world.pool, 'paper', 'USDT', markOf);
  expect(equity['USDT']).toMatchObject({
    gridProfit: money('0.24'),
    // The venue of this test reports no realised profit.
    otherRealised: money('-0.24'),
    fees: money('0.15'),
    funding: money('-0.09'),
    deposits: money('10000'),
    wallet: money('9999.76'),
  });
  // Nobody's order: the fee of a manual trade.
  expect(equity['BNB']).toMatchObject({ fees: 0n, external: money('-0.001') });
});

test('records come newest first, of the account or of one symbol', async () => {
  for (const [i, ref] of [BTC, ETH, BTC].entries()) {
    const eventTime = NOW + i;
    await world.journal.recordDecision(ref, {
      decisionId: `d-${i}`,
      epoch: 1,
      trigger: 'barClosed',
      strategy: 'standby',
      regime: 'undecided',
      code: 'SKIP',
      reason: 'why',
      inputs: { i },
      outputs: null,
      eventTime,
    });
    await world.journal.record(ref, [
      {
        kind: 'strategySwitch',
        key: `s-${i}`,
        from: 'a',
        to: 'b',
        reason: 'r',
        regime: null,
        handover: 'h',
        eventTime,
      },
      { kind: 'riskEvent', key: `r-${i}`, code: 'C', severity: 'info', detail: { i }, eventTime },
    ]);
  }
  const account = { account: 'paper' };
  const decisions = await latestDecisions(world.pool, account, 2);
  expect(decisions.map(({ decisionId, symbol }) => [decisionId, symbol])).toEqual([
    ['d-2', 'BTCUSDT'],
    ['d-1', 'ETHUSDT'],
  ]);
  expect(decisions[0]).toMatchObject({ code: 'SKIP', inputs: { i: 2 }, eventTime: NOW + 2 });
  const ofEth = { account: 'paper', symbol: 'ETHUSDT' };
  expect((await latestDecisions(world.pool, ofEth, 9)).map(({ decisionId }) => decisionId)).toEqual(
    ['d-1'],
  );
  expect(await latestSwitches(world.pool, ofEth, 9)).toEqual([
    {
      symbol: 'ETHUSDT',
      from: 'a',
      to: 'b',
      reason: 'r',
      regime: null,
      handover: 'h',
      eventTime: NOW + 1,
    },
  ]);
  expect(await latestRiskEvents(world.pool, ofEth, 9)).toEqual([
    { symbol: 'ETHUSDT', code: 'C', severity: 'info', detail: { i: 1 }, eventTime: NOW + 1 },
  ]);
  expect(await latestRiskEvents(world.pool, account, 9)).toHaveLength(3);
});
