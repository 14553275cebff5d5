/** What is kept of the venue's limits for cancels and protection: a real venue, an unmodified ccxt. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { NOT_SENT } from '../../adapters/ports.ts';
import type { ExchangeGateway } from '../../adapters/ports.ts';
import type { PriceText } from '../../core/money/units.ts';
import type { OrderIntent } from '../../core/orders/order.ts';
import { scriptedMarket } from '../../venue/testing/scripted-market.ts';
import type { Bench } from '../../venue/testing/venue-bench.ts';
import { aLevel, startGatewayBench } from './gateway-bench.ts';
import type { GatewayBench } from './gateway-bench.ts';

const SYMBOL = 'BTCUSDT';
/** The dearest list, which nothing holds back. */
const LIST_WEIGHT = 80;
const WEIGHT_MAX = 2_000;
const MINUTE_MS = 60_000;
/** Room for a test before the venue begins to count anew, and within `recvWindow`. */
const ROOM_MS = 4_000;

let bench: GatewayBench;
let venue: Bench;
let gateway: ExchangeGateway;
let sequence = 0;

beforeEach(async () => {
  const leftMs = MINUTE_MS - (Date.now() % MINUTE_MS);
  const aheadMs = leftMs < ROOM_MS ? leftMs : 0;
  const wallClock = () => Date.now() + aheadMs;
  const limits = { weightPerMinute: WEIGHT_MAX, ordersPer10s: 300, ordersPerMinute: 1_200 };
  const source = scriptedMarket({ [SYMBOL]: Array.from({ length: 10 }, () => 50_000) });
  bench = await startGatewayBench({ source, wallClock, limits });
  ({ venue, gateway } = bench);
  await venue.step();
});
afterEach(() => bench.close());

function intent(fields: Partial<OrderIntent> = {}): OrderIntent {
  sequence += 1;
  return aLevel(sequence, fields);
}
const market = () => intent({ kind: 'market', price: null });
const exit = () =>
  intent({ role: 'counter', side: 'sell', price: '51000' as PriceText, reduceOnly: true });
const stop = () =>
  intent({
    role: 'stop',
    kind: 'stopMarket',
    side: 'sell',
    price: null,
    triggerPrice: '48500' as PriceText,
    reduceOnly: true,
  });

const place = (...intents: OrderIntent[]) => gateway.place(SYMBOL, intents, gateway.venueTime());
const standing = async () =>
  (await gateway.openOrdersAll()).map(({ clientOrderId: id }) => String(id)).toSorted();
const idsOf = (...intents: OrderIntent[]) => intents.map(({ clientOrderId: id }) => id).toSorted();

/** Beyond nine tenths of the weight, by the venue's own count. */
async function useUp(): Promise<void> {
  for (let used = 0; used < 0.9 * WEIGHT_MAX; used += LIST_WEIGHT) await gateway.openOrdersAll();
}

/** Counts the orders' requests that reach the venue from now on. */
async function countPosts(): Promise<() => Promise<readonly string[]>> {
  for (const call of ['POST order', 'POST batchOrders', 'POST algoOrder'])
    await venue.admin('POST', '/faults', { kind: 'delayReply', ms: 0, call });
  return async () => {
    const { injected } = await venue.admin('GET', '/faults');
    return (injected as { readonly kind: string; readonly call: string }[])
      .filter(({ kind }) => kind === 'delayReply')
      .map(({ call }) => call)
      .toSorted();
  };
}

test('with the budget used up only what reduces is sent', async () => {
  await place(market());
  await useUp();
  const posts = await countPosts();
  const [level, counter, protection, another] = [intent(), exit(), stop(), intent()];
  expect(await place(level, counter, protection, another)).toMatchObject([
    { kind: 'rejected', code: NOT_SENT },
    { kind: 'acked', order: { clientOrderId: counter.clientOrderId } },
    { kind: 'acked', order: { clientOrderId: protection.clientOrderId } },
    { kind: 'rejected', code: NOT_SENT },
  ]);
  expect(await place(intent())).toMatchObject([{ kind: 'rejected', code: NOT_SENT }]);
  expect(await posts()).toEqual(['POST algoOrder', 'POST order']);
  expect(await standing()).toEqual(idsOf(counter, protection));
});

test('with the budget used up reads wait and cancels do not', async () => {
  const [level, protection] = [intent(), stop()];
  await place(market());
  await place(level, protection);
  await useUp();
  await expect(gateway.openOrders(SYMBOL)).rejects.toMatchObject({ name: 'VenueUnavailable' });
  for (const { clientOrderId: id, kind } of [level, protection])
    expect(await gateway.cancel(SYMBOL, id, kind === 'stopMarket')).toMatchObject({
      kind: 'requested',
    });
  expect(await standing()).toEqual([]);
});

test('after a 429 nothing is placed, and cancels still go', async () => {
  const [level, other, protection] = [intent(), intent({ price: '48900' as PriceText }), stop()];
  await place(market());
  await place(level, other, protection);
  const limited = { kind: 'replyInstead', reply: 'rateLimited429', retryAfterS: 60, count: 1 };
  await venue.admin('POST', '/faults', { ...limited, call: 'POST order' });
  expect(await place(intent())).toMatchObject([{ kind: 'rejected', code: '-1003' }]);
  const posts = await countPosts();
  expect(await place(intent(), exit())).toMatchObject([
    { kind: 'rejected', code: NOT_SENT },
    { kind: 'rejected', code: NOT_SENT },
  ]);
  expect(await gateway.cancel(SYMBOL, level.clientOrderId, false)).toMatchObject({
    kind: 'requested',
  });
  await gateway.cancelAll(SYMBOL);
  expect(await standing()).toEqual(idsOf(protection));
  expect(await posts()).toEqual([]);
});

test('a cancel that the venue limits itself is refused, and the next one goes', async () => {
  const level = intent();
  await place(level);
  const limited = { kind: 'replyInstead', reply: 'rateLimited429', retryAfterS: 60, count: 1 };
  await venue.admin('POST', '/faults', { ...limited, call: 'DELETE order' });
  expect(await gateway.cancel(SYMBOL, level.clientOrderId, false)).toMatchObject({
    kind: 'rejected',
  });
  expect(await gateway.cancel(SYMBOL, level.clientOrderId, false)).toMatchObject({
    kind: 'requested',
  });
  expect(await standing()).toEqual([]);
});
