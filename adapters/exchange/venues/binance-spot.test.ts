/**
 * The spot table against what an unmodified ccxt would send, with recorded answers and no network:
 * spot has no gateway yet, so the table is what it will be written from.
 */
import * as ccxt from 'ccxt';
import { describe, expect, test } from 'vitest';
import { clientOrderId } from '../../../core/orders/client-order-id.ts';
import { classifyFailure, readError } from '../errors.ts';
import { assertClientId } from '../venue-table.ts';
import { BINANCE_SPOT } from './binance-spot.ts';

const ID = clientOrderId({ instance: 'test', symbolCode: 'btcus', epoch: 1 }, 7);
const NEXT_ID = clientOrderId({ instance: 'test', symbolCode: 'btcus', epoch: 1 }, 8);
const { create, fetch: fetchBy, cancel } = BINANCE_SPOT.clientId.ordinary;

const MARKET = {
  symbol: 'BTCUSDT',
  status: 'TRADING',
  baseAsset: 'BTC',
  quoteAsset: 'USDT',
  isSpotTradingAllowed: true,
  permissions: [],
  permissionSets: [['SPOT']],
  orderTypes: ['LIMIT', 'LIMIT_MAKER', 'MARKET', 'STOP_LOSS', 'STOP_LOSS_LIMIT'],
  filters: [
    { filterType: 'PRICE_FILTER', minPrice: '0.01', maxPrice: '1000000', tickSize: '0.01' },
    { filterType: 'LOT_SIZE', minQty: '0.00001', maxQty: '9000', stepSize: '0.00001' },
    { filterType: 'NOTIONAL', minNotional: '5' },
  ],
};
const ORDER = {
  symbol: 'BTCUSDT',
  orderId: 28,
  orderListId: -1,
  clientOrderId: ID,
  transactTime: 1_700_000_000_000,
  price: '60000.00000000',
  origQty: '0.00100000',
  executedQty: '0.00000000',
  cummulativeQuoteQty: '0.00000000',
  status: 'NEW',
  timeInForce: 'GTC',
  type: 'LIMIT',
  side: 'BUY',
  fills: [],
};

type Sent = {
  readonly method: string;
  readonly path: string;
  readonly parameters: Record<string, string>;
};

/** ccxt's own class; what would go out is kept, and answered with `status` and `body`. */
async function venueAnswering(body: unknown, status = 200) {
  const sent: Sent[] = [];
  const answer = (url: string, options: { method?: string; body?: string }) => {
    const { pathname, searchParams } = new URL(url);
    if (pathname.endsWith('exchangeInfo'))
      return Response.json({ timezone: 'UTC', symbols: [MARKET] });
    const fields = new URLSearchParams(options.body ?? searchParams.toString());
    const {
      signature: _s,
      timestamp: _t,
      recvWindow: _r,
      ...parameters
    } = Object.fromEntries(fields);
    sent.push({ method: options.method ?? 'GET', path: pathname, parameters });
    return typeof body === 'string'
      ? new Response(body, { status })
      : Response.json(body, { status });
  };
  const exchange = new ccxt.binance({
    apiKey: 'key',
    secret: 'secret',
    number: String,
    enableRateLimit: false,
    options: { fetchCurrencies: false, fetchMargins: false, fetchMarkets: { types: ['spot'] } },
    fetchImplementation: async (url: string, options: { method?: string; body?: string }) =>
      answer(url, options),
  });
  await exchange.loadMarkets();
  return { exchange, sent };
}

const placed = (exchange: ccxt.binance, id = ID) =>
  exchange.createOrder('BTC/USDT', 'limit', 'buy', 0.001, 60_000, { [create]: id });

describe('what goes out', () => {
  test('create carries the client id', async () => {
    const { exchange, sent } = await venueAnswering(ORDER);
    expect(await placed(exchange)).toMatchObject({ id: '28', clientOrderId: ID });
    expect(sent).toEqual([
      {
        method: 'POST',
        path: '/api/v3/order',
        parameters: {
          symbol: 'BTCUSDT',
          type: 'LIMIT',
          side: 'BUY',
          newClientOrderId: ID,
          newOrderRespType: 'FULL',
          timeInForce: 'GTC',
          quantity: '0.001',
          price: '60000',
        },
      },
    ]);
  });

  test('a stop is an ordinary order with the same parameter', async () => {
    const { exchange, sent } = await venueAnswering({ ...ORDER, type: 'STOP_LOSS' });
    await exchange.createOrder('BTC/USDT', 'market', 'sell', 0.001, undefined, {
      [BINANCE_SPOT.clientId.conditional.create]: ID,
      triggerPrice: 58_000,
    });
    expect(sent[0]).toMatchObject({
      path: '/api/v3/order',
      parameters: { type: 'STOP_LOSS', stopPrice: '58000', newClientOrderId: ID },
    });
  });

  test('there is no batch: a grid is one request per order', async () => {
    const { exchange, sent } = await venueAnswering(ORDER);
    const order = { symbol: 'BTC/USDT', type: 'limit', side: 'buy', amount: 0.001, price: 60_000 };
    await expect(exchange.createOrders([order as ccxt.OrderRequest])).rejects.toMatchObject({
      name: 'NotSupported',
    });
    expect(sent).toEqual([]);
    expect(BINANCE_SPOT.batchMax).toBe(1);
  });

  test('an order is asked and cancelled by its client id alone', async () => {
    const { exchange, sent } = await venueAnswering(ORDER);
    // ccxt wants an id of the venue; with a client id it does not send it.
    await exchange.fetchOrder('', 'BTC/USDT', { [fetchBy]: ID });
    await exchange.cancelOrder('', 'BTC/USDT', { [cancel]: ID });
    const parameters = { symbol: 'BTCUSDT', origClientOrderId: ID };
    expect(sent).toEqual([
      { method: 'GET', path: '/api/v3/order', parameters },
      { method: 'DELETE', path: '/api/v3/order', parameters },
    ]);
  });

  test('a change names both orders, and places nothing when the cancel fails', async () => {
    const { amend } = BINANCE_SPOT;
    const { exchange, sent } = await venueAnswering({
      cancelResult: 'SUCCESS',
      newOrderResult: 'SUCCESS',
      cancelResponse: { ...ORDER, status: 'CANCELED' },
      newOrderResponse: { ...ORDER, orderId: 29, clientOrderId: NEXT_ID },
    });
    const parameters = { [amend.cancelled]: ID, [amend.replacement]: NEXT_ID, ...amend.mode };
    const order = await exchange.editOrder(
      '',
      'BTC/USDT',
      'limit',
      'buy',
      0.001,
      59_000,
      parameters,
    );
    expect(order).toMatchObject({ id: '29', clientOrderId: NEXT_ID });
    expect(sent).toMatchObject([
      {
        method: 'POST',
        path: '/api/v3/order/cancelReplace',
        parameters: {
          cancelReplaceMode: 'STOP_ON_FAILURE',
          cancelOrigClientOrderId: ID,
          newClientOrderId: NEXT_ID,
          price: '59000',
        },
      },
    ]);
    expect(sent[0]?.parameters).not.toHaveProperty('cancelOrderId');
  });
});

const refusal = (code: number, msg = 'text') => ({ code, msg });

describe('what an answer means', () => {
  test.each([
    ['no funds', 400, refusal(-2010, 'Account has insufficient balance.'), 'rejected', '-2010'],
    ['the id lives', 400, refusal(-2010, 'Duplicate order sent.'), 'duplicate', '-2010'],
    ['filter', 400, refusal(-1013, 'Filter failure: NOTIONAL'), 'rejected', '-1013'],
    ['malformed', 400, refusal(-1111), 'rejected', '-1111'],
    ['no such symbol', 400, refusal(-1121), 'rejected', '-1121'],
    ['clock', 400, refusal(-1021), 'rejected', '-1021'],
    ['signature', 400, refusal(-1022), 'rejected', '-1022'],
    ['key', 401, refusal(-2015), 'rejected', '-2015'],
    ['too many requests', 429, refusal(-1003), 'rejected', '-1003'],
    ['too many orders', 429, refusal(-1015), 'rejected', '-1015'],
    ['banned, no body', 418, '', 'rejected', 'LOCAL'],
    ['cancel refused', 400, refusal(-2011), 'rejected', '-2011'],
    ['cancelReplace did neither', 400, refusal(-2022), 'rejected', '-2022'],
    ['cancelReplace did one of two', 409, refusal(-2021), 'unknown', '-2021'],
    ['unknown error', 400, refusal(-1000), 'unknown', '-1000'],
    ['internal', 500, refusal(-1001), 'unknown', '-1001'],
    ['unexpected response', 504, refusal(-1006), 'unknown', '-1006'],
    ['timeout', 504, refusal(-1007), 'unknown', '-1007'],
    ['overloaded', 503, refusal(-1008), 'unknown', '-1008'],
    ['a code of USD-M', 400, refusal(-4164), 'unknown', '-4164'],
    ['a code nobody has heard of', 400, refusal(-9999), 'unknown', '-9999'],
    ['gateway', 502, '<html>Bad Gateway</html>', 'unknown', null],
    ['firewall', 403, '<html></html>', 'unknown', null],
    ['a page instead of an answer', 200, '<html>maintenance</html>', 'unknown', null],
  ] as const)('%s', async (_name, status, body, kind, code) => {
    const { exchange } = await venueAnswering(body, status);
    const error: unknown = await placed(exchange).then(
      () => {
        throw new Error('ccxt took it for a success');
      },
      (thrown: unknown) => thrown,
    );
    expect(classifyFailure(error, BINANCE_SPOT.errors)).toMatchObject({ kind, code });
  });

  test('an empty answer names no order: whoever places must look at the id', async () => {
    const { exchange } = await venueAnswering({});
    expect((await placed(exchange)).id).toBeUndefined();
  });

  test('not found is a code, and a refusal to whoever asks', async () => {
    const { exchange } = await venueAnswering(refusal(-2013, 'Order does not exist.'), 400);
    const error: unknown = await exchange
      .fetchOrder('', 'BTC/USDT', { [fetchBy]: ID })
      .catch((thrown: unknown) => thrown);
    const { code } = readError(error, BINANCE_SPOT.errors) as { code?: string };
    expect(BINANCE_SPOT.notFound.codes).toContain(code);
  });
});

test('an id that does not fit is a bug', () => {
  expect(() => assertClientId(BINANCE_SPOT, ID)).not.toThrow();
  expect(() => assertClientId(BINANCE_SPOT, 'x'.repeat(37))).toThrow('does not fit binance-spot');
  expect(() => assertClientId(BINANCE_SPOT, 'id with spaces')).toThrow('does not fit');
});
