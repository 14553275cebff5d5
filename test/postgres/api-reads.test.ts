import type { Pool } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createApiReads } from '../../adapters/postgres/api-reads.ts';
import { createPool } from '../../adapters/postgres/pool.ts';
import type { SymbolStatus } from '../../core/market/watch.ts';
import { startTestPostgres } from '../support/postgres.ts';
import type { TestPostgres } from '../support/postgres.ts';

const OWN_ID = 'tgtestabcde000010000001';
const DAY = '2026-11-20';

let postgres: TestPostgres;
let pool: Pool;

beforeAll(async () => {
  postgres = await startTestPostgres();
  pool = createPool({ connectionString: postgres.connectionString, applicationName: 'test' });
});
afterAll(async () => {
  await pool.end();
  await postgres.stop();
});
beforeEach(async () => {
  await pool.query('TRUNCATE accounts, symbol_status, incomes CASCADE');
  await pool.query(
    `INSERT INTO accounts (account, mode, instance) VALUES ('paper', 'paper', 'test')`,
  );
  await pool.query(
    `INSERT INTO symbol_epochs VALUES ('paper', 'binance-usdm', 'BTCUSDT', 'abcde', 1)`,
  );
});

const STATUS: SymbolStatus = {
  epoch: 1,
  state: 'rangingGrid.working',
  level: 'ACTIVE',
  haltReason: null,
  regime: 'ranging',
  strategy: 'rangingGrid',
  decisionCode: 'GRID_KEPT',
  decisionReason: 'the grid stands',
  positionQuantity: '0.02',
  entryPrice: '59000',
  openOrders: 6,
  protectiveStops: [{ side: 'sell', triggerPrice: '57000' }],
  gridProfit: '1.25',
  unknownOrders: 0,
  restraints: [],
  marketTime: Date.parse(`${DAY}T12:00:00Z`),
};

const writeStatus = () =>
  pool.query(
    `INSERT INTO symbol_status (account, venue, symbol, epoch, watch_seq, state, level, strategy, status, event_time)
     VALUES ('paper', 'binance-usdm', 'BTCUSDT', 1, 1, $1, $2, $3, $4, $5)`,
    [STATUS.state, STATUS.level, STATUS.strategy, STATUS, new Date(STATUS.marketTime)],
  );

const writeIntent = (state: string) =>
  pool.query(
    `INSERT INTO order_intents (client_order_id, account, venue, symbol, epoch, role, slot, plan_id,
       strategy, side, kind, quantity, price, reduce_only, post_only, time_in_force, build_id, state,
       reserve_price, event_time, expires_at, sent_at)
     VALUES ($1, 'paper', 'binance-usdm', 'BTCUSDT', 1, 'level', 'L-1:entry', 'p1', 'grid', 'buy',
       'limit', 0.01, 59000, false, true, 'GTC', 'test', $2, 59000, now(), now(),
       CASE WHEN $2 <> 'PREPARED' THEN now() END)`,
    [OWN_ID, state],
  );

const STOP = `kind = 'stopMarket', price = NULL, trigger_price = 58000, reduce_only = true`;
const TOLD = `order_status = 'working', order_seq = 1, order_event_time = now()`;

/** Past the trigger, which would not have it. */
async function rewriteIntent(change: string): Promise<void> {
  await pool.query('ALTER TABLE order_intents DISABLE TRIGGER order_intents_change');
  await pool.query(`UPDATE order_intents SET ${change}`);
  await pool.query('ALTER TABLE order_intents ENABLE TRIGGER order_intents_change');
}

type FillRow = { seq: number; time: string; own?: boolean; profit?: string; asset?: string };

const writeFill = ({ seq, time, own = false, profit = '0', asset = 'USDT' }: FillRow) =>
  pool.query(
    `INSERT INTO fills (account, venue, symbol, trade_id, order_id, seq, intent_id, plan_id, side, price,
       quantity, fee, fee_asset, maker, venue_realised_profit, event_time)
     VALUES ('paper', 'binance-usdm', 'BTCUSDT', $1, '1', $2, $3, $7, 'buy', 59000, 0.010, 0.25, $4, true, $5, $6)`,
    [`t${seq}`, seq, own ? OWN_ID : null, asset, profit, `${DAY}T${time}Z`, own ? 'p1' : null],
  );

describe('api reads', () => {
  test('a symbol with its status, fees and last fill', async () => {
    await writeStatus();
    await writeFill({ seq: 2, time: '11:00:00' });
    await writeFill({ seq: 1, time: '11:30:00' });
    const [row, ...others] = await createApiReads(pool).symbols('paper');
    expect(others).toEqual([]);
    expect(row).toMatchObject({
      ref: { account: 'paper', venue: 'binance-usdm', symbol: 'BTCUSDT' },
      status: STATUS,
      fees: '0.5',
      lastFill: {
        time: Date.parse(`${DAY}T11:30:00Z`),
        side: 'buy',
        price: '59000',
        quantity: '0.01',
      },
    });
    expect(Math.abs((row?.recordedAt ?? 0) - Date.now())).toBeLessThan(60_000);
  });

  test('a symbol without a fill has no last one, and no fees', async () => {
    await writeStatus();
    const [row] = await createApiReads(pool).symbols('paper');
    expect([row?.fees, row?.lastFill]).toEqual(['0', null]);
  });

  test('a symbol shows the funding that it paid, not that of others', async () => {
    await writeStatus();
    const payments = [
      ['1', 'BTCUSDT', 'funding', '-0.15'],
      ['2', 'BTCUSDT', 'funding', '0.05000001'],
      ['3', 'BTCUSDT', 'liquidationFee', '-1'],
      ['4', 'ETHUSDT', 'funding', '-9'],
    ];
    for (const payment of payments)
      await pool.query(
        `INSERT INTO incomes (account, venue, venue_type, transaction_id, symbol, kind, amount, asset, event_time)
          VALUES ('paper', 'binance-usdm', 'X', $1, $2, $3, $4, 'USDT', now())`,
        payment,
      );
    const [row] = await createApiReads(pool).symbols('paper');
    expect(row?.funding).toBe('-0.09999999');
  });

  test('fees in several assets are not added up', async () => {
    await writeStatus();
    await writeFill({ seq: 1, time: '11:00:00' });
    await writeFill({ seq: 2, time: '11:00:01', asset: 'BNB' });
    const [row] = await createApiReads(pool).symbols('paper');
    expect(row?.fees).toBeNull();
    expect((await createApiReads(pool).accountUse('paper')).realisedToday).toBeNull();
  });

  test('trades come newest first, with the strategy of ours', async () => {
    await writeIntent('ACKED');
    await writeFill({ seq: 1, time: '10:00:00' });
    await writeFill({ seq: 2, time: '11:00:00', own: true });
    await writeFill({ seq: 3, time: '11:00:00' });
    const trades = await createApiReads(pool).recentTrades('paper', 2);
    expect(trades.map(({ tradeId }) => tradeId)).toEqual(['t3', 't2']);
    expect(trades[0]).toMatchObject({ clientOrderId: null, strategy: null });
    expect(trades[1]).toEqual({
      tradeId: 't2',
      time: Date.parse(`${DAY}T11:00:00Z`),
      symbol: 'BTCUSDT',
      side: 'buy',
      price: '59000',
      quantity: '0.01',
      fee: '0.25',
      feeAsset: 'USDT',
      clientOrderId: OWN_ID,
      strategy: 'grid',
    });
  });

  test('an account uses what its orders reserve; today begins at midnight of the market', async () => {
    await writeStatus();
    await writeIntent('ACKED');
    await writeFill({ seq: 1, time: '00:00:00', profit: '3' });
    await pool.query(`UPDATE fills SET event_time = event_time - interval '1 ms'`);
    await writeFill({ seq: 2, time: '00:00:00', profit: '-2' });
    expect(await createApiReads(pool).accountUse('paper')).toEqual({
      grossNotional: '590',
      openOrders: 1,
      realisedToday: '-2.25',
    });
  });

  test('before there is a market time, nobody knows what today is', async () => {
    expect(await createApiReads(pool).accountUse('paper')).toEqual({
      grossNotional: '0',
      openOrders: 0,
      realisedToday: null,
    });
  });

  test.each([
    // The signed request is refused by the venue 3 s after its time, whoever sent it is dead or not.
    ['just sent', 'SENDING', '', 1],
    ['within recvWindow', 'SENDING', `changed_at = now() - interval '2 s'`, 1],
    ['past recvWindow', 'SENDING', `changed_at = now() - interval '3.5 s'`, 0],
    ['given up, within recvWindow', 'UNKNOWN', `sent_at = now() - interval '2 s'`, 1],
    ['given up, past recvWindow', 'UNKNOWN', `sent_at = now() - interval '3.5 s'`, 0],
    ['the venue told of it', 'SENDING', TOLD, 0],
    ['the venue has answered', 'ACKED', '', 0],
    ['not sent', 'PREPARED', '', 0],
    ['a protective stop', 'SENDING', STOP, 0],
  ])('what may still reach the venue: %s', async (_what, state, change, count) => {
    const reads = createApiReads(pool);
    await writeIntent(state);
    if (change !== '') await rewriteIntent(change);
    expect(await reads.sendingCount('paper')).toBe(count);
  });

  test('what was seen at the venue is on its way no longer', async () => {
    const reads = createApiReads(pool);
    await writeIntent('SENDING');
    expect(await reads.sendingCount('paper', ['tgtestabcde000010000009'])).toBe(1);
    expect(await reads.sendingCount('paper', [OWN_ID])).toBe(0);
  });

  test('knows the instance once the account is there', async () => {
    const reads = createApiReads(pool);
    expect(await reads.instance('paper')).toBe('test');
    expect(await reads.instance('other')).toBeNull();
    await expect(reads.ping()).resolves.toBeUndefined();
  });
});
