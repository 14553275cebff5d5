import { describe, expect, test } from 'vitest';
import { loadCcxt } from './ccxt-modules.ts';
import {
  OutcomeUnknown,
  VenueRejected,
  VenueUnavailable,
  classifyCode,
  classifyFailure,
  readError,
  sanitise,
  writeError,
} from './errors.ts';

const { Exchange, errors } = await loadCcxt();

/** What ccxt itself throws for an answer of the venue, as on the production host. */
function thrownFor(status: number, body: string): unknown {
  const exchange = new Exchange({});
  const url = 'https://fapi.binance.com/fapi/v1/order?symbol=BTCUSDT&signature=5ec7e7';
  const reason = 'reason';
  try {
    const json: unknown = exchange.parseJson(body);
    const handled: unknown = exchange.handleErrors(
      status,
      reason,
      url,
      'POST',
      {},
      body,
      json,
      {},
      '',
    );
    if (handled === undefined) exchange.handleHttpStatusCode(status, reason, url, 'POST', body);
  } catch (error) {
    return error;
  }
  throw new Error('ccxt took the answer for a success');
}
const refusal = (code: number, msg = 'text') => JSON.stringify({ code, msg });

describe('answers of the venue', () => {
  test.each([
    ['insufficient margin', 400, refusal(-2019, 'Margin is insufficient.'), 'rejected', '-2019'],
    ['post-only would cross', 400, refusal(-5022), 'rejected', '-5022'],
    ['reduce-only refused', 400, refusal(-2022), 'rejected', '-2022'],
    ['would trigger at once', 400, refusal(-2021), 'rejected', '-2021'],
    ['below minimum notional', 400, refusal(-4164), 'rejected', '-4164'],
    ['filter', 400, refusal(-1013, 'Filter failure: LOT_SIZE'), 'rejected', '-1013'],
    ['clock', 400, refusal(-1021), 'rejected', '-1021'],
    ['engine clock', 400, refusal(-5028), 'rejected', '-5028'],
    ['signature', 400, refusal(-1022), 'rejected', '-1022'],
    ['key', 401, refusal(-2015), 'rejected', '-2015'],
    ['a code nobody has heard of', 400, refusal(-4999), 'unknown', '-4999'],
    ['too many orders', 429, refusal(-1015), 'rejected', '-1015'],
    ['banned', 418, refusal(-1003), 'rejected', '-1003'],
    ['banned, no body', 418, '', 'rejected', 'LOCAL'],
    ['duplicate id', 400, refusal(-4116), 'duplicate', '-4116'],
    ['duplicate conditional id', 400, refusal(-20132), 'duplicate', '-20132'],
    ['duplicate by text', 400, refusal(-2010, 'Duplicate order sent.'), 'duplicate', '-2010'],
    ['spot, other refusal', 400, refusal(-2010, 'other'), 'rejected', '-2010'],
    ['unknown error', 400, refusal(-1000), 'unknown', '-1000'],
    ['disconnected', 500, refusal(-1001), 'unknown', '-1001'],
    ['message bus', 504, refusal(-1006), 'unknown', '-1006'],
    ['backend timeout', 504, refusal(-1007), 'unknown', '-1007'],
    ['overloaded', 503, refusal(-1008), 'unknown', '-1008'],
    ['whole batch failed', 400, refusal(-4083), 'unknown', '-4083'],
    ['bad gateway', 502, '<html>Bad Gateway</html>', 'unknown', null],
    ['service unavailable', 503, '', 'unknown', null],
    ['forbidden by a firewall', 403, '<html></html>', 'unknown', null],
  ] as const)('%s', (_name, status, body, kind, code) => {
    expect(classifyFailure(thrownFor(status, body))).toMatchObject({ kind, code });
  });
});

describe('what happens without an answer', () => {
  test.each([
    [
      'timeout',
      new errors.RequestTimeout('binanceusdm POST request timed out (3000 ms)'),
      'unknown',
    ],
    ['dropped', new errors.NetworkError('fetch failed: other side closed'), 'unknown'],
    ['not ccxt', new TypeError("Cannot read properties of undefined (reading 'code')"), 'unknown'],
    ['not an error', 'broken', 'unknown'],
    ['refused before sending', new errors.InvalidOrder('amount below one step'), 'rejected'],
    ['no key', new errors.AuthenticationError('requires "apiKey" credential'), 'rejected'],
    ['duplicate by class', new errors.DuplicateOrderId('there already'), 'duplicate'],
  ] as const)('%s', (_name, error, kind) => {
    expect(classifyFailure(error).kind).toBe(kind);
  });
});

test('an entry of a batch is judged by its code', () => {
  expect(classifyCode('-2027', 'Exceeded').kind).toBe('rejected');
  expect(classifyCode('-1007', 'Timeout').kind).toBe('unknown');
  expect(classifyCode('-4116', 'Duplicated').kind).toBe('duplicate');
});

test('reads: refusals are refusals, limits and clocks pass, the rest is unavailable', () => {
  expect(readError(thrownFor(400, refusal(-1121)))).toMatchObject({ code: '-1121' });
  expect(readError(thrownFor(400, refusal(-1121)))).toBeInstanceOf(VenueRejected);
  expect(readError(thrownFor(429, refusal(-1003)))).toBeInstanceOf(VenueUnavailable);
  expect(readError(thrownFor(400, refusal(-1021)))).toBeInstanceOf(VenueUnavailable);
  expect(readError(new TypeError('HTML'))).toBeInstanceOf(VenueUnavailable);
});

test('writes: whatever is not refused is unknown', () => {
  expect(writeError(thrownFor(400, refusal(-4048)))).toMatchObject({ code: '-4048' });
  expect(writeError(new errors.RequestTimeout('timed out'))).toBeInstanceOf(OutcomeUnknown);
});

test('messages carry no query, key or signature', () => {
  const shown = [
    sanitise('GET https://fapi.binance.com/fapi/v1/order?symbol=X&signature=abc123 fetch failed'),
    sanitise('"signature=abc123&timestamp=1"'),
    sanitise('headers {"X-MBX-APIKEY": "abc123"}'),
    sanitise('wss://host/private/ws?listenKey=abc123'),
    classifyFailure(thrownFor(503, '')).message,
  ].join(' ');
  expect(shown).not.toMatch(/abc123|5ec7e7/);
  expect(shown).toContain('https://fapi.binance.com/fapi/v1/order');
});
