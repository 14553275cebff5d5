import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scriptedMarket, START } from './testing/scripted-market.ts';
import { startBench } from './testing/venue-bench.ts';
import type { Bench, Exchange } from './testing/venue-bench.ts';

const BTC = 'BTC/USDT:USDT';
const ETH = 'ETH/USDT:USDT';
let bench: Bench;
let exchange: Exchange;

/** A step every ten seconds, so that minutes pass within a few steps. */
const rising = (from: number): number[] => Array.from({ length: 90 }, (_, i) => from + i);
const STEP_MS = 10_000;

beforeAll(async () => {
  const script = { BTCUSDT: rising(50_000), ETHUSDT: rising(3_000) };
  bench = await startBench({ source: scriptedMarket(script, { stepMs: STEP_MS }) });
  exchange = await bench.connect();
});
afterAll(() => bench.close());

test('markets carry the filters of the instruments', async () => {
  const markets = await exchange.loadMarkets();
  expect(Object.keys(markets)).toEqual([BTC, ETH]);
  expect(markets[BTC]).toMatchObject({
    id: 'BTCUSDT',
    active: true,
    linear: true,
    precision: { amount: '0.001', price: '0.1' },
    limits: { amount: { min: '0.001', max: '1000' }, cost: { min: '100' } },
  });
});

test('before the first step there are bars and no quote', async () => {
  const bars = await exchange.fetchOHLCV(BTC, '1m', undefined, 5);
  expect(bars.map((bar) => bar[0])).toEqual(
    [5, 4, 3, 2, 1].map((minutes) => START - minutes * 60_000),
  );
  await expect(exchange.createOrder(BTC, 'market', 'buy', 0.01)).rejects.toThrow(
    'Market is closed.',
  );
});

describe('with a moving market', () => {
  beforeAll(() => bench.step());

  test('server time is wall time', async () => {
    const before = Date.now();
    const time = (await exchange.fetchTime()) ?? 0;
    expect(time).toBeGreaterThanOrEqual(before);
    expect(time).toBeLessThanOrEqual(Date.now());
  });

  test('quotes, book, trades and mark are those of the newest step', async () => {
    const time = await bench.step();
    const last = 50_000 + (time - START) / STEP_MS;
    const quote = (await exchange.fetchBidsAsks([BTC]))[BTC];
    expect(quote).toMatchObject({ bid: String(last), ask: String(last + 0.1), bidVolume: '5' });
    const book = await exchange.fetchOrderBook(BTC, 5);
    expect(book.bids[0]).toEqual([last, 5]);
    expect(book.asks).toHaveLength(5);
    expect(book.nonce).toBe(time);
    const trades = await exchange.fetchTrades(BTC, undefined, 2);
    expect(trades.at(-1)).toMatchObject({ price: String(last), amount: '5', timestamp: time });
    expect(await exchange.fetchTicker(BTC)).toMatchObject({ last: String(last), symbol: BTC });
    const funding = await exchange.fetchFundingRate(BTC);
    expect(funding).toMatchObject({ markPrice: String(last), fundingRate: '0.0001' });
    expect(funding.fundingTimestamp).toBe(Date.UTC(2024, 0, 10, 8));
  });

  test('each stream carries one frame a step, all with the time of the step', async () => {
    const frames = Promise.all([
      exchange.watchTrades(BTC),
      exchange.watchBidsAsks([BTC]),
      exchange.watchMarkPrice(BTC),
      exchange.watchOHLCV(BTC, '1m'),
      exchange.watchTicker(BTC),
    ]);
    await bench.listening('btcusdt@trade');
    await bench.listening('btcusdt@bookTicker');
    await bench.listening('btcusdt@markPrice@1s');
    await bench.listening('btcusdt@kline_1m');
    await bench.listening('btcusdt@miniTicker');
    const time = await bench.step();
    const last = String(50_000 + (time - START) / STEP_MS);
    const [trades, quotes, mark, bars, ticker] = await frames;
    expect(trades.at(-1)).toMatchObject({ timestamp: time, price: last });
    expect(quotes[BTC]).toMatchObject({ timestamp: time, bid: last });
    expect(mark).toMatchObject({ timestamp: time, markPrice: last });
    expect(bars.at(-1)?.slice(0, 2)).toEqual([START, 50_000]);
    expect(ticker).toMatchObject({ timestamp: time, last });
  });

  test('a watched order book follows the steps without a gap', async () => {
    const first = exchange.watchOrderBook(BTC);
    await bench.listening('btcusdt@depth@100ms');
    await bench.step();
    await first;
    for (let i = 0; i < 3; i += 1) {
      const next = exchange.watchOrderBook(BTC);
      const time = await bench.step();
      const book = await next;
      const last = 50_000 + (time - START) / STEP_MS;
      expect(book.nonce).toBe(time);
      expect(book.bids.slice(0, 2)).toEqual([
        [last, 5],
        [last - 0.1, 10],
      ]);
      expect(book.bids).toHaveLength(5);
      expect(book.asks).toHaveLength(5);
    }
  });

  test('bars of any interval are sums of the minutes, the open one last', async () => {
    let time = 0;
    while (time < START + 5 * 60_000) time = await bench.step();
    const minutes = await exchange.fetchOHLCV(BTC, '1m', START, 10);
    expect(minutes.map((bar) => bar[0])).toEqual(
      [0, 1, 2, 3, 4, 5].map((minute) => START + minute * 60_000),
    );
    expect(minutes[1]).toEqual([START + 60_000, '50006', '50011', '50006', '50011', '30']);
    const [before, fives] = await exchange.fetchOHLCV(BTC, '5m', START - 60_000, 5);
    expect(before).toEqual([START - 60_000, '50000', '50023', '50000', '50023', '130']);
    expect(fives?.[0]).toBe(START + 4 * 60_000);
    const hours = await exchange.fetchOHLCV(BTC, '1h', undefined, 2);
    expect(hours.map((bar) => bar[0])).toEqual([START - 60_000 - 3_600_000, START - 60_000]);
  });
});
