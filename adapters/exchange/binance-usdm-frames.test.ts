import { describe, expect, test } from 'vitest';
import { parseMarketFrame, parseUserFrame } from './binance-usdm-frames.ts';

describe('market frames', () => {
  test.each([
    [
      'best bid and ask, in canonical text',
      { e: 'bookTicker', s: 'BTCUSDT', b: '50000.10', a: '50000.20', T: 5, E: 6 },
      { kind: 'quote', time: 5, bid: '50000.1', ask: '50000.2' },
    ],
    [
      'mark price at its event time; T is the next funding',
      { e: 'markPriceUpdate', s: 'BTCUSDT', p: '50000.00000000', T: 99, E: 6 },
      { kind: 'mark', time: 6, mark: '50000' },
    ],
    [
      'trade',
      { e: 'trade', s: 'BTCUSDT', p: '50000.1', q: '0.5', T: 5, E: 6 },
      { kind: 'trade', time: 5, price: 50_000.1, quantity: 0.5 },
    ],
  ])('%s', (_name, frame, tick) => {
    expect(parseMarketFrame(frame)).toEqual({ symbol: 'BTCUSDT', tick });
  });

  test.each([
    ['an empty book side', { e: 'bookTicker', s: 'BTCUSDT', b: '0', a: '1', T: 5 }],
    ['no time', { e: 'bookTicker', s: 'BTCUSDT', b: '1', a: '1' }],
    ['a mark that is no price', { e: 'markPriceUpdate', s: 'BTCUSDT', p: 'NaN', E: 6 }],
    ['an insurance fund print', { e: 'trade', s: 'BTCUSDT', p: '0', q: '0', T: 5 }],
    ['another event', { e: 'kline', s: 'BTCUSDT' }],
    ['no object', 'pong'],
    ['null', null],
  ])('%s is dropped', (_name, frame) => {
    expect(parseMarketFrame(frame)).toBeUndefined();
  });
});

const ORDER = {
  s: 'BTCUSDT',
  c: 'tgtestbtcus000010000001',
  S: 'BUY',
  q: '0.010',
  p: '49000',
  x: 'TRADE',
  X: 'PARTIALLY_FILLED',
  i: 17,
  l: '0.004',
  z: '0.004',
  L: '49000',
  n: '0.0784',
  N: 'USDT',
  T: 5,
  t: 3,
  m: true,
  R: false,
  rp: '0',
  ot: 'LIMIT',
};

describe('user frames', () => {
  test('a partial fill of an order', () => {
    expect(parseUserFrame({ e: 'ORDER_TRADE_UPDATE', o: ORDER })).toMatchObject({
      symbol: 'BTCUSDT',
      isChild: false,
      order: { venueOrderId: '17', status: 'partiallyFilled', quantity: '0.01', executed: '0.004' },
      fill: { tradeId: '3', orderId: '17', quantity: '0.004', fee: '0.0784', maker: true },
    });
  });

  test('an order without a trade has no fill; ids beyond 2^53 come as text', () => {
    const frame = {
      e: 'ORDER_TRADE_UPDATE',
      o: { ...ORDER, x: 'CANCELED', l: '0', t: 0, i: '9007199254740993' },
    };
    expect(parseUserFrame(frame)).toMatchObject({
      fill: null,
      order: { venueOrderId: '9007199254740993' },
    });
  });

  test('a liquidation is a fill', () => {
    const frame = { e: 'ORDER_TRADE_UPDATE', o: { ...ORDER, x: 'CALCULATED' } };
    expect(parseUserFrame(frame)).toMatchObject({ fill: { tradeId: '3' } });
  });

  test('the child of a stop is known by its original type', () => {
    const frame = { e: 'ORDER_TRADE_UPDATE', o: { ...ORDER, c: 'auto-2', ot: 'STOP_MARKET' } };
    expect(parseUserFrame(frame)).toMatchObject({ isChild: true });
  });

  test.each([
    ['NEW', '', '0', 'working', null],
    ['TRIGGERED', '18', '0', 'triggered', '18'],
    ['FINISHED', '18', '0.01', 'filled', '18'],
    ['FINISHED', '18', '0', 'expired', '18'],
    ['FINISHED', '18', '', 'triggered', '18'],
    ['CANCELED', '', '0', 'cancelled', null],
    ['REJECTED', '', '0', 'rejected', null],
  ])('a conditional order %s, child %j, executed %j', (X, ai, aq, status, childOrderId) => {
    const o = {
      caid: 'tgx',
      aid: 4,
      s: 'BTCUSDT',
      S: 'SELL',
      q: '0.01',
      X,
      ai,
      aq,
      tp: '48500',
      R: true,
    };
    expect(parseUserFrame({ e: 'ALGO_UPDATE', T: 9, o })).toMatchObject({
      fill: null,
      order: { conditional: true, venueOrderId: '4', status, childOrderId, eventTime: 9 },
    });
  });

  test('what cannot be read is said, what is of no interest is not', () => {
    expect(parseUserFrame({ e: 'ORDER_TRADE_UPDATE', o: { ...ORDER, q: 'x' } })).toBe('unreadable');
    expect(parseUserFrame({ e: 'ALGO_UPDATE', T: 9, o: {} })).toBe('unreadable');
    expect(parseUserFrame({ e: 'listenKeyExpired', listenKey: 'k' })).toBe('ended');
    expect(parseUserFrame({ e: 'ACCOUNT_UPDATE', a: {} })).toBeUndefined();
    expect(parseUserFrame({ result: null, id: 1 })).toBeUndefined();
    const moved = (m: string) => parseUserFrame({ e: 'ACCOUNT_UPDATE', a: { m, B: [], P: [] } });
    expect(['FUNDING_FEE', 'INSURANCE_CLEAR', 'DEPOSIT', 'SOMETHING_NEW'].map(moved)).toEqual(
      Array.from({ length: 4 }, () => 'income'),
    );
    expect(['ORDER', 'MARGIN_TYPE_CHANGE'].map(moved)).toEqual([undefined, undefined]);
  });
});
