import { afterAll, beforeAll, expect, test } from 'vitest';
import { createStatusReads } from '../../adapters/postgres/reads/limit-figures.ts';
import {
  BTC,
  ETH,
  NOW,
  aFill,
  anIntent,
  openGuarded,
  openSymbol,
  send,
  startLedger,
} from '../support/ledger.ts';
import type { LedgerWorld } from '../support/ledger.ts';

let world: LedgerWorld;
beforeAll(async () => {
  world = await startLedger();
});
afterAll(() => world.stop());

const figures = () => createStatusReads(world.pool).limitFigures('paper');

const reportStatus = (time: number) =>
  world.pool.query(
    `INSERT INTO symbol_status (account, venue, symbol, epoch, watch_seq, state, level, strategy, status, event_time)
     VALUES ($1, $2, $3, 1, 1, 'standby', 'ACTIVE', 'grid', '{}', $4)
     ON CONFLICT (account, venue, symbol) DO UPDATE SET event_time = excluded.event_time`,
    [BTC.account, BTC.venue, BTC.symbol, new Date(time)],
  );

test('a symbol uses its position with its orders, worst case, and what it sent today', async () => {
  expect(await figures()).toEqual({ highestEquity: null, isFirstDay: true, symbols: [] });
  const btc = await openGuarded(world.ledger, BTC);
  await openSymbol(world.ledger, ETH);
  const bought = anIntent({ clientOrderId: btc.nextId() });
  for (const intent of [
    bought,
    anIntent({ clientOrderId: btc.nextId(), slot: 'L-2:entry' }),
    anIntent({
      clientOrderId: btc.nextId(),
      slot: 'L1:entry',
      side: 'sell',
      price: '60300' as never,
    }),
  ])
    await send(world.ledger, BTC, intent);
  await world.ledger.recordFill(
    BTC,
    aFill({ tradeId: '1', orderId: '1', clientOrderId: bought.clientOrderId, eventTime: NOW }),
  );

  const idle = { symbol: 'ETHUSDT', positionNotional: '0', openOrders: 0, ordersToday: null };
  // Held 0.002 at 59,700 and 0.002 more at 59,700 would be bought; the sell turns nothing round.
  const used = { symbol: 'BTCUSDT', positionNotional: '238.8', openOrders: 5 };
  expect(await figures()).toEqual({
    highestEquity: '10000',
    isFirstDay: true,
    symbols: [{ ...used, ordersToday: null }, idle],
  });
  await reportStatus(NOW);
  expect((await figures()).symbols).toEqual([{ ...used, ordersToday: 5 }, idle]);
  await reportStatus(NOW + 86_400_000);
  expect((await figures()).symbols).toEqual([{ ...used, ordersToday: 0 }, idle]);
  expect((await createStatusReads(world.pool).limitFigures('other')).symbols).toEqual([]);
});
