import { expect, test } from 'vitest';
import type { OrderBook } from '../market/market.ts';
import { quantity } from '../money/units.ts';
import type { OrderIntent } from '../orders/order.ts';
import { LIQUIDITY_CONTROLS } from './liquidity-rules.ts';
import { firstRefusal } from './moment-rules.ts';
import type { RiskContext } from './risk-context.ts';

const LEVEL = {
  side: 'buy',
  kind: 'limit',
  timeInForce: 'GTC',
  postOnly: true,
  quantity: '0.01',
} as OrderIntent;
const TAKER = { ...LEVEL, timeInForce: 'IOC', postOnly: false } as OrderIntent;

const at = (text: string, size: string) => ({ price: text, quantity: size }) as never;

/** Half a percent above the mid lies 60300, half a percent below 59700. */
const BOOK: OrderBook = {
  bids: [at('59999.9', '0.04'), at('59700', '0.059'), at('59699.9', '9')],
  asks: [at('60000.1', '0.04'), at('60300', '0.06'), at('60300.1', '9')],
};

const refusal = (order: OrderIntent, context: Partial<RiskContext>) =>
  firstRefusal(LIQUIDITY_CONTROLS, order, {
    limits: { quantityVolumePct: 1, quantityDepthPct: 10 },
    quote: { bid: '59999.9', ask: '60000.1' },
    dayVolume: null,
    book: null,
    ...context,
  } as unknown as RiskContext);

test('P3: an order is at most its share of what traded in a day', () => {
  expect(refusal(LEVEL, { dayVolume: quantity('1') })).toBeUndefined();
  expect(refusal(LEVEL, { dayVolume: quantity('0.999') })).toEqual({
    code: 'VOLUME_SHARE_EXCEEDED',
    figures: { quantity: '0.01', dayVolume: '0.999', limitPct: '1' },
  });
  expect(refusal(LEVEL, { dayVolume: quantity('0') })?.code).toBe('VOLUME_SHARE_EXCEEDED');
});

test('P3: an order that takes is at most its share of what rests near the mid on the other side', () => {
  expect(refusal(TAKER, { book: BOOK })).toBeUndefined();
  expect(refusal({ ...TAKER, side: 'sell' }, { book: BOOK })).toEqual({
    code: 'DEPTH_SHARE_EXCEEDED',
    figures: { quantity: '0.01', depth: '0.099', limitPct: '10' },
  });
  expect(refusal(TAKER, { book: { bids: BOOK.bids, asks: [] } })?.code).toBe(
    'DEPTH_SHARE_EXCEEDED',
  );
});

test('P3: an order that waits in the book takes nothing from it', () => {
  expect(refusal({ ...LEVEL, side: 'sell' }, { book: BOOK })).toBeUndefined();
  expect(refusal({ ...LEVEL, kind: 'market' }, { book: BOOK })).toBeUndefined();
  const market = { ...TAKER, kind: 'market', timeInForce: 'GTC', side: 'sell' } as OrderIntent;
  expect(refusal(market, { book: BOOK })?.code).toBe('DEPTH_SHARE_EXCEEDED');
});

test.each(['quantityVolumePct', 'quantityDepthPct'] as const)('without %s it denies', (limit) => {
  const limits = { quantityVolumePct: 1, quantityDepthPct: 10, [limit]: undefined };
  expect(refusal(LEVEL, { limits: limits as never })?.code).toBe('LIMIT_MISSING');
});
