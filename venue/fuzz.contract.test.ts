/** Whatever a stranger sends, the venue answers as Binance does, and nothing is lost. */
import { createHmac } from 'node:crypto';
import { request } from 'node:http';
import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { verifyJournal } from './journal/verify.ts';
import { KEYS } from './testing/keys.ts';
import { scriptedMarket } from './testing/scripted-market.ts';
import { startBench } from './testing/venue-bench.ts';
import type { Bench } from './testing/venue-bench.ts';

const TIMEOUT_MS = 60_000;
const bugs: unknown[] = [];
let bench: Bench;

beforeAll(async () => {
  const prices = Array.from({ length: 10 }, () => 50_000);
  bench = await startBench({
    source: scriptedMarket({ BTCUSDT: prices, ETHUSDT: prices }),
    onBug: (error) => bugs.push(error),
  });
  await bench.step('BTCUSDT');
  await bench.step('ETHUSDT');
});
afterAll(() => bench.close());

type Answer = { readonly status: number; readonly text: string };

/** A request as it is: no client repairs its path. */
function send(method: string, path: string, body = '', headers: object = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(bench.venue.restUrl);
    const all = {
      'x-mbx-apikey': KEYS.apiKey,
      'content-length': Buffer.byteLength(body),
      ...headers,
    };
    const sent = request({ hostname, port, method, path, headers: all }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** An error in Binance's shape, or an answer that was asked for; never a crash. */
function isShaped({ status, text }: Answer): boolean {
  const body = JSON.parse(text) as { code?: unknown; msg?: unknown };
  if (status === 200) return true;
  const isNamed = Number.isInteger(body.code) && typeof body.msg === 'string';
  return isNamed && status >= 400 && status < 500 && body.code !== -1000;
}

const signed = (query: string): string => {
  const stamped = `${query}${query === '' ? '' : '&'}timestamp=${Date.now()}`;
  const signature = createHmac('sha256', KEYS.secret).update(stamped).digest('hex');
  return `${stamped}&signature=${signature}`;
};

const junk = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(
    ...['', '0', '-0', '-1', '1e400', '1e-400', 'NaN', 'Infinity', 'null', 'undefined', 'true'],
    ...['9'.repeat(30), '9'.repeat(5_000), '0.'.concat('0'.repeat(40), '1'), '00012', '1,5', ' 1 '],
    ...['9007199254740993', '[]', '{}', '[{}]', '[null]', '[[1]]', '{"a":', '"x"', '%00', '../..'],
    ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', '💥', 'BTCUSDT', 'btcusdt'],
  ),
);
const sensible = new Map(
  Object.entries({
    symbol: ['BTCUSDT', 'ETHUSDT'],
    side: ['BUY', 'SELL'],
    type: ['LIMIT', 'MARKET', 'STOP_MARKET', 'TRAILING_STOP_MARKET'],
    algoType: ['CONDITIONAL'],
    quantity: ['0.01', '1'],
    price: ['45000', '50000.1'],
    triggerPrice: ['45000'],
    timeInForce: ['GTC', 'FOK', 'GTX'],
    orderId: ['1', '2'],
    batchOrders: ['[{"symbol":"BTCUSDT","side":"BUY","type":"MARKET","quantity":"0.01"}]'],
    orderIdList: ['[1,2]'],
  }),
);
const NAMES = [
  ...sensible.keys(),
  ...['origClientOrderId', 'newClientOrderId', 'clientAlgoId', 'algoId', 'reduceOnly', 'limit'],
  ...['closePosition', 'callbackRate', 'activatePrice', 'workingType', 'positionSide', 'leverage'],
  ...['marginType', 'startTime', 'endTime', 'fromId', 'incomeType', 'countdownTime', 'recvWindow'],
  ...['selfTradePreventionMode', 'interval', 'timestamp', 'signature', '__proto__'],
];
const parameter = fc
  .constantFrom(...NAMES)
  .chain((name) =>
    fc
      .oneof({ weight: 2, arbitrary: fc.constantFrom(...(sensible.get(name) ?? ['1'])) }, junk)
      .map((value) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`),
  );
const CALLS = [
  ...['POST order', 'PUT order', 'DELETE order', 'GET order', 'POST algoOrder', 'GET algoOrder'],
  ...['DELETE algoOrder', 'POST batchOrders', 'PUT batchOrders', 'DELETE batchOrders'],
  ...['DELETE allOpenOrders', 'GET openOrders', 'GET allOrders', 'GET userTrades', 'GET income'],
  ...['POST leverage', 'POST marginType', 'POST positionSide/dual', 'POST countdownCancelAll'],
  ...['GET depth', 'GET klines', 'GET aggTrades', 'GET fundingRate', 'GET premiumIndex'],
  ...['GET account', 'GET positionRisk', 'GET leverageBracket', 'POST listenKey'],
];
const call = fc.record({
  call: fc.constantFrom(...CALLS),
  query: fc.array(parameter, { maxLength: 9 }).map((list) => list.join('&')),
  isSigned: fc.integer({ min: 0, max: 4 }).map((n) => n > 0),
  inBody: fc.boolean(),
});

test(
  'parameters of any kind get an answer of the right shape',
  async () => {
    await fc.assert(
      fc.asyncProperty(call, async ({ call: name, query, isSigned, inBody }) => {
        const [method = '', path = ''] = name.split(' ');
        const text = isSigned ? signed(query) : query;
        const where = `/fapi/v1/${path}`;
        const answer = inBody
          ? await send(method, where, text)
          : await send(method, `${where}?${text}`);
        expect([isShaped(answer), answer]).toEqual([true, answer]);
      }),
      { numRuns: 700 },
    );
    expect(bugs).toEqual([]);
  },
  TIMEOUT_MS,
);

test('paths and methods of any kind too', async () => {
  const paths = [
    ...['/', '//', '/fapi', '/fapi/v1', '/fapi/v1/', '/fapi/v9/order', '/fapi/v1/order/'],
    ...['/fapi/v1/../v1/ping', '/fapi/v1/%2e%2e/ping', '/fapi/v1//ping', '/fapi/v1/ping%00'],
    ...['/fapi/v1/constructor', '/fapi/v1/__proto__', '/fapi/v1/toString', '/fapi/v1/ping;x'],
    ...['/fapi/v1/ping#x', '/etc/passwd', '/fapi/v1/order?%', '/fapi/v1/order?a=%zz&b=%'],
    ...['http://elsewhere/fapi/v1/ping', '*', '/api/v3/order', '/sapi/v1/account'],
    `/fapi/v1/${'x'.repeat(8_000)}`,
  ];
  for (const path of paths) {
    for (const method of ['GET', 'POST', 'DELETE', 'PATCH', 'OPTIONS']) {
      const answer = await send(method, path);
      expect([method, path, isShaped(answer)]).toEqual([method, path, true]);
    }
  }
  expect(bugs).toEqual([]);
});

test('signatures and keys that are wrong are told apart from each other', async () => {
  const query = `symbol=BTCUSDT&timestamp=${Date.now()}`;
  const codes = async (text: string, headers: object = {}): Promise<unknown> => {
    const answer = await send('GET', `/fapi/v1/openOrders?${text}`, '', headers);
    return (JSON.parse(answer.text) as { code: unknown }).code;
  };
  expect(await codes(`${query}&signature=`)).toBe(-1022);
  expect(await codes(`${query}&signature=${'0'.repeat(64)}`)).toBe(-1022);
  expect(await codes(`${query}&signature=${'zz'.repeat(32)}`)).toBe(-1022);
  expect(await codes(`${signed('symbol=BTCUSDT')}&price=1`)).toBe(-1022);
  expect(await codes(query)).toBe(-1102);
  expect(await codes(signed('symbol=BTCUSDT'), { 'x-mbx-apikey': 'x'.repeat(500) })).toBe(-2015);
  expect(await codes(signed('symbol=BTCUSDT'), { 'x-mbx-apikey': '' })).toBe(-2014);
});

/** Bytes that are no HTTP at all; resolves when the venue has closed the connection. */
function sendBytes(bytes: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(bench.venue.restUrl);
    const socket = connect(Number(port), hostname, () => socket.end(bytes));
    let text = '';
    socket.on('data', (data: Buffer) => (text += data.toString('latin1')));
    socket.on('error', () => resolve(text));
    socket.on('close', () => resolve(text));
  });
}

test('bytes that are no HTTP, and messages that are no requests, end no one else', async () => {
  for (const bytes of [
    '\r\n\r\n',
    'GET\r\n\r\n',
    '\u0000\u0001',
    'POST /fapi/v1/order HTTP/9.9\r\n\r\n',
  ]) {
    expect(await sendBytes(bytes)).not.toMatch(/ 200 /);
  }
  const wrongLength = 'POST /fapi/v1/order HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\nshort';
  await sendBytes(wrongLength);
  expect(await send('GET', '/fapi/v1/ping')).toEqual({ status: 200, text: '{}' });
});

test(
  'WebSocket messages of any kind are answered',
  async () => {
    const message = fc.oneof(
      fc.string({ maxLength: 60 }),
      fc.json({ maxDepth: 4 }),
      fc
        .record({
          id: fc.oneof(fc.integer(), junk, fc.constant(null)),
          method: fc.oneof(
            fc.constantFrom(
              'SUBSCRIBE',
              'UNSUBSCRIBE',
              'LIST_SUBSCRIPTIONS',
              'order.place',
              'depth',
            ),
            junk,
          ),
          params: fc.oneof(
            fc.array(junk, { maxLength: 3 }),
            fc.dictionary(fc.constantFrom(...NAMES, 'apiKey'), junk, { maxKeys: 5 }),
            fc.constant(null),
          ),
        })
        .map((value) => JSON.stringify(value)),
    );
    for (const path of ['/ws/0', '/ws-fapi/v1']) {
      const socket = new WebSocket(bench.venue.restUrl.replace('http', 'ws') + path);
      await new Promise((resolve) => socket.once('open', resolve));
      const answerOf = (text: string): Promise<string> =>
        new Promise((resolve, reject) => {
          socket.once('message', (data: Buffer) => resolve(data.toString()));
          socket.once('close', () => reject(new Error(`closed by ${text}`)));
          socket.send(text);
        });
      await fc.assert(
        fc.asyncProperty(message, async (text) => {
          expect(JSON.parse(await answerOf(text))).toBeTypeOf('object');
          socket.removeAllListeners('close');
        }),
        { numRuns: 150 },
      );
      socket.terminate();
    }
    expect(bugs).toEqual([]);
  },
  TIMEOUT_MS,
);

test('after all of it the account adds up, and the journal is proven', async () => {
  const client = await bench.connect();
  const balance = await client.fetchBalance();
  expect(Number(balance['USDT']?.total)).toBeGreaterThan(0);
  expect(verifyJournal(bench.journalPath)).toMatchObject({ isProven: true, contradictions: [] });
});
