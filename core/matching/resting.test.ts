import { describe, expect, test } from 'vitest';
import { apply } from './apply.ts';
import { openOrders } from './queries.ts';
import type { Row } from './scenario.ts';
import { market, openVenue, order, play } from './scenario.ts';

describe('a resting order', () => {
  test('is not filled by a touch, and is filled by a trade one tick beyond', () => {
    expect(
      play([
        [order('buy', '0.1@59990'), 'ok', 'NEW #1 NEW 0/0.1'],
        [market('59990'), 'ok'],
        [market('59989.9'), 'ok', 'TRADE #1 FILLED 0.1/0.1 0.1@59990 maker'],
      ]),
    ).toEqual([]);
  });

  test('is filled when the opposite quote crosses it, though the trade did not', () => {
    expect(
      play([
        [order('sell', '0.1@60010'), 'ok', 'NEW #1 NEW 0/0.1'],
        [market('60010', { bid: '60010', ask: '60010.1' }), 'ok'],
        [
          market('60000', { bid: '60010.1', ask: '60010.2' }),
          'ok',
          'TRADE #1 FILLED 0.1/0.1 0.1@60010 maker',
        ],
      ]),
    ).toEqual([]);
  });

  test('gets no more than what was printed and keeps the rest', () => {
    expect(
      play([
        [order('buy', '0.1@59990'), 'ok', 'NEW #1 NEW 0/0.1'],
        [
          market('59980', { printed: '0.04' }),
          'ok',
          'TRADE #1 PARTIALLY_FILLED 0.04/0.1 0.04@59990 maker',
        ],
        [market('59980', { printed: '0.5' }), 'ok', 'TRADE #1 FILLED 0.1/0.1 0.06@59990 maker'],
      ]),
    ).toEqual([]);
  });

  test('waits behind better prices and earlier orders of any account', () => {
    expect(
      play([
        [order('buy', '0.1@59990'), 'ok', 'NEW #1 NEW 0/0.1'],
        [order('buy', '0.1@59990', { accountId: 'b' }), 'ok', 'NEW #2 NEW 0/0.1'],
        [order('buy', '0.1@59995', { accountId: 'b' }), 'ok', 'NEW #3 NEW 0/0.1'],
        [
          market('59980', { printed: '0.25' }),
          'ok',
          'TRADE #3 FILLED 0.1/0.1 0.1@59995 maker',
          'TRADE #1 FILLED 0.1/0.1 0.1@59990 maker',
          'TRADE #2 PARTIALLY_FILLED 0.05/0.1 0.05@59990 maker',
        ],
      ]),
    ).toEqual([]);
  });

  test('gets only the participating share of the print, in whole steps', () => {
    expect(
      play(
        [
          [order('buy', '0.1@59990'), 'ok', 'NEW #1 NEW 0/0.1'],
          [
            market('59980', { printed: '0.109' }),
            'ok',
            'TRADE #1 PARTIALLY_FILLED 0.01/0.1 0.01@59990 maker',
          ],
        ],
        openVenue({ participationPct: 10 }),
      ),
    ).toEqual([]);
  });

  test('shares one print with the other side, the side that the taker hit first', () => {
    const rows: Row[] = [
      [order('buy', '0.1@59990'), 'ok', 'NEW #1 NEW 0/0.1'],
      [order('sell', '0.1@60010', { accountId: 'b' }), 'ok', 'NEW #2 NEW 0/0.1'],
    ];
    const wild = { bid: '60020', ask: '59980', printed: '0.15' };
    expect(
      play([
        ...rows,
        [
          market('60000', { ...wild, takerSide: 'sell' }),
          'ok',
          'TRADE #1 FILLED 0.1/0.1 0.1@59990 maker',
          'TRADE #2 PARTIALLY_FILLED 0.05/0.1 0.05@60010 maker',
        ],
      ]),
    ).toEqual([]);
    expect(
      play([
        ...rows,
        [
          market('60000', { ...wild, takerSide: 'buy' }),
          'ok',
          'TRADE #2 FILLED 0.1/0.1 0.1@60010 maker',
          'TRADE #1 PARTIALLY_FILLED 0.05/0.1 0.05@59990 maker',
        ],
      ]),
    ).toEqual([]);
  });

  test('of another account never matches ours: everyone trades with the market', () => {
    const state = openVenue();
    expect(
      play(
        [
          [order('buy', '0.1@60000', { accountId: 'b' }), 'ok', 'NEW #1 NEW 0/0.1'],
          [
            order('sell', '0.1@60000'),
            'ok',
            'NEW #2 NEW 0/0.1',
            'TRADE #2 FILLED 0.1/0.1 0.1@60000 taker',
          ],
        ],
        state,
      ),
    ).toEqual([]);
    expect(openOrders(state, 'b')).toHaveLength(1);
  });

  test('survives steps of another symbol', () => {
    expect(
      play([
        [order('buy', '0.1@59990'), 'ok', 'NEW #1 NEW 0/0.1'],
        [market('3000', { symbol: 'ETHUSDT', ask: '3000.01' }), 'ok'],
      ]),
    ).toEqual([]);
  });
});

describe('a cancel', () => {
  test('takes the order out; a second one, or one after the fill, is -2011', () => {
    const cancel = (orderId: number) =>
      ({ type: 'cancel', time: 3_000, accountId: 'a', symbol: 'BTCUSDT', orderId }) as const;
    expect(
      play([
        [order('buy', '0.1@59990'), 'ok', 'NEW #1 NEW 0/0.1'],
        [order('buy', '0.1@59980'), 'ok', 'NEW #2 NEW 0/0.1'],
        [cancel(1), 'ok', 'CANCELED #1 CANCELED 0/0.1'],
        [cancel(1), -2011],
        [{ ...cancel(2), accountId: 'b' }, -2011],
        [{ ...cancel(2), symbol: 'ETHUSDT' }, -2011],
        [{ ...cancel(2), symbol: 'NOPE' }, -1121],
        [market('59970'), 'ok', 'TRADE #2 FILLED 0.1/0.1 0.1@59980 maker'],
        [cancel(2), -2011],
      ]),
    ).toEqual([]);
  });

  test('finds the order by client id, and keeps what was executed', () => {
    expect(
      play([
        [order('buy', '0.1@59990', { newClientOrderId: 'tg1' }), 'ok', 'NEW #1 NEW 0/0.1'],
        [
          market('59980', { printed: '0.02' }),
          'ok',
          'TRADE #1 PARTIALLY_FILLED 0.02/0.1 0.02@59990 maker',
        ],
        [
          {
            type: 'cancel',
            time: 3_000,
            accountId: 'a',
            symbol: 'BTCUSDT',
            origClientOrderId: 'tg1',
          },
          'ok',
          'CANCELED #1 CANCELED 0.02/0.1',
        ],
      ]),
    ).toEqual([]);
  });

  test('of all orders of a symbol takes only those of the account, and never fails', () => {
    const all = { type: 'cancelAll', time: 3_000, accountId: 'a', symbol: 'BTCUSDT' } as const;
    const state = openVenue();
    apply(state, order('buy', '0.1@59990'));
    apply(state, order('sell', '0.1@60010'));
    apply(state, order('buy', '0.1@59990', { accountId: 'b' }));
    expect(
      play(
        [
          [all, 'ok', 'CANCELED #1 CANCELED 0/0.1', 'CANCELED #2 CANCELED 0/0.1'],
          [all, 'ok'],
        ],
        state,
      ),
    ).toEqual([]);
    expect(openOrders(state, 'b').map((view) => view.orderId)).toEqual([3]);
  });
});
