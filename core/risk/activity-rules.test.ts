import { describe, expect, test } from 'vitest';
import type { InstrumentRules, Quote } from '../market/market.ts';
import { money, price, quantity } from '../money/units.ts';
import type { OrderIntent } from '../orders/order.ts';
import { ACTIVITY_CONTROLS } from './activity-rules.ts';
import { ADDING_CONTROLS, ALL_ORDER_CONTROLS, checkIntents } from './check-intents.ts';
import { FLAT } from './exposure.ts';
import { PROTECTIVE_CONTROLS, RISK_ADDING_CONTROLS } from './moment-rules.ts';
import type { RecentActivity } from './recent-activity.ts';
import type { RiskContext } from './risk-context.ts';
import { PAPER_RISK_LIMITS } from './risk-limits.ts';
import type { RiskLimits } from './risk-limits.ts';
import { quietActivity } from './testing/quiet-activity.ts';

const EQUITY = money('10000');

const CONTEXT: RiskContext = {
  symbol: 'BTCUSDT',
  limits: { ...PAPER_RISK_LIMITS, allowedSymbols: ['BTCUSDT'] },
  latch: { kind: 'clear' },
  level: 'ACTIVE',
  quote: { time: 0, bid: '59999.9', ask: '60000.1', mark: '60000' } as Quote,
  dataAgeMs: 0,
  priceMoves: null,
  clockSkewMs: 0,
  isReconciled: true,
  unknownOrders: 0,
  unprotectedMs: null,
  stops: { buy: quantity('1000'), sell: quantity('1000') },
  rules: {
    tickSize: '0.1',
    quantityStep: '0.001',
    minQuantity: '0.001',
    maxQuantity: '100',
    minNotional: '100',
    maxOpenOrders: 200,
    percentPricePct: 5,
    makerFeeBps: 2,
    takerFeeBps: 5,
  } as InstrumentRules,
  equity: EQUITY,
  exposure: FLAT,
  otherNotional: money('0'),
  gridsElsewhere: 0,
  openOrders: { symbolOrdinary: 0, symbolConditional: 0, account: 0 },
  activity: quietActivity(EQUITY),
  dayVolume: null,
  book: null,
};

const ORDER = {
  clientOrderId: 'tg0000',
  role: 'level',
  slot: 'L-1:entry',
  strategy: 'grid',
  side: 'buy',
  kind: 'limit',
  quantity: '0.01',
  price: '59700',
  triggerPrice: null,
  reduceOnly: false,
} as unknown as OrderIntent;

const lately = (activity: Partial<RecentActivity>): RiskContext => ({
  ...CONTEXT,
  activity: { ...CONTEXT.activity, ...activity },
});
const equityOf = (now: string, dayStart: string, highest: string): RiskContext => ({
  ...lately({ equity: { dayStart: money(dayStart), highest: money(highest) } }),
  equity: money(now),
});
const limited = (limits: Partial<RiskLimits>): RiskContext => ({
  ...CONTEXT,
  limits: { ...CONTEXT.limits, ...limits },
});
const young = (change: Partial<RecentActivity['young'][number]>): RiskContext =>
  lately({
    young: [
      {
        slot: 'L-1:entry',
        side: 'buy',
        quantity: quantity('0.01'),
        price: price('59700.1'),
        ...change,
      },
    ],
  });

const anOrder = (change: Partial<Record<keyof OrderIntent, unknown>>): OrderIntent =>
  ({
    ...ORDER,
    targetPrice: change.side === 'sell' ? '59000' : '61000',
    ...change,
  }) as OrderIntent;

const verdict = (context: RiskContext, change: Partial<OrderIntent> = {}) => {
  const [only] = checkIntents([anOrder(change)], context);
  return only?.kind === 'denied' ? only.reason.code : 'approved';
};

type Case = readonly [
  control: string,
  code: string,
  beyond: RiskContext,
  within: RiskContext,
  change?: Partial<OrderIntent>,
];

/** Both sides of each limit. */
const CASES: readonly Case[] = [
  [
    'P2',
    'ORDER_NOTIONAL_EXCEEDED',
    limited({ orderNotionalMax: 596 }),
    limited({ orderNotionalMax: 597 }),
  ],
  [
    'P3',
    'ORDER_QUANTITY_UNUSUAL',
    lately({ medianQuantity: { grid: quantity('0.001') } }),
    lately({ medianQuantity: { grid: quantity('0.002'), scalp: quantity('0.001') } }),
  ],
  [
    'P9 symbol',
    'SYMBOL_DAILY_LOSS_EXCEEDED',
    lately({ symbolProfitToday: money('-100.01') }),
    lately({ symbolProfitToday: money('-100') }),
  ],
  [
    'P9 account',
    'DAILY_LOSS_EXCEEDED',
    equityOf('9699.99', '10000', '10000'),
    equityOf('9700', '10000', '10000'),
  ],
  [
    'P10',
    'DRAWDOWN_EXCEEDED',
    equityOf('8999.99', '9000', '10000'),
    equityOf('9000', '9000', '10000'),
    { quantity: '0.002' } as Partial<OrderIntent>,
  ],
  [
    'P10',
    'DRAWDOWN_HALVES_ORDERS',
    equityOf('9499.99', '9500', '10000'),
    equityOf('9500', '9500', '10000'),
  ],
  [
    'P11',
    'STOPS_REPEATED',
    lately({ stops: { count: 4, lastAgoMs: 20 * 60_000 - 1 } }),
    lately({ stops: { count: 4, lastAgoMs: 20 * 60_000 } }),
  ],
  [
    'P11',
    'STOPS_REPEATED',
    lately({ stops: { count: 4, lastAgoMs: 0 } }),
    lately({ stops: { count: 3, lastAgoMs: 0 } }),
  ],
  [
    'P12 symbol',
    'MESSAGE_RATE_EXCEEDED',
    lately({ messagesPerMinute: { symbol: 600, account: 600 } }),
    lately({ messagesPerMinute: { symbol: 599, account: 600 } }),
  ],
  [
    'P12 account',
    'MESSAGE_RATE_EXCEEDED',
    lately({ messagesPerMinute: { symbol: 0, account: 3_000 } }),
    lately({ messagesPerMinute: { symbol: 0, account: 2_999 } }),
  ],
  [
    'P12 burst of the symbol',
    'MESSAGE_RATE_EXCEEDED',
    lately({ messagesPerTenSeconds: { symbol: 100, account: 100 } }),
    lately({ messagesPerTenSeconds: { symbol: 99, account: 100 } }),
  ],
  [
    'P12 burst of the account',
    'MESSAGE_RATE_EXCEEDED',
    lately({ messagesPerTenSeconds: { symbol: 0, account: 500 } }),
    lately({ messagesPerTenSeconds: { symbol: 0, account: 499 } }),
  ],
  [
    'P13 minute',
    'EXECUTION_REPEATED',
    lately({ repeatedFills: { perMinute: 20, perTenMinutes: 20 } }),
    lately({ repeatedFills: { perMinute: 19, perTenMinutes: 19 } }),
  ],
  [
    'P13 ten minutes',
    'EXECUTION_REPEATED',
    lately({ repeatedFills: { perMinute: 1, perTenMinutes: 100 } }),
    lately({ repeatedFills: { perMinute: 1, perTenMinutes: 99 } }),
  ],
  [
    'P14',
    'ORDERS_PER_DAY_EXCEEDED',
    lately({ ordersToday: 5_000 }),
    lately({ ordersToday: 4_999 }),
  ],
  [
    'P14 first day',
    'ORDERS_PER_DAY_EXCEEDED',
    {
      ...limited({ ordersFirstDaySymbol: 100 }),
      activity: { ...CONTEXT.activity, ordersToday: 100, isFirstDay: true },
    },
    {
      ...limited({ ordersFirstDaySymbol: 100 }),
      activity: { ...CONTEXT.activity, ordersToday: 100, isFirstDay: false },
    },
  ],
  ['P15', 'DUPLICATE_ORDER', young({}), young({ price: price('59700.2') })],
  ['P15', 'DUPLICATE_ORDER', young({}), young({ slot: 'L-2:entry' })],
  ['P15', 'DUPLICATE_ORDER', young({}), young({ side: 'sell' })],
  ['P15', 'DUPLICATE_ORDER', young({}), young({ quantity: quantity('0.011') })],
  [
    'P16',
    'SELF_TRADE',
    lately({ touch: { highestBuy: null, lowestSell: price('59700') } }),
    lately({ touch: { highestBuy: price('59700'), lowestSell: price('59700.1') } }),
  ],
  [
    'P16',
    'SELF_TRADE',
    lately({ touch: { highestBuy: price('60300'), lowestSell: null } }),
    lately({ touch: { highestBuy: price('60299.9'), lowestSell: null } }),
    { side: 'sell', price: '60300' } as Partial<OrderIntent>,
  ],
  [
    'P22',
    'MARGIN_RESERVE_TOUCHED',
    limited({ marginReservePct: 98.1 }),
    limited({ marginReservePct: 98 }),
  ],
  [
    'P24 symbol',
    'REJECT_STORM',
    lately({ rejects: { symbolMinute: 5, accountFiveMinutes: 5 } }),
    lately({ rejects: { symbolMinute: 4, accountFiveMinutes: 4 } }),
  ],
  [
    'P24 account',
    'REJECT_STORM_ACCOUNT',
    lately({ rejects: { symbolMinute: 0, accountFiveMinutes: 20 } }),
    lately({ rejects: { symbolMinute: 0, accountFiveMinutes: 19 } }),
  ],
  [
    'P25 account',
    'UNKNOWN_ORDERS_ACCOUNT',
    lately({ unknownRequests: 3 }),
    lately({ unknownRequests: 2 }),
  ],
];

describe.each(CASES.map(([control, code, ...rest]) => ({ control, code, rest })))(
  '$control: $code',
  ({ code, rest: [beyond, within, change] }) => {
    test('is denied beyond the limit, not at it', () => {
      expect(verdict(beyond, change)).toBe(code);
      expect(verdict(within, change)).toBe('approved');
    });

    test('never stops an order that only reduces', () => {
      const stop = { role: 'stop', side: 'sell', kind: 'stopMarket', price: null } as const;
      const protective = {
        ...stop,
        triggerPrice: '57900',
        reduceOnly: true,
      } as Partial<OrderIntent>;
      expect(verdict(beyond, protective)).toBe('approved');
    });
  },
);

test('every control over recent activity has a case', () => {
  const tested = new Set(CASES.map(([control]) => control));
  expect(ACTIVITY_CONTROLS.map(({ control }) => control).filter((c) => !tested.has(c))).toEqual([]);
});

test('P9 of a symbol counts what its open position has lost', () => {
  const held = { ...FLAT, quantity: quantity('0.01'), cost: money('640') };
  const losing: RiskContext = { ...lately({ symbolProfitToday: money('-61') }), exposure: held };
  expect(verdict(losing)).toBe('SYMBOL_DAILY_LOSS_EXCEEDED');
  expect(verdict({ ...losing, exposure: { ...held, cost: money('630') } })).toBe('approved');
});

test.each([
  'orderNotionalMax',
  'quantityMedianMultiple',
  'quantityVolumePct',
  'quantityDepthPct',
  'spreadPct',
  'dailyLossSymbolPct',
  'dailyLossAccountPct',
  'drawdownHalfPct',
  'drawdownHaltPct',
  'stopsBeforePause',
  'messagesPerMinuteSymbol',
  'messagesPerMinuteAccount',
  'messagesPerTenSecondsSymbol',
  'messagesPerTenSecondsAccount',
  'repeatedFillsPerMinute',
  'repeatedFillsPerTenMinutes',
  'ordersPerDaySymbol',
  'ordersFirstDaySymbol',
  'marginReservePct',
  'rejectsPerMinuteSymbol',
  'rejectsPerFiveMinutesAccount',
  'unknownRequestsAccount',
] as const)('without %s every order that adds risk is denied', (limit) => {
  expect(verdict(limited({ [limit]: undefined }))).toBe('LIMIT_MISSING');
});

test.each([
  ['60000.1', '60000.1'],
  ['60000.2', '60000.1'],
  ['59600', '60300'],
])('P18: a book of %s and %s prices nothing', (bid, ask) => {
  expect(verdict({ ...CONTEXT, quote: { ...CONTEXT.quote, bid, ask } as Quote })).toBe(
    'BOOK_INSANE',
  );
});

test.each([
  { messagesPerMinute: { symbol: 598, account: 598 } },
  { messagesPerTenSeconds: { symbol: 98, account: 98 } },
  { messagesPerTenSeconds: { symbol: 0, account: 498 } },
  { ordersToday: 4_998 },
])('orders of one request count for those after them: %j', (activity) => {
  const context = lately(activity);
  const orders = ['L-1', 'L-2', 'L-3'].map((slot) => anOrder({ slot, clientOrderId: slot }));
  expect(checkIntents(orders, context).map(({ kind }) => kind)).toEqual([
    'approved',
    'approved',
    'denied',
  ]);
});

const codesOf = (...orders: Partial<Record<keyof OrderIntent, unknown>>[]) =>
  checkIntents(orders.map(anOrder), CONTEXT).map((one) =>
    one.kind === 'denied' ? one.reason.code : 'approved',
  );

test('P15: the same order twice in one request', () => {
  expect(codesOf({}, {})).toEqual(['approved', 'DUPLICATE_ORDER']);
  expect(codesOf({}, { slot: 'L-2:entry' })).toEqual(['approved', 'approved']);
  const market = { kind: 'market', price: null };
  expect(codesOf(market, market)).toEqual(['approved', 'DUPLICATE_ORDER']);
});

test('P16: two orders of one request that would trade with each other', () => {
  const sell = { slot: 'L+1:entry', side: 'sell' };
  expect(codesOf({}, { ...sell, price: '59700' })).toEqual(['approved', 'SELF_TRADE']);
  expect(codesOf({}, { ...sell, price: '59700.1' })).toEqual(['approved', 'approved']);
  const far = { slot: 'L-2:entry', price: '59600' };
  expect(codesOf({}, far, { ...sell, price: '59700' })[2]).toBe('SELF_TRADE');
  const buyAt = (price: string) => ({ slot: 'L-3:entry', price });
  expect(codesOf({ ...sell, price: '60300' }, buyAt('60300'))[1]).toBe('SELF_TRADE');
  expect(codesOf({ ...sell, price: '60300' }, buyAt('60299.9'))[1]).toBe('approved');
});

test('no control stands in the table twice', () => {
  const names = [
    ...RISK_ADDING_CONTROLS,
    ...PROTECTIVE_CONTROLS,
    ...ALL_ORDER_CONTROLS,
    ...ADDING_CONTROLS,
  ].map(({ control }) => control);
  expect(names).toEqual([...new Set(names)]);
});
