import { describe, expect, test, vi } from 'vitest';
import { idPrefix } from '../../core/orders/client-order-id.ts';
import type { Fill } from '../../core/orders/order.ts';
import type { RecordEntry } from '../../core/orders/records.ts';
import {
  money,
  moneyText,
  price,
  priceText,
  quantity,
  quantityText,
} from '../../core/money/units.ts';
import { VenueUnavailable } from '../exchange/errors.ts';
import type { HaltSymbol, IntentRow, VenueOrder, VenuePosition } from '../ports.ts';
import { AccountReconciler } from './account-reconciler.ts';
import { AccountRecorder } from './account-recorder.ts';

const m = (text: string) => moneyText(money(text));
const p = (text: string) => priceText(price(text));
const q = (text: string) => quantityText(quantity(text));

const IDENTITY = { instance: 'test', symbolCode: 'abcde' };
const OWN_ID = `${idPrefix(IDENTITY)}000010000001`;
const OTHER_ID = `${idPrefix({ ...IDENTITY, instance: 'othr' })}000010000001`;

/** Of real time, for the waits between attempts. */
const LIMIT = { timeout: 10_000 };

const fillAt = (tradeId: string, eventTime: number): Fill => ({
  tradeId,
  orderId: '1',
  clientOrderId: null,
  side: 'buy',
  price: p('100'),
  quantity: q('1'),
  fee: m('0'),
  feeAsset: 'USDT',
  maker: true,
  realisedProfit: m('0'),
  eventTime,
});
const orderOf = (clientOrderId: string | null): VenueOrder => ({
  clientOrderId,
  venueOrderId: '7',
  conditional: false,
  side: 'buy',
  status: 'working',
  price: p('90'),
  triggerPrice: null,
  quantity: q('1'),
  executed: q('0'),
  reduceOnly: false,
  childOrderId: null,
  eventTime: 1_000_000_000,
});

/** A venue and a ledger in memory; a test changes what they hold and looks at what was said. */
function aWorld() {
  const world = {
    symbols: ['BTCUSDT'],
    open: [] as VenueOrder[],
    atVenue: [] as Fill[],
    venuePosition: q('1'),
    ledgerPosition: q('1'),
    prepared: new Set([OWN_ID]),
    openIntents: [] as { intent: { clientOrderId: string } }[],
    known: new Map<string, VenueOrder>(),
    booked: new Map<string, Fill>(),
    recorded: [] as VenueOrder[],
    said: [] as RecordEntry[],
    writers: [] as string[],
    asked: [] as string[],
    unavailable: new Set<string>(),
    ledgerAway: false,
    onBooked: (): unknown => undefined,
  };
  const ledger = {
    recordFill: async (_ref: unknown, fill: Fill) => {
      if (world.ledgerAway) throw new Error('the ledger is away');
      const isNew = !world.booked.has(fill.tradeId);
      world.booked.set(fill.tradeId, fill);
      world.onBooked();
      return isNew;
    },
    recordOrder: async (_ref: unknown, order: VenueOrder) => void world.recorded.push(order),
    identity: async () => IDENTITY,
    openIntents: async () => world.openIntents as never,
    intent: async (id: string) => (world.prepared.has(id) ? ({} as IntentRow) : undefined),
    position: async () => ({
      quantity: world.ledgerPosition,
      entryPrice: p('100'),
      realisedProfit: m('0'),
      lastSeq: 1,
      lastFillTime: 1_000_060_000,
    }),
  };
  const journal = {
    record: async (_ref: unknown, entries: readonly RecordEntry[]) =>
      void world.said.push(...entries),
  };
  const onHalt: HaltSymbol = async ({ symbol }, { reason }) =>
    void world.writers.push(`${symbol} ${reason}`);
  const shared = { account: 'paper', venue: 'binance-usdm', onRecorded: () => undefined };
  const recorder = new AccountRecorder({
    ...shared,
    ledger,
    journal,
    onDropped: () => undefined,
    onHalt,
  });
  const gateway = {
    openOrders: async (symbol: string) => {
      world.asked.push(symbol);
      if (world.unavailable.has(symbol)) throw new VenueUnavailable('asked enough this minute');
      return world.open;
    },
    closedOrders: async () => [],
    findOrder: async (_symbol: string, id: string) => world.known.get(id),
    fillsSince: async (_symbol: string, since: number) =>
      world.atVenue
        .filter((fill) => fill.eventTime >= since)
        .map((fill) => ({ ...fill, isForeign: false })),
    quote: async () => ({ time: 1_000_060_000, bid: p('99'), ask: p('101'), mark: p('100') }),
    position: async () => ({ quantity: world.venuePosition }) as VenuePosition,
  };
  const reconcilerWith = (intervalMs: number, random = () => 0.5) =>
    new AccountReconciler({
      ...shared,
      ledger,
      journal,
      gateway,
      recorder,
      symbols: () => world.symbols,
      intervalMs,
      random,
      onHalt,
    });
  return { world, reconcilerWith, reconciler: reconcilerWith(0) };
}

test('a fill that was missed is found although a later one is booked', async () => {
  const { world, reconciler } = aWorld();
  world.atVenue = [fillAt('missed', 1_000_000_000), fillAt('booked', 1_000_060_000)];
  world.booked.set('booked', fillAt('booked', 1_000_060_000));
  await reconciler.reconcile('BTCUSDT');
  expect([...world.booked.keys()]).toEqual(['booked', 'missed']);
});

test('an order that the venue no longer lists is asked by its id', async () => {
  const { world, reconciler } = aWorld();
  const ended = { ...orderOf(OWN_ID), status: 'cancelled' as const };
  world.openIntents = [{ intent: { clientOrderId: OWN_ID } }];
  world.known.set(OWN_ID, ended);
  await reconciler.reconcile('BTCUSDT');
  expect(world.recorded).toEqual([ended]);
  expect(world.said).toEqual([]);
});

test('an order with our prefix that nobody prepared is written down, and stops the symbol', async () => {
  const { world, reconciler } = aWorld();
  world.open = [orderOf(OWN_ID)];
  await reconciler.reconcile('BTCUSDT');
  expect(world.writers).toEqual([]);
  world.prepared.clear();
  await reconciler.reconcile('BTCUSDT');
  expect(world.recorded).toHaveLength(2);
  expect(world.said).toMatchObject([{ code: 'UNRECORDED_ORDER', severity: 'critical' }]);
  expect(world.writers).toEqual([
    `BTCUSDT an order with our own prefix is not in our ledger: ${OWN_ID}`,
  ]);
});

test('another instance is said once, and stops the symbol as long as its order stands', async () => {
  const { world, reconciler } = aWorld();
  world.open = [orderOf(OTHER_ID)];
  await reconciler.reconcile('BTCUSDT');
  await reconciler.reconcile('BTCUSDT');
  expect(world.said).toMatchObject([{ code: 'FOREIGN_INSTANCE', severity: 'critical' }]);
  expect(world.writers).toHaveLength(2);
  world.open = [];
  await reconciler.reconcile('BTCUSDT');
  expect(world.writers).toHaveLength(2);
});

test('an order of somebody else is said once and stops nothing', async () => {
  const { world, reconciler } = aWorld();
  world.open = [orderOf('web_1234'), orderOf(null)];
  await reconciler.reconcile('BTCUSDT');
  await reconciler.reconcile('BTCUSDT');
  expect(world.said).toMatchObject([{ code: 'FOREIGN_ORDER', severity: 'warning' }]);
  expect(world.writers).toEqual([]);
});

test('a position that differs is said with both figures, and stops the symbol when it stays', async () => {
  const { world, reconciler } = aWorld();
  world.venuePosition = q('1.5');
  await reconciler.reconcile('BTCUSDT');
  expect(world.said).toMatchObject([{ code: 'POSITION_MISMATCH', severity: 'critical' }]);
  expect(world.said[0]).toMatchObject({ detail: { venue: '1.5', ledger: '1' } });
  expect(world.writers).toEqual([]);
  await reconciler.reconcile('BTCUSDT');
  const key = 'position-mismatch:1.5:1';
  expect(world.said.map((entry) => entry.kind === 'riskEvent' && entry.key)).toEqual([key, key]);
  expect(world.writers).toEqual(['BTCUSDT the venue holds 1.5, our fills make 1']);
});

test.each([
  ['was right in between', { venuePosition: q('1') }, { venuePosition: q('1.5') }],
  ['went on', { venuePosition: q('2') }, {}],
  ['is found', { ledgerPosition: q('1.5') }, {}],
])('a position that %s stops nothing', async (_name, then, later) => {
  const { world, reconciler } = aWorld();
  world.venuePosition = q('1.5');
  await reconciler.reconcile('BTCUSDT');
  Object.assign(world, then);
  await reconciler.reconcile('BTCUSDT');
  if ('venuePosition' in later) {
    Object.assign(world, later);
    await reconciler.reconcile('BTCUSDT');
  }
  expect(world.writers).toEqual([]);
});

test('a position that differs while something is owed, or in a look that fails, stops nothing', async () => {
  const { world, reconciler } = aWorld();
  world.venuePosition = q('1.5');
  await reconciler.reconcile('BTCUSDT');
  world.atVenue = [fillAt('missed', 1_000_000_000)];
  world.ledgerAway = true;
  await reconciler.reconcile('BTCUSDT');
  expect(world.writers).toEqual([]);
  world.ledgerAway = false;
  const look = reconciler.reconcile('BTCUSDT');
  reconciler.owe('BTCUSDT');
  await look;
  expect(world.writers).toEqual([]);
  await vi.waitFor(() => expect(world.writers).toHaveLength(1));
  await reconciler.close();
});

test('a fill older than any overlap explains a position that differs', async () => {
  const { world, reconciler } = aWorld();
  world.venuePosition = q('1.5');
  world.atVenue = [fillAt('old', 1_000_060_000 - 6 * 86_400_000)];
  world.onBooked = () => (world.ledgerPosition = q('1.5'));
  await reconciler.reconcile('BTCUSDT');
  expect([...world.booked.keys()]).toEqual(['old']);
  expect(world.said).toEqual([]);
});

test('a position that differs is looked at again within seconds', async () => {
  const { world, reconcilerWith } = aWorld();
  const reconciler = reconcilerWith(60_000);
  world.venuePosition = q('1.5');
  await reconciler.reconcile('BTCUSDT');
  await vi.waitFor(() => expect(world.writers).toHaveLength(1), LIMIT);
  await reconciler.close();
});

test('rounds follow each other in time, with some chance in it', async () => {
  vi.useFakeTimers();
  try {
    const { world, reconcilerWith } = aWorld();
    // Connected before the first symbol is watched: that round must not be the last one.
    world.symbols = [];
    const rounds = reconcilerWith(60_000, () => 0);
    rounds.start();
    await rounds.reconcileAll();
    world.symbols = ['BTCUSDT'];
    await vi.advanceTimersByTimeAsync(47_999);
    expect(world.asked).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(world.asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(48_000);
    expect(world.asked).toHaveLength(2);
    await rounds.close();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(world.asked).toHaveLength(2);
  } finally {
    vi.useRealTimers();
  }
});

test('a round that the venue cuts off is taken up where it ended', async () => {
  const { world, reconciler } = aWorld();
  world.symbols = ['A1', 'B1', 'C1'];
  world.unavailable.add('B1');
  await reconciler.reconcileAll();
  expect(world.asked).toEqual(['A1', 'B1']);
  world.unavailable.clear();
  await reconciler.reconcileAll();
  expect(world.asked.slice(2)).toEqual(['B1', 'C1', 'A1']);
});

test('what was dropped while the ledger was away is looked for until it is booked', async () => {
  const { world, reconciler } = aWorld();
  world.ledgerAway = true;
  world.atVenue = [fillAt('dropped', 1_000_000_000)];
  reconciler.owe('BTCUSDT');
  await vi.waitFor(() => expect(world.asked).toHaveLength(3), LIMIT);
  expect(world.booked.size).toBe(0);
  world.ledgerAway = false;
  await vi.waitFor(() => expect([...world.booked.keys()]).toEqual(['dropped']), LIMIT);
  await reconciler.close();
});

test('what is dropped during a look is looked for once more', async () => {
  const { world, reconciler } = aWorld();
  const look = reconciler.reconcile('BTCUSDT');
  reconciler.owe('BTCUSDT');
  await look;
  await vi.waitFor(() => expect(world.asked).toHaveLength(2));
  await reconciler.close();
});

test('a round that could not be written is not left to the next one', async () => {
  const { world, reconciler } = aWorld();
  world.ledgerAway = true;
  world.atVenue = [fillAt('missed', 1_000_000_000)];
  await reconciler.reconcileAll();
  world.ledgerAway = false;
  await vi.waitFor(() => expect([...world.booked.keys()]).toEqual(['missed']), LIMIT);
  await reconciler.close();
});

describe('the ledger is as new as the venue', () => {
  const SYMBOL = 'BTCUSDT';

  test('once a look that began after the events arrive has agreed', async () => {
    const { reconciler } = aWorld();
    await reconciler.reconcile(SYMBOL);
    expect(reconciler.isCurrent(SYMBOL)).toBe(false);
    const early = reconciler.reconcile(SYMBOL);
    reconciler.gap();
    await early;
    expect(reconciler.isCurrent(SYMBOL)).toBe(false);
    await reconciler.catchUp();
    expect(reconciler.isCurrent(SYMBOL)).toBe(true);
    await reconciler.close();
  });

  test('until the connection is lost, and after that not before the next one', async () => {
    const { reconciler } = aWorld();
    reconciler.gap();
    await reconciler.catchUp();
    reconciler.lost();
    expect(reconciler.isCurrent(SYMBOL)).toBe(false);
    await reconciler.reconcile(SYMBOL);
    expect(reconciler.isCurrent(SYMBOL)).toBe(false);
    reconciler.gap();
    expect(reconciler.isCurrent(SYMBOL)).toBe(false);
    await reconciler.catchUp();
    expect(reconciler.isCurrent(SYMBOL)).toBe(true);
  });

  test('not while something is owed, nor while the positions differ', async () => {
    const { world, reconciler } = aWorld();
    reconciler.gap();
    await reconciler.catchUp();
    reconciler.owe(SYMBOL);
    expect(reconciler.isCurrent(SYMBOL)).toBe(false);
    await vi.waitFor(() => expect(reconciler.isCurrent(SYMBOL)).toBe(true));
    world.venuePosition = q('1.5');
    await reconciler.reconcile(SYMBOL);
    expect(reconciler.isCurrent(SYMBOL)).toBe(false);
    await reconciler.close();
  });

  test('a look that fails leaves it as it was, and after a gap it is repeated', async () => {
    const { world, reconciler } = aWorld();
    reconciler.gap();
    await reconciler.catchUp();
    world.unavailable.add(SYMBOL);
    await reconciler.reconcile(SYMBOL);
    expect(reconciler.isCurrent(SYMBOL)).toBe(true);
    reconciler.gap();
    await reconciler.catchUp();
    expect(reconciler.isCurrent(SYMBOL)).toBe(false);
    world.unavailable.clear();
    await vi.waitFor(() => expect(reconciler.isCurrent(SYMBOL)).toBe(true), LIMIT);
    await reconciler.close();
  });

  test('a symbol that nobody watches here is looked at when it is asked for, once', async () => {
    const { world, reconciler } = aWorld();
    reconciler.makeCurrent('ETHUSDT');
    expect(world.asked).toEqual([]);
    reconciler.gap();
    for (let ask = 0; ask < 5; ask += 1) reconciler.makeCurrent('ETHUSDT');
    await vi.waitFor(() => expect(reconciler.isCurrent('ETHUSDT')).toBe(true));
    reconciler.makeCurrent('ETHUSDT');
    expect(world.asked).toEqual(['ETHUSDT']);
    await reconciler.close();
  });
});
