import { describe, expect, test } from 'vitest';
import { apply } from './apply.ts';
import { allAlgos, findAlgo, openAlgos, openOrders, positions } from './queries.ts';
import {
  conditional,
  lineOf,
  longVenue,
  market,
  openVenue,
  order,
  outcome,
  play,
} from './scenario.ts';

const stop = conditional('sell', {
  orderType: 'STOP_MARKET',
  triggerPrice: '59000',
  quantity: '0.1',
  reduceOnly: true,
});

describe('a reduce-only stop', () => {
  test('becomes another order, which is filled before TRIGGERED and FINISHED', () => {
    const state = longVenue();
    expect(
      play(
        [
          [stop, 'ok', 'ALGO 1 NEW'],
          [market('59000.1'), 'ok'],
          [
            market('58990', { mark: '59000' }),
            'ok',
            'ALGO 1 TRIGGERING',
            'NEW #2 NEW 0/0.1',
            'TRADE #2 FILLED 0.1/0.1 0.1@58990 taker',
            'ALGO 1 TRIGGERED #2',
            'ALGO 1 FINISHED #2',
          ],
        ],
        state,
      ),
    ).toEqual([]);
    expect(openAlgos(state, 'a')).toEqual([]);
    expect(findAlgo(state, 'a', { algoId: 1 })).toMatchObject({
      status: 'FINISHED',
      actualOrderId: 2,
      actualQty: '0.1',
      actualPrice: '58990',
    });
  });

  test('watches the mark or the last price, as told', () => {
    const lastStop = { ...stop, workingType: 'CONTRACT_PRICE' } as const;
    const state = longVenue();
    expect(play([[stop, 'ok', 'ALGO 1 NEW']], state)).toEqual([]);
    apply(state, market('58000', { mark: '59500', bid: '59500' }));
    expect(openAlgos(state, 'a')).toHaveLength(1);
    const other = longVenue();
    expect(play([[lastStop, 'ok', 'ALGO 1 NEW']], other)).toEqual([]);
    apply(other, market('58000', { mark: '59500', bid: '59500' }));
    expect(openAlgos(other, 'a')).toEqual([]);
  });

  test('stands without a position, and expires without a child when it fires without one', () => {
    const state = openVenue();
    expect(
      play(
        [
          [stop, 'ok', 'ALGO 1 NEW'],
          [market('58990'), 'ok', 'ALGO 1 TRIGGERING', 'ALGO 1 EXPIRED'],
        ],
        state,
      ),
    ).toEqual([]);
    expect(findAlgo(state, 'a', { algoId: 1 })).toMatchObject({
      failReason: 'ReduceOnly Order is rejected.',
    });
  });

  test('on the wrong side of the position expires too', () => {
    expect(
      play([
        [order('sell', '0.1'), 'ok', 'NEW #1 NEW 0/0.1', 'TRADE #1 FILLED 0.1/0.1 0.1@60000 taker'],
        [stop, 'ok', 'ALGO 1 NEW'],
        [market('58990'), 'ok', 'ALGO 1 TRIGGERING', 'ALGO 1 EXPIRED'],
      ]),
    ).toEqual([]);
  });

  test('is clipped to the position', () => {
    const state = longVenue();
    expect(
      play(
        [
          [{ ...stop, quantity: '0.5' }, 'ok', 'ALGO 1 NEW'],
          [
            market('58990'),
            'ok',
            'ALGO 1 TRIGGERING',
            'NEW #2 NEW 0/0.1',
            'TRADE #2 FILLED 0.1/0.1 0.1@58990 taker',
            'ALGO 1 TRIGGERED #2',
            'ALGO 1 FINISHED #2',
          ],
        ],
        state,
      ),
    ).toEqual([]);
    expect(positions(state, 'a')[0]?.quantity).toBe('0');
  });

  test('fires once: of two at one level the second finds nothing', () => {
    expect(
      play(
        [
          [stop, 'ok', 'ALGO 1 NEW'],
          [stop, 'ok', 'ALGO 2 NEW'],
          [
            market('58990'),
            'ok',
            'ALGO 1 TRIGGERING',
            'NEW #2 NEW 0/0.1',
            'TRADE #2 FILLED 0.1/0.1 0.1@58990 taker',
            'ALGO 1 TRIGGERED #2',
            'ALGO 1 FINISHED #2',
            'ALGO 2 TRIGGERING',
            'ALGO 2 EXPIRED',
          ],
        ],
        longVenue(),
      ),
    ).toEqual([]);
  });
});

describe('an opening conditional order', () => {
  test('is refused at its trigger when the margin is missing', () => {
    const state = openVenue();
    expect(
      play(
        [
          [
            conditional('buy', { orderType: 'STOP_MARKET', triggerPrice: '61000', quantity: '10' }),
            'ok',
            'ALGO 1 NEW',
          ],
          [market('61000'), 'ok', 'ALGO 1 TRIGGERING', 'ALGO 1 REJECTED'],
        ],
        state,
      ),
    ).toEqual([]);
    expect(allAlgos(state, 'a', {})[0]?.failReason).toBe('Margin is insufficient.');
  });

  test('STOP rests its limit and is finished when that is', () => {
    const state = openVenue();
    expect(
      play(
        [
          [
            conditional('buy', {
              orderType: 'STOP',
              triggerPrice: '61000',
              price: '60900',
              quantity: '0.1',
            }),
            'ok',
            'ALGO 1 NEW',
          ],
          [market('61000'), 'ok', 'ALGO 1 TRIGGERING', 'NEW #1 NEW 0/0.1', 'ALGO 1 TRIGGERED #1'],
          [market('60890'), 'ok', 'TRADE #1 FILLED 0.1/0.1 0.1@60900 maker', 'ALGO 1 FINISHED #1'],
        ],
        state,
      ),
    ).toEqual([]);
    expect(openOrders(state, 'a')).toEqual([]);
  });

  test('is finished when its child is cancelled', () => {
    expect(
      play([
        [
          conditional('sell', {
            orderType: 'TAKE_PROFIT',
            triggerPrice: '61000',
            price: '61100',
            quantity: '0.1',
          }),
          'ok',
          'ALGO 1 NEW',
        ],
        [market('61000'), 'ok', 'ALGO 1 TRIGGERING', 'NEW #1 NEW 0/0.1', 'ALGO 1 TRIGGERED #1'],
        [
          { type: 'cancel', time: 3_000, accountId: 'a', symbol: 'BTCUSDT', orderId: 1 },
          'ok',
          'CANCELED #1 CANCELED 0/0.1',
          'ALGO 1 FINISHED #1',
        ],
      ]),
    ).toEqual([]);
  });
});

describe('a trigger that is already reached', () => {
  const levels = { up: '60100', down: '59900' };
  test.each([
    ['STOP_MARKET', 'buy', levels.down, -2021],
    ['STOP_MARKET', 'buy', '60000', -2021],
    ['STOP_MARKET', 'buy', levels.up, 'ok'],
    ['STOP_MARKET', 'sell', levels.up, -2021],
    ['STOP_MARKET', 'sell', levels.down, 'ok'],
    ['TAKE_PROFIT_MARKET', 'buy', levels.up, -2021],
    ['TAKE_PROFIT_MARKET', 'buy', levels.down, 'ok'],
    ['TAKE_PROFIT_MARKET', 'sell', levels.down, -2021],
    ['TAKE_PROFIT_MARKET', 'sell', levels.up, 'ok'],
  ] as const)('%s %s at %s gives %s', (orderType, side, triggerPrice, expected) => {
    const command = conditional(side, { orderType, triggerPrice, quantity: '0.1' });
    expect(outcome(openVenue(), command)[0]).toBe(expected);
  });
});

describe('closePosition', () => {
  const close = conditional('sell', {
    orderType: 'STOP_MARKET',
    triggerPrice: '59000',
    closePosition: true,
  });

  test('needs a position of the other side', () => {
    expect(outcome(openVenue(), close)).toEqual([-4509]);
    const wrong = { ...close, side: 'buy', triggerPrice: '61000' } as const;
    expect(outcome(longVenue(), wrong)).toEqual([-4509]);
  });

  test('stands once per direction and kind', () => {
    expect(
      play(
        [
          [close, 'ok', 'ALGO 1 NEW'],
          [{ ...close, triggerPrice: '58000' }, -4130],
          [
            { ...close, orderType: 'TAKE_PROFIT_MARKET', triggerPrice: '61000' },
            'ok',
            'ALGO 2 NEW',
          ],
        ],
        longVenue(),
      ),
    ).toEqual([]);
  });

  test('closes what there is when it fires, and its twin expires', () => {
    const state = longVenue();
    apply(state, order('buy', '0.05@60000.1'));
    expect(
      play(
        [
          [close, 'ok', 'ALGO 1 NEW'],
          [
            { ...close, orderType: 'TAKE_PROFIT_MARKET', triggerPrice: '61000' },
            'ok',
            'ALGO 2 NEW',
          ],
          [
            market('58990'),
            'ok',
            'ALGO 1 TRIGGERING',
            'NEW #3 NEW 0/0.15',
            'TRADE #3 FILLED 0.15/0.15 0.15@58990 taker',
            'ALGO 2 EXPIRED',
            'ALGO 1 TRIGGERED #3',
            'ALGO 1 FINISHED #3',
          ],
        ],
        state,
      ),
    ).toEqual([]);
  });

  test('expires its twin even when the same step reaches both', () => {
    const twin = {
      ...close,
      orderType: 'TAKE_PROFIT_MARKET',
      triggerPrice: '61000',
      workingType: 'CONTRACT_PRICE',
    } as const;
    const state = longVenue();
    expect(
      play(
        [
          [close, 'ok', 'ALGO 1 NEW'],
          [twin, 'ok', 'ALGO 2 NEW'],
          [{ ...stop, triggerPrice: '50000' }, 'ok', 'ALGO 3 NEW'],
          [
            market('61000', { mark: '59000' }),
            'ok',
            'ALGO 1 TRIGGERING',
            'NEW #2 NEW 0/0.1',
            'TRADE #2 FILLED 0.1/0.1 0.1@61000 taker',
            'ALGO 2 EXPIRED',
            'ALGO 1 TRIGGERED #2',
            'ALGO 1 FINISHED #2',
          ],
          [market('50000'), 'ok', 'ALGO 3 TRIGGERING', 'ALGO 3 EXPIRED'],
        ],
        state,
      ),
    ).toEqual([]);
  });

  test.each([
    [{ quantity: '0.1' }, -4137],
    [{ reduceOnly: true }, -1106],
    [{ orderType: 'STOP', price: '59000' }, -1106],
    [{ orderType: 'TRAILING_STOP_MARKET', callbackRatePct: '1' }, -4136],
  ] as const)('does not go with %o', (changes, code) => {
    expect(outcome(longVenue(), { ...close, ...changes })).toEqual([code]);
  });
});

describe('a trailing stop', () => {
  const trailing = conditional('sell', {
    orderType: 'TRAILING_STOP_MARKET',
    quantity: '0.1',
    reduceOnly: true,
    callbackRatePct: '1',
  });

  test('fires when the price came back from its best by the callback rate', () => {
    expect(
      play(
        [
          [trailing, 'ok', 'ALGO 1 NEW'],
          [market('61000'), 'ok'],
          [market('60391'), 'ok'], // 61000 * 0.99 = 60390
          [
            market('60390'),
            'ok',
            'ALGO 1 TRIGGERING',
            'NEW #2 NEW 0/0.1',
            'TRADE #2 FILLED 0.1/0.1 0.1@60390 taker',
            'ALGO 1 TRIGGERED #2',
            'ALGO 1 FINISHED #2',
          ],
        ],
        longVenue(),
      ),
    ).toEqual([]);
  });

  test('sleeps until its activation price', () => {
    expect(
      play(
        [
          [{ ...trailing, activatePrice: '59990' }, -2021],
          [{ ...trailing, activatePrice: '61000' }, 'ok', 'ALGO 1 NEW'],
          [market('59000'), 'ok'],
          [market('61500'), 'ok'],
          [
            market('60885'),
            'ok',
            'ALGO 1 TRIGGERING',
            'NEW #2 NEW 0/0.1',
            'TRADE #2 FILLED 0.1/0.1 0.1@60885 taker',
            'ALGO 1 TRIGGERED #2',
            'ALGO 1 FINISHED #2',
          ],
        ],
        longVenue(),
      ),
    ).toEqual([]);
  });

  test('of a short follows the price down', () => {
    const state = openVenue();
    apply(state, order('sell', '0.1'));
    apply(state, { ...trailing, side: 'buy' });
    apply(state, market('59000'));
    expect(outcome(state, market('59590'))[1]).toBe('ALGO 1 TRIGGERING');
  });

  test.each([undefined, '0.09', '10.1', 'x'])('refuses a callback rate of %s', (rate) => {
    const { callbackRatePct: _, ...rest } = trailing;
    const command = rate === undefined ? rest : { ...rest, callbackRatePct: rate };
    expect(outcome(longVenue(), command)).toEqual([-2007]);
  });
});

describe('conditional orders', () => {
  test('are apart from ordinary ones: ids, client ids, limits, cancels', () => {
    const named = { ...stop, clientAlgoId: 'tg1' };
    const state = longVenue();
    expect(
      play(
        [
          [order('sell', '0.01@61000', { newClientOrderId: 'tg1' }), 'ok', 'NEW #2 NEW 0/0.01'],
          [named, 'ok', 'ALGO 1 NEW'],
          [named, -4116],
          [stop, 'ok', 'ALGO 2 NEW'],
          [stop, 'ok', 'ALGO 3 NEW'],
          [stop, -4045],
          [
            { type: 'cancelAll', time: 3_000, accountId: 'a', symbol: 'BTCUSDT' },
            'ok',
            'CANCELED #2 CANCELED 0/0.01',
          ],
          [
            {
              type: 'cancelConditional',
              time: 3_000,
              accountId: 'a',
              symbol: 'BTCUSDT',
              clientAlgoId: 'tg1',
            },
            'ok',
            'ALGO 1 CANCELED',
          ],
          [
            {
              type: 'cancelConditional',
              time: 3_000,
              accountId: 'a',
              symbol: 'BTCUSDT',
              algoId: 1,
            },
            -2011,
          ],
          [
            { type: 'cancelAllConditional', time: 3_000, accountId: 'a', symbol: 'BTCUSDT' },
            'ok',
            'ALGO 2 CANCELED',
            'ALGO 3 CANCELED',
          ],
        ],
        state,
      ),
    ).toEqual([]);
    expect(allAlgos(state, 'a', {}).map((algo) => algo.status)).toEqual([
      'CANCELED',
      'CANCELED',
      'CANCELED',
    ]);
  });

  test('too small to open are refused, reduce-only ones are not', () => {
    const small = { ...stop, quantity: '0.001' };
    expect(
      play(
        [
          [{ ...small, reduceOnly: false }, -4164],
          [small, 'ok', 'ALGO 1 NEW'],
        ],
        longVenue(),
      ),
    ).toEqual([]);
  });

  test('show the balance change before the child trade', () => {
    const state = longVenue();
    apply(state, stop);
    const { events } = apply(state, market('58990'));
    expect(events.map(lineOf).slice(1, 4)).toEqual([
      'NEW #2 NEW 0/0.1',
      expect.stringMatching(/^ACCOUNT a ORDER /),
      'TRADE #2 FILLED 0.1/0.1 0.1@58990 taker',
    ]);
  });
});
