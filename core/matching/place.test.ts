import { describe, expect, test } from 'vitest';
import { apply } from './apply.ts';
import type { Place } from './commands.ts';
import { account, findOrder, positions, trades } from './queries.ts';
import { deposit, lineOf, market, openVenue, order, outcome, play } from './scenario.ts';

describe('a taker', () => {
  test('gets the touch up to the displayed size, then the midpoint of the linear impact', () => {
    // 0.5 beyond a displayed 1 moves the price by 5 bp (30); the midpoint is 15 above.
    expect(
      play([
        [
          order('buy', '1.5'),
          -2019, // 90,000 at leverage 3 needs 30,000
        ],
        [
          market('60000', { shown: '0.1' }),
          'ok', // what takers used is shown again
        ],
        [
          order('buy', '0.15'),
          'ok',
          'NEW #1 NEW 0/0.15',
          'TRADE #1 PARTIALLY_FILLED 0.1/0.15 0.1@60000.1 taker',
          'TRADE #1 FILLED 0.15/0.15 0.05@60015.2 taker',
        ],
      ]),
    ).toEqual([]);
  });

  test('uses displayed size up until the next step', () => {
    expect(
      play([
        [market('60000', { shown: '0.1' }), 'ok'],
        [order('sell', '0.1'), 'ok', 'NEW #1 NEW 0/0.1', 'TRADE #1 FILLED 0.1/0.1 0.1@60000 taker'],
        [
          order('sell', '0.05', { accountId: 'b' }),
          'ok',
          'NEW #2 NEW 0/0.05',
          'TRADE #2 FILLED 0.05/0.05 0.05@59985 taker',
        ],
        [market('60000', { shown: '0.1' }), 'ok'],
        [
          order('sell', '0.05', { accountId: 'b' }),
          'ok',
          'NEW #3 NEW 0/0.05',
          'TRADE #3 FILLED 0.05/0.05 0.05@60000 taker',
        ],
      ]),
    ).toEqual([]);
  });

  test('starts where earlier takers of the step left off, beyond the touch too', () => {
    expect(
      play([
        [market('60000', { shown: '0.1' }), 'ok'],
        [
          order('buy', '0.15'),
          'ok',
          'NEW #1 NEW 0/0.15',
          'TRADE #1 PARTIALLY_FILLED 0.1/0.15 0.1@60000.1 taker',
          'TRADE #1 FILLED 0.15/0.15 0.05@60015.2 taker',
        ],
        [
          order('buy', '0.05', { accountId: 'b' }),
          'ok',
          'NEW #2 NEW 0/0.05',
          'TRADE #2 FILLED 0.05/0.05 0.05@60045.2 taker',
        ],
      ]),
    ).toEqual([]);
  });

  test('with a limit takes down to it and rests', () => {
    expect(
      play([
        [market('60000', { shown: '0.1' }), 'ok'],
        [
          order('buy', '0.2@60030.1'), // 30 is 5 bp: half a displayed size beyond the touch
          'ok',
          'NEW #1 NEW 0/0.2',
          'TRADE #1 PARTIALLY_FILLED 0.1/0.2 0.1@60000.1 taker',
          'TRADE #1 PARTIALLY_FILLED 0.149/0.2 0.049@60014.9 taker',
        ],
        [market('60020'), 'ok', 'TRADE #1 FILLED 0.2/0.2 0.051@60030.1 maker'],
      ]),
    ).toEqual([]);
  });

  test('at market stops at the price protection and expires the rest', () => {
    const state = openVenue();
    expect(
      play(
        [
          [deposit('rich', '10000000'), 'ok'],
          [market('60000', { shown: '0.01' }), 'ok'],
          [
            order('sell', '1', { accountId: 'rich' }),
            'ok',
            'NEW #1 NEW 0/1',
            'TRADE #1 PARTIALLY_FILLED 0.01/1 0.01@60000 taker',
            'TRADE #1 PARTIALLY_FILLED 0.51/1 0.5@58500 taker',
            'EXPIRED #1 EXPIRED 0.51/1',
          ],
          [market('60000', { bid: '56999.9', mark: '60000' }), 'ok'],
          [order('sell', '1', { accountId: 'rich' }), -4131],
        ],
        state,
      ),
    ).toEqual([]);
  });

  test('finds nothing where nothing is displayed', () => {
    expect(
      play([
        [market('60000', { shown: '0' }), 'ok'],
        [order('buy', '0.1'), 'ok', 'NEW #1 NEW 0/0.1', 'EXPIRED #1 EXPIRED 0/0.1'],
      ]),
    ).toEqual([]);
  });
});

describe('time in force', () => {
  const thin = market('60000', { shown: '0.05' });

  test('IOC expires what it does not take', () => {
    expect(
      play([
        [thin, 'ok'],
        [
          order('buy', '0.1@60000.1', { timeInForce: 'IOC' }),
          'ok',
          'NEW #1 NEW 0/0.1',
          'TRADE #1 PARTIALLY_FILLED 0.05/0.1 0.05@60000.1 taker',
          'EXPIRED #1 EXPIRED 0.05/0.1',
        ],
      ]),
    ).toEqual([]);
  });

  test('FOK takes all or is refused and leaves no order', () => {
    const state = openVenue();
    expect(
      play(
        [
          [thin, 'ok'],
          [order('buy', '0.1@60000.1', { timeInForce: 'FOK' }), -5021],
          [
            order('buy', '0.05@60000.1', { timeInForce: 'FOK' }),
            'ok',
            'NEW #1 NEW 0/0.05',
            'TRADE #1 FILLED 0.05/0.05 0.05@60000.1 taker',
          ],
        ],
        state,
      ),
    ).toEqual([]);
    expect(findOrder(state, 'a', 'BTCUSDT', { orderId: 2 })).toBeUndefined();
  });

  test('GTX is refused at the opposite touch and rests a tick before it', () => {
    expect(
      play([
        [order('buy', '0.1@60000.1', { timeInForce: 'GTX' }), -5022],
        [order('sell', '0.1@60000', { timeInForce: 'GTX' }), -5022],
        [order('buy', '0.1@60000', { timeInForce: 'GTX' }), 'ok', 'NEW #1 NEW 0/0.1'],
      ]),
    ).toEqual([]);
  });
});

describe('the filters', () => {
  const limit = (changes: Partial<Place>) => order('buy', '0.1@59990', changes);
  test.each([
    ['unknown symbol', limit({ symbol: 'NOPE' }), -1121, 'Invalid symbol.'],
    ['a symbol without a market', limit({ symbol: 'ETHUSDT' }), -1013, 'Market is closed.'],
    ['missing quantity', limit({ quantity: '' }), -1102, 'quantity'],
    ['text as quantity', limit({ quantity: 'NaN' }), -1100, 'quantity'],
    ['zero quantity', limit({ quantity: '0' }), -4003, 'Quantity less than or equal to zero.'],
    ['negative quantity', limit({ quantity: '-1' }), -4003, 'zero'],
    ['quantity off the step', limit({ quantity: '0.0015' }), -1111, 'Precision'],
    ['too many decimals', limit({ quantity: '0.1000000000000001' }), -1111, 'Precision'],
    ['more than the maximum', limit({ quantity: '1000.001' }), -4005, 'max quantity'],
    ['negative price', limit({ price: '-1' }), -4001, 'Price'],
    ['price off the tick', limit({ price: '59990.05' }), -4014, 'tick size'],
    ['price too precise', limit({ price: '59990.001' }), -1111, 'Precision'],
    ['notional below 100', limit({ quantity: '0.001' }), -4164, 'no smaller than 100'],
    ['buy 5 % above the mark', limit({ price: '63000.1' }), -4016, 'higher than 63000'],
    ['bad client id', limit({ newClientOrderId: 'no blanks' }), -4015, 'Client order id'],
    ['a client id of 37', limit({ newClientOrderId: 'x'.repeat(37) }), -4015, 'Client order id'],
  ])('refuse %s', (_name, command, code, text) => {
    const state = openVenue();
    const { reply, events } = apply(state, command);
    expect(reply).toMatchObject({ ok: false, code });
    expect(reply).toHaveProperty('message', expect.stringContaining(text));
    expect(events).toEqual([]);
  });

  test('refuse a sell 5 % below the mark but not a far bid', () => {
    expect(
      play([
        [order('sell', '0.1@56999.9'), -4024],
        [order('buy', '0.1@30000'), 'ok', 'NEW #1 NEW 0/0.1'],
      ]),
    ).toEqual([]);
  });

  test('refuse one order more than the symbol allows', () => {
    const state = openVenue();
    for (let n = 0; n < 5; n += 1) apply(state, order('buy', '0.01@50000'));
    expect(outcome(state, order('buy', '0.01@50000'))).toEqual([-2025]);
    expect(outcome(state, order('buy', '0.01@50000', { accountId: 'b' }))[0]).toBe('ok');
    expect(outcome(state, order('buy', '0.01'))[0]).toBe('ok');
  });

  test('refuse the client id of a working order and accept that of a finished one', () => {
    const named = order('buy', '0.01@59990', { newClientOrderId: 'tg1' });
    const state = openVenue();
    expect(
      play(
        [
          [named, 'ok', 'NEW #1 NEW 0/0.01'],
          [named, -4116],
          [{ ...named, accountId: 'b' }, 'ok', 'NEW #2 NEW 0/0.01'],
          [
            market('59980'),
            'ok',
            'TRADE #1 FILLED 0.01/0.01 0.01@59990 maker',
            'TRADE #2 FILLED 0.01/0.01 0.01@59990 maker',
          ],
          [named, 'ok', 'NEW #3 NEW 0/0.01', 'TRADE #3 FILLED 0.01/0.01 0.01@59980.1 taker'],
        ],
        state,
      ),
    ).toEqual([]);
    expect(findOrder(state, 'a', 'BTCUSDT', { origClientOrderId: 'tg1' })?.orderId).toBe(3);
  });
});

describe('money', () => {
  test('a round trip pays two fees and books the profit at average cost', () => {
    const state = openVenue();
    apply(state, order('buy', '0.1@60000.1'));
    apply(state, market('61000'));
    apply(state, order('buy', '0.1@61000.1'));
    apply(state, market('62000'));
    const { events } = apply(state, order('sell', '0.1@62000'));
    // Entry (60000.1 + 61000.1) / 2 = 60500.1; profit 0.1 * 1499.9; fees 5 bp each way.
    expect(trades(state, 'a', {}).map((trade) => [trade.fee, trade.realizedProfit])).toEqual([
      ['3.000005', '0'],
      ['3.050005', '0'],
      ['3.1', '149.99'],
    ]);
    expect(account(state, 'a').walletBalance).toBe('10140.83999');
    expect(positions(state, 'a')[0]).toMatchObject({
      quantity: '0.1',
      entryPrice: '60500.1',
      unrealizedProfit: '149.99',
    });
    expect(events.map(lineOf)).toEqual([
      'NEW #3 NEW 0/0.1',
      'ACCOUNT a ORDER 10140.83999',
      'TRADE #3 FILLED 0.1/0.1 0.1@62000 taker',
    ]);
  });

  test('an order larger than the position turns it over', () => {
    const state = openVenue();
    apply(state, order('buy', '0.1@60000.1'));
    apply(state, order('sell', '0.3@60000'));
    expect(positions(state, 'a')[0]).toMatchObject({
      quantity: '-0.2',
      entryPrice: '60000',
      isolatedWallet: '4000',
    });
    expect(trades(state, 'a', {}).at(-1)?.realizedProfit).toBe('-0.01');
  });

  test('a rebate is paid to the maker', () => {
    const state = openVenue();
    apply(state, { ...deposit('maker', '10000'), makerFeeBps: -1 } as never);
    apply(state, order('buy', '0.1@59990', { accountId: 'maker' }));
    apply(state, market('59980'));
    expect(account(state, 'maker').walletBalance).toBe('10000.5999');
  });
});
