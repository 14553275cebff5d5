/** The gateway against a real venue, through an unmodified ccxt. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createExchangeGateway } from '../../adapters/exchange/gateway.ts';
import type { ExchangeGateway } from '../../adapters/ports.ts';
import type { PriceText, QuantityText } from '../../core/money/units.ts';
import type { OrderIntent } from '../../core/orders/order.ts';
import { START, scriptedMarket } from '../../venue/testing/scripted-market.ts';
import type { Bench } from '../../venue/testing/venue-bench.ts';
import { aLevel, startGatewayBench } from './gateway-bench.ts';
import type { GatewayBench } from './gateway-bench.ts';

const SYMBOL = 'BTCUSDT';
const DIP_STEP = 3;
const PRICES = Array.from({ length: 30 }, (_, i) => (i >= DIP_STEP ? 48_000 : 50_000));

let bench: GatewayBench;
let venue: Bench;
let gateway: ExchangeGateway;
let sequence: number;

beforeEach(async () => {
  bench = await startGatewayBench({ source: scriptedMarket({ [SYMBOL]: PRICES }) });
  ({ venue, gateway } = bench);
  sequence = 0;
  await venue.step();
});
afterEach(() => bench.close());

function intent(fields: Partial<OrderIntent> = {}): OrderIntent {
  sequence += 1;
  return aLevel(sequence, fields);
}
const market = (fields: Partial<OrderIntent> = {}) =>
  intent({ kind: 'market', price: null, ...fields });
const stop = (fields: Partial<OrderIntent> = {}) =>
  intent({
    kind: 'stopMarket',
    role: 'stop',
    side: 'sell',
    price: null,
    triggerPrice: '48500' as PriceText,
    reduceOnly: true,
    ...fields,
  });
const place = (...intents: OrderIntent[]) => gateway.place(SYMBOL, intents, gateway.venueTime());
const fault = (input: Record<string, unknown>) => venue.admin('POST', '/faults', input);

describe('placing', () => {
  test('one limit order is acknowledged with its own id and text', async () => {
    const order = intent({ price: '49000.5' as PriceText });
    expect(await place(order)).toEqual([
      {
        kind: 'acked',
        order: {
          clientOrderId: order.clientOrderId,
          venueOrderId: expect.stringMatching(/^\d+$/) as string,
          conditional: false,
          side: 'buy',
          status: 'working',
          price: '49000.5',
          triggerPrice: null,
          quantity: '0.01',
          executed: '0',
          reduceOnly: false,
          childOrderId: null,
          eventTime: START,
        },
      },
    ]);
  });

  test('a batch answers per order, in order, stops beside it', async () => {
    const intents = [
      intent(),
      stop(),
      intent({ quantity: '0.0001' as QuantityText }),
      intent({ price: '49500' as PriceText }),
      intent({ side: 'sell', price: '49000' as PriceText, postOnly: true }),
      stop({ triggerPrice: '51000' as PriceText }),
      market({ reduceOnly: true, side: 'sell' }),
    ];
    const replies = await place(...intents);
    expect(replies.map((reply) => reply.kind)).toEqual([
      'acked',
      'acked',
      'rejected',
      'acked',
      'rejected',
      'rejected',
      'rejected',
    ]);
    expect(replies.map((reply) => ('code' in reply ? reply.code : null))).toEqual([
      null,
      null,
      expect.any(String),
      null,
      '-5022',
      '-2021',
      '-2022',
    ]);
    const open = await gateway.openOrders(SYMBOL);
    expect(open.map((order) => [order.clientOrderId, order.conditional])).toEqual([
      [intents[0]?.clientOrderId, false],
      [intents[3]?.clientOrderId, false],
      [intents[1]?.clientOrderId, true],
    ]);
  });

  test('an id that lives already is the earlier order, not a refusal', async () => {
    const order = intent();
    const [first] = await place(order);
    const again = await place(order, stop());
    expect(again[0]).toEqual(first);
    const protective = stop({ triggerPrice: '48400' as PriceText });
    const [stopped] = await place(protective);
    expect(await place(protective)).toEqual([stopped]);
  });

  test('the request carries exactly the given timestamp', async () => {
    const [late] = await gateway.place(SYMBOL, [intent()], gateway.venueTime() - 6_000);
    expect(late).toMatchObject({ kind: 'rejected', code: '-1021' });
  });

  test.each(['dropAfterAccept', 'dropBeforeAccept'])(
    '%s: unknown, then found or not',
    async (kind) => {
      const order = intent();
      await fault({ kind, call: 'POST order', count: 1 });
      expect(await place(order)).toEqual([
        { kind: 'unknown', message: expect.any(String) as string },
      ]);
      const found = await gateway.findOrder(SYMBOL, order.clientOrderId);
      expect(found?.status).toBe(kind === 'dropAfterAccept' ? 'working' : undefined);
    },
  );

  test('a batch without an answer is unknown for each of its orders', async () => {
    await fault({ kind: 'dropAfterAccept', call: 'POST batchOrders', count: 1 });
    const replies = await place(intent(), intent());
    expect(replies.map((reply) => reply.kind)).toEqual(['unknown', 'unknown']);
    expect(await gateway.openOrders(SYMBOL)).toHaveLength(2);
  });
});

describe('cancelling', () => {
  test('an ordinary and a conditional order, and one that is not there', async () => {
    const [order, protective] = [intent(), stop()];
    await place(order, protective);
    const missing = intent().clientOrderId;
    const outcomes = [
      await gateway.cancel(SYMBOL, order.clientOrderId, false),
      await gateway.cancel(SYMBOL, protective.clientOrderId, true),
      await gateway.cancel(SYMBOL, missing, false),
      await gateway.cancel(SYMBOL, missing, true),
    ];
    const kinds = outcomes.map((outcome) => outcome.kind);
    expect(kinds).toEqual(['requested', 'requested', 'notFound', 'notFound']);
    expect(await gateway.openOrders(SYMBOL)).toEqual([]);
    const closed = await gateway.closedOrders(SYMBOL, START);
    expect(closed.map((entry) => [entry.clientOrderId, entry.status])).toEqual([
      [order.clientOrderId, 'cancelled'],
      [protective.clientOrderId, 'cancelled'],
    ]);
  });

  test('without an answer it is unknown', async () => {
    const order = intent();
    await place(order);
    await fault({ kind: 'dropAfterAccept', call: 'DELETE order', count: 1 });
    expect(await gateway.cancel(SYMBOL, order.clientOrderId, false)).toMatchObject({
      kind: 'unknown',
    });
  });
});

describe('what happened', () => {
  test('a stop that triggered is found as its child; its fill carries the id of the stop', async () => {
    const [entry, protective] = [market(), stop()];
    await place(entry);
    await place(protective);
    for (let step = 0; step < DIP_STEP + 1; step += 1) await venue.step();
    expect(await gateway.findOrder(SYMBOL, protective.clientOrderId)).toMatchObject({
      clientOrderId: protective.clientOrderId,
      conditional: true,
      status: 'filled',
      executed: '0.01',
      childOrderId: expect.any(String) as string,
    });
    const fills = await gateway.fillsSince(SYMBOL, START);
    expect(fills.map((fill) => [fill.clientOrderId, fill.side, fill.quantity])).toEqual([
      [entry.clientOrderId, 'buy', '0.01'],
      [protective.clientOrderId, 'sell', '0.01'],
    ]);
    // A gateway that has seen nothing finds the same.
    const fresh = await createExchangeGateway({ transport: bench.transport, wallClock: Date.now });
    expect(await fresh.fillsSince(SYMBOL, START)).toEqual(fills);
    await fresh.close();
  });

  test('a trade whose order is another’s is known to be foreign', async () => {
    const stranger = await venue.connect();
    await stranger.createOrder('BTC/USDT:USDT', 'market', 'sell', 0.01, undefined, {
      clientOrderId: 'web_1234',
    });
    await place(market());
    const fills = await gateway.fillsSince(SYMBOL, START);
    expect(
      fills.map(({ isForeign, clientOrderId }) => [isForeign, clientOrderId !== null]),
    ).toEqual([
      [true, false],
      [false, true],
    ]);
  });

  test('position, equity, quote and rules', async () => {
    await gateway.prepareSymbol(SYMBOL, 3);
    expect(await gateway.position(SYMBOL)).toMatchObject({ quantity: '0', entryPrice: null });
    await place(market());
    expect(await gateway.position(SYMBOL)).toEqual({
      quantity: '0.01',
      entryPrice: '50000.1',
      markPrice: '50000',
      unrealisedProfit: '-0.001',
      leverage: 3,
      marginMode: 'isolated',
    });
    expect(await gateway.equity()).toEqual({ wallet: '9999.7499995', equity: '9999.7489995' });
    const quote = { time: START, bid: '50000', ask: '50000.1', mark: '50000' };
    expect(await gateway.quote(SYMBOL)).toEqual(quote);
    const { bids, asks } = await gateway.book(SYMBOL);
    expect([bids[0]?.price, bids[1]?.price]).toEqual(['50000', '49999.9']);
    expect(Number(bids[0]?.quantity)).toBeGreaterThan(0);
    expect([asks[0]?.price, asks[1]?.price]).toEqual(['50000.1', '50000.2']);
    expect(await gateway.rules(SYMBOL)).toMatchObject({
      symbol: SYMBOL,
      tickSize: '0.1',
      quantityStep: '0.001',
      minNotional: '100',
      takerFeeBps: 5,
    });
    await expect(gateway.rules('NOPEUSDT')).rejects.toMatchObject({ name: 'VenueRejected' });
  });

  test('preparing twice changes nothing, another leverage is set and read back', async () => {
    await gateway.prepareSymbol(SYMBOL, 3);
    await gateway.prepareSymbol(SYMBOL, 3);
    await gateway.prepareSymbol(SYMBOL, 5);
    expect((await gateway.position(SYMBOL)).leverage).toBe(5);
    await expect(gateway.prepareSymbol(SYMBOL, 500)).rejects.toMatchObject({
      name: 'VenueRejected',
    });
  });

  test('reads survive one lost connection and report an unreachable venue', async () => {
    await fault({ kind: 'dropBeforeAccept', call: 'GET openOrders', count: 1 });
    expect(await gateway.openOrders(SYMBOL)).toEqual([]);
    await fault({ kind: 'dropBeforeAccept', call: 'GET openOrders' });
    await expect(gateway.openOrders(SYMBOL)).rejects.toMatchObject({ name: 'VenueUnavailable' });
  });
});

describe('amending', () => {
  const change = (price: string, quantity = '0.01') => ({
    side: 'buy' as const,
    price: price as PriceText,
    quantity: quantity as QuantityText,
  });
  const amend = (id: string, ...[price, quantity]: Parameters<typeof change>) =>
    gateway.amend(SYMBOL, id, change(price, quantity), gateway.venueTime());

  test('an order keeps its ids and stands at the new price', async () => {
    const order = intent();
    const [placed] = await place(order);
    const reply = await amend(order.clientOrderId, '48900', '0.02');
    expect(reply).toMatchObject({
      kind: 'acked',
      order: { clientOrderId: order.clientOrderId, price: '48900', quantity: '0.02' },
    });
    const ids = [placed, reply].map((one) => one?.kind === 'acked' && one.order.venueOrderId);
    expect(ids[0]).toBe(ids[1]);
    expect(await gateway.openOrders(SYMBOL)).toMatchObject([{ price: '48900', quantity: '0.02' }]);
  });

  test('refused is refused, and not there is no answer', async () => {
    const order = intent();
    await place(order);
    expect(await amend(order.clientOrderId, '49000')).toMatchObject({
      kind: 'rejected',
      code: '-5027',
    });
    expect(await amend(order.clientOrderId, '48900', '0.0001')).toMatchObject({ kind: 'rejected' });
    const other = intent().clientOrderId;
    expect(await amend(other, '48900')).toMatchObject({ kind: 'unknown' });
    const late = gateway.amend(
      SYMBOL,
      order.clientOrderId,
      change('48800'),
      gateway.venueTime() - 6_000,
    );
    expect(await late).toMatchObject({ kind: 'rejected', code: '-1021' });
    expect(await gateway.openOrders(SYMBOL)).toMatchObject([{ price: '49000' }]);
  });

  test.each(['dropAfterAccept', 'dropBeforeAccept'])('%s: unknown, then asked', async (kind) => {
    const order = intent();
    await place(order);
    await fault({ kind, call: 'PUT order', count: 1 });
    expect(await amend(order.clientOrderId, '48900')).toMatchObject({ kind: 'unknown' });
    expect(await gateway.findOrder(SYMBOL, order.clientOrderId)).toMatchObject({
      price: kind === 'dropAfterAccept' ? '48900' : '49000',
    });
  });
});

test('the dead-man timer is set, renewed and ended', async () => {
  await place(intent());
  await gateway.setDeadMan(SYMBOL, 60_000);
  await gateway.setDeadMan(SYMBOL, 0);
  expect(await gateway.openOrders(SYMBOL)).toHaveLength(1);
  await gateway.setDeadMan(SYMBOL, 50);
  await expect.poll(() => gateway.openOrders(SYMBOL), { timeout: 10_000 }).toEqual([]);
});
