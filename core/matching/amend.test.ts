import { expect, test } from 'vitest';
import { apply } from './apply.ts';
import type { Amend } from './commands.ts';
import { account } from './queries.ts';
import { market, openVenue, order, outcome, play } from './scenario.ts';

function amend(orderId: number, text: string): Amend {
  const [quantity = '', price = ''] = text.split('@');
  const key = { accountId: 'a', symbol: 'BTCUSDT', orderId };
  return { type: 'amend', time: 3_000, ...key, quantity, price };
}

const print = market('59980', { printed: '0.05' });

test('less quantity keeps the place in the queue', () => {
  expect(
    play([
      [order('buy', '0.1@59990'), 'ok', 'NEW #1 NEW 0/0.1'],
      [order('buy', '0.1@59990', { accountId: 'b' }), 'ok', 'NEW #2 NEW 0/0.1'],
      [amend(1, '0.08@59990'), 'ok', 'AMENDMENT #1 NEW 0/0.08'],
      [print, 'ok', 'TRADE #1 PARTIALLY_FILLED 0.05/0.08 0.05@59990 maker'],
    ]),
  ).toEqual([]);
});

test.each(['0.12@59990', '0.1@59990.1'])('%s goes to the end of its price', (text) => {
  const [quantity = ''] = text.split('@');
  expect(
    play([
      [order('buy', '0.1@59990'), 'ok', 'NEW #1 NEW 0/0.1'],
      [amend(1, text), 'ok', `AMENDMENT #1 NEW 0/${quantity}`],
      [amend(1, '0.11@59990'), 'ok', 'AMENDMENT #1 NEW 0/0.11'],
    ]),
  ).toEqual([]);
});

test('more quantity loses the place in the queue', () => {
  expect(
    play([
      [order('buy', '0.1@59990'), 'ok', 'NEW #1 NEW 0/0.1'],
      [order('buy', '0.1@59990', { accountId: 'b' }), 'ok', 'NEW #2 NEW 0/0.1'],
      [amend(1, '0.12@59990'), 'ok', 'AMENDMENT #1 NEW 0/0.12'],
      [print, 'ok', 'TRADE #2 PARTIALLY_FILLED 0.05/0.1 0.05@59990 maker'],
    ]),
  ).toEqual([]);
});

test('a price across the touch takes', () => {
  expect(
    play([
      [order('buy', '0.1@59990'), 'ok', 'NEW #1 NEW 0/0.1'],
      [
        amend(1, '0.1@60000.1'),
        'ok',
        'AMENDMENT #1 NEW 0/0.1',
        'TRADE #1 FILLED 0.1/0.1 0.1@60000.1 taker',
      ],
      [amend(1, '0.2@60000'), -2013],
    ]),
  ).toEqual([]);
});

test('a post-only order that would take is cancelled, and so is one amended below its fills', () => {
  expect(
    play([
      [order('buy', '0.1@59990', { timeInForce: 'GTX' }), 'ok', 'NEW #1 NEW 0/0.1'],
      [amend(1, '0.1@60000.1'), 'ok', 'CANCELED #1 CANCELED 0/0.1'],
      [order('buy', '0.1@59990'), 'ok', 'NEW #2 NEW 0/0.1'],
      [print, 'ok', 'TRADE #2 PARTIALLY_FILLED 0.05/0.1 0.05@59990 maker'],
      [amend(2, '0.05@59990'), 'ok', 'CANCELED #2 CANCELED 0.05/0.1'],
    ]),
  ).toEqual([]);
});

test('a refusal leaves the order and its margin as they are', () => {
  const state = openVenue();
  apply(state, order('buy', '0.1@59990'));
  const before = account(state, 'a').availableBalance;
  expect(
    play(
      [
        [amend(1, '0.1@59990'), -5027],
        [amend(1, '0.001@59990'), -4164],
        [amend(1, '0.1@59990.05'), -4014],
        [amend(1, '0.1@64000'), -4016],
        [amend(1, '5@59990'), -2019],
        [amend(7, '0.1@59990'), -2013],
      ],
      state,
    ),
  ).toEqual([]);
  expect(account(state, 'a').availableBalance).toBe(before);
  expect(outcome(state, market('59980'))).toEqual([
    'ok',
    'TRADE #1 FILLED 0.1/0.1 0.1@59990 maker',
  ]);
  expect(account(state, 'a').openOrderInitialMargin).toBe('0');
});

test('needs margin for the difference only', () => {
  expect(
    play([
      [order('buy', '0.49@60000'), 'ok', 'NEW #1 NEW 0/0.49'],
      [amend(1, '0.495@59990'), 'ok', 'AMENDMENT #1 NEW 0/0.495'],
      [amend(1, '0.51@59990'), -2019],
    ]),
  ).toEqual([]);
});

test('a reduce-only order stays within the position', () => {
  const state = openVenue();
  apply(state, order('buy', '0.1@60000.1'));
  expect(
    play(
      [
        [order('sell', '0.1@61000', { reduceOnly: true }), 'ok', 'NEW #2 NEW 0/0.1'],
        [amend(2, '0.5@60900'), 'ok', 'AMENDMENT #2 NEW 0/0.1'],
      ],
      state,
    ),
  ).toEqual([]);
});
