import { describe, expect, test } from 'vitest';
import { apply } from './apply.ts';
import type { Command } from './commands.ts';
import { account, incomes, positions, trades } from './queries.ts';
import {
  conditional,
  deposit,
  lineOf,
  market,
  openVenue,
  order,
  outcome,
  play,
} from './scenario.ts';

const key = { time: 2_000, accountId: 'a', symbol: 'BTCUSDT' } as const;
const leverage = (value: number): Command => ({ type: 'setLeverage', ...key, leverage: value });
const crossed = { type: 'setMarginType', ...key, marginType: 'CROSSED' } as const;
const isolated: Command = { type: 'setMarginType', ...key, marginType: 'ISOLATED' };
const funding = (rate: string): Command => ({
  type: 'funding',
  time: 3_000,
  symbol: 'BTCUSDT',
  rate,
});

describe('initial margin', () => {
  test('counts open orders and the position, and a cancel gives it back', () => {
    const state = openVenue();
    apply(state, order('buy', '0.3@60000')); // 18,000 / 3
    expect(account(state, 'a').availableBalance).toBe('4000');
    expect(outcome(state, order('buy', '0.21@60000'))).toEqual([-2019]);
    apply(state, { type: 'cancelAll', ...key });
    expect(account(state, 'a').availableBalance).toBe('10000');
    apply(state, order('buy', '0.3'));
    // 18,000.03 / 3 aside, 9.000015 of fee
    expect(account(state, 'a')).toMatchObject({
      positionInitialMargin: '6000.01',
      availableBalance: '3990.989985',
    });
  });

  test('both sides of a grid need margin for the larger side only', () => {
    const state = openVenue();
    apply(state, order('buy', '0.3@60000'));
    apply(state, order('sell', '0.3@60000.1'));
    expect(account(state, 'a').openOrderInitialMargin).toBe('6000.01');
    expect(outcome(state, order('sell', '0.25@60000.1'))).toEqual([-2019]);
  });

  test('an order that closes needs none, one that turns over needs only the rest', () => {
    const state = openVenue();
    apply(state, order('buy', '0.49'));
    expect(outcome(state, order('sell', '0.49@61000'))[0]).toBe('ok');
    expect(outcome(state, order('sell', '0.45@61000'))[0]).toBe('ok');
    expect(outcome(state, order('sell', '0.1@61000'))).toEqual([-2019]);
  });

  test('counts the loss that an order opens with against the mark', () => {
    const state = openVenue();
    apply(state, market('61000', { mark: '60000' }));
    // 0.48 * 61000.1 / 3 = 9,760 of margin and 480 of loss
    expect(outcome(state, order('buy', '0.48@61000'))[0]).toBe(-2019);
  });
});

describe('available balance', () => {
  test('must cover the taker fee too', () => {
    const state = openVenue();
    apply(state, deposit('poor', '2002'));
    const poor = { accountId: 'poor' };
    // 6,000 / 3 = 2,000 of margin and 3 of fee
    expect(outcome(state, order('buy', '0.1', poor))).toEqual([-2019]);
    expect(outcome(state, order('buy', '0.1@60000', poor))[0]).toBe('ok');
  });

  test('counts the open profit of crossed positions, and not of isolated ones', () => {
    const state = openVenue();
    apply(state, { type: 'setMarginType', ...key, accountId: 'b', marginType: 'CROSSED' });
    apply(state, order('buy', '0.3@60000.1'));
    apply(state, order('buy', '0.3@60000.1', { accountId: 'b' }));
    apply(state, market('63000'));
    const free = (id: string) => account(state, id).availableBalance;
    expect(free('a')).toBe('3990.989985'); // 10,000 - 6,000.01 - 9.000015
    expect(free('b')).toBe('4590.969985'); // 10,000 - 9.000015 + 899.97 - 18,900 / 3
  });
});

test('a position can be closed when losses have used up the margin', () => {
  const state = openVenue();
  apply(state, crossed);
  apply(state, order('buy', '0.49'));
  apply(state, market('50000'));
  expect(Number(account(state, 'a').availableBalance)).toBeLessThan(0);
  expect(outcome(state, order('buy', '0.01@49000'))).toEqual([-2019]);
  expect(outcome(state, order('sell', '0.49@50000'))[0]).toBe('ok');
});

describe('leverage', () => {
  test('is kept in the table, and its notional cap binds', () => {
    expect(
      play([
        [leverage(0), -4028],
        [leverage(51), -4028],
        [leverage(1.5), -4028],
        [leverage(50), 'ok', 'LEVERAGE BTCUSDT 50'],
        [order('buy', '5.1@59990'), -2027],
        [order('buy', '4.9@59990'), 'ok', 'NEW #1 NEW 0/4.9'],
        [leverage(20), -2028],
      ]),
    ).toEqual([]);
  });

  test('of an isolated position only goes up', () => {
    const state = openVenue();
    apply(state, order('buy', '0.1'));
    expect(
      play(
        [
          [leverage(2), -4161],
          [leverage(5), 'ok', 'LEVERAGE BTCUSDT 5'],
        ],
        state,
      ),
    ).toEqual([]);
  });
});

describe('margin type', () => {
  test('changes only without orders and position', () => {
    expect(
      play([
        [isolated, -4046],
        [order('buy', '0.1@59990'), 'ok', 'NEW #1 NEW 0/0.1'],
        [crossed, -4047],
        [market('59980'), 'ok', 'TRADE #1 FILLED 0.1/0.1 0.1@59990 maker'],
        [crossed, -4048],
        [order('sell', '0.1'), 'ok', 'NEW #2 NEW 0/0.1', 'TRADE #2 FILLED 0.1/0.1 0.1@59980 taker'],
        [crossed, 'ok'],
      ]),
    ).toEqual([]);
  });
});

describe('funding', () => {
  test('goes from longs to shorts at the mark, and isolated margin pays it', () => {
    const state = openVenue();
    apply(state, order('buy', '0.1'));
    apply(state, order('sell', '0.1', { accountId: 'b' }));
    const { events } = apply(state, funding('0.0001'));
    expect(events.map(lineOf)).toEqual([
      'ACCOUNT a FUNDING_FEE 9996.399995',
      'ACCOUNT b FUNDING_FEE 9997.6',
    ]);
    expect(positions(state, 'a')[0]?.isolatedWallet).toBe('1999.40333334');
    expect(incomes(state, 'a', { symbol: 'BTCUSDT' })).toEqual([
      {
        symbol: 'BTCUSDT',
        incomeType: 'FUNDING_FEE',
        income: '-0.6',
        time: 3_000,
        transactionId: 3,
      },
    ]);
    apply(state, funding('-0.0001'));
    expect(account(state, 'a').walletBalance).toBe('9996.999995');
  });

  test('leaves accounts without a position alone', () => {
    expect(apply(openVenue(), funding('0.01')).events).toEqual([]);
    expect(outcome(openVenue(), funding('x'))).toEqual([-1100]);
  });
});

describe('liquidation', () => {
  test('of an isolated position comes on the mark, at the shown price, and not before', () => {
    const state = openVenue();
    apply(state, order('buy', '0.3@60000.1'));
    const level = Number(positions(state, 'a')[0]?.liquidationPrice);
    // (18,000.03 - 6,000.01) / (0.3 * 0.99)
    expect(level).toBeCloseTo(40_404.1077, 3);
    expect(outcome(state, market('30000', { mark: '40404.2' }))).toEqual(['ok']);
    expect(outcome(state, market('40400', { mark: '40404.1' }))).toEqual([
      'ok',
      'NEW #2 NEW 0/0.3',
      'CALCULATED #2 FILLED 0.3/0.3 0.3@40400 taker',
    ]);
  });

  test('of a short comes when the mark rises', () => {
    const state = openVenue();
    apply(state, order('sell', '0.3@60000'));
    // (18,000 + 6,000) / (0.3 * 1.01)
    expect(Number(positions(state, 'a')[0]?.liquidationPrice)).toBeCloseTo(79_207.92, 2);
    expect(outcome(state, market('79208'))[1]).toBe('NEW #2 NEW 0/0.3');
  });

  test('loses at most the isolated margin, whatever the market pays', () => {
    const state = openVenue();
    apply(state, order('buy', '0.3'));
    const fee = Number(trades(state, 'a', {})[0]?.fee);
    const aside = Number(positions(state, 'a')[0]?.isolatedWallet);
    apply(state, market('20000', { mark: '40000' }));
    expect(Number(account(state, 'a').walletBalance)).toBeCloseTo(10_000 - fee - aside, 6);
    expect(incomes(state, 'a', {}).at(-1)?.incomeType).toBe('INSURANCE_CLEAR');
    expect(positions(state, 'a')[0]?.isolatedWallet).toBe('0');
  });

  test('takes a clearance fee where margin is left, and expires the orders of the symbol', () => {
    const state = openVenue();
    apply(state, order('buy', '0.3@60000.1'));
    apply(state, order('buy', '0.01@30000'));
    const { events } = apply(state, market('41000', { mark: '40404' }));
    expect(events.map(lineOf).filter((line) => !line.startsWith('ACCOUNT'))).toEqual([
      'EXPIRED #2 EXPIRED 0/0.01',
      'NEW #3 NEW 0/0.3',
      'CALCULATED #3 FILLED 0.3/0.3 0.3@41000 taker',
    ]);
    expect(incomes(state, 'a', {}).at(-1)?.income).toBe('-153.75'); // 12,300 * 1.25 %
  });

  test('asks a clearance fee of no more than the margin that is left', () => {
    const state = openVenue();
    apply(state, order('buy', '0.3@60000.1'));
    const rest = account(state, 'a').availableBalance;
    apply(state, market('40405', { mark: '40404' }));
    expect(account(state, 'a').walletBalance).toBe(rest);
    expect(incomes(state, 'a', {}).at(-1)?.income).toBe('-115.41925'); // of 151.51875
  });

  test('comes after a stop that the same step reaches', () => {
    const state = openVenue();
    apply(state, order('buy', '0.3@60000.1'));
    apply(
      state,
      conditional('sell', {
        orderType: 'STOP_MARKET',
        triggerPrice: '58000',
        quantity: '0.3',
        reduceOnly: true,
      }),
    );
    expect(outcome(state, market('40000')).slice(1)).toEqual([
      'ALGO 1 TRIGGERING',
      'NEW #2 NEW 0/0.3',
      'TRADE #2 FILLED 0.3/0.3 0.3@40000 taker',
      'ALGO 1 TRIGGERED #2',
      'ALGO 1 FINISHED #2',
    ]);
  });

  test('of crossed positions takes them all, backed by the whole wallet', () => {
    const state = openVenue();
    apply(state, crossed);
    apply(state, { ...crossed, symbol: 'ETHUSDT' });
    apply(state, market('3000', { symbol: 'ETHUSDT', ask: '3000.01' }));
    apply(state, order('buy', '0.3@60000.1'));
    apply(state, order('sell', '1', { symbol: 'ETHUSDT' }));
    // Wallet 9,989; it would take a fall of about 55 %.
    expect(outcome(state, market('30000'))).toEqual(['ok']);
    expect(outcome(state, market('26000')).slice(1)).toEqual([
      'NEW #3 NEW 0/0.3',
      'CALCULATED #3 FILLED 0.3/0.3 0.3@26000 taker',
      'NEW #4 NEW 0/1',
      'CALCULATED #4 FILLED 1/1 1@3000.01 taker',
    ]);
    expect(Number(account(state, 'a').walletBalance)).toBeGreaterThanOrEqual(0);
  });

  test('uses the bracket of the notional', () => {
    const state = openVenue();
    apply(state, deposit('rich', '1000000'));
    apply(state, market('60000', { shown: '100' }));
    apply(state, order('buy', '10', { accountId: 'rich' }));
    // 600,000 at 2 % less 3,000
    expect(positions(state, 'rich')[0]?.maintenanceMargin).toBe('9000');
  });
});
