/** Every USD-M call that ccxt makes for a trading client, with what it must parse out of the reply. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scriptedMarket, START } from './testing/scripted-market.ts';
import { startBench } from './testing/venue-bench.ts';
import type { Bench, Exchange } from './testing/venue-bench.ts';

const BTC = 'BTC/USDT:USDT';
const ETH = 'ETH/USDT:USDT';
const trigger = { trigger: true };
/** The venue's five levels, each deeper than the one before. */
const BIDS = [50_000, 49_999.9, 49_999.8, 49_999.7, 49_999.6].map((price, i) => [
  price,
  5 * (i + 1),
]);

let bench: Bench;
let exchange: Exchange;

beforeAll(async () => {
  const flat = Array.from({ length: 60 }, () => 50_000);
  const script = { BTCUSDT: flat, ETHUSDT: flat.map(() => 3_000) };
  bench = await startBench({ source: scriptedMarket(script) });
  exchange = await bench.connect();
  await bench.step('BTCUSDT');
  await bench.step('ETHUSDT');
  await exchange.setMarginMode('isolated', BTC);
});
afterAll(() => bench.close());

const order = (price: number, params: object = {}): ReturnType<Exchange['createOrder']> =>
  exchange.createOrder(BTC, 'limit', 'buy', 0.01, price, params);
const stop = (params: object = {}): ReturnType<Exchange['createOrder']> =>
  exchange.createOrder(BTC, 'market', 'sell', 0.01, undefined, {
    triggerPrice: 45_000,
    reduceOnly: true,
    ...params,
  });
const numeric = expect.stringMatching(/^\d+$/) as string;

type Row = readonly [what: string, url: RegExp, run: () => Promise<unknown>, expected: unknown];

const market: readonly Row[] = [
  [
    'loadMarkets',
    /v1\/exchangeInfo$/,
    () => exchange.loadMarkets(true),
    {
      [BTC]: { id: 'BTCUSDT', swap: true, linear: true, active: true, precision: { price: '0.1' } },
    },
  ],
  ['fetchTime', /v1\/time$/, () => exchange.fetchTime(), expect.any(Number)],
  [
    'fetchOHLCV',
    /v1\/klines\?/,
    () => exchange.fetchOHLCV(BTC, '1m', undefined, 2),
    [
      [START - 60_000, '50000', '50000', '50000', '50000', '10'],
      [START, '50000', '50000', '50000', '50000', '5'],
    ],
  ],
  [
    'fetchTicker',
    /ticker\/24hr\?symbol=/,
    () => exchange.fetchTicker(BTC),
    { symbol: BTC, last: '50000' },
  ],
  [
    'fetchTickers',
    /ticker\/24hr$/,
    () => exchange.fetchTickers([BTC, ETH]),
    { [ETH]: { last: '3000' } },
  ],
  [
    'fetchBidsAsks',
    /ticker\/bookTicker\?symbol=BTCUSDT/,
    () => exchange.fetchBidsAsks([BTC]),
    {
      [BTC]: { bid: '50000', ask: '50000.1' },
    },
  ],
  [
    'fetchOrderBook',
    /v1\/depth\?/,
    () => exchange.fetchOrderBook(BTC, 5),
    {
      bids: BIDS,
      nonce: START,
    },
  ],
  [
    'fetchTrades',
    /v1\/aggTrades\?/,
    () => exchange.fetchTrades(BTC),
    [{ price: '50000', amount: '5', side: 'sell' }],
  ],
  [
    'fetchFundingRate',
    /premiumIndex\?/,
    () => exchange.fetchFundingRate(BTC),
    { fundingRate: '0.0001', markPrice: '50000' },
  ],
  [
    'fetchFundingRates',
    /premiumIndex$/,
    () => exchange.fetchFundingRates(),
    { [ETH]: { markPrice: '3000' } },
  ],
  ['fetchMarkPrice', /premiumIndex\?/, () => exchange.fetchMarkPrice(BTC), { markPrice: '50000' }],
  [
    'fetchFundingRateHistory',
    /fundingRate\?/,
    () => exchange.fetchFundingRateHistory(BTC, undefined, 1),
    [{ fundingRate: '0.0001' }],
  ],
  [
    'historicalTrades',
    /v1\/historicalTrades\?/,
    () =>
      exchange.fetchTrades(BTC, undefined, 1, {
        fetchTradesMethod: 'fapiPublicGetHistoricalTrades',
      }),
    [{ price: '50000', amount: '5' }],
  ],
  ['fetchFundingIntervals', /fundingInfo$/, () => exchange.fetchFundingIntervals(), {}],
  ['fetchOpenInterest', /openInterest\?/, () => exchange.fetchOpenInterest(BTC), { symbol: BTC }],
];

const account: readonly Row[] = [
  [
    'fetchBalance',
    /v3\/account\?/,
    () => exchange.fetchBalance(),
    { USDT: { total: '10000', free: '10000' } },
  ],
  [
    'fetchTradingFee',
    /commissionRate\?/,
    () => exchange.fetchTradingFee(BTC),
    { maker: '0.0002', taker: '0.0005' },
  ],
  [
    'fetchLeverageTiers',
    /leverageBracket\?/,
    () => exchange.fetchLeverageTiers([BTC]),
    { [BTC]: expect.any(Array) as unknown },
  ],
  ['fetchLeverage', /symbolConfig\?/, () => exchange.fetchLeverage(BTC), { longLeverage: 20 }],
  [
    'fetchMarginModes',
    /symbolConfig\?/,
    () => exchange.fetchMarginModes([BTC]),
    { [BTC]: { marginMode: 'isolated' } },
  ],
  [
    'setLeverage',
    /v1\/leverage$/,
    () => exchange.setLeverage(5, BTC),
    { leverage: 5, symbol: 'BTCUSDT' },
  ],
  ['setMarginMode', /v1\/marginType$/, () => exchange.setMarginMode('cross', BTC), { code: 200 }],
  [
    'fetchPositionMode',
    /positionSide\/dual\?/,
    () => exchange.fetchPositionMode(BTC),
    { hedged: false },
  ],
  [
    'setPositionMode',
    /positionSide\/dual$/,
    () => exchange.setPositionMode(false, BTC).catch((error: unknown) => String(error)),
    expect.stringContaining('-4059'),
  ],
  [
    'multiAssetsMargin',
    /multiAssetsMargin\?/,
    () => exchange.fapiPrivateGetMultiAssetsMargin(),
    { multiAssetsMargin: false },
  ],
  ['fetchFundingHistory', /income\?.*FUNDING_FEE/, () => exchange.fetchFundingHistory(BTC), []],
];

const orders: readonly Row[] = [
  [
    'createOrder',
    /v1\/order$/,
    () => order(49_000, { clientOrderId: 'one' }),
    {
      id: numeric,
      clientOrderId: 'one',
      status: 'open',
      type: 'limit',
      side: 'buy',
      timeInForce: 'GTC',
      price: '49000',
      amount: '0.01',
      filled: '0',
      remaining: '0.01',
    },
  ],
  [
    'createOrder postOnly',
    /v1\/order$/,
    () => order(48_900, { postOnly: true, clientOrderId: 'maker' }),
    {
      timeInForce: 'PO',
      postOnly: true,
      status: 'open',
    },
  ],
  [
    'createOrder stop',
    /v1\/algoOrder$/,
    () => stop({ clientOrderId: 'stop' }),
    {
      id: numeric,
      clientOrderId: 'stop',
      triggerPrice: '45000',
      reduceOnly: true,
      status: 'open',
    },
  ],
  [
    'createOrder stop limit',
    /v1\/algoOrder$/,
    () =>
      exchange.createOrder(BTC, 'limit', 'sell', 0.01, 44_900, {
        triggerPrice: 45_000,
        clientOrderId: 'stop-limit',
      }),
    {
      type: 'limit',
      price: '44900',
      triggerPrice: '45000',
    },
  ],
  [
    'createOrder take profit',
    /v1\/algoOrder$/,
    () => exchange.createOrder(BTC, 'market', 'sell', 0.01, undefined, { takeProfitPrice: 55_000 }),
    {
      triggerPrice: '55000',
      status: 'open',
    },
  ],
  [
    'createOrder trailing',
    /v1\/algoOrder$/,
    () =>
      exchange.createOrder(BTC, 'market', 'sell', 0.01, undefined, {
        trailingPercent: '1',
        reduceOnly: true,
      }),
    {
      status: 'open',
    },
  ],
  [
    'createOrders',
    /v1\/batchOrders$/,
    () =>
      exchange.createOrders([
        {
          symbol: BTC,
          type: 'limit',
          side: 'buy',
          amount: 0.01,
          price: 48_000,
          params: { clientOrderId: 'two' },
        },
        {
          symbol: BTC,
          type: 'limit',
          side: 'buy',
          amount: 0.01,
          price: 48_100,
          params: { clientOrderId: 'three' },
        },
      ]),
    [
      { clientOrderId: 'two', status: 'open' },
      { clientOrderId: 'three', status: 'open' },
    ],
  ],
  [
    'fetchOrder',
    /v1\/order\?/,
    () => exchange.fetchOrder('', BTC, { clientOrderId: 'one' }),
    { clientOrderId: 'one' },
  ],
  [
    'fetchOrder of a stop',
    /v1\/algoOrder\?/,
    async () => {
      const [first] = await exchange.fetchOpenOrders(BTC, undefined, undefined, trigger);
      return exchange.fetchOrder(first?.id ?? '', BTC, trigger);
    },
    { clientOrderId: 'stop', status: 'open' },
  ],
  [
    'fetchOpenOrder',
    /v1\/openOrder\?/,
    async () => {
      const { id } = await exchange.fetchOrder('', BTC, { clientOrderId: 'one' });
      return exchange.fetchOpenOrder(String(id), BTC);
    },
    { status: 'open' },
  ],
  [
    'editOrder',
    /v1\/order$/,
    async () => {
      const { id } = await exchange.fetchOrder('', BTC, { clientOrderId: 'one' });
      return exchange.editOrder(String(id), BTC, 'limit', 'buy', 0.02, 49_100);
    },
    { amount: '0.02', price: '49100' },
  ],
  [
    'fetchOpenOrders',
    /v1\/openOrders\?/,
    () => exchange.fetchOpenOrders(BTC),
    [
      { clientOrderId: 'one' },
      { clientOrderId: 'maker' },
      { clientOrderId: 'two' },
      { clientOrderId: 'three' },
    ],
  ],
  [
    'fetchOpenOrders of stops',
    /v1\/openAlgoOrders\?/,
    () => exchange.fetchOpenOrders(BTC, undefined, undefined, trigger),
    [{ clientOrderId: 'stop' }, { clientOrderId: 'stop-limit' }, { triggerPrice: '55000' }, {}],
  ],
  [
    'cancelOrder',
    /v1\/order\?/,
    () => exchange.cancelOrder('', BTC, { clientOrderId: 'maker' }),
    { status: 'canceled' },
  ],
  [
    'cancelOrder of a stop',
    /v1\/algoOrder\?/,
    async () => {
      const [first] = await exchange.fetchOpenOrders(BTC, undefined, undefined, trigger);
      return exchange.cancelOrder(first?.id ?? '', BTC, trigger);
    },
    { clientOrderId: 'stop' },
  ],
  [
    'cancelOrders',
    /v1\/batchOrders\?/,
    async () => {
      const two = await exchange.fetchOrder('', BTC, { clientOrderId: 'two' });
      return exchange.cancelOrders([String(two.id), '999'], BTC);
    },
    [{ clientOrderId: 'two', status: 'canceled' }],
  ],
  [
    'cancelAllOrders',
    /v1\/allOpenOrders\?/,
    () => exchange.cancelAllOrders(BTC),
    expect.anything(),
  ],
  [
    'cancelAllOrders of stops',
    /v1\/algoOpenOrders\?/,
    () => exchange.cancelAllOrders(BTC, trigger),
    expect.anything(),
  ],
  [
    'cancelAllOrders with none open',
    /v1\/allOpenOrders\?/,
    () => exchange.cancelAllOrders(BTC),
    expect.anything(),
  ],
  [
    'fetchOrders',
    /v1\/allOrders\?/,
    () => exchange.fetchOrders(BTC),
    expect.objectContaining({ length: 4 }),
  ],
  [
    'createOrder market',
    /v1\/order$/,
    () => exchange.createOrder(BTC, 'market', 'buy', 0.01),
    { status: 'closed', average: '50000.1', filled: '0.01' },
  ],
  [
    'fetchMyTrades',
    /v1\/userTrades\?/,
    () => exchange.fetchMyTrades(BTC),
    [{ price: '50000.1', amount: '0.01', takerOrMaker: 'taker' }],
  ],
  [
    'fetchPositions',
    /v3\/positionRisk\?/,
    () => exchange.fetchPositions([BTC]),
    [{ contracts: '0.01', side: 'long', marginMode: 'cross' }],
  ],
  [
    'createOrder closePosition',
    /v1\/algoOrder$/,
    () =>
      exchange.createOrder(BTC, 'market', 'sell', 0, undefined, {
        triggerPrice: 45_000,
        closePosition: true,
      }),
    {
      triggerPrice: '45000',
      status: 'open',
    },
  ],
  [
    'order/test',
    /v1\/order\/test$/,
    () => exchange.fapiPrivatePostOrderTest({ symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET' }),
    {},
  ],
  [
    'countdownCancelAll',
    /v1\/countdownCancelAll$/,
    () => exchange.fapiPrivatePostCountdownCancelAll({ symbol: 'BTCUSDT', countdownTime: 60_000 }),
    {
      countdownTime: '60000',
    },
  ],
];

describe.each([
  ['market data', market],
  ['the account', account],
  ['orders', orders],
])('%s', (_name, rows) => {
  test.each(rows)('%s', async (_call, url, run, expected) => {
    const result = await run();
    expect(exchange.last_request_url).toMatch(url);
    expect({ result: plain(result) }).toMatchObject({ result: expected });
  });
});

/** Without ccxt's own kinds of lists and books. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('streams', () => {
  const heard = async (stream: string, watch: () => Promise<unknown>): Promise<unknown> => {
    const next = watch();
    await bench.listening(stream);
    await bench.step('BTCUSDT');
    return next;
  };

  test.each<Row>([
    ['watchOrderBook', /btcusdt@depth@100ms/, () => exchange.watchOrderBook(BTC), { bids: BIDS }],
    [
      'watchTrades',
      /btcusdt@trade/,
      () => exchange.watchTrades(BTC),
      [{ price: '50000', side: 'sell' }],
    ],
    [
      'watchBidsAsks',
      /btcusdt@bookTicker/,
      () => exchange.watchBidsAsks([BTC]),
      { [BTC]: { bid: '50000' } },
    ],
    [
      'watchOHLCV',
      /btcusdt@kline_1m/,
      () => exchange.watchOHLCV(BTC, '1m'),
      [[START, 50_000, 50_000, 50_000, 50_000, 25]],
    ],
    ['watchTicker', /btcusdt@miniTicker/, () => exchange.watchTicker(BTC), { last: '50000' }],
    [
      'watchMarkPrice',
      /btcusdt@markPrice@1s/,
      () => exchange.watchMarkPrice(BTC),
      { markPrice: '50000' },
    ],
  ])('%s', async (_name, stream, watch, expected) => {
    const name = stream.source;
    const result = await heard(name, watch);
    expect({ result: plain(result) }).toMatchObject({ result: expected });
  });

  test('watchOrders, watchMyTrades, watchBalance, watchPositions', async () => {
    const all = Promise.all([
      exchange.watchOrders(BTC),
      exchange.watchMyTrades(BTC),
      exchange.watchBalance(),
      exchange.watchPositions([BTC]),
    ]);
    await bench.listening('user');
    await exchange.createOrder(BTC, 'market', 'sell', 0.01, undefined, { clientOrderId: 'heard' });
    const [watched, trades, balance, positions] = await all;
    expect(watched[0]).toMatchObject({ clientOrderId: 'heard', symbol: BTC });
    expect(trades[0]).toMatchObject({ symbol: BTC, side: 'sell', amount: '0.01' });
    expect(balance['USDT']?.total).toMatch(/^9999/);
    expect(positions[0]).toMatchObject({ symbol: BTC, side: 'long' });
  });

  test('a listen key is made, renewed and closed', async () => {
    const { listenKey } = (await exchange.fapiPrivatePostListenKey()) as { listenKey: string };
    expect(await exchange.fapiPrivatePutListenKey()).toEqual({ listenKey });
    expect(await exchange.fapiPrivateDeleteListenKey()).toEqual({});
    await expect(exchange.fapiPrivatePutListenKey()).rejects.toThrow(/-1125/);
  });
});

describe('the WebSocket API', () => {
  test('places, amends, asks, cancels', async () => {
    const params = { clientOrderId: 'by-socket' };
    const placed = await exchange.createOrderWs(BTC, 'limit', 'buy', 0.01, 49_000, params);
    expect(placed).toMatchObject({ clientOrderId: 'by-socket', status: 'open', price: '49000' });
    const id = String(placed.id);
    const edited = await exchange.editOrderWs(id, BTC, 'limit', 'buy', 0.02, 48_900);
    expect(edited).toMatchObject({ amount: '0.02', price: '48900' });
    expect(await exchange.fetchOrderWs(id, BTC)).toMatchObject({ status: 'open' });
    expect(await exchange.cancelOrderWs(id, BTC)).toMatchObject({ status: 'canceled' });
  });

  test('shows balance, positions and prices', async () => {
    expect((await exchange.fetchBalanceWs())['USDT']?.total).toMatch(/^9999/);
    expect(await exchange.fetchPositionsWs([BTC])).toEqual([]);
    expect(await exchange.fetchTickerWs(BTC)).toMatchObject({ bid: '50000' });
  });

  test('refuses as ccxt shows it there: by code, without the class', async () => {
    const tooMuch = exchange.createOrderWs(BTC, 'market', 'buy', 100);
    await expect(tooMuch).rejects.toMatchObject({ name: 'ExchangeError' });
    await expect(tooMuch).rejects.toThrow(/-2019/);
    const wrong = await bench.connect({ secret: 'another-secret' });
    const unsigned = wrong.createOrderWs(BTC, 'limit', 'buy', 0.01, 49_000);
    await expect(unsigned).rejects.toMatchObject({ name: 'AuthenticationError' });
  });

  test('suffers the same faults', async () => {
    await bench.admin('POST', '/faults', { kind: 'dropAfterAccept', call: 'POST order', count: 1 });
    const params = { clientOrderId: 'cut-off' };
    const placed = exchange.createOrderWs(BTC, 'limit', 'buy', 0.01, 49_000, params);
    await expect(placed).rejects.toMatchObject({ name: 'NetworkError' });
    expect(await exchange.fetchOrder('', BTC, params)).toMatchObject({ status: 'open' });
    await bench.admin('DELETE', '/faults');
  });

  test.each([
    ['rateLimited429', 'RateLimitExceeded', /-1003/, 0],
    ['html', 'TypeError', /<html>/, 1],
  ])('%s comes as %s', async (reply, name, text, placed) => {
    await bench.admin('POST', '/faults', { kind: 'replyInstead', reply, call: 'POST order' });
    const client = await bench.connect();
    const clientOrderId = `behind-${reply}`;
    const params = { clientOrderId };
    const refused = client.createOrderWs(BTC, 'limit', 'buy', 0.01, 49_000, params);
    await expect(refused).rejects.toMatchObject({
      name,
      message: expect.stringMatching(text) as string,
    });
    await bench.admin('DELETE', '/faults');
    const open = await exchange.fetchOpenOrders(BTC);
    expect(open.filter((order) => order.clientOrderId === clientOrderId)).toHaveLength(placed);
  });
});
