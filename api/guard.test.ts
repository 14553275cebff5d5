import { describe, expect, test } from 'vitest';
import { json } from './api-request.ts';
import { createApi } from './create-api.ts';
import { aWorld, fakeDeps, fakeReads } from './fake-ports.ts';
import { PROBLEMS } from './problem-codes.ts';
import type { ProblemCode } from './problem-codes.ts';

const STOP = '/api/v1/profit-scraping/stop';
const STATUS = '/api/v1/profit-scraping/status';
const JSON_HEADERS = { 'content-type': 'application/json' };

async function problemOf(response: Response) {
  const { type, title, code, status } = await json(response);
  const contentType = response.headers.get('content-type');
  return { answered: response.status, contentType, type, title, code, status };
}

const aProblem = (code: ProblemCode) => ({
  answered: PROBLEMS[code].status,
  contentType: 'application/problem+json',
  type: `/docs#${code}`,
  code,
  ...PROBLEMS[code],
});

function apiAndWorld() {
  const world = aWorld({ running: new Set(['BTCUSDT']) });
  return { world, app: createApi(fakeDeps(world)) };
}

describe('a mutation is refused, and nothing happens,', () => {
  test.each([
    ['without a content type', {}, 'JSON_REQUIRED'],
    ['as a form', { 'content-type': 'application/x-www-form-urlencoded' }, 'JSON_REQUIRED'],
    ['as text', { 'content-type': 'text/plain' }, 'JSON_REQUIRED'],
    [
      'as JSON in a parameter',
      { 'content-type': 'text/plain; a=application/json' },
      'JSON_REQUIRED',
    ],
    ['in another charset', { 'content-type': 'application/json; charset=utf-16' }, 'JSON_REQUIRED'],
    [
      'from another site',
      { ...JSON_HEADERS, origin: 'https://evil.example' },
      'ORIGIN_NOT_ALLOWED',
    ],
    ['from an opaque origin', { ...JSON_HEADERS, origin: 'null' }, 'ORIGIN_NOT_ALLOWED'],
    [
      'from a name that starts like ours',
      { ...JSON_HEADERS, origin: 'http://localhost.evil.example' },
      'ORIGIN_NOT_ALLOWED',
    ],
    ['under a foreign host', { ...JSON_HEADERS, host: 'evil.example:8000' }, 'HOST_NOT_ALLOWED'],
    [
      'under a host like ours',
      { ...JSON_HEADERS, host: '127.0.0.1.evil.example' },
      'HOST_NOT_ALLOWED',
    ],
  ] as const)('%s', async (_, headers, code) => {
    const { app, world } = apiAndWorld();
    expect(
      await problemOf(await app.request(STOP, { method: 'POST', headers, body: '{}' })),
    ).toEqual(aProblem(code));
    expect(world.calls).toEqual([]);
  });

  test('without a content type, saying that the header is needed', async () => {
    const response = await apiAndWorld().app.request(STOP, { method: 'POST' });
    expect((await json(response))['detail']).toContain('Content-Type: application/json');
  });

  test.each([
    ['not JSON', '{"symbols":', 'MALFORMED_JSON'],
    ['JSON with a comment', '{} // all', 'MALFORMED_JSON'],
    ['nested too deep', `${'['.repeat(17)}${']'.repeat(17)}`, 'MALFORMED_JSON'],
    ['nested far too deep', '['.repeat(60_000), 'MALFORMED_JSON'],
    ['too large', JSON.stringify({ reason: 'x'.repeat(65 * 1_024) }), 'BODY_TOO_LARGE'],
    ['of a prototype', '{"__proto__":{"flatten":true}}', 'INVALID_REQUEST'],
    ['with an unknown field', '{"Flatten":true}', 'INVALID_REQUEST'],
    ['null', 'null', 'INVALID_REQUEST'],
  ] as const)('with a body that is %s', async (_, body, code) => {
    const { app, world } = apiAndWorld();
    const init = { method: 'POST', headers: JSON_HEADERS, body };
    expect(await problemOf(await app.request(STOP, init))).toEqual(aProblem(code));
    expect(world.calls).toEqual([]);
  });

  test('with an unknown query key', async () => {
    const { app, world } = apiAndWorld();
    const init = { method: 'POST', headers: JSON_HEADERS };
    expect(await problemOf(await app.request(`${STOP}?flatten=true`, init))).toEqual(
      aProblem('INVALID_REQUEST'),
    );
    expect(world.calls).toEqual([]);
  });
});

test.each([
  { ...JSON_HEADERS, host: '127.0.0.1:8000', origin: 'http://localhost:8000' },
  { ...JSON_HEADERS, host: 'LOCALHOST', origin: 'http://127.0.0.1:5173' },
  { 'content-type': 'application/json; charset=UTF-8', host: '[::1]:8000', origin: 'http://[::1]' },
])('a mutation from this machine is taken: %j', async (headers) => {
  const { app, world } = apiAndWorld();
  const response = await app.request(STOP, { method: 'POST', headers, body: ' \n' });
  expect(response.status).toBe(202);
  expect(world.calls).toHaveLength(1);
});

test('a foreign page may not read through a name that points here', async () => {
  const headers = { host: 'rebound.example' };
  expect(await problemOf(await apiAndWorld().app.request(STATUS, { headers }))).toEqual(
    aProblem('HOST_NOT_ALLOWED'),
  );
});

test.each([
  ['GET', STOP, 'POST'],
  ['PUT', STOP, 'POST'],
  ['DELETE', STATUS, 'GET, HEAD'],
  ['OPTIONS', STATUS, 'GET, HEAD'],
  ['PATCH', '/api/v1/profit-scraping/symbols/BTCUSDT/status', 'GET, HEAD'],
])('%s %s is 405 with Allow: %s', async (method, path, allow) => {
  const response = await apiAndWorld().app.request(path, { method });
  expect(response.headers.get('allow')).toBe(allow);
  expect(await problemOf(response)).toEqual(aProblem('METHOD_NOT_ALLOWED'));
});

test('POST to a page that only reads is 405', async () => {
  const init = { method: 'POST', headers: JSON_HEADERS };
  expect(await problemOf(await apiAndWorld().app.request(STATUS, init))).toEqual(
    aProblem('METHOD_NOT_ALLOWED'),
  );
});

test('HEAD answers as GET without a body', async () => {
  const response = await apiAndWorld().app.request(STATUS, { method: 'HEAD' });
  expect([response.status, await response.text()]).toEqual([200, '']);
});

test.each(['/', '/api/v1', '/api/v1/profit-scraping/performance', '/docs/../../etc/passwd'])(
  '%s is 404',
  async (path) => {
    expect(await problemOf(await apiAndWorld().app.request(path))).toEqual(aProblem('NOT_FOUND'));
  },
);

test('a bug is a 500 without its message, which goes to the log', async () => {
  const world = aWorld();
  const reads = {
    ...fakeReads(world),
    recentTrades: async () => [{ time: Number.NaN } as never],
  };
  const app = createApi(fakeDeps(world, { reads }));
  const response = await app.request('/api/v1/profit-scraping/trades/recent');
  const text = await response.clone().text();
  expect(await problemOf(response)).toEqual(aProblem('INTERNAL_ERROR'));
  expect(text).not.toMatch(/Invalid time|\.ts|at /);
  expect(world.logged).toEqual(['unexpected error']);
});

test.each([
  [STATUS, "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"],
  ['/nowhere', "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"],
])('the headers of %s', async (path, contentSecurityPolicy) => {
  const response = await apiAndWorld().app.request(path);
  const { 'content-type': _, ...headers } = Object.fromEntries(response.headers);
  expect(headers).toEqual({
    'cache-control': 'no-store',
    'content-security-policy': contentSecurityPolicy,
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'origin-agent-cluster': '?1',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-dns-prefetch-control': 'off',
    'x-download-options': 'noopen',
    'x-frame-options': 'DENY',
    'x-permitted-cross-domain-policies': 'none',
    'x-xss-protection': '0',
  });
});
