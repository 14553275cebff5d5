import { describe, expect, test } from 'vitest';
import { apply } from './apply.ts';
import { openOrders } from './queries.ts';
import { longVenue, market, openVenue, order, outcome, play } from './scenario.ts';

const reduce = (text: string) => order('sell', text, { reduceOnly: true });

describe('a reduce-only order', () => {
  test('is refused without a position and on its own side', () => {
    expect(outcome(openVenue(), reduce('0.1@61000'))).toEqual([-2022]);
    expect(outcome(openVenue(), reduce('0.1'))).toEqual([-2022]);
    expect(play([[order('buy', '0.1@59000', { reduceOnly: true }), -2022]], longVenue())).toEqual(
      [],
    );
  });

  test('has no minimum notional', () => {
    expect(play([[reduce('0.001@61000'), 'ok', 'NEW #2 NEW 0/0.001']], longVenue())).toEqual([]);
  });

  test('is clipped to the position', () => {
    expect(
      play(
        [
          [reduce('0.4'), 'ok', 'NEW #2 NEW 0/0.1', 'TRADE #2 FILLED 0.1/0.1 0.1@60000 taker'],
          [reduce('0.4'), -2022],
        ],
        longVenue(),
      ),
    ).toEqual([]);
  });

  test('gets what earlier and better ones leave, and takes from worse ones', () => {
    expect(
      play(
        [
          [reduce('0.06@61000'), 'ok', 'NEW #2 NEW 0/0.06'],
          [reduce('0.06@61000'), 'ok', 'NEW #3 NEW 0/0.04'],
          [reduce('0.06@61000'), -2022],
          [
            reduce('0.07@60500'),
            'ok',
            'NEW #4 NEW 0/0.07',
            'AMENDMENT #2 NEW 0/0.03',
            'EXPIRED #3 EXPIRED 0/0.04',
          ],
        ],
        longVenue(),
      ),
    ).toEqual([]);
  });

  test('shrinks and expires with the position', () => {
    const state = longVenue();
    expect(
      play(
        [
          [reduce('0.06@61000'), 'ok', 'NEW #2 NEW 0/0.06'],
          [reduce('0.04@62000'), 'ok', 'NEW #3 NEW 0/0.04'],
          [
            order('sell', '0.07'),
            'ok',
            'NEW #4 NEW 0/0.07',
            'TRADE #4 FILLED 0.07/0.07 0.07@60000 taker',
            'AMENDMENT #2 NEW 0/0.03',
            'EXPIRED #3 EXPIRED 0/0.04',
          ],
          [
            reduce('0.03'),
            'ok',
            'NEW #5 NEW 0/0.03',
            'TRADE #5 FILLED 0.03/0.03 0.03@60000 taker',
            'EXPIRED #2 EXPIRED 0/0.03',
          ],
        ],
        state,
      ),
    ).toEqual([]);
    expect(openOrders(state, 'a')).toEqual([]);
  });

  test('keeps what it executed when it is cut', () => {
    expect(
      play(
        [
          [reduce('0.1@60010'), 'ok', 'NEW #2 NEW 0/0.1'],
          [
            market('60011', { printed: '0.04' }),
            'ok',
            'TRADE #2 PARTIALLY_FILLED 0.04/0.1 0.04@60010 maker',
          ],
          [
            order('sell', '0.05'),
            'ok',
            'NEW #3 NEW 0/0.05',
            'TRADE #3 FILLED 0.05/0.05 0.05@60011 taker',
            'AMENDMENT #2 PARTIALLY_FILLED 0.04/0.05',
          ],
        ],
        longVenue(),
      ),
    ).toEqual([]);
  });

  test('needs no margin', () => {
    const state = openVenue();
    apply(state, order('buy', '0.49'));
    expect(outcome(state, order('buy', '0.1@59990'))).toEqual([-2019]);
    expect(outcome(state, reduce('0.49@61000'))[0]).toBe('ok');
  });
});
