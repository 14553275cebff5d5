import { expect, test } from 'vitest';
import { apply } from './apply.ts';
import { findOrder } from './queries.ts';
import { market, openVenue, order, outcome, play } from './scenario.ts';
import type { MatchingState } from './state.ts';

/** The market stands at 60,000 / 60,010; account `a` offers 0.05 inside that gap. */
function gapVenue(): MatchingState {
  const state = openVenue();
  apply(state, market('60000', { ask: '60010' }));
  apply(state, order('sell', '0.05@60005'));
  return state;
}

const prevent = (selfTradePrevention: 'EXPIRE_TAKER' | 'EXPIRE_MAKER' | 'EXPIRE_BOTH') => ({
  selfTradePrevention,
});

test('without prevention an order trades with the market alone', () => {
  expect(outcome(gapVenue(), order('buy', '0.1'))).toEqual([
    'ok',
    'NEW #2 NEW 0/0.1',
    'TRADE #2 FILLED 0.1/0.1 0.1@60010 taker',
  ]);
});

test('EXPIRE_MAKER takes the own order out of the way', () => {
  const state = gapVenue();
  expect(outcome(state, order('buy', '0.1', prevent('EXPIRE_MAKER')))).toEqual([
    'ok',
    'NEW #2 NEW 0/0.1',
    'EXPIRED #1 EXPIRED 0/0.05',
    'TRADE #2 FILLED 0.1/0.1 0.1@60010 taker',
  ]);
  expect(findOrder(state, 'a', 'BTCUSDT', { orderId: 1 })).toMatchObject({ expiredInMatch: true });
});

test('EXPIRE_TAKER ends the new order where it meets the own one', () => {
  const state = gapVenue();
  expect(outcome(state, order('buy', '0.1@60020', prevent('EXPIRE_TAKER')))).toEqual([
    'ok',
    'NEW #2 NEW 0/0.1',
    'EXPIRED #2 EXPIRED 0/0.1',
  ]);
  expect(findOrder(state, 'a', 'BTCUSDT', { orderId: 2 })).toMatchObject({
    selfTradePrevention: 'EXPIRE_TAKER',
    expiredInMatch: true,
  });
  expect(findOrder(state, 'a', 'BTCUSDT', { orderId: 1 })).toMatchObject({ status: 'NEW' });
});

test('what is better than the own order is taken first', () => {
  const state = openVenue();
  apply(state, market('60000', { ask: '60001', shown: '0.02' }));
  apply(state, order('sell', '0.05@60030'));
  expect(outcome(state, order('buy', '0.1@60050', prevent('EXPIRE_BOTH')))).toMatchObject([
    'ok',
    'NEW #2 NEW 0/0.1',
    'EXPIRED #1 EXPIRED 0/0.05',
    'TRADE #2 PARTIALLY_FILLED 0.02/0.1 0.02@60001 taker',
    expect.stringMatching(/^TRADE #2 PARTIALLY_FILLED 0.0\d+\/0.1 .*@600(0|1|2)/),
    expect.stringMatching(/^EXPIRED #2 EXPIRED 0.0\d+\/0.1$/),
  ]);
});

test('orders that do not meet, and those of another account, are left alone', () => {
  const differences = play(
    [
      [order('buy', '0.01@59990', prevent('EXPIRE_BOTH')), 'ok', 'NEW #2 NEW 0/0.01'],
      [
        order('buy', '0.01@60010', { ...prevent('EXPIRE_BOTH'), accountId: 'b' }),
        'ok',
        'NEW #3 NEW 0/0.01',
        'TRADE #3 FILLED 0.01/0.01 0.01@60010 taker',
      ],
      [
        order('buy', '0.01@60006', prevent('EXPIRE_MAKER')),
        'ok',
        'NEW #4 NEW 0/0.01',
        'EXPIRED #1 EXPIRED 0/0.05',
      ],
    ],
    gapVenue(),
  );
  expect(differences).toEqual([]);
});
