import { describe, expect, test } from 'vitest';
import { apply } from './apply.ts';
import type { Command } from './commands.ts';
import { account, findOrder, openOrders, positions } from './queries.ts';
import { CONFIG, conditional, longVenue, market, openVenue, order, play } from './scenario.ts';
import { exportState, importState } from './snapshot.ts';
import type { MatchingState } from './state.ts';

const at = { time: 3_000, accountId: 'a', symbol: 'BTCUSDT' } as const;
const status = (text: 'TRADING' | 'BREAK'): Command => ({
  type: 'setStatus',
  time: 3_000,
  symbol: 'BTCUSDT',
  status: text,
});
const rules = CONFIG.instruments[0];
const coarse = { ...rules, tickSize: '1', quantityStep: '0.01', minQuantity: '0.01' } as never;

const again = (state: MatchingState): MatchingState =>
  importState(JSON.parse(JSON.stringify(exportState(state))) as never);

describe('a fill by hand', () => {
  test('fills part of a resting order at its limit, then the rest', () => {
    const fill = { type: 'fillOrder', ...at, orderId: 1 } as const;
    const differences = play([
      [order('buy', '0.1@59000'), 'ok', 'NEW #1 NEW 0/0.1'],
      [{ ...fill, quantity: '0.04' }, 'ok', 'TRADE #1 PARTIALLY_FILLED 0.04/0.1 0.04@59000 maker'],
      [fill, 'ok', 'TRADE #1 FILLED 0.1/0.1 0.06@59000 maker'],
      [fill, -2011],
    ]);
    expect(differences).toEqual([]);
  });
});

describe('a trigger by hand', () => {
  test('fires a conditional order that waits, once', () => {
    const trigger = { type: 'triggerConditional', ...at, algoId: 1 } as const;
    const stop = conditional('sell', {
      orderType: 'STOP_MARKET',
      triggerPrice: '50000',
      quantity: '0.1',
      reduceOnly: true,
    });
    const differences = play(
      [
        [trigger, -2011],
        [stop, 'ok', 'ALGO 1 NEW'],
        [
          trigger,
          'ok',
          'ALGO 1 TRIGGERING',
          'NEW #2 NEW 0/0.1',
          'TRADE #2 FILLED 0.1/0.1 0.1@60000 taker',
          'ALGO 1 TRIGGERED #2',
          'ALGO 1 FINISHED #2',
        ],
        [trigger, -2011],
      ],
      longVenue(),
    );
    expect(differences).toEqual([]);
  });
});

describe('a forced liquidation and an auto-deleveraging', () => {
  test('close the position, the one at market and the other at the mark', () => {
    const sold = play(
      [
        [order('sell', '0.1@61000', { reduceOnly: true }), 'ok', 'NEW #2 NEW 0/0.1'],
        [
          { type: 'liquidate', ...at },
          'ok',
          'EXPIRED #2 EXPIRED 0/0.1',
          'NEW #3 NEW 0/0.1',
          'CALCULATED #3 FILLED 0.1/0.1 0.1@60000 taker',
        ],
        [{ type: 'liquidate', ...at }, -4054],
      ],
      longVenue(),
    );
    expect(sold).toEqual([]);
    const state = longVenue();
    const reduced = play(
      [
        [
          { type: 'deleverage', ...at, quantity: '0.04' },
          'ok',
          'NEW #2 NEW 0/0.04',
          'CALCULATED #2 FILLED 0.04/0.04 0.04@60000 taker',
        ],
      ],
      state,
    );
    expect(reduced).toEqual([]);
    expect(findOrder(state, 'a', 'BTCUSDT', { orderId: 2 })).toMatchObject({
      clientOrderId: 'adl_autoclose',
      liquidation: true,
    });
    expect(positions(state, 'a')[0]?.quantity).toBe('0.06');
  });
});

describe('a symbol on BREAK', () => {
  test('takes cancels only, matches nothing, and goes on after it, also through a snapshot', () => {
    const state = openVenue();
    const stop = { orderType: 'STOP_MARKET', quantity: '0.1', triggerPrice: '59000' } as const;
    const before = play(
      [
        [order('buy', '0.1@59000'), 'ok', 'NEW #1 NEW 0/0.1'],
        [order('buy', '0.1@58000'), 'ok', 'NEW #2 NEW 0/0.1'],
        [status('BREAK'), 'ok'],
        [order('buy', '0.1'), -4141],
        [conditional('sell', stop), -4141],
        [{ type: 'amend', ...at, orderId: 1, price: '58000', quantity: '0.1' }, -4141],
        [market('58500'), 'ok'],
        [{ type: 'cancel', ...at, orderId: 2 }, 'ok', 'CANCELED #2 CANCELED 0/0.1'],
      ],
      state,
    );
    expect(before).toEqual([]);
    const after = play(
      [
        [order('buy', '0.1'), -4141],
        [status('TRADING'), 'ok'],
        [market('58500'), 'ok', 'TRADE #1 FILLED 0.1/0.1 0.1@59000 maker'],
      ],
      again(state),
    );
    expect(after).toEqual([]);
  });
});

describe('new rules', () => {
  test('bind new orders, leave old ones, and survive a snapshot', () => {
    const state = openVenue();
    apply(state, order('buy', '0.015@59000.1'));
    const change: Command = { type: 'setRules', time: 3_000, instrument: coarse };
    expect(play([[change, 'ok']], state)).toEqual([]);
    const differences = play(
      [
        [order('buy', '0.1@59000.1'), -4014],
        [order('buy', '0.015@59000'), -1111],
        [order('buy', '0.1@59000'), 'ok', 'NEW #2 NEW 0/0.1'],
        [
          market('58000'),
          'ok',
          'TRADE #1 FILLED 0.015/0.015 0.015@59000.1 maker',
          'TRADE #2 FILLED 0.1/0.1 0.1@59000 maker',
        ],
      ],
      again(state),
    );
    expect(differences).toEqual([]);
  });

  test('list a symbol that was not there', () => {
    const state = openVenue();
    const instrument = { ...rules, symbol: 'XYZUSDT' } as never;
    apply(state, { type: 'setRules', time: 3_000, instrument });
    const resumed = again(state);
    apply(resumed, market('60000', { symbol: 'XYZUSDT' }));
    const reply = apply(resumed, order('buy', '0.1', { symbol: 'XYZUSDT' })).reply;
    expect(reply).toMatchObject({ ok: true, order: { status: 'FILLED' } });
    expect(positions(resumed, 'a').map(({ symbol }) => symbol)).toContain('XYZUSDT');
  });
});

describe('a countdown', () => {
  test('is kept through a snapshot and cancels what the venue was told to cancel', () => {
    const state = openVenue();
    apply(state, order('buy', '0.1@59000'));
    apply(
      state,
      conditional('sell', { orderType: 'STOP_MARKET', quantity: '0.1', triggerPrice: '58000' }),
    );
    apply(state, { type: 'setCountdown', ...at, deadline: 9_000 });
    const resumed = again(state);
    expect([...resumed.countdowns.values()]).toEqual([
      { accountId: 'a', symbol: 'BTCUSDT', deadline: 9_000 },
    ]);
    const elapsed = { type: 'countdownElapsed', ...at } as const;
    const differences = play(
      [
        [{ ...elapsed, conditional: false }, 'ok', 'CANCELED #1 CANCELED 0/0.1'],
        [{ ...elapsed, conditional: true }, 'ok', 'ALGO 1 CANCELED'],
      ],
      resumed,
    );
    expect(differences).toEqual([]);
    expect(resumed.countdowns.size).toBe(0);
    expect(openOrders(resumed, 'a')).toEqual([]);
  });

  test('of zero is none', () => {
    const state = openVenue();
    apply(state, { type: 'setCountdown', ...at, deadline: 9_000 });
    apply(state, { type: 'setCountdown', ...at, deadline: 0 });
    expect(state.countdowns.size).toBe(0);
  });
});

test('new fees are those of the next trade', () => {
  const state = openVenue();
  apply(state, { type: 'setFees', time: 3_000, accountId: 'a', makerFeeBps: 0, takerFeeBps: 1.7 });
  const { events } = apply(state, order('buy', '0.1@60000.1'));
  expect(events).toContainEqual(
    expect.objectContaining({ trade: expect.objectContaining({ fee: '1.0200017' }) as unknown }),
  );
  expect(account(state, 'a')).toMatchObject({ makerFeeBps: 0, takerFeeBps: 1.7 });
});

test('an account without money hears -2018, one with too little -2019', () => {
  const state = openVenue();
  apply(state, {
    type: 'openAccount',
    time: 0,
    accountId: 'c',
    balance: '0',
    makerFeeBps: 2,
    takerFeeBps: 5,
  });
  const differences = play(
    [
      [order('buy', '0.1', { accountId: 'c' }), -2018],
      [order('buy', '1'), -2019],
    ],
    state,
  );
  expect(differences).toEqual([]);
});
