import { describe, expect, test } from 'vitest';
import type { InstrumentRules, Quote } from '../market/market.ts';
import { money, price, quantity } from '../money/units.ts';
import type { OrderIntent } from '../orders/order.ts';
import { checkIntents } from './check-intents.ts';
import { FLAT, withOrder } from './exposure.ts';
import type { SymbolExposure } from './exposure.ts';
import { momentRefusal } from './moment-rules.ts';
import type { RiskContext } from './risk-context.ts';
import { PAPER_RISK_LIMITS } from './risk-limits.ts';
import type { RiskLimits } from './risk-limits.ts';
import { quietActivity } from './testing/quiet-activity.ts';

const LIMITS: RiskLimits = { ...PAPER_RISK_LIMITS, allowedSymbols: ['BTCUSDT'] };

const RULES = {
  tickSize: '0.1',
  quantityStep: '0.001',
  minQuantity: '0.001',
  maxQuantity: '100',
  minNotional: '100',
  maxOpenOrders: 20,
  percentPricePct: 5,
  makerFeeBps: 2,
  takerFeeBps: 5,
} as InstrumentRules;

const QUOTE = { time: 0, bid: '59999.9', ask: '60000.1', mark: '60000' } as Quote;

const CONTEXT: RiskContext = {
  symbol: 'BTCUSDT',
  limits: LIMITS,
  latch: { kind: 'clear' },
  level: 'ACTIVE',
  quote: QUOTE,
  dataAgeMs: 0,
  priceMoves: null,
  clockSkewMs: 0,
  isReconciled: true,
  unknownOrders: 0,
  unprotectedMs: null,
  stops: { buy: quantity('1000'), sell: quantity('1000') },
  rules: RULES,
  equity: money('10000'),
  exposure: FLAT,
  otherNotional: money('0'),
  gridsElsewhere: 0,
  openOrders: { symbolOrdinary: 0, symbolConditional: 0, account: 0 },
  activity: quietActivity(money('10000')),
  dayVolume: null,
  book: null,
};

const anOrder = (order: Partial<Record<keyof OrderIntent, unknown>> = {}): OrderIntent =>
  ({
    clientOrderId: 'tg0000',
    role: 'level',
    slot: 'L-1:entry',
    strategy: 'grid',
    side: 'buy',
    kind: 'limit',
    quantity: '0.002',
    price: '59700',
    triggerPrice: null,
    targetPrice: order.side === 'sell' ? '59000' : '61000',
    reduceOnly: false,
    ...order,
  }) as OrderIntent;

const aStop = (order: Partial<Record<keyof OrderIntent, unknown>> = {}): OrderIntent =>
  anOrder({
    role: 'stop',
    side: 'sell',
    kind: 'stopMarket',
    price: null,
    triggerPrice: '57900',
    reduceOnly: true,
    ...order,
  });

const withLimits = (limits: Partial<RiskLimits>): RiskContext => ({
  ...CONTEXT,
  limits: { ...LIMITS, ...limits },
});

const codeOf = (order: OrderIntent, context: RiskContext): string | undefined => {
  const [verdict] = checkIntents([order], context);
  return verdict?.kind === 'denied' ? verdict.reason.code : undefined;
};

test('an order within every limit is approved', () => {
  expect(codeOf(anOrder(), CONTEXT)).toBeUndefined();
  expect(codeOf(aStop(), CONTEXT)).toBeUndefined();
});

const ENOUGH = quantity('1000');
const LONG: SymbolExposure = { ...FLAT, quantity: quantity('0.002'), cost: money('120') };
const SHORT: SymbolExposure = { ...FLAT, quantity: quantity('-0.002'), cost: money('-120') };
const SELLING = withOrder(FLAT, 'sell', quantity('0.001'), price('60300'));

/** Each row: what is denied, and its neighbour on the other side of the limit that is not. */
const RISK_RULES: readonly {
  code: string;
  name: string;
  denied: [Partial<Record<keyof OrderIntent, unknown>>, Partial<RiskContext>];
  allowed: [Partial<Record<keyof OrderIntent, unknown>>, Partial<RiskContext>];
}[] = [
  {
    code: 'LEVEL_FORBIDS_ENTRY',
    name: 'level',
    denied: [{}, { level: 'PAUSE' }],
    allowed: [{}, { level: 'ACTIVE' }],
  },
  {
    code: 'HALT_LATCH_SET',
    name: 'latch',
    denied: [{}, { latch: { kind: 'set', haltId: 'h', level: 'HALT' } }],
    allowed: [{}, { latch: { kind: 'clear' } }],
  },
  {
    code: 'HALT_LATCH_SET',
    name: 'unreadable latch',
    denied: [{}, { latch: { kind: 'unreadable', message: 'EACCES' } }],
    allowed: [{}, {}],
  },
  {
    code: 'DATA_STALE',
    name: 'grid data',
    denied: [{}, { dataAgeMs: 10_001 }],
    allowed: [{}, { dataAgeMs: 10_000 }],
  },
  {
    code: 'DATA_STALE',
    name: 'scalp data',
    denied: [{ strategy: 'scalp' }, { dataAgeMs: 2_001 }],
    allowed: [{ strategy: 'scalp' }, { dataAgeMs: 2_000 }],
  },
  {
    code: 'DATA_STALE',
    name: 'no data',
    denied: [{}, { dataAgeMs: null }],
    allowed: [{}, { dataAgeMs: 0 }],
  },
  {
    code: 'DATA_STALE',
    name: 'age that is not a number',
    denied: [{}, { dataAgeMs: Number.NaN }],
    allowed: [{}, { dataAgeMs: 0 }],
  },
  {
    code: 'PRICE_COLLAR_EXCEEDED',
    name: 'aggressive buy, 0.5 % of 60,000',
    denied: [{ price: '60300.1' }, {}],
    allowed: [{ price: '60300' }, {}],
  },
  {
    code: 'PRICE_COLLAR_EXCEEDED',
    name: 'aggressive sell',
    denied: [{ side: 'sell', price: '59699.9' }, {}],
    allowed: [{ side: 'sell', price: '59700' }, {}],
  },
  {
    code: 'PRICE_COLLAR_EXCEEDED',
    name: 'passive buy, 20 %',
    denied: [{ quantity: '0.003', price: '47999.9' }, {}],
    allowed: [{ quantity: '0.003', price: '48000' }, {}],
  },
  {
    code: 'PRICE_MOVED_TOO_FAST',
    name: '10 % within a minute',
    denied: [{}, { priceMoves: { rangePct: 10.01, jump: null } }],
    allowed: [{}, { priceMoves: { rangePct: 10, jump: null } }],
  },
  {
    code: 'PRICE_JUMPED',
    name: '5 % between two quotes',
    denied: [{}, { priceMoves: { rangePct: 6, jump: { pct: 5.01, sigmas: 0 } } }],
    allowed: [{}, { priceMoves: { rangePct: 6, jump: { pct: 5, sigmas: 0 } } }],
  },
  {
    code: 'PRICE_JUMPED',
    name: 'ten deviations',
    denied: [{}, { priceMoves: { rangePct: 1, jump: { pct: 0.5, sigmas: 10.01 } } }],
    allowed: [{}, { priceMoves: { rangePct: 1, jump: { pct: 0.5, sigmas: 10 } } }],
  },
  {
    code: 'CLOCK_SKEWED',
    name: 'a second off',
    denied: [{}, { clockSkewMs: 1_001 }],
    allowed: [{}, { clockSkewMs: 1_000 }],
  },
  {
    code: 'RECONCILING',
    name: 'events may be lost',
    denied: [{}, { isReconciled: false }],
    allowed: [{}, { isReconciled: true }],
  },
  {
    code: 'UNKNOWN_ORDER_PENDING',
    name: 'unknown order',
    denied: [{}, { unknownOrders: 1 }],
    allowed: [{}, { unknownOrders: 0 }],
  },
  {
    code: 'PROTECTION_MISSING',
    name: 'protection',
    denied: [{}, { unprotectedMs: 5_001 }],
    allowed: [{}, { unprotectedMs: 5_000 }],
  },
  {
    code: 'STOP_MISSING',
    name: 'a buy whose stop sells too little, whatever is held',
    denied: [{}, { exposure: SHORT, stops: { buy: ENOUGH, sell: quantity('0.001999') } }],
    allowed: [{}, { exposure: SHORT, stops: { buy: quantity('0'), sell: quantity('0.002') } }],
  },
  {
    code: 'STOP_MISSING',
    name: 'a sell whose stop buys too little',
    denied: [
      { side: 'sell', price: '60300' },
      { exposure: LONG, stops: { buy: quantity('0.001999'), sell: ENOUGH } },
    ],
    allowed: [
      { side: 'sell', price: '60300' },
      { exposure: LONG, stops: { buy: quantity('0.002'), sell: quantity('0') } },
    ],
  },
  {
    code: 'STOP_MISSING',
    name: 'a buy beyond the stop with what is held',
    denied: [{}, { exposure: LONG, stops: { buy: ENOUGH, sell: quantity('0.003999') } }],
    allowed: [{}, { exposure: LONG, stops: { buy: quantity('0'), sell: quantity('0.004') } }],
  },
  {
    code: 'STOP_MISSING',
    name: 'a sell beyond the stop with what works',
    denied: [
      { side: 'sell', price: '60300' },
      { exposure: SELLING, stops: { buy: quantity('0.002999'), sell: ENOUGH } },
    ],
    allowed: [
      { side: 'sell', price: '60300' },
      { exposure: SELLING, stops: { buy: quantity('0.003'), sell: quantity('0') } },
    ],
  },
  {
    code: 'QUANTITY_BELOW_MINIMUM',
    name: 'quantity',
    denied: [{ quantity: '0.001' }, { rules: { ...RULES, minQuantity: '0.002' as never } }],
    allowed: [{ quantity: '0.002' }, { rules: { ...RULES, minQuantity: '0.002' as never } }],
  },
  {
    code: 'QUANTITY_OFF_STEP',
    name: 'step',
    denied: [{ quantity: '0.0025' }, {}],
    allowed: [{ quantity: '0.003' }, {}],
  },
  {
    code: 'PRICE_OFF_TICK',
    name: 'tick',
    denied: [{ price: '59700.05' }, {}],
    allowed: [{ price: '59700.1' }, {}],
  },
  {
    code: 'NOTIONAL_BELOW_MINIMUM',
    name: 'notional',
    denied: [{ price: '49999.9' }, {}],
    allowed: [{ price: '50000' }, {}],
  },
  {
    code: 'NOTIONAL_BELOW_MINIMUM',
    name: 'market order at the mid',
    denied: [{ kind: 'market', price: null, quantity: '0.001' }, {}],
    allowed: [{ kind: 'market', price: null, quantity: '0.002' }, {}],
  },
  {
    code: 'PERCENT_PRICE_EXCEEDED',
    name: 'buy 5 % above a mark of 56,800',
    denied: [{ price: '59640.1' }, { quote: { ...QUOTE, mark: '56800' as never } }],
    allowed: [{ price: '59640' }, { quote: { ...QUOTE, mark: '56800' as never } }],
  },
  {
    code: 'PERCENT_PRICE_EXCEEDED',
    name: 'sell 5 % below a mark of 64,000',
    denied: [{ side: 'sell', price: '60799.9' }, { quote: { ...QUOTE, mark: '64000' as never } }],
    allowed: [{ side: 'sell', price: '60800' }, { quote: { ...QUOTE, mark: '64000' as never } }],
  },
  {
    code: 'SYMBOL_NOT_ALLOWED',
    name: 'allow-list',
    denied: [{}, { symbol: 'ETHUSDT' }],
    allowed: [{}, { symbol: 'BTCUSDT' }],
  },
  {
    code: 'SYMBOL_NOT_ALLOWED',
    name: 'empty allow-list',
    denied: [{}, withLimits({ allowedSymbols: [] })],
    allowed: [{}, {}],
  },
  {
    code: 'ORDER_NOTIONAL_EXCEEDED',
    name: '10 % of 10,000 is 1,000 and not above it',
    denied: [{ quantity: '0.021', price: '50000' }, withLimits({ positionSizePct: 50 })],
    allowed: [{ quantity: '0.02', price: '50000' }, withLimits({ positionSizePct: 50 })],
  },
  {
    code: 'ORDER_NOTIONAL_EXCEEDED',
    name: 'more than the venue takes',
    denied: [{ quantity: '0.004' }, { rules: { ...RULES, maxQuantity: '0.003' as never } }],
    allowed: [{ quantity: '0.003' }, { rules: { ...RULES, maxQuantity: '0.003' as never } }],
  },
  {
    code: 'POSITION_LIMIT_EXCEEDED',
    name: 'notional of a symbol, 1 % of 10,000',
    denied: [{ quantity: '0.002', price: '50000.1' }, withLimits({ positionNotionalPct: 1 })],
    allowed: [{ quantity: '0.002', price: '50000' }, withLimits({ positionNotionalPct: 1 })],
  },
  {
    code: 'POSITION_LIMIT_EXCEEDED',
    name: 'margin of a symbol, 3 x 0.5 % x 3 = 450',
    denied: [{ quantity: '0.008', price: '56250.1' }, withLimits({ positionSizePct: 0.5 })],
    allowed: [{ quantity: '0.008', price: '56250' }, withLimits({ positionSizePct: 0.5 })],
  },
  {
    code: 'EXPOSURE_LIMIT_EXCEEDED',
    name: 'margin of the account, 10 % x 3 = 3,000',
    denied: [{ price: '50000' }, { otherNotional: money('2900.1') }],
    allowed: [{ price: '50000' }, { otherNotional: money('2900') }],
  },
  {
    code: 'EXPOSURE_LIMIT_EXCEEDED',
    name: 'notional of the account',
    denied: [
      { price: '50000' },
      { ...withLimits({ grossNotionalPct: 20 }), otherNotional: money('1900.1') },
    ],
    allowed: [
      { price: '50000' },
      { ...withLimits({ grossNotionalPct: 20 }), otherNotional: money('1900') },
    ],
  },
  {
    code: 'GRIDS_EXCEEDED',
    name: 'of the account',
    denied: [{}, { ...withLimits({ concurrentGrids: 3 }), gridsElsewhere: 3 }],
    allowed: [{}, { ...withLimits({ concurrentGrids: 3 }), gridsElsewhere: 2 }],
  },
  {
    code: 'OPEN_ORDERS_EXCEEDED',
    name: 'of the symbol',
    denied: [
      {},
      {
        ...withLimits({ openOrdersPerSymbol: 4 }),
        openOrders: { symbolOrdinary: 2, symbolConditional: 2, account: 4 },
      },
    ],
    allowed: [
      {},
      {
        ...withLimits({ openOrdersPerSymbol: 4 }),
        openOrders: { symbolOrdinary: 1, symbolConditional: 2, account: 3 },
      },
    ],
  },
  {
    code: 'OPEN_ORDERS_EXCEEDED',
    name: 'of the account',
    denied: [{}, { openOrders: { symbolOrdinary: 0, symbolConditional: 0, account: 150 } }],
    allowed: [{}, { openOrders: { symbolOrdinary: 0, symbolConditional: 0, account: 149 } }],
  },
  {
    code: 'OPEN_ORDERS_EXCEEDED',
    name: 'half of the venue’s own limit',
    denied: [{}, { openOrders: { symbolOrdinary: 10, symbolConditional: 0, account: 10 } }],
    allowed: [{}, { openOrders: { symbolOrdinary: 9, symbolConditional: 0, account: 9 } }],
  },
];

describe('each rule denies strictly beyond its limit', () => {
  test.each(RISK_RULES)('$code: $name', ({ code, denied, allowed }) => {
    expect(codeOf(anOrder(denied[0]), { ...CONTEXT, ...denied[1] })).toBe(code);
    expect(codeOf(anOrder(allowed[0]), { ...CONTEXT, ...allowed[1] })).toBeUndefined();
  });
});

const NEEDED = [
  'allowedSymbols',
  'leverage',
  'orderNotionalPct',
  'positionSizePct',
  'positionsPerSymbol',
  'positionNotionalPct',
  'exposurePct',
  'grossNotionalPct',
  'openOrdersPerSymbol',
  'openOrdersPerAccount',
  'concurrentGrids',
  'passiveDistancePct',
  'edgeMultiple',
  'collarMovePct',
  'jumpPct',
  'clockSkewMs',
  'gridDataAgeMs',
  'protectionGraceMs',
] as const;

describe('a limit that is missing denies', () => {
  test.each(NEEDED)('%s', (limit) => {
    expect(codeOf(anOrder(), withLimits({ [limit]: undefined }))).toBe('LIMIT_MISSING');
  });

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('%d is no limit', (value) => {
    expect(codeOf(anOrder(), withLimits({ exposurePct: value }))).toBe('LIMIT_MISSING');
  });

  test('a scalp at the touch needs its own two', () => {
    const scalp = anOrder({ strategy: 'scalp', price: '60000.1' });
    expect(codeOf(scalp, withLimits({ scalpDataAgeMs: undefined }))).toBe('LIMIT_MISSING');
    expect(codeOf(scalp, withLimits({ aggressiveCollarPct: undefined }))).toBe('LIMIT_MISSING');
  });
});

test.each(['0', '-1', 'NaN', '1e3', ''])('%j is no quantity', (text) => {
  expect(codeOf(anOrder({ quantity: text }), CONTEXT)).toBe('QUANTITY_BELOW_MINIMUM');
});

test.each(['0', '-5', 'Infinity', '6e4'])('%j is no price', (text) => {
  expect(codeOf(anOrder({ price: text }), CONTEXT)).toBe('PRICE_OFF_TICK');
});

describe('a protective order', () => {
  const worst: RiskContext = {
    ...CONTEXT,
    limits: Object.fromEntries(Object.keys(LIMITS).map((key) => [key, undefined])) as never,
    latch: { kind: 'set', haltId: 'h', level: 'HALT_AND_FLATTEN' },
    level: 'HALT_AND_FLATTEN',
    quote: null,
    dataAgeMs: null,
    priceMoves: { rangePct: 50, jump: { pct: 50, sigmas: 50 } },
    clockSkewMs: 60_000,
    isReconciled: false,
    unknownOrders: 3,
    unprotectedMs: 60_000,
    equity: money('-1'),
    openOrders: { symbolOrdinary: 99, symbolConditional: 99, account: 999 },
  };

  test('passes whatever stands against new risk, and is worth less than the minimum', () => {
    expect(codeOf(aStop({ quantity: '0.001' }), worst)).toBeUndefined();
    expect(codeOf(aStop({ kind: 'market', triggerPrice: null }), worst)).toBeUndefined();
  });

  test('stops at LOCKOUT, as level and as latch', () => {
    expect(codeOf(aStop(), { ...worst, level: 'LOCKOUT' })).toBe('LEVEL_FORBIDS_ENTRY');
    const latch = { kind: 'set', haltId: 'h', level: 'LOCKOUT' } as const;
    expect(codeOf(aStop(), { ...worst, latch })).toBe('HALT_LATCH_SET');
  });

  test('is left to the venue where an old mark may judge its price', () => {
    const quote = { ...QUOTE, mark: '50000' as never };
    const exit = anOrder({ role: 'exit', reduceOnly: true, price: '60000' });
    expect(codeOf(exit, { ...worst, quote })).toBeUndefined();
    expect(codeOf(aStop({ triggerPrice: '40000' }), { ...worst, quote })).toBeUndefined();
  });

  test('still keeps to tick and step', () => {
    expect(codeOf(aStop({ triggerPrice: '57900.05' }), worst)).toBe('PRICE_OFF_TICK');
    expect(codeOf(aStop({ quantity: '0.0015' }), worst)).toBe('QUANTITY_OFF_STEP');
  });
});

test('the order that was approved counts for the next one in the same request', () => {
  const room = withLimits({ positionNotionalPct: 1.2 });
  const verdicts = checkIntents(
    [anOrder(), anOrder({ slot: 'L-2:entry' }), anOrder({ side: 'sell', price: '60300' })],
    room,
  );
  expect(verdicts.map(({ kind }) => kind)).toEqual(['approved', 'denied', 'denied']);
  const roomier = withLimits({ positionNotionalPct: 1.21 });
  const sides = checkIntents(
    [anOrder(), anOrder({ slot: 'L-2:entry' }), anOrder({ side: 'sell', price: '60300' })],
    roomier,
  );
  expect(sides.map(({ kind }) => kind)).toEqual(['approved', 'denied', 'approved']);
});

test('a request fills the open orders as it goes', () => {
  const room = { ...CONTEXT, openOrders: { symbolOrdinary: 8, symbolConditional: 0, account: 8 } };
  const levels = ['L-1', 'L-2', 'L-3'].map((slot) => anOrder({ slot }));
  const verdicts = checkIntents([aStop(), ...levels], room);
  expect(verdicts.map(({ kind }) => kind)).toEqual(['approved', 'approved', 'approved', 'denied']);
});

test('a denial names its figures', () => {
  const [verdict] = checkIntents([anOrder()], { ...CONTEXT, otherNotional: money('2950') });
  expect(verdict).toMatchObject({
    kind: 'denied',
    reason: { figures: { notional: '3069.4', limitPct: '10', equity: '10000', leverage: '3' } },
  });
});

test('without equity nothing is added', () => {
  expect(codeOf(anOrder(), { ...CONTEXT, equity: money('0') })).toBe('ORDER_NOTIONAL_EXCEEDED');
  expect(codeOf(anOrder(), { ...CONTEXT, equity: money('-5') })).toBe('ORDER_NOTIONAL_EXCEEDED');
});

test('the moment rules need nothing but the moment', () => {
  const moment = { ...CONTEXT, worst: { long: quantity('0.002'), short: quantity('0') } };
  expect(momentRefusal(anOrder(), moment)).toBeUndefined();
  expect(momentRefusal(anOrder(), { ...moment, quote: null })?.code).toBe('DATA_STALE');
});

test('an order that turns a position round counts for what it ends with', () => {
  const short = { ...FLAT, quantity: quantity('-0.01'), cost: money('-600') };
  const exposure = withOrder(short, 'buy', quantity('0.012'), price('59700'));
  expect(
    codeOf(anOrder(), { ...withLimits({ positionNotionalPct: 6 }), exposure }),
  ).toBeUndefined();
});
