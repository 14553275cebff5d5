/** What was done lately, read from rows: the controls that need more than the order itself. */
import { afterEach, expect, test } from 'vitest';
import { NOT_SENT } from '../../adapters/ports.ts';
import { haltOnUnknown } from '../../adapters/postgres/halt-on-unknown.ts';
import type { OrderIntent } from '../../core/orders/order.ts';
import { PAPER_RISK_LIMITS } from '../../core/risk/risk-limits.ts';
import type { RiskLimits } from '../../core/risk/risk-limits.ts';
import {
  BTC,
  NOW,
  QUOTE,
  aFill,
  aRequest,
  aSending,
  aVenueOrder,
  anIntent,
  openGuarded,
  send,
  startLedger,
} from '../support/ledger.ts';
import type { LedgerWorld, OpenedSymbol } from '../support/ledger.ts';

let world: LedgerWorld;
let btc: OpenedSymbol;
let slots = 0;
afterEach(() => world.stop());

async function start(limits: Partial<RiskLimits> = {}): Promise<void> {
  world = await startLedger({ limits });
  btc = await openGuarded(world.ledger, BTC);
  await yesterday();
}

/** What was sent so far was sent a day ago. */
async function yesterday(): Promise<void> {
  await world.pool.query('ALTER TABLE order_intents DISABLE TRIGGER order_intents_change');
  await world.pool.query(
    `UPDATE order_intents SET recorded_at = recorded_at - interval '1 day', event_time = event_time - interval '1 day',
       changed_at = changed_at - interval '1 day'`,
  );
  await world.pool.query('ALTER TABLE order_intents ENABLE TRIGGER order_intents_change');
}

const aLevel = (change: Partial<OrderIntent> = {}): OrderIntent => {
  slots += 1;
  return anIntent({ clientOrderId: btc.nextId(), slot: `L-${slots}:entry`, ...change });
};
async function codeOf(order: OrderIntent, change: object = {}): Promise<string> {
  const request = { ...aRequest(BTC, [order]), ...change };
  const { denied } = await world.ledger.prepareIntents(request);
  return denied[0]?.reason.code ?? 'approved';
}
async function refuse(times: number, code: string): Promise<void> {
  for (let i = 0; i < times; i += 1) {
    const order = aLevel();
    await send(world.ledger, BTC, order);
    const rejection = { kind: 'rejected', code, message: '' } as const;
    await world.ledger.recordOutcome(BTC, order.clientOrderId, rejection);
  }
}

test.each([
  { messagesPerMinuteSymbol: 2 },
  { messagesPerMinuteAccount: 2 },
  { messagesPerTenSecondsSymbol: 2 },
  { messagesPerTenSecondsAccount: 2 },
])('P12: orders of the last while count when they were sent: %j', async (limits) => {
  const symbols = { allowedSymbols: ['BTCUSDT', 'ETHUSDT', 'SOLUSDT'] };
  await start({ ...limits, ...symbols });
  await codeOf(aLevel());
  await send(world.ledger, BTC, aLevel());
  await send(world.ledger, BTC, aLevel());
  expect(await codeOf(aLevel())).toBe('MESSAGE_RATE_EXCEEDED');
});

test('P12: cancels and amends count, those of other symbols for the account', async () => {
  await start({ messagesPerTenSecondsSymbol: 3, messagesPerTenSecondsAccount: 4 });
  await world.ledger.noteCancels(BTC, ['a', 'b']);
  expect(await codeOf(aLevel())).toBe('approved');
  const eth = await openGuarded(world.ledger, { ...BTC, symbol: 'ETHUSDT' });
  await yesterday();
  expect(await world.ledger.beginAmending(eth.ref, ['c'])).toBe(true);
  expect(await codeOf(aLevel())).toBe('approved');
  expect(await world.ledger.beginAmending(BTC, ['d'])).toBe(true);
  expect(await codeOf(aLevel())).toBe('MESSAGE_RATE_EXCEEDED');
  await world.pool.query(`UPDATE order_changes SET recorded_at = recorded_at - interval '11 s'`);
  expect(await codeOf(aLevel())).toBe('approved');
});

test('P12: a request that may wait leaves no row, one that is denied for more is not held up', async () => {
  await start({ messagesPerTenSecondsSymbol: 1 });
  await send(world.ledger, BTC, aLevel());
  const order = aLevel();
  const ask = (orders: OrderIntent[], mayWait: boolean) =>
    world.ledger.prepareIntents({ ...aRequest(BTC, orders), mayWait });
  expect(await ask([order], true)).toEqual({ approved: [], denied: [], isBusy: true });
  expect(await world.ledger.intent(order.clientOrderId)).toBeUndefined();
  expect(await ask([aLevel({ quantity: '0.0015' } as never), order], true)).toMatchObject({
    denied: [
      { reason: { code: 'QUANTITY_OFF_STEP' } },
      { reason: { code: 'MESSAGE_RATE_EXCEEDED' } },
    ],
    isBusy: false,
  });
});

test('P14: the first market day of an account has a limit of its own', async () => {
  await start({ ordersFirstDaySymbol: 1 });
  await send(world.ledger, BTC, aLevel());
  expect(await codeOf(aLevel())).toBe('ORDERS_PER_DAY_EXCEEDED');
  const at = (hours: number) => ({ quote: { ...QUOTE, time: NOW + hours * 3_600_000 } });
  expect(await codeOf(aLevel(), at(24))).toBe('approved');
  // A symbol that lags behind the account's day is not on its first one again.
  expect(await codeOf(aLevel(), at(0))).toBe('approved');
});

test('P14: the orders of a market day, and none of the day before', async () => {
  await start({ ordersPerDaySymbol: 1 });
  await send(world.ledger, BTC, aLevel());
  expect(await codeOf(aLevel())).toBe('ORDERS_PER_DAY_EXCEEDED');
  const tomorrow = { ...QUOTE, time: NOW + 12 * 3_600_000 };
  expect(await codeOf(aLevel(), { quote: tomorrow })).toBe('approved');
});

/** Settled orders of another size, newer than all there are. */
const COPIES_OF_LAST = `
  INSERT INTO order_intents (client_order_id, account, venue, symbol, epoch, role, slot, plan_id, strategy,
    side, kind, quantity, price, reduce_only, post_only, time_in_force, build_id, state, reserve_price,
    event_time, expires_at, sent_at)
  SELECT left(i.client_order_id, 18) || 'y' || lpad(n::text, 4, '0'), i.account, i.venue, i.symbol, i.epoch,
    i.role, i.slot, i.plan_id, i.strategy, i.side, i.kind, $2::numeric, i.price, false, i.post_only,
    i.time_in_force, i.build_id, 'ABSENT', i.reserve_price, i.event_time, i.expires_at, i.sent_at
  FROM (SELECT * FROM order_intents WHERE symbol = $1 AND role = 'level' AND sent_at IS NOT NULL LIMIT 1) i
    CROSS JOIN generate_series(1, $3::int) n`;

test('P3: the median of the last orders of a strategy, whatever the day, from ten on', async () => {
  const wide = { positionSizePct: 50, positionNotionalPct: 100, exposurePct: 100 };
  await start({ orderNotionalPct: 100, grossNotionalPct: 200, ...wide });
  for (let i = 0; i < 9; i += 1) await send(world.ledger, BTC, aLevel());
  const large = { quantity: '0.011' } as Partial<OrderIntent>;
  expect(await codeOf(aLevel(large))).toBe('approved');
  await send(world.ledger, BTC, aLevel());
  expect(await codeOf(aLevel(large))).toBe('ORDER_QUANTITY_UNUSUAL');
  expect(await codeOf(aLevel({ ...large, strategy: 'scalp' }))).toBe('approved');
  const tomorrow = { ...QUOTE, time: NOW + 24 * 3_600_000 };
  expect(await codeOf(aLevel(large), { quote: tomorrow })).toBe('ORDER_QUANTITY_UNUSUAL');
  await world.pool.query('ALTER TABLE order_intents DISABLE TRIGGER USER');
  await world.pool.query(COPIES_OF_LAST, [BTC.symbol, '0.004', 50]);
  expect(await codeOf(aLevel(large))).toBe('approved');
});

test.each(['-5022', '-1003', '-1015', '-1021', '-5028', NOT_SENT])(
  'P24: %s says nothing about our orders and halts nothing',
  async (code) => {
    await start({ rejectsPerMinuteSymbol: 2, rejectsPerFiveMinutesAccount: 2 });
    await refuse(3, code);
    expect(await codeOf(aLevel())).toBe('approved');
    expect(await world.latch.read('paper')).toEqual({ kind: 'clear' });
  },
);

test('P24: refusals within a minute', async () => {
  await start();
  expect(await codeOf(aLevel())).toBe('approved');
  await refuse(5, '-2019');
  expect(await codeOf(aLevel())).toBe('REJECT_STORM');
});

test('P24: many refusals halt the account', async () => {
  await start({ rejectsPerMinuteSymbol: 100, rejectsPerFiveMinutesAccount: 3 });
  await refuse(3, '-2019');
  expect(await codeOf(aLevel())).toBe('REJECT_STORM_ACCOUNT');
  expect(await world.latch.read('paper')).toMatchObject({ kind: 'set', level: 'HALT', by: 'gate' });
});

test('P25: requests of unknown outcome, a batch once', async () => {
  await start({ unknownRequestsAccount: 2 });
  const eth = await openGuarded(world.ledger, { ...BTC, symbol: 'ETHUSDT' });
  const orders = [aLevel(), aLevel()];
  for (const order of orders) await send(world.ledger, BTC, order);
  const unknown = { kind: 'unknown', message: 'no reply' } as const;
  for (const { clientOrderId } of orders)
    await world.ledger.recordOutcome(BTC, clientOrderId, unknown);
  const request = aRequest(eth.ref, [anIntent({ clientOrderId: eth.nextId() })]);
  const { denied } = await world.ledger.prepareIntents(request);
  expect(denied[0]?.reason.code ?? 'approved').toBe('approved');
});

test('P4c, P19, P21, P26: what the market, the clock and the feed say is seen at approval and at sending', async () => {
  await start();
  const moved = { priceMoves: { rangePct: 11, jump: null } };
  const jumped = { priceMoves: { rangePct: 6, jump: { pct: 6, sigmas: 0 } } };
  const skewed = { clockSkewMs: 1_001 };
  for (const [market, code] of [
    [moved, 'PRICE_MOVED_TOO_FAST'],
    [jumped, 'PRICE_JUMPED'],
    [skewed, 'CLOCK_SKEWED'],
    [{ isReconciled: false }, 'RECONCILING'],
  ] as const) {
    expect(await codeOf(aLevel(), market)).toBe(code);
    const order = aLevel();
    expect(await codeOf(order)).toBe('approved');
    const sending = { ...aSending(BTC, [order.clientOrderId]), ...market };
    const { refused } = await world.ledger.beginSending(sending);
    expect(refused.map(({ reason }) => reason.code)).toEqual([code]);
  }
});

test('P16: an order that would trade with one of ours', async () => {
  await start();
  await send(world.ledger, BTC, aLevel());
  const sell = { side: 'sell', price: '59700' } as Partial<OrderIntent>;
  expect(await codeOf(aLevel(sell))).toBe('SELF_TRADE');
  expect(await codeOf(aLevel({ ...sell, price: '60300' } as Partial<OrderIntent>))).toBe(
    'approved',
  );
});

test('P16: by the price to which an order of ours was amended', async () => {
  await start();
  const order = aLevel();
  await send(world.ledger, BTC, order);
  const standing = aVenueOrder(order, { venueOrderId: '7', eventTime: NOW });
  await world.ledger.recordOutcome(BTC, order.clientOrderId, { kind: 'acked', order: standing });
  const sell = { side: 'sell', price: '59800' } as Partial<OrderIntent>;
  expect(await codeOf(aLevel(sell))).toBe('approved');
  const amended = { ...standing, price: '59900', eventTime: NOW + 1 } as typeof standing;
  await world.ledger.recordOrder(BTC, amended);
  expect(await codeOf(aLevel(sell))).toBe('SELF_TRADE');
  // What the venue said before that comes late.
  await world.ledger.recordOrder(BTC, standing);
  expect(await codeOf(aLevel(sell))).toBe('SELF_TRADE');
});

test('what only reduces may be amended but at LOCKOUT', async () => {
  await start();
  const halt = { account: 'paper', reason: 'test', by: 'test', symbols: null };
  await world.latch.set({ ...halt, haltId: 'h1', level: 'HALT' });
  expect(await world.ledger.beginAmending(BTC, ['a'])).toBe(true);
  await world.latch.set({ ...halt, haltId: 'h2', level: 'LOCKOUT' });
  expect(await world.ledger.beginAmending(BTC, ['a'])).toBe(false);
  const { rows } = await world.pool.query('SELECT kind FROM order_changes');
  expect(rows).toEqual([{ kind: 'amend' }]);
});

test('P15: the same slot again while the first order lives', async () => {
  await start();
  const first = aLevel();
  await send(world.ledger, BTC, first);
  const again = (): OrderIntent => ({ ...first, clientOrderId: btc.nextId() });
  expect(await codeOf(again())).toBe('DUPLICATE_ORDER');
  const rejection = { kind: 'rejected', code: '-2019', message: '' } as const;
  await world.ledger.recordOutcome(BTC, first.clientOrderId, rejection);
  expect(await codeOf(again())).toBe('approved');
});

test('P9: a loss since the day began halts the account until a person resumes it', async () => {
  await start();
  expect(await codeOf(aLevel(), { equity: '10000' })).toBe('approved');
  expect(await codeOf(aLevel(), { equity: '9699' })).toBe('DAILY_LOSS_EXCEEDED');
  const halt = await world.latch.read('paper');
  expect(halt).toMatchObject({ kind: 'set', reason: 'DAILY_LOSS_EXCEEDED', by: 'gate' });
  expect(await codeOf(aLevel(), { equity: '10000' })).toBe('HALT_LATCH_SET');
});

test('P9: fees of the symbol in its own asset, others as a taker’s', async () => {
  await start({ dailyLossSymbolPct: 0.01 });
  const fee = { clientOrderId: null, fee: '0.7', feeAsset: 'USDT' };
  await world.ledger.recordFill(BTC, aFill({ ...fee, tradeId: '1', price: '60000' }));
  // 0.002 x 60,000 at 5 bps, whatever was paid: 0.06.
  const other = { ...fee, fee: '600', feeAsset: 'BNB' };
  const sold = aFill({ ...other, tradeId: '2', side: 'sell', price: '60000' });
  await world.ledger.recordFill(BTC, { ...sold, orderId: '2' });
  expect(await codeOf(aLevel())).toBe('approved');
  const again = { ...fee, fee: '0.25', orderId: '3', tradeId: '3', price: '60000' };
  await world.ledger.recordFill(BTC, aFill(again));
  expect(await codeOf(aLevel())).toBe('SYMBOL_DAILY_LOSS_EXCEEDED');
});

test('P10: the highest equity is kept over the days', async () => {
  await start({ dailyLossAccountPct: 90 });
  expect(await codeOf(aLevel(), { equity: '10000' })).toBe('approved');
  const tomorrow = { ...QUOTE, time: NOW + 24 * 3_600_000 };
  expect(await codeOf(aLevel(), { equity: '8999', quote: tomorrow })).toBe('DRAWDOWN_EXCEEDED');
});

test('P25: requests that stay unknown for the grace halt the account, a batch counts once', async () => {
  const limits = { unknownRequestsAccount: 3, unknownGraceMs: 60_000 };
  const symbols = { allowedSymbols: ['BTCUSDT', 'ETHUSDT', 'SOLUSDT'] };
  await start({ ...limits, ...symbols });
  /** A request of the symbol, sent so long ago, that nobody ever answered. */
  const unanswered = async ({ ref, nextId }: OpenedSymbol, agoMs: number, orders: number) => {
    const intents = Array.from({ length: orders }, (_, i) =>
      anIntent({ clientOrderId: nextId(), slot: `L-${i}:entry` }),
    );
    await world.ledger.prepareIntents(aRequest(ref, intents));
    const ids = intents.map(({ clientOrderId }) => clientOrderId);
    await world.ledger.beginSending({ ...aSending(ref, ids), sentAt: Date.now() - agoMs });
    const unknown = { kind: 'unknown', message: 'no reply' } as const;
    for (const id of ids) await world.ledger.recordOutcome(ref, id, unknown);
  };
  const other = (symbol: string) => openGuarded(world.ledger, { ...BTC, symbol });
  await unanswered(btc, 120_000, 2);
  await unanswered(await other('ETHUSDT'), 61_000, 1);
  await world.ledger.haltOnUnknown(BTC);
  await unanswered(await other('SOLUSDT'), 30_000, 1);
  await world.ledger.haltOnUnknown(BTC);
  expect(await world.latch.read('paper')).toEqual({ kind: 'clear' });
  const sooner = { ...PAPER_RISK_LIMITS, ...limits, ...symbols, unknownGraceMs: 20_000 };
  await haltOnUnknown(world.pool, world.latch, sooner, 'paper');
  await haltOnUnknown(world.pool, world.latch, sooner, 'paper');
  expect(await world.latch.read('paper')).toMatchObject({
    kind: 'set',
    level: 'HALT',
    reason: 'ORDERS_UNKNOWN_TOO_LONG',
    by: 'gate',
  });
  const { rows } = await world.pool.query('SELECT 1 FROM halts');
  expect(rows).toHaveLength(1);
});
