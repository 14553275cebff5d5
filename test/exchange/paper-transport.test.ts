/** Paper safety: who is talked to, and which answers are believed. */
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createExchangeGateway } from '../../adapters/exchange/gateway.ts';
import { createPaperTransport } from '../../adapters/exchange/paper-transport.ts';
import { NOT_SENT } from '../../adapters/ports.ts';
import { aLevel } from './gateway-bench.ts';

const KEYS = { apiKey: 'test-key-one', secret: 'test-secret-one' };
let server: Server;
let origin: string;
let answer: RequestListener;

beforeEach(async () => {
  server = createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const reply =
  (body: string, headers: Record<string, string> = {}): RequestListener =>
  (_request, response) => {
    response.writeHead(200, headers);
    response.end(body);
  };
const time = () => JSON.stringify({ serverTime: Date.now() });

test.each([
  'https://fapi.binance.com',
  'http://10.0.0.1:8010',
  'http://127.0.0.1.example.com',
  'https://127.0.0.1:8010',
  'localhost:8010',
])('refuses %s', async (bad) => {
  await expect(createPaperTransport({ ...KEYS, origin: bad })).rejects.toMatchObject({
    name: 'VenueRejected',
    message: expect.stringContaining('loopback') as string,
  });
});

test('refuses a server that is not the paper venue', async () => {
  answer = reply(time());
  await expect(createPaperTransport({ ...KEYS, origin })).rejects.toMatchObject({
    name: 'VenueRejected',
    message: expect.stringContaining('X-Tidegate-Venue') as string,
  });
});

test('says so when nobody answers', async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await expect(createPaperTransport({ ...KEYS, origin })).rejects.toMatchObject({
    name: 'VenueUnavailable',
  });
});

test('every host that ccxt knows ends at the paper venue, and no stream has another address', async () => {
  const hosts: (string | undefined)[] = [];
  answer = (request, response) => {
    hosts.push(request.headers.host);
    reply(time(), { 'X-Tidegate-Venue': 'paper' })(request, response);
  };
  const transport = await createPaperTransport({ ...KEYS, origin });
  const exchange = await transport.open();
  await exchange.publicGetTime();
  await exchange.dapiPublicGetTime();
  await exchange.sapiGetSystemStatus();
  expect(new Set(hosts)).toEqual(new Set([new URL(origin).host]));
  const sockets = (exchange.urls['api'] as { ws: Record<string, string> }).ws;
  expect(Object.values(sockets)).toEqual([`${origin.replace('http', 'ws')}/ws`]);
  await transport.close();
});

const ORDER = aLevel(1, { postOnly: true });
const ACK = {
  orderId: 1,
  symbol: 'BTCUSDT',
  clientOrderId: ORDER.clientOrderId,
  status: 'NEW',
  side: 'BUY',
  price: '49000',
  origQty: '0.01',
  executedQty: '0',
  reduceOnly: false,
  updateTime: 1,
};

test.each([
  ['an order', ACK, 'acked'],
  ['an empty object', {}, 'unknown'],
  ['another order', { ...ACK, clientOrderId: 'other' }, 'unknown'],
  ['another symbol', { ...ACK, symbol: 'ETHUSDT' }, 'unknown'],
  ['no order id', { ...ACK, orderId: undefined }, 'unknown'],
  ['HTML', '<html>maintenance</html>', 'unknown'],
])('HTTP 200 with %s', async (_name, body, kind) => {
  let sent = '';
  answer = (request, response) => {
    request.on('data', (chunk) => (sent += String(chunk)));
    request.on('end', () => {
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      const isOrder = request.method === 'POST';
      reply(isOrder ? text : time(), { 'X-Tidegate-Venue': 'paper' })(request, response);
    });
  };
  const transport = await createPaperTransport({ ...KEYS, origin });
  const gateway = await createExchangeGateway({ transport, wallClock: Date.now });
  const [placed] = await gateway.place('BTCUSDT', [ORDER], 1_700_000_000_000);
  expect(placed?.kind).toBe(kind);
  const fields = Object.fromEntries(new URLSearchParams(sent));
  expect(fields).toMatchObject({
    newClientOrderId: ORDER.clientOrderId,
    timestamp: '1700000000000',
    recvWindow: '3000',
    timeInForce: 'GTX',
    price: '49000',
    quantity: '0.01',
  });
  await gateway.close();
  await transport.close();
});

test('after 418 nothing is sent until the venue allows it', async () => {
  let posts = 0;
  answer = (request, response) => {
    if (request.method !== 'POST')
      return reply(time(), { 'X-Tidegate-Venue': 'paper' })(request, response);
    posts += 1;
    response.writeHead(418, { 'Retry-After': '60' });
    response.end(JSON.stringify({ code: -1003, msg: 'banned' }));
  };
  const transport = await createPaperTransport({ ...KEYS, origin });
  const gateway = await createExchangeGateway({ transport, wallClock: Date.now });
  const replies = [
    ...(await gateway.place('BTCUSDT', [ORDER], Date.now())),
    ...(await gateway.place('BTCUSDT', [ORDER], Date.now())),
  ];
  expect(replies).toMatchObject([
    { kind: 'rejected', code: '-1003' },
    { kind: 'rejected', code: NOT_SENT },
  ]);
  expect(posts).toBe(1);
  await expect(gateway.equity()).rejects.toMatchObject({ name: 'VenueUnavailable' });
  await gateway.close();
  await transport.close();
});

test('a stop of which the venue does not say how much traded is what its child is', async () => {
  const stop = {
    algoId: 7,
    clientAlgoId: ORDER.clientOrderId,
    symbol: 'BTCUSDT',
    side: 'SELL',
    algoStatus: 'FINISHED',
    quantity: '0.01',
    triggerPrice: '48500',
    reduceOnly: true,
    actualOrderId: '1',
    updateTime: 5,
  };
  const child = {
    ...ACK,
    clientOrderId: 'auto-1',
    side: 'SELL',
    status: 'FILLED',
    executedQty: '0.006',
  };
  const missing = { code: -2013, msg: 'Order does not exist.' };
  const answers: Readonly<Record<string, (query: URLSearchParams) => unknown>> = {
    '/fapi/v1/algoOrder': () => stop,
    '/fapi/v1/order': (query) => (query.get('orderId') === '1' ? child : missing),
  };
  answer = (request, response) => {
    const url = new URL(request.url ?? '/', origin);
    const body = answers[url.pathname]?.(url.searchParams) ?? { serverTime: Date.now() };
    const isRefusal = typeof body === 'object' && body !== null && 'msg' in body;
    response.writeHead(isRefusal ? 400 : 200, { 'X-Tidegate-Venue': 'paper' });
    response.end(JSON.stringify(body));
  };
  const transport = await createPaperTransport({ ...KEYS, origin });
  const gateway = await createExchangeGateway({ transport, wallClock: Date.now });
  expect(await gateway.findOrder('BTCUSDT', ORDER.clientOrderId)).toMatchObject({
    clientOrderId: ORDER.clientOrderId,
    conditional: true,
    status: 'filled',
    executed: '0.006',
    childOrderId: '1',
  });
  await gateway.close();
  await transport.close();
});
