import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { VenueOrder } from '../../adapters/ports.ts';
import type { OrderIntent } from '../../core/orders/order.ts';
import {
  BTC,
  NOW,
  aFill,
  aStop,
  aVenueOrder,
  aCounter,
  openSymbol,
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

const updateOf = async (intent: OrderIntent) => {
  const above = await world.ledger.rowsAbove(BTC, 0, 100);
  const row = above.find(
    (r) => r.kind === 'order' && r.order.clientOrderId === intent.clientOrderId,
  );
  return row?.kind === 'order' ? row.order : undefined;
};

const fillRows = async () =>
  (await world.ledger.rowsAbove(BTC, 0, 100)).flatMap((row) => (row.kind === 'fill' ? [row] : []));

const riskCodes = async () =>
  (
    await world.pool.query<{ code: string }>('SELECT code FROM risk_events ORDER BY recorded_at')
  ).rows.map(({ code }) => code);

const text = (value: string) => value as never;

describe('an ordinary order', () => {
  let level: OrderIntent;
  const event = (order: Partial<VenueOrder>) =>
    world.ledger.recordOrder(BTC, aVenueOrder(level, { venueOrderId: '1', ...order }));
  beforeEach(async () => {
    level = aCounter({ clientOrderId: btc.nextId() });
    await send(world.ledger, BTC, level);
  });

  test('is acknowledged by its own event before the answer comes, and the answer adds nothing', async () => {
    await event({});
    expect((await world.ledger.intent(level.clientOrderId))?.state).toBe('ACKED');
    const order = aVenueOrder(level, { venueOrderId: '1' });
    await world.ledger.recordOutcome(BTC, level.clientOrderId, { kind: 'acked', order });
    await world.ledger.recordOutcome(BTC, level.clientOrderId, {
      kind: 'unknown',
      message: 'late',
    });
    expect((await world.ledger.intent(level.clientOrderId))?.state).toBe('ACKED');
    expect(await world.ledger.rowsAbove(BTC, 0, 9)).toHaveLength(1);
    expect(await riskCodes()).toEqual([]);
  });

  test('only moves forward, whatever order its events come in', async () => {
    await event({ status: 'partiallyFilled', executed: text('0.001'), eventTime: NOW + 1 });
    await event({ status: 'working', eventTime: NOW });
    expect(await updateOf(level)).toMatchObject({ status: 'partiallyFilled', executed: '0.001' });
    await event({ status: 'cancelled', executed: text('0.001'), eventTime: NOW + 2 });
    await event({ status: 'partiallyFilled', executed: text('0.001'), eventTime: NOW + 1 });
    expect(await updateOf(level)).toMatchObject({ status: 'cancelled', executed: '0.001' });
    expect(await world.ledger.openIntents(BTC)).toEqual([]);
  });

  test('that was called cancelled and then filled is filled', async () => {
    await event({ status: 'cancelled', eventTime: NOW + 1 });
    await event({ status: 'filled', executed: text('0.002'), eventTime: NOW + 2 });
    await event({ status: 'cancelled', eventTime: NOW + 3 });
    expect(await updateOf(level)).toMatchObject({ status: 'filled', executed: '0.002' });
  });

  test('is open until it is terminal', async () => {
    const open = async () =>
      (await world.ledger.openIntents(BTC)).map(({ state, update }) => [state, update?.status]);
    expect(await open()).toEqual([['SENDING', undefined]]);
    await event({});
    expect(await open()).toEqual([['ACKED', 'working']]);
    await event({ status: 'expired' });
    expect(await open()).toEqual([]);
  });

  test('thought absent is adopted when it appears, and raised', async () => {
    await world.ledger.recordOutcome(BTC, level.clientOrderId, { kind: 'unknown', message: '503' });
    await world.ledger.recordOutcome(BTC, level.clientOrderId, { kind: 'absent' });
    expect(await world.ledger.openIntents(BTC)).toEqual([]);
    await event({});
    expect((await world.ledger.openIntents(BTC)).map(({ state }) => state)).toEqual(['ACKED']);
    expect(await riskCodes()).toEqual(['ORDER_UNKNOWN', 'ORDER_ABSENT', 'ORDER_APPEARED_LATE']);
  });

  test('that was refused and still appears stays open and is raised', async () => {
    const rejection = { kind: 'rejected', code: '-2010', message: 'no' } as const;
    await world.ledger.recordOutcome(BTC, level.clientOrderId, rejection);
    await event({});
    expect((await world.ledger.openIntents(BTC)).map(({ state }) => state)).toEqual(['REJECTED']);
    expect(await riskCodes()).toEqual(['ORDER_UNEXPECTED']);
  });

  test('that the venue holds twice is raised', async () => {
    await event({});
    await event({ venueOrderId: '2' });
    expect(await riskCodes()).toEqual(['ORDER_DUPLICATED']);
  });
});

test('a foreign order is kept and belongs to nobody', async () => {
  const foreign = { ...aVenueOrder(aCounter({ clientOrderId: 'web_1' }), { venueOrderId: '9' }) };
  await world.ledger.recordOrder(BTC, foreign);
  expect(await world.ledger.rowsAbove(BTC, 0, 9)).toEqual([]);
  const { rows } = await world.pool.query('SELECT venue_client_order_id, intent_id FROM orders');
  expect(rows).toEqual([{ venue_client_order_id: 'web_1', intent_id: null }]);
});

describe('a stop that triggers becomes another order', () => {
  let stop: OrderIntent;
  const parent =
    (order: Partial<VenueOrder> = {}) =>
    () =>
      world.ledger.recordOrder(BTC, aVenueOrder(stop, { venueOrderId: '70', ...order }));
  const triggered = parent({ status: 'triggered', childOrderId: '71', eventTime: NOW + 1 });
  /** The child's client id is the venue's own. */
  const child = (order: Partial<VenueOrder>) => () =>
    world.ledger.recordOrder(
      BTC,
      aVenueOrder(stop, {
        conditional: false,
        clientOrderId: 'autoclose-1',
        venueOrderId: '71',
        triggerPrice: null,
        eventTime: NOW + 2,
        ...order,
      }),
    );
  const filledChild = child({ status: 'filled', executed: text('0.004') });
  const fill = aFill({
    tradeId: '5',
    orderId: '71',
    clientOrderId: 'autoclose-1',
    side: 'sell',
    price: '57900',
    quantity: '0.004',
    eventTime: NOW + 2,
  });
  const book = () => world.ledger.recordFill(BTC, fill);
  const finished = parent({ status: 'filled', childOrderId: '71', eventTime: NOW + 3 });

  beforeEach(async () => {
    await world.ledger.recordFill(BTC, aFill({ tradeId: '1', quantity: '0.004' }));
    stop = aStop({ clientOrderId: btc.nextId() });
    await send(world.ledger, BTC, stop);
    await parent()();
  });

  test.each([
    ['link, child, fill', [triggered, filledChild, book, finished]],
    ['link, fill, child', [triggered, book, filledChild]],
    ['child, link, fill', [filledChild, triggered, book]],
    ['child, fill, link', [filledChild, book, triggered, finished]],
    ['fill, link, child', [book, triggered, filledChild]],
    ['fill, child, link', [book, filledChild, triggered]],
    ['fill, child, the parent’s end', [book, filledChild, finished]],
  ])('%s: one fill of ours, the stop is filled, the position flat', async (_order, events) => {
    for (const event of events) await event();
    for (const event of events) await event();
    const fills = await fillRows();
    expect(fills.map((row) => row.fill.clientOrderId)).toEqual([null, stop.clientOrderId]);
    expect(await updateOf(stop)).toEqual({
      clientOrderId: stop.clientOrderId,
      status: 'filled',
      executed: '0.004',
      eventTime: expect.any(Number) as number,
    });
    expect((await world.ledger.position(BTC)).quantity).toBe('0');
    expect(await world.ledger.openIntents(BTC)).toEqual([]);
    const { rows } = await world.pool.query(
      `SELECT trim_scale(filled)::text AS filled FROM order_intents`,
    );
    expect(rows).toEqual([{ filled: '0.004' }]);
  });

  test('a fill that was a stranger’s is shown again above the cursor, with the client id', async () => {
    await book();
    const seen = await fillRows();
    const cursor = seen.at(-1)?.seq ?? 0;
    expect(seen.at(-1)?.fill.clientOrderId).toBeNull();
    await triggered();
    const later = await world.ledger.rowsAbove(BTC, cursor, 10);
    expect(later.find((row) => row.kind === 'fill')).toMatchObject({
      fill: { tradeId: '5', clientOrderId: stop.clientOrderId },
    });
    // Whoever starts from the position now has counted it.
    const { lastSeq } = await world.ledger.position(BTC);
    expect(
      (await world.ledger.rowsAbove(BTC, lastSeq, 10)).filter(({ kind }) => kind === 'fill'),
    ).toEqual([]);
    expect((await world.ledger.position(BTC)).quantity).toBe('0');
  });

  test('says triggered while its child works, and ends as its child ends', async () => {
    await triggered();
    expect(await updateOf(stop)).toMatchObject({ status: 'triggered', executed: '0' });
    await child({ status: 'partiallyFilled', executed: text('0.001') })();
    expect(await updateOf(stop)).toMatchObject({ status: 'partiallyFilled', executed: '0.001' });
    await finished();
    expect(await updateOf(stop)).toMatchObject({ status: 'partiallyFilled' });
    await child({ status: 'expired', executed: text('0.001'), eventTime: NOW + 9 })();
    expect(await updateOf(stop)).toMatchObject({ status: 'expired', executed: '0.001' });
  });

  test('that expires without a child has ended', async () => {
    await parent({ status: 'expired', eventTime: NOW + 1 })();
    expect(await updateOf(stop)).toMatchObject({ status: 'expired', executed: '0' });
    expect(await world.ledger.openIntents(BTC)).toEqual([]);
  });

  test('a child that carries the same client id is still its child', async () => {
    await child({ status: 'filled', executed: text('0.004'), clientOrderId: stop.clientOrderId })();
    expect(await updateOf(stop)).toMatchObject({ status: 'filled', executed: '0.004' });
    await triggered();
    expect(await updateOf(stop)).toMatchObject({ status: 'filled' });
    expect(await riskCodes()).toEqual([]);
  });
});
