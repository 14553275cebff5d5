import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  aFill,
  anIntent,
  aStop,
  aVenueOrder,
  BTC,
  openSymbol,
  send,
  startLedger,
} from '../support/ledger.ts';
import type { LedgerWorld } from '../support/ledger.ts';
import { createIncomeBook } from '../../adapters/postgres/income-book.ts';
import { money, moneyText } from '../../core/money/units.ts';
import { HandMadeJournal, TRADE } from './hand-made-journal.ts';
import { witness } from './witness.ts';

let world: LedgerWorld;
let folder: string;
beforeEach(async () => {
  world = await startLedger();
  folder = mkdtempSync(join(tmpdir(), 'tidegate-witness-'));
});
afterEach(async () => {
  await world.stop();
  rmSync(folder, { recursive: true });
});

test('the witness reads what the ledger wrote, and sees a row that is missing', async () => {
  const { ledger, connectionString } = world;
  const { nextId } = await openSymbol(ledger, BTC);
  const [level, stop] = [anIntent({ clientOrderId: nextId() }), aStop({ clientOrderId: nextId() })];
  await send(ledger, BTC, stop);
  const accepted = { kind: 'acked' as const };
  const filled = { venueOrderId: '7', status: 'filled' as const, executed: level.quantity };
  await ledger.recordOutcome(BTC, stop.clientOrderId, {
    ...accepted,
    order: aVenueOrder(stop, { venueOrderId: '3' }),
  });
  await send(ledger, BTC, level);
  await ledger.recordOutcome(BTC, level.clientOrderId, {
    ...accepted,
    order: aVenueOrder(level, filled),
  });
  const eventTime = TRADE.time;
  await ledger.recordFill(
    BTC,
    aFill({ tradeId: '11', orderId: '7', clientOrderId: level.clientOrderId, eventTime }),
  );

  const deposit = {
    transactionId: '1',
    kind: 'transfer',
    venueType: 'TRANSFER',
    symbol: null,
    asset: 'USDT',
    amount: moneyText(money('10000')),
    eventTime: 60_000,
  } as const;
  const incomes = createIncomeBook(world.pool);
  expect(await incomes.record(BTC.account, BTC.venue, [deposit])).toBe(1);
  expect(await incomes.record(BTC.account, BTC.venue, [deposit])).toBe(0);
  expect(await incomes.newestTime(BTC.account, BTC.venue)).toBe(60_000);

  const order = { clientOrderId: level.clientOrderId };
  const journal = new HandMadeJournal()
    .opened()
    .conditional('conditionalAccepted', { clientAlgoId: stop.clientOrderId, quantity: '0.006' })
    .order('orderAccepted', order)
    .balance('9999.97612', '0.002')
    .order('trade', { ...order, status: 'FILLED', executedQty: '0.002' }, TRADE);
  const journalPath = join(folder, 'venue.jsonl');
  writeFileSync(journalPath, journal.text());

  const request = { journalPath, connectionString, account: BTC.account };
  expect(await witness(request)).toMatchObject({
    differences: [],
    counts: { journalLines: 5, orders: 2, intents: 2, fills: 1, refused: 0 },
    cash: { opening: '10000', fees: '0.02388', wallet: '9999.97612', profit: '-0.02388' },
    protection: { positions: 1, unprotectedSeconds: 0 },
  });

  await world.pool.query('DELETE FROM fills');
  const { differences } = await witness(request);
  expect(differences.map(({ check, subject }) => `${check} ${subject}`)).toEqual([
    'trade without fill BTCUSDT/11',
    'position BTCUSDT',
    'cash fees',
    'cash wallet',
  ]);
});
