/** Orders and fills of the account, through the user stream into the ledger and the batches. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PriceText } from '../../core/money/units.ts';
import type { LedgerRow } from '../../core/orders/order.ts';
import { START, scriptedMarket } from '../../venue/testing/scripted-market.ts';
import { SYMBOL, startFeedBench } from './feed-bench.ts';
import type { FeedBench } from './feed-bench.ts';

const DIP_STEP = 3;
const PRICES = Array.from({ length: 60 }, (_, i) => (i >= DIP_STEP ? 48_000 : 50_000));

/** Of real time: a connection, and what is asked over it. */
const LIMIT = { timeout: 10_000 };

let bench: FeedBench;
beforeEach(async () => {
  bench = await startFeedBench({ source: scriptedMarket({ [SYMBOL]: PRICES }) });
  const first = bench.watch();
  await bench.listening();
  await bench.venue.step();
  await first;
});
afterEach(() => bench.close());

/** Watches until the rows that came satisfy a condition; every row exactly once, in order. */
async function rowsUntil(isEnough: (rows: readonly LedgerRow[]) => boolean): Promise<LedgerRow[]> {
  const rows: LedgerRow[] = [];
  while (!isEnough(rows)) {
    const { ledger, outcome } = await bench.watch();
    if (outcome === 'handover') throw new Error('the feed ended');
    rows.push(...ledger);
  }
  expect(rows.map((row) => row.seq)).toEqual(rows.map((_, index) => (rows[0]?.seq ?? 0) + index));
  return rows;
}
const statuses = (rows: readonly LedgerRow[]) =>
  rows.map((row) => (row.kind === 'fill' ? 'fill' : row.order.status));
const hasFills = (count: number) => (rows: readonly LedgerRow[]) =>
  rows.filter((row) => row.kind === 'fill').length >= count &&
  rows.some((row) => row.kind === 'order' && row.order.status === 'filled');

describe('through the user stream', () => {
  test('a market order: its fill, then its end, numbered as they were written', async () => {
    const reply = await bench.place({});
    const rows = await rowsUntil(hasFills(1));
    const id = reply?.kind === 'acked' ? reply.order.clientOrderId : 'none';
    expect(rows.find((row) => row.kind === 'fill')).toMatchObject({
      fill: {
        clientOrderId: id,
        side: 'buy',
        price: '50000.1',
        quantity: '0.01',
        fee: '0.2500005',
        feeAsset: 'USDT',
        maker: false,
        realisedProfit: '0',
        eventTime: START,
      },
    });
    expect(statuses(rows).slice(-2)).toEqual(['fill', 'filled']);
  });

  test('a stop that triggers: the fill of its child, and which stop it was', async () => {
    await bench.place({});
    await rowsUntil(hasFills(1));
    const stop = await bench.place({
      role: 'stop',
      kind: 'stopMarket',
      side: 'sell',
      triggerPrice: '48500' as PriceText,
      reduceOnly: true,
    });
    const fills = () => bench.ledger.fillsOf(SYMBOL);
    for (let step = 0; step < DIP_STEP + 1; step += 1) await bench.venue.step();
    await rowsUntil(() => fills().length === 2);
    // Whichever came first: the fill of the child, or the stop that names it.
    const id = stop?.kind === 'acked' ? stop.order.clientOrderId : 'none';
    const [, child] = fills();
    await expect
      .poll(() => [...bench.ledger.orders.values()].filter((order) => order.clientOrderId === id))
      .toMatchObject([{ conditional: true, childOrderId: child?.orderId, executed: '0.01' }]);
    expect(child).toMatchObject({ side: 'sell', quantity: '0.01' });
    expect(bench.journal.entries).toEqual([]);
  });

  test('a foreign order is named once, its fill booked as nobody’s', async () => {
    const stranger = await bench.venue.connect();
    await stranger.createOrder('BTC/USDT:USDT', 'market', 'buy', 0.01, undefined, {
      clientOrderId: 'web_1234',
    });
    const rows = await rowsUntil((found) => found.length > 0);
    expect(rows).toMatchObject([{ kind: 'fill', fill: { clientOrderId: null, quantity: '0.01' } }]);
    await expect.poll(() => bench.journal.entries.length).toBe(1);
    expect(bench.journal.entries).toMatchObject([
      { kind: 'riskEvent', code: 'FOREIGN_ORDER', detail: { clientOrderId: 'web_1234' } },
    ]);
  });

  test('events wait while the database is away', async () => {
    bench.ledger.failures = 3;
    await bench.place({});
    expect(statuses(await rowsUntil(hasFills(1)))).toContain('fill');
    expect(bench.ledger.failures).toBe(0);
  });
});

describe('after a lost connection', () => {
  test('what happened meanwhile is read from the venue', async () => {
    bench.network.refuse = true;
    bench.network.cut();
    const stranger = await bench.venue.connect();
    await stranger.createOrder('BTC/USDT:USDT', 'market', 'buy', 0.01, undefined, {
      clientOrderId: 'tgtestbtcus000010000099',
    });
    expect(bench.ledger.rows).toEqual([]);
    await expect.poll(() => bench.feed.isReconciled(SYMBOL)).toBe(false);
    bench.network.refuse = false;
    await expect.poll(() => bench.feed.isReconciled(SYMBOL), LIMIT).toBe(true);
    expect(bench.ledger.fillsOf(SYMBOL)).toHaveLength(1);
    const rows = await rowsUntil((found) => found.length > 0);
    expect(rows[0]).toMatchObject({
      kind: 'fill',
      fill: { clientOrderId: 'tgtestbtcus000010000099', quantity: '0.01' },
    });
    await bench.listening();
    await bench.place({ side: 'sell', reduceOnly: true });
    await rowsUntil(() => bench.ledger.fillsOf(SYMBOL).length === 2);
  });
});

test('a listen key that expires is replaced', async () => {
  await bench.close();
  bench = await startFeedBench({
    source: scriptedMarket({ [SYMBOL]: PRICES }),
    listenKeyTtlMs: 300,
  });
  const first = bench.watch();
  await bench.listening();
  await bench.venue.step();
  await first;
  // Each new connection is followed by a comparison: the key ends twice meanwhile.
  const before = bench.ledger.comparisons;
  await expect.poll(() => bench.ledger.comparisons, { timeout: 10_000 }).toBe(before + 2);
  await bench.venue.listening('user');
  await bench.place({});
  await rowsUntil(hasFills(1));
});
