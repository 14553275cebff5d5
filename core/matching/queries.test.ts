import { expect, test } from 'vitest';
import { apply } from './apply.ts';
import { allOrders, findOrder, lastStep, openOrders, positions, trades } from './queries.ts';
import { hasAccount } from './queries.ts';
import { market, openVenue, order } from './scenario.ts';

/** Orders 1 to 6 of account a: a trade at each time 2000 + n. */
function traded() {
  const state = openVenue();
  for (let n = 1; n <= 6; n += 1) {
    apply(state, order(n % 2 === 0 ? 'sell' : 'buy', '0.01', { time: 2_000 + n }));
  }
  return state;
}

test('trades are pages from an id or a time, or the newest', () => {
  const state = traded();
  const ids = (filter: Parameters<typeof trades>[2]) =>
    trades(state, 'a', filter).map((trade) => trade.tradeId);
  expect(ids({})).toEqual([1, 2, 3, 4, 5, 6]);
  expect(ids({ limit: 2 })).toEqual([5, 6]);
  expect(ids({ fromId: 3, limit: 2 })).toEqual([3, 4]);
  expect(ids({ startTime: 2_004 })).toEqual([4, 5, 6]);
  expect(ids({ startTime: 2_002, endTime: 2_003 })).toEqual([2, 3]);
  expect(ids({ orderId: 4 })).toEqual([4]);
  expect(ids({ symbol: 'ETHUSDT' })).toEqual([]);
  expect(trades(state, 'b', {})).toEqual([]);
});

test('orders are found while they work and after', () => {
  const state = traded();
  apply(state, order('buy', '0.01@59000', { newClientOrderId: 'tg7' }));
  expect(openOrders(state, 'a').map((view) => view.orderId)).toEqual([7]);
  expect(openOrders(state, 'a', 'ETHUSDT')).toEqual([]);
  expect(allOrders(state, 'a', { fromId: 6 }).map((view) => view.status)).toEqual([
    'FILLED',
    'NEW',
  ]);
  const found = findOrder(state, 'a', 'BTCUSDT', { origClientOrderId: 'tg7' });
  expect(found).toMatchObject({ orderId: 7, price: '59000', origQty: '0.01', status: 'NEW' });
  expect(findOrder(state, 'b', 'BTCUSDT', { orderId: 7 })).toBeUndefined();
  expect(findOrder(state, 'a', 'BTCUSDT', {})).toBeUndefined();
});

test('finished orders and trades are kept up to the limit, working orders always', () => {
  const state = openVenue({ historyLimit: 10 });
  apply(state, order('buy', '0.01@50000', { newClientOrderId: 'kept' }));
  for (let n = 0; n < 40; n += 1) apply(state, order(n % 2 === 0 ? 'buy' : 'sell', '0.01'));
  const kept = allOrders(state, 'a', {}).map((view) => view.orderId);
  expect(kept[0]).toBe(1);
  expect(kept.slice(-10)).toEqual([32, 33, 34, 35, 36, 37, 38, 39, 40, 41]);
  expect(kept.length).toBeLessThanOrEqual(21);
  expect(trades(state, 'a', {}).length).toBeLessThanOrEqual(20);
  expect(findOrder(state, 'a', 'BTCUSDT', { orderId: 2 })).toBeUndefined();
});

test('a symbol without position is listed flat', () => {
  const state = openVenue();
  expect(positions(state, 'a')).toMatchObject([
    { symbol: 'BTCUSDT', quantity: '0', markPrice: '60000', leverage: 3, maxNotional: '3000000' },
    { symbol: 'ETHUSDT', quantity: '0', markPrice: '0', liquidationPrice: '0' },
  ]);
});

test('the newest step and the accounts are known', () => {
  const state = openVenue();
  apply(state, market('60100', { time: 5_000 }));
  expect(lastStep(state, 'BTCUSDT')).toMatchObject({ last: '60100', time: 5_000 });
  expect(lastStep(state, 'ETHUSDT')).toBeUndefined();
  expect([hasAccount(state, 'a'), hasAccount(state, 'x')]).toEqual([true, false]);
});
