import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Fill, OrderIntent } from '../../core/orders/order.ts';
import {
  BTC,
  NOW,
  aCounter,
  aFill,
  aRequest,
  aStop,
  aVenueOrder,
  anIntent,
  openSymbol,
  placeStops,
  send,
  startLedger,
} from '../support/ledger.ts';
import type { LedgerWorld, OpenedSymbol } from '../support/ledger.ts';

let world: LedgerWorld;
let btc: OpenedSymbol;
beforeEach(async () => {
  world = await startLedger();
  btc = await openSymbol(world.ledger, BTC);
});
afterEach(() => world.stop());

const rows = async (text: string) => (await world.pool.query(text)).rows as unknown[];

const flowPositions = () =>
  rows(`SELECT side, quantity_opened::float8, quantity_closed::float8, realised_profit::float8,
    closed_event_time IS NOT NULL AS closed FROM flow_positions ORDER BY position_id`);

const flowTrades = () =>
  rows(`SELECT trade_key, kind, side, quantity::float8, gross_profit::float8, fees::float8
    FROM flow_trades ORDER BY closed_event_time, trade_key`);

/** Long 3 at 100, 106; closes 2 of them at 110; passes through zero at 90; all in order of time. */
const HISTORY: readonly Fill[] = [
  aFill({ tradeId: '9', side: 'buy', price: '100', quantity: '1', eventTime: NOW }),
  aFill({ tradeId: '10', side: 'buy', price: '106', quantity: '2', eventTime: NOW }),
  aFill({ tradeId: '11', side: 'sell', price: '110', quantity: '2', eventTime: NOW + 1 }),
  aFill({ tradeId: '12', side: 'sell', price: '90', quantity: '3', eventTime: NOW + 2 }),
];

const permutations = <T>(all: readonly T[]): T[][] =>
  all.length <= 1
    ? [[...all]]
    : all.flatMap((one, i) => permutations(all.toSpliced(i, 1)).map((rest) => [one, ...rest]));

describe('fills in any order, some of them twice', () => {
  test('give one position, one history of positions', async () => {
    const expected = {
      position: {
        quantity: '-2',
        entryPrice: '90',
        realisedProfit: '0',
        lastSeq: 4,
        lastFillTime: NOW + 2,
      },
      flow: [
        { side: 'LONG', quantity_opened: 3, quantity_closed: 3, realised_profit: -2, closed: true },
        {
          side: 'SHORT',
          quantity_opened: 2,
          quantity_closed: 0,
          realised_profit: 0,
          closed: false,
        },
      ],
      total: [{ total: '-2' }],
    };
    for (const order of permutations(HISTORY)) {
      const answers: boolean[] = [];
      for (const fill of [...order, ...order])
        answers.push(await world.ledger.recordFill(BTC, fill));
      expect(answers).toEqual([...order.map(() => true), ...order.map(() => false)]);
      const label = order.map(({ tradeId }) => tradeId).join(' ');
      expect(
        {
          position: await world.ledger.position(BTC),
          flow: await flowPositions(),
          total: await rows(`SELECT trim_scale(realised_profit)::text AS total FROM positions`),
        },
        label,
      ).toEqual(expected);
      await world.pool.query(
        `TRUNCATE fills, positions, flow_positions; UPDATE accounts SET seq = 0`,
      );
    }
  });

  test('of several round trips, a late one rewrites only what came after it', async () => {
    const trip = (at: number, exit: string) => [
      aFill({ tradeId: `${at}`, side: 'buy', price: '100', quantity: '1', eventTime: NOW + at }),
      aFill({
        tradeId: `${at + 1}`,
        side: 'sell',
        price: exit,
        quantity: '1',
        eventTime: NOW + at + 1,
      }),
    ];
    const late = aFill({
      tradeId: '25',
      side: 'buy',
      price: '90',
      quantity: '1',
      eventTime: NOW + 20,
    });
    for (const fill of [...trip(10, '101'), ...trip(20, '102'), ...trip(30, '103')])
      await world.ledger.recordFill(BTC, fill);
    const before = await rows(`SELECT position_id FROM flow_positions ORDER BY position_id`);
    await world.ledger.recordFill(BTC, late);
    const after = await rows(`SELECT position_id FROM flow_positions ORDER BY position_id`);
    expect(after[0]).toEqual(before[0]);
    expect(after).toHaveLength(2);
    expect(await flowPositions()).toEqual([
      { side: 'LONG', quantity_opened: 1, quantity_closed: 1, realised_profit: 1, closed: true },
      {
        side: 'LONG',
        quantity_opened: 3,
        quantity_closed: 2,
        realised_profit: 12.5,
        closed: false,
      },
    ]);
    expect(await world.ledger.position(BTC)).toMatchObject({
      quantity: '1',
      entryPrice: '97.5',
      realisedProfit: '12.5',
    });
  });

  test('twelve writers of the same fills book each once, numbered without a gap', async () => {
    const fills = Array.from({ length: 10 }, (_, i) =>
      aFill({ tradeId: String(100 + i), quantity: '0.001', eventTime: NOW + i }),
    );
    const answers = await Promise.all(
      Array.from({ length: 12 }, async () => {
        let fresh = 0;
        for (const fill of fills) if (await world.ledger.recordFill(BTC, fill)) fresh += 1;
        return fresh;
      }),
    );
    expect(answers.reduce((sum, fresh) => sum + fresh)).toBe(10);
    expect((await world.ledger.position(BTC)).quantity).toBe('0.01');
    const above = await world.ledger.rowsAbove(BTC, 0, 100);
    expect(above.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  test('connections that die in the middle leave nothing half-written', async () => {
    const fills = Array.from({ length: 30 }, (_, i) =>
      aFill({
        tradeId: String(100 + i),
        side: i % 3 === 0 ? 'sell' : 'buy',
        eventTime: NOW + (i % 7),
      }),
    );
    const written = { all: false };
    const axe = new pg.Client({ connectionString: world.connectionString });
    await axe.connect();
    let failures = 0;
    const killer = (async () => {
      while (!written.all)
        await axe.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE application_name = 'tidegate-test' AND datname = current_database() AND random() < 0.3`);
    })();
    await Promise.all(
      fills.map(async (fill) => {
        for (let attempt = 0; attempt < 200; attempt += 1) {
          try {
            return await world.ledger.recordFill(BTC, fill);
          } catch {
            // The connection died; whether it was booked is found out by booking it again.
            failures += 1;
          }
          if (attempt === 60) written.all = true;
        }
        throw new Error(`${fill.tradeId} was never booked`);
      }),
    );
    written.all = true;
    await killer;
    await axe.end();
    expect(failures).toBeGreaterThan(0);
    expect((await world.ledger.position(BTC)).quantity).toBe('0.02');
    const [sums] = await rows(`SELECT count(*)::int AS fills, max(seq)::int AS seq,
      (SELECT seq::int FROM accounts) AS account_seq,
      (SELECT sum(CASE WHEN closed_event_time IS NULL THEN quantity_opened - quantity_closed ELSE 0 END)::float8
         FROM flow_positions) AS open FROM fills`);
    expect(sums).toEqual({ fills: 30, seq: 30, account_seq: 30, open: 0.02 });
  });

  test('the same trade id of two orders is two fills', async () => {
    await world.ledger.recordFill(BTC, aFill({ tradeId: '1', orderId: '1' }));
    expect(await world.ledger.recordFill(BTC, aFill({ tradeId: '1', orderId: '2' }))).toBe(true);
    expect((await world.ledger.position(BTC)).quantity).toBe('0.004');
  });
});

async function working(intent: OrderIntent, venueOrderId: string): Promise<OrderIntent> {
  await send(world.ledger, BTC, intent);
  const order = aVenueOrder(intent, { venueOrderId });
  await world.ledger.recordOutcome(BTC, intent.clientOrderId, { kind: 'acked', order });
  return intent;
}

const fillOf = (
  intent: OrderIntent,
  fill: Partial<Record<keyof Fill, unknown>> & { tradeId: string },
) =>
  aFill({
    clientOrderId: intent.clientOrderId,
    side: intent.side,
    price: intent.price,
    quantity: intent.quantity,
    ...fill,
  });

describe('closed round trips', () => {
  beforeEach(() => placeStops(world.ledger, btc));

  test('a level and its counter make a pair a counter-order, parts added up, whatever came first', async () => {
    const level = await working(anIntent({ clientOrderId: btc.nextId() }), '1');
    const counter = await working(
      anIntent({
        clientOrderId: btc.nextId(),
        role: 'counter',
        slot: 'L-1:counter',
        side: 'sell',
        price: '59820' as never,
        postOnly: false,
      }),
      '2',
    );
    const fills = [
      fillOf(counter, { tradeId: '3', orderId: '2', quantity: '0.001', eventTime: NOW + 2 }),
      fillOf(level, { tradeId: '1', orderId: '1', eventTime: NOW }),
      fillOf(counter, { tradeId: '4', orderId: '2', quantity: '0.001', eventTime: NOW + 3 }),
    ];
    for (const fill of fills) await world.ledger.recordFill(BTC, fill);
    // 0.002 x 120; the level's fee and both of the counter's parts.
    expect(await flowTrades()).toEqual([
      {
        trade_key: counter.clientOrderId,
        kind: 'gridPair',
        side: 'LONG',
        quantity: 0.002,
        gross_profit: 0.24,
        fees: 0.07164,
      },
    ]);
  });

  test('inventory that an exit closed is worked out, at its loss; another slot’s counter is no pair', async () => {
    const one = await working(anIntent({ clientOrderId: btc.nextId() }), '1');
    const two = await working(
      anIntent({ clientOrderId: btc.nextId(), slot: 'L-2:entry', price: '59500' as never }),
      '2',
    );
    const exit = aStop({
      clientOrderId: btc.nextId(),
      role: 'exit',
      slot: 'exit',
      strategy: 'workOut',
      kind: 'market',
      triggerPrice: null,
      quantity: '0.004' as never,
    });
    await send(world.ledger, BTC, exit);
    await world.ledger.recordFill(BTC, fillOf(one, { tradeId: '1', orderId: '1' }));
    await world.ledger.recordFill(
      BTC,
      fillOf(two, { tradeId: '2', orderId: '2', eventTime: NOW + 1 }),
    );
    await world.ledger.recordFill(
      BTC,
      fillOf(exit, { tradeId: '3', orderId: '3', price: '58000', eventTime: NOW + 2 }),
    );
    expect(await flowTrades()).toEqual([
      {
        trade_key: 'plan-1:workOut',
        kind: 'workOut',
        side: 'LONG',
        quantity: 0.004,
        gross_profit: -6.4,
        fees: 0.07164,
      },
    ]);
  });

  test('a scalp is one row, however often it filled', async () => {
    const entry = anIntent({
      clientOrderId: btc.nextId(),
      role: 'entry',
      slot: 'entry',
      strategy: 'scalp',
      planId: 'scalp-1',
      side: 'sell',
      price: '59999.9' as never,
    });
    await send(world.ledger, BTC, entry);
    const target = aStop({
      clientOrderId: btc.nextId(),
      role: 'target',
      slot: 'target',
      strategy: 'scalp',
      planId: 'scalp-1',
      side: 'buy',
      kind: 'limit',
      price: '59700' as never,
      triggerPrice: null,
      quantity: '0.002' as never,
    });
    await send(world.ledger, BTC, target);
    const parts = ['0.001', '0.001'].map((quantity, i) => ({ quantity, eventTime: NOW + i }));
    for (const [i, part] of parts.entries())
      await world.ledger.recordFill(BTC, fillOf(entry, { tradeId: `${i}`, orderId: '1', ...part }));
    for (const [i, part] of parts.entries())
      await world.ledger.recordFill(
        BTC,
        fillOf(target, {
          tradeId: `${i + 5}`,
          orderId: '2',
          quantity: part.quantity,
          eventTime: NOW + 60 + i,
        }),
      );
    expect(await flowTrades()).toEqual([
      {
        trade_key: 'scalp-1',
        kind: 'scalp',
        side: 'SHORT',
        quantity: 0.002,
        gross_profit: 0.5998,
        fees: 0.09552,
      },
    ]);
    expect(await world.ledger.position(BTC)).toMatchObject({
      quantity: '0',
      entryPrice: null,
      realisedProfit: '0',
    });
  });

  test('pairs, work-outs and the position agree: realised is the sum of what closed', async () => {
    const level = await working(anIntent({ clientOrderId: btc.nextId() }), '1');
    const counter = await working(
      anIntent({
        clientOrderId: btc.nextId(),
        role: 'counter',
        slot: 'L-1:counter',
        side: 'sell',
        price: '59820' as never,
        postOnly: false,
      }),
      '2',
    );
    await world.ledger.recordFill(BTC, fillOf(level, { tradeId: '1', orderId: '1' }));
    await world.ledger.recordFill(
      BTC,
      fillOf(counter, { tradeId: '2', orderId: '2', eventTime: NOW + 1 }),
    );
    const [sums] =
      await rows(`SELECT (SELECT trim_scale(sum(gross_profit))::text FROM flow_trades) AS trades,
      (SELECT trim_scale(sum(realised_profit))::text FROM flow_positions) AS flow,
      (SELECT trim_scale(realised_profit)::text FROM positions) AS position`);
    expect(sums).toEqual({ trades: '0.24', flow: '0.24', position: '0.24' });
  });
});

test('a fill proves an order that was thought lost, and one thought absent is raised', async () => {
  const lost = aCounter({ clientOrderId: btc.nextId() });
  await send(world.ledger, BTC, lost);
  await world.ledger.recordOutcome(BTC, lost.clientOrderId, { kind: 'absent' });
  expect((await world.ledger.intent(lost.clientOrderId))?.state).toBe('ABSENT');
  await world.ledger.recordFill(BTC, fillOf(lost, { tradeId: '1' }));
  expect((await world.ledger.intent(lost.clientOrderId))?.state).toBe('ACKED');
  expect(await rows(`SELECT code, severity FROM risk_events WHERE severity = 'critical'`)).toEqual([
    { code: 'ORDER_APPEARED_LATE', severity: 'critical' },
  ]);
  expect((await world.ledger.prepareIntents(aRequest(BTC, []))).approved).toEqual([]);
});

test('a stranger’s fill that comes again with our client id is ours, and counted once', async () => {
  const lost = aCounter({ clientOrderId: btc.nextId() });
  await send(world.ledger, BTC, lost);
  const fill = fillOf(lost, { tradeId: '1' });
  await world.ledger.recordFill(BTC, { ...fill, clientOrderId: null });
  expect((await world.ledger.intent(lost.clientOrderId))?.state).toBe('SENDING');
  expect(await world.ledger.recordFill(BTC, fill)).toBe(false);
  expect(await world.ledger.recordFill(BTC, fill)).toBe(false);
  expect((await world.ledger.intent(lost.clientOrderId))?.state).toBe('ACKED');
  expect(await world.ledger.rowsAbove(BTC, 0, 9)).toEqual([{ seq: 2, kind: 'fill', fill }]);
  expect((await world.ledger.position(BTC)).quantity).toBe('0.002');
});

test('rows come above the cursor, in number order, fills and orders mixed, at most as many as asked', async () => {
  const level = await working(aCounter({ clientOrderId: btc.nextId() }), '1');
  const fill = fillOf(level, { tradeId: '1', orderId: '1' });
  await world.ledger.recordFill(BTC, fill);
  const done = aVenueOrder(level, {
    venueOrderId: '1',
    status: 'filled',
    executed: level.quantity,
    eventTime: NOW + 1,
  });
  await world.ledger.recordOrder(BTC, done);
  const all = await world.ledger.rowsAbove(BTC, 0, 100);
  expect(all).toEqual([
    { seq: 2, kind: 'fill', fill },
    {
      seq: 3,
      kind: 'order',
      order: {
        clientOrderId: level.clientOrderId,
        status: 'filled',
        executed: '0.002',
        eventTime: NOW + 1,
      },
    },
  ]);
  expect(await world.ledger.rowsAbove(BTC, 0, 1)).toEqual(all.slice(0, 1));
  expect(await world.ledger.rowsAbove(BTC, 2, 100)).toEqual(all.slice(1));
});
