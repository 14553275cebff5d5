/** Refusals that need a position, other rules or other requests than ccxt's, each as ccxt sees it. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { scriptedMarket } from './testing/scripted-market.ts';
import { startBench } from './testing/venue-bench.ts';
import type { Bench, Exchange } from './testing/venue-bench.ts';

const BTC = 'BTC/USDT:USDT';
let bench: Bench;
let exchange: Exchange;

const open = async (): Promise<void> => {
  const prices = Array.from({ length: 10 }, () => 50_000);
  bench = await startBench({ source: scriptedMarket({ BTCUSDT: prices }) });
  exchange = await bench.connect();
  await bench.step();
};
const close = (): Promise<void> => bench.close();

type Params = Record<string, unknown>;
/** What is refused, ccxt's class for it, the code, and the call. */
type Row = readonly [what: string, name: string, code: number, call: () => Promise<unknown>];

const rawOrder = (fields: Params): Promise<unknown> =>
  exchange.fapiPrivatePostOrder({ symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', ...fields });
const rawLimit = (fields: Params): Promise<unknown> =>
  rawOrder({ type: 'LIMIT', timeInForce: 'GTC', quantity: '0.01', price: '49000', ...fields });
const rawAlgo = (fields: Params): Promise<unknown> =>
  exchange.fapiPrivatePostAlgoOrder({
    algoType: 'CONDITIONAL',
    symbol: 'BTCUSDT',
    side: 'SELL',
    type: 'STOP_MARKET',
    ...fields,
  });
const marginType = (name: string): Promise<unknown> =>
  exchange.fapiPrivatePostMarginType({ symbol: 'BTCUSDT', marginType: name });
const market = (amount: number): Promise<unknown> =>
  exchange.createOrder(BTC, 'market', 'buy', amount);
const limit = (price: number): ReturnType<Exchange['createOrder']> =>
  exchange.createOrder(BTC, 'limit', 'buy', 0.01, price);
const changeRules = (rules: Params): Promise<unknown> =>
  bench.admin('POST', '/actions', { action: 'changeRules', symbol: 'BTCUSDT', ...rules });

/** ccxt's class and the code in its text. */
const refusalOf = (call: () => Promise<unknown>): Promise<[string, number]> =>
  call().then(
    () => ['none', 0],
    (thrown: unknown) => {
      const { name, message } = thrown as Error;
      return [name, Number(/"code":(-?\d+)/.exec(message)?.[1])];
    },
  );

describe('by themselves', () => {
  beforeAll(open);
  afterAll(close);

  const closing = { closePosition: true, triggerPrice: '45000' };
  test.each<Row>([
    ['a price of zero', 'BadRequest', -4001, () => rawLimit({ price: '0' })],
    ['a quantity of zero', 'BadRequest', -4003, () => rawOrder({ quantity: '0' })],
    [
      'a trigger price of zero',
      'BadRequest',
      -4006,
      () => rawAlgo({ quantity: '0.01', triggerPrice: '0' }),
    ],
    [
      'a sell below the band',
      'BadRequest',
      -4024,
      () => exchange.createOrder(BTC, 'limit', 'sell', 0.01, 47_400),
    ],
    [
      'a callback rate that is too small',
      'ExchangeError',
      -2007,
      () =>
        exchange.createOrder(BTC, 'market', 'sell', 0.01, undefined, { trailingPercent: '0.05' }),
    ],
    [
      'closePosition that is reduce-only',
      'BadRequest',
      -1106,
      () => rawAlgo({ ...closing, reduceOnly: true }),
    ],
    [
      'closePosition with a limit price',
      'BadRequest',
      -1106,
      () => rawAlgo({ ...closing, type: 'STOP', price: '44900' }),
    ],
    [
      'closePosition of a trailing stop',
      'InvalidOrder',
      -4136,
      () => rawAlgo({ type: 'TRAILING_STOP_MARKET', closePosition: true, callbackRate: '1' }),
    ],
    [
      'closePosition with a quantity',
      'BadRequest',
      -4137,
      () => rawAlgo({ ...closing, quantity: '0.01' }),
    ],
    [
      'a working type that is none',
      'BadRequest',
      -4031,
      () => rawAlgo({ quantity: '0.01', triggerPrice: '45000', workingType: 'INDEX' }),
    ],
    ['a margin type that is none', 'BadRequest', -1130, () => marginType('HALF')],
    ['a margin type that is set', 'MarginModeAlreadySet', -4046, () => marginType('CROSSED')],
    ['hedge mode', 'OperationRejected', -4068, () => exchange.setPositionMode(true, BTC)],
    ['one-way mode again', 'OperationRejected', -4059, () => exchange.setPositionMode(false, BTC)],
    [
      'a key that is empty',
      'AuthenticationError',
      -2014,
      async () => (await bench.connect({ apiKey: ' ' })).fetchBalance(),
    ],
    [
      'a wrong secret',
      'AuthenticationError',
      -1022,
      async () => (await bench.connect({ secret: 'another' })).fetchBalance(),
    ],
  ])('%s: %s %i', async (_what, name, code, call) => {
    expect(await refusalOf(call)).toEqual([name, code]);
  });
});

describe('with what there is', () => {
  beforeEach(open);
  afterEach(close);

  const sell = (params: Params): Promise<unknown> =>
    exchange.createOrder(BTC, 'market', 'sell', 0.01, undefined, params);

  test.each<Row>([
    [
      'below the smallest quantity',
      'BadRequest',
      -4004,
      async () => {
        await changeRules({ minQuantity: '0.01' });
        await rawOrder({ quantity: '0.005' });
      },
    ],
    [
      'between two steps',
      'BadRequest',
      -4023,
      async () => {
        await changeRules({ minQuantity: '0.025', quantityStep: '0.025' });
        await rawOrder({ quantity: '0.03' });
      },
    ],
    [
      'a touch too far from the mark',
      'OperationRejected',
      -4131,
      async () => {
        await changeRules({ tickSize: '5000' });
        await bench.step();
        await market(0.01);
      },
    ],
    [
      'an amendment of nothing',
      'OperationRejected',
      -5027,
      async () => {
        const { id } = await limit(49_000);
        await exchange.editOrder(String(id), BTC, 'limit', 'buy', 0.01, 49_000);
      },
    ],
    [
      'less leverage than what is held needs',
      'OperationRejected',
      -2028,
      async () => {
        await market(3);
        await exchange.setLeverage(5, BTC);
      },
    ],
    [
      'less leverage for an isolated position',
      'ExchangeError',
      -4161,
      async () => {
        await exchange.setMarginMode('isolated', BTC);
        await market(0.01);
        await exchange.setLeverage(5, BTC);
      },
    ],
    [
      'another margin mode with open orders',
      'OperationRejected',
      -4047,
      async () => {
        await limit(49_000);
        await exchange.setMarginMode('isolated', BTC);
      },
    ],
    [
      'another margin mode with a position',
      'OperationRejected',
      -4048,
      async () => {
        await market(0.01);
        await exchange.setMarginMode('isolated', BTC);
      },
    ],
    [
      'a second closePosition',
      'ExchangeError',
      -4130,
      async () => {
        await market(0.01);
        await sell({ closePosition: true, triggerPrice: 45_000 });
        await sell({ closePosition: true, triggerPrice: 44_000 });
      },
    ],
    [
      'one order too many',
      'OperationRejected',
      -2025,
      async () => {
        await changeRules({ maxOpenOrders: 1 });
        await limit(49_000);
        await limit(49_000);
      },
    ],
    [
      'one conditional order too many',
      'OperationRejected',
      -4045,
      async () => {
        await changeRules({ maxConditionalOrders: 1 });
        await sell({ triggerPrice: 45_000, reduceOnly: true });
        await sell({ triggerPrice: 45_000, reduceOnly: true });
      },
    ],
  ])('%s: %s %i', async (_what, name, code, call) => {
    expect(await refusalOf(call)).toEqual([name, code]);
  });
});

test('before the first step the market is closed', async () => {
  bench = await startBench({ source: scriptedMarket({ BTCUSDT: [50_000] }) });
  try {
    exchange = await bench.connect({ enableLastJsonResponse: true });
    // ccxt goes by the text here.
    const refused = { name: 'MarketClosed', message: 'binanceusdm Market is closed.' };
    await expect(limit(49_000)).rejects.toMatchObject(refused);
    expect(exchange.last_json_response).toMatchObject({ code: -1013 });
  } finally {
    await close();
  }
});
