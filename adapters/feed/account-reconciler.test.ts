import { expect, test } from 'vitest';
import type { Fill } from '../../core/orders/order.ts';
import {
  money,
  moneyText,
  price,
  priceText,
  quantity,
  quantityText,
} from '../../core/money/units.ts';
import { AccountReconciler } from './account-reconciler.ts';
import type { AccountReconcilerParts } from './account-reconciler.ts';
import { AccountRecorder } from './account-recorder.ts';

const m = (text: string) => moneyText(money(text));
const p = (text: string) => priceText(price(text));
const q = (text: string) => quantityText(quantity(text));

const fillAt = (tradeId: string, eventTime: number): Fill => ({
  tradeId,
  orderId: '1',
  clientOrderId: null,
  side: 'buy',
  price: p('100'),
  quantity: q('1'),
  fee: m('0'),
  feeAsset: 'USDT',
  maker: true,
  realisedProfit: m('0'),
  eventTime,
});

test('a fill that was missed is found although a later one is booked', async () => {
  const atVenue = [fillAt('missed', 1_000_000_000), fillAt('booked', 1_000_060_000)];
  const booked = new Map([['booked', atVenue[1]]]);
  const ledger = {
    recordFill: async (_ref: unknown, fill: Fill) => {
      const isNew = !booked.has(fill.tradeId);
      booked.set(fill.tradeId, fill);
      return isNew;
    },
    recordOrder: async () => undefined,
    identity: async () => ({ instance: 'test', symbolCode: 'abcde' }),
    openIntents: async () => [],
    position: async () => ({
      quantity: q('1'),
      entryPrice: p('100'),
      realisedProfit: m('0'),
      lastSeq: 1,
      lastFillTime: 1_000_060_000,
    }),
  };
  const shared = { account: 'paper', venue: 'binance-usdm', onRecorded: () => undefined };
  const recorder = new AccountRecorder({
    ...shared,
    ledger,
    journal: { record: async () => undefined },
    onDropped: () => undefined,
  });
  const gateway: AccountReconcilerParts['gateway'] = {
    openOrders: async () => [],
    closedOrders: async () => [],
    findOrder: async () => undefined,
    fillsSince: async (_symbol, since) => atVenue.filter((fill) => fill.eventTime >= since),
    quote: async () => ({ time: 1_000_060_000, bid: p('99'), ask: p('101'), mark: p('100') }),
  };
  const symbols = () => ['BTCUSDT'];
  const parts = { ...shared, ledger, gateway, recorder, symbols, intervalMs: 0 };
  await new AccountReconciler(parts).reconcile('BTCUSDT');
  expect([...booked.keys()]).toEqual(['booked', 'missed']);
});
