import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  BTC,
  ETH,
  NOW,
  QUOTE,
  aFill,
  aRequest,
  aSending,
  aStop,
  aVenueOrder,
  acked,
  anIntent,
  openGuarded,
  openSymbol,
  send,
  startLedger,
} from '../support/ledger.ts';
import type { LedgerWorld, OpenedSymbol } from '../support/ledger.ts';

let world: LedgerWorld;
let btc: OpenedSymbol;
let eth: OpenedSymbol;

async function start(options: Parameters<typeof startLedger>[0] = {}): Promise<void> {
  world = await startLedger(options);
  btc = await openGuarded(world.ledger, BTC);
  eth = await openGuarded(world.ledger, ETH);
}
afterEach(() => world.stop());

/** Each in a slot of its own. */
const aLevel = (clientOrderId: string) =>
  anIntent({ clientOrderId, slot: `L-${clientOrderId.slice(-3)}:entry` });

/** Resolves when so many transactions wait for a lock. */
async function waiting(count: number): Promise<void> {
  for (let attempt = 0; attempt < 2_000; attempt += 1) {
    const { rowCount } = await world.pool.query(
      `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
    );
    if (rowCount === count) return;
  }
  throw new Error(`${count} transactions never waited at once`);
}

const stateOf = async (clientOrderId: string) => (await world.ledger.intent(clientOrderId))?.state;

describe('with room for three orders', () => {
  // 1.5 % of 10,000 at leverage 3 is 450; an order is worth 119.4.
  beforeEach(() => start({ limits: { exposurePct: 1.5 } }));

  test('eight symbols and requests at once overdraw nothing', async () => {
    const requests = [btc, eth, btc, eth, btc, eth, btc, eth].map(({ ref, nextId }) =>
      world.ledger.prepareIntents(aRequest(ref, [aLevel(nextId())])),
    );
    const answers = await Promise.all(requests);
    expect(answers.flatMap(({ approved }) => approved)).toHaveLength(3);
    const codes = answers.flatMap(({ denied }) => denied.map(({ reason }) => reason.code));
    expect(new Set(codes)).toEqual(new Set(['EXPOSURE_LIMIT_EXCEEDED']));
  });

  test('each way out without an order gives its room back; a fill keeps it as position', async () => {
    const orders = Array.from({ length: 3 }, () => aLevel(btc.nextId()));
    for (const order of orders) await send(world.ledger, BTC, order);
    const isRoom = async () => {
      const order = aLevel(eth.nextId());
      const { approved } = await world.ledger.prepareIntents(aRequest(ETH, [order]));
      if (approved.length > 0) await world.ledger.expirePrepared(ETH, order.clientOrderId);
      return approved.length > 0;
    };
    expect(await isRoom()).toBe(false);
    const [rejected, cancelled, filled] = orders.map(({ clientOrderId }) => clientOrderId);
    const rejection = { kind: 'rejected', code: '-2010', message: '' } as const;
    await world.ledger.recordOutcome(BTC, rejected!, rejection);
    expect(await isRoom()).toBe(true);
    await send(world.ledger, ETH, aLevel(eth.nextId()));
    expect(await isRoom()).toBe(false);
    const venueOrder = aVenueOrder(orders[1]!, { venueOrderId: '2', status: 'cancelled' });
    await world.ledger.recordOutcome(BTC, cancelled!, { kind: 'acked', order: venueOrder });
    expect(await isRoom()).toBe(true);
    await send(world.ledger, ETH, aLevel(eth.nextId()));
    // The venue says filled before the fill is booked: the room stays taken in between and after.
    const order = aVenueOrder(orders[2]!, {
      venueOrderId: '3',
      status: 'filled',
      executed: '0.002' as never,
    });
    await world.ledger.recordOutcome(BTC, filled!, { kind: 'acked', order });
    expect(await isRoom()).toBe(false);
    await world.ledger.recordFill(
      BTC,
      aFill({ tradeId: '1', orderId: '3', clientOrderId: filled }),
    );
    expect(await isRoom()).toBe(false);
  });
});

describe('a prepared order', () => {
  beforeEach(() => start());

  test('is sent by one of six requests; the others are told to resolve', async () => {
    const stop = aStop({ clientOrderId: btc.nextId(), decisionId: 'd-1' });
    await world.ledger.prepareIntents(aRequest(BTC, [stop]));
    // All six stand before the latch, so that they come to the row at one time.
    const latch = await world.pool.connect();
    await latch.query('BEGIN');
    await latch.query('SELECT 1 FROM halt_latch FOR UPDATE');
    const sending = Array.from({ length: 6 }, () =>
      world.ledger.beginSending(aSending(BTC, [stop.clientOrderId])),
    );
    try {
      await waiting(6);
    } finally {
      await latch.query('COMMIT');
    }
    latch.release();
    const answers = await Promise.all(sending);
    expect(answers.flatMap(({ send: sent }) => sent)).toEqual([stop]);
    expect(answers.flatMap(({ alreadySending }) => alreadySending)).toHaveLength(5);
    expect(await world.ledger.intent(stop.clientOrderId)).toEqual({
      intent: stop,
      ref: BTC,
      state: 'SENDING',
      sentAt: NOW,
    });
  });

  test('a request that is repeated is answered alike, until it was sent', async () => {
    const orders = [
      anIntent({ clientOrderId: btc.nextId() }),
      anIntent({ clientOrderId: btc.nextId(), quantity: '0.0001' as never }),
    ];
    const first = await world.ledger.prepareIntents(aRequest(BTC, orders));
    expect(first.denied[0]?.reason.code).toBe('QUANTITY_BELOW_MINIMUM');
    expect(await world.ledger.prepareIntents(aRequest(BTC, orders))).toEqual(first);
    await world.ledger.beginSending(aSending(BTC, first.approved));
    const late = await world.ledger.prepareIntents(aRequest(BTC, orders));
    expect(late.approved).toEqual([]);
    expect(late.denied).toContainEqual({
      clientOrderId: orders[0]?.clientOrderId,
      reason: { code: 'DUPLICATE_INTENT', figures: { state: 'SENDING' } },
    });
  });

  test('keeps why it was denied, when it was prepared and when it was to be sent', async () => {
    const stale = anIntent({ clientOrderId: btc.nextId() });
    await world.ledger.prepareIntents(aRequest(BTC, [stale], { dataAgeMs: 99_999 }));
    const refused = await world.ledger.beginSending(aSending(BTC, [stale.clientOrderId]));
    expect(refused).toEqual({
      send: [],
      alreadySending: [],
      refused: [
        {
          clientOrderId: stale.clientOrderId,
          reason: { code: 'DATA_STALE', figures: { limitMs: '10000', ageMs: '99999' } },
        },
      ],
    });
    const moved = anIntent({ clientOrderId: btc.nextId() });
    await world.ledger.prepareIntents(aRequest(BTC, [moved]));
    const quote = { ...QUOTE, bid: '59199.9', ask: '59200' } as typeof QUOTE;
    const answer = await world.ledger.beginSending({
      ...aSending(BTC, [moved.clientOrderId]),
      quote,
    });
    expect(answer.refused[0]?.reason.code).toBe('PRICE_COLLAR_EXCEEDED');
    expect(await stateOf(moved.clientOrderId)).toBe('DENIED');
  });

  test('without a row is refused, and the others are judged', async () => {
    const stop = aStop({ clientOrderId: btc.nextId() });
    await world.ledger.prepareIntents(aRequest(BTC, [stop]));
    const lost = btc.nextId();
    const answer = await world.ledger.beginSending(aSending(BTC, [lost, stop.clientOrderId]));
    expect(answer.send).toEqual([stop]);
    expect(answer.refused).toEqual([
      { clientOrderId: lost, reason: { code: 'INTENT_EXPIRED', figures: { row: 'none' } } },
    ]);
  });

  test('of an older workflow start is neither approved nor sent', async () => {
    const [waiting, old] = [aLevel(btc.nextId()), aStop({ clientOrderId: btc.nextId() })];
    await world.ledger.prepareIntents(aRequest(BTC, [waiting, old]));
    // A submit holds its row while the next start opens its epoch.
    const submit = await world.pool.connect();
    const held = 'SELECT FROM order_intents WHERE client_order_id = $1 FOR UPDATE';
    await submit.query('BEGIN');
    await submit.query(held, [old.clientOrderId]);
    await openSymbol(world.ledger, BTC);
    await submit.query('ROLLBACK');
    submit.release();
    expect(await stateOf(waiting.clientOrderId)).toBe('EXPIRED');
    expect(await stateOf(old.clientOrderId)).toBe('PREPARED');
    const sent = await world.ledger.beginSending(aSending(BTC, [old.clientOrderId]));
    expect(sent.refused[0]?.reason.code).toBe('INTENT_EXPIRED');
    expect(await stateOf(old.clientOrderId)).toBe('EXPIRED');
    const late = aStop({ clientOrderId: btc.nextId() });
    const answer = await world.ledger.prepareIntents(aRequest(BTC, [late]));
    expect(answer.denied[0]?.reason).toEqual({
      code: 'INTENT_EXPIRED',
      figures: { epoch: '1', current: '2' },
    });
  });

  test('is expired once; what was sent is not', async () => {
    const order = aStop({ clientOrderId: btc.nextId() });
    await world.ledger.prepareIntents(aRequest(BTC, [order]));
    expect(await world.ledger.expirePrepared(BTC, order.clientOrderId)).toBe(true);
    expect(await world.ledger.expirePrepared(BTC, order.clientOrderId)).toBe(false);
    const sent = aStop({ clientOrderId: btc.nextId() });
    await send(world.ledger, BTC, sent);
    expect(await world.ledger.expirePrepared(BTC, sent.clientOrderId)).toBe(false);
    expect(await stateOf(sent.clientOrderId)).toBe('SENDING');
  });
});

test('an order that waited too long is refused by the database clock, and gives its room back', async () => {
  await start({ limits: { exposurePct: 0.5 } });
  const hasty = world.ledgerOf(1);
  const first = anIntent({ clientOrderId: btc.nextId() });
  await hasty.prepareIntents(aRequest(BTC, [first]));
  await overdue(first.clientOrderId);
  const sent = await hasty.beginSending(aSending(BTC, [first.clientOrderId]));
  expect(sent.refused[0]?.reason.code).toBe('INTENT_EXPIRED');
  const second = anIntent({ clientOrderId: btc.nextId() });
  expect((await hasty.prepareIntents(aRequest(BTC, [second]))).approved).toHaveLength(1);
  await overdue(second.clientOrderId);
  const third = anIntent({ clientOrderId: eth.nextId() });
  expect((await hasty.prepareIntents(aRequest(ETH, [third]))).approved).toHaveLength(1);
  expect(await stateOf(second.clientOrderId)).toBe('EXPIRED');
});

/** Resolves when the database's own clock has passed the row's expiry. */
const overdue = (clientOrderId: string) =>
  world.pool.query(
    `SELECT pg_sleep(greatest(0, extract(epoch FROM expires_at - clock_timestamp())))
     FROM order_intents WHERE client_order_id = $1`,
    [clientOrderId],
  );

describe('an order without a known outcome', () => {
  beforeEach(() => start());

  test('stops new risk on its symbol, and only there, until it is solved', async () => {
    const lost = anIntent({ clientOrderId: btc.nextId() });
    await send(world.ledger, BTC, lost);
    await world.ledger.recordOutcome(BTC, lost.clientOrderId, { kind: 'unknown', message: '503' });
    const verdict = async (ref: typeof BTC, clientOrderId: string) =>
      (await world.ledger.prepareIntents(aRequest(ref, [anIntent({ clientOrderId })]))).denied[0]
        ?.reason.code;
    expect(await verdict(BTC, btc.nextId())).toBe('UNKNOWN_ORDER_PENDING');
    expect(await verdict(ETH, eth.nextId())).toBeUndefined();
    const stop = aStop({ clientOrderId: btc.nextId() });
    await send(world.ledger, BTC, stop);
    await world.ledger.recordOutcome(BTC, lost.clientOrderId, { kind: 'absent' });
    expect(await verdict(BTC, btc.nextId())).toBeUndefined();
  });
});

describe('a position', () => {
  beforeEach(async () => {
    world = await startLedger({ limits: { protectionGraceMs: 1 } });
    btc = await openSymbol(world.ledger, BTC);
  });

  const deniedEntry = async () =>
    (await world.ledger.prepareIntents(aRequest(BTC, [anIntent({ clientOrderId: btc.nextId() })])))
      .denied[0]?.reason.code;

  test('without a stop that covers it takes no more risk after the grace', async () => {
    await world.ledger.recordFill(BTC, aFill({ tradeId: '1', quantity: '0.006' }));
    await world.pool.query('SELECT pg_sleep(0.005)');
    expect(await deniedEntry()).toBe('PROTECTION_MISSING');

    const small = aStop({ clientOrderId: btc.nextId(), quantity: '0.005' as never });
    await send(world.ledger, BTC, small);
    expect(await deniedEntry()).toBe('PROTECTION_MISSING');

    const rest = aStop({ clientOrderId: btc.nextId(), quantity: '0.001' as never });
    await send(world.ledger, BTC, rest);
    // On its way a stop guards what is held; what would be added waits until it stands.
    expect(await deniedEntry()).toBe('STOP_MISSING');

    // A stop whose outcome is unknown is not protection.
    await world.ledger.recordOutcome(BTC, rest.clientOrderId, { kind: 'unknown', message: '503' });
    await world.pool.query('SELECT pg_sleep(0.005)');
    expect(await deniedEntry()).toBe('UNKNOWN_ORDER_PENDING');
    await world.ledger.recordOutcome(BTC, rest.clientOrderId, { kind: 'absent' });
    await world.pool.query('SELECT pg_sleep(0.005)');
    expect(await deniedEntry()).toBe('PROTECTION_MISSING');

    const again = aStop({ clientOrderId: btc.nextId(), quantity: '0.001' as never });
    await send(world.ledger, BTC, again);
    await acked(world.ledger, BTC, again);
    expect(await deniedEntry()).toBe('STOP_MISSING');
    await acked(world.ledger, BTC, small);
    // What is held is covered, and what would be added with it is not.
    expect(await deniedEntry()).toBe('STOP_MISSING');
    const more = aStop({ clientOrderId: btc.nextId(), quantity: '0.1' as never });
    await send(world.ledger, BTC, more);
    await acked(world.ledger, BTC, more);
    expect(await deniedEntry()).toBeUndefined();
  });

  test('that somebody else made after the approval holds back what its stops do not suffice for', async () => {
    const stop = aStop({ clientOrderId: btc.nextId(), quantity: '0.004' as never });
    await send(world.ledger, BTC, stop);
    await acked(world.ledger, BTC, stop);
    const levels = [aLevel(btc.nextId()), aLevel(btc.nextId())];
    expect((await world.ledger.prepareIntents(aRequest(BTC, levels))).denied).toEqual([]);
    const [first, second] = levels.map(({ clientOrderId }) => clientOrderId);
    const sent = await world.ledger.beginSending(aSending(BTC, [first ?? '']));
    expect(sent.refused).toEqual([]);
    await world.ledger.recordFill(BTC, aFill({ tradeId: '1', quantity: '0.001' }));
    const { refused } = await world.ledger.beginSending(aSending(BTC, [second ?? '']));
    expect(refused.map(({ reason }) => reason)).toEqual([
      { code: 'STOP_MISSING', figures: { worstCase: '0.005', stops: '0.004' } },
    ]);
  });

  test('is not covered by a stop of its own side, nor by one that has ended', async () => {
    await world.ledger.recordFill(BTC, aFill({ tradeId: '1', quantity: '0.006' }));
    const upper = aStop({
      clientOrderId: btc.nextId(),
      side: 'buy',
      triggerPrice: '62000' as never,
    });
    await send(world.ledger, BTC, upper);
    const stop = aStop({ clientOrderId: btc.nextId(), quantity: '0.1' as never });
    await send(world.ledger, BTC, stop);
    await acked(world.ledger, BTC, upper);
    expect(await deniedEntry()).toBe('STOP_MISSING');
    await acked(world.ledger, BTC, stop);
    expect(await deniedEntry()).toBeUndefined();
    const order = aVenueOrder(stop, { venueOrderId: '7', status: 'cancelled' });
    await world.ledger.recordOutcome(BTC, stop.clientOrderId, { kind: 'acked', order });
    await world.pool.query('SELECT pg_sleep(0.005)');
    expect(await deniedEntry()).toBe('PROTECTION_MISSING');
  });
});

describe('the database itself', () => {
  beforeEach(() => start());

  test.each([
    ['PREPARED', 'ACKED'],
    ['SENDING', 'PREPARED'],
    ['SENDING', 'ABSENT'],
    ['SENDING', 'DENIED'],
  ])('refuses %s to %s', async (from, to) => {
    const order = aStop({ clientOrderId: btc.nextId() });
    await world.ledger.prepareIntents(aRequest(BTC, [order]));
    if (from === 'SENDING') await world.ledger.beginSending(aSending(BTC, [order.clientOrderId]));
    const change = world.pool.query(
      `UPDATE order_intents SET state = $2 WHERE client_order_id = $1`,
      [order.clientOrderId, to],
    );
    await expect(change).rejects.toThrow('not a legal transition');
  });

  test('refuses to change what was approved, and a position that does not add up', async () => {
    const order = aStop({ clientOrderId: btc.nextId() });
    await send(world.ledger, BTC, order);
    const id = [order.clientOrderId];
    const change = (set: string) =>
      world.pool.query(`UPDATE order_intents SET ${set} WHERE client_order_id = $1`, id);
    await expect(change(`quantity = 1`)).rejects.toThrow('never changes');
    await expect(change(`sent_at = now()`)).rejects.toThrow('never changes');
    await expect(change(`executed = 'NaN'`)).rejects.toThrow('decimal12');
    const position = world.pool
      .query(`INSERT INTO positions (account, venue, symbol, quantity, cost,
      realised_profit, open_realised_profit, last_seq, last_event_time, last_trade_id)
      VALUES ('paper', 'v', 's', 1, 100, 0, 0, 1, now(), '1')`);
    await expect(position).rejects.toThrow('check constraint');
  });
});
