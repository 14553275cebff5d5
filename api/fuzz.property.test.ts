import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createApi } from './create-api.ts';
import { aWorld, fakeDeps } from './fake-ports.ts';
import { problemSchema } from './problem.ts';

const GROUP = '/api/v1/profit-scraping';
const COMMANDS = ['start', 'stop', 'emergency-stop', 'level', 'resume'] as const;
/** Each run makes an API of its own; a busy machine takes its time. */
const TIMEOUT_MS = 60_000;
const STRANGE = ['__proto__', 'constructor', 'toString', '', '\u0000', 'symbols.0', '💥'];

const symbol = fc.oneof(
  fc.constantFrom('BTCUSDT', 'ETHUSDT', 'BTC/USDT:USDT', 'DOGEUSDT', 'BTC/USDT', 'btcusdt'),
  fc.string(),
);
const field = fc.constantFrom(
  'symbols',
  'max_symbols',
  'use_ml_signals',
  'use_advanced_risk',
  'use_grid_optimization',
  'flatten',
  'level',
  'reason',
  ...STRANGE,
);
const value = fc.oneof(
  fc.array(symbol, { maxLength: 4 }),
  fc.boolean(),
  fc.double(),
  fc.integer({ min: -3, max: 300 }),
  fc.constantFrom('ACTIVE', 'PAUSE', 'HALT', 'LOCKOUT', 'halt'),
  fc.string(),
  fc.jsonValue({ maxDepth: 20 }),
);
const object = fc.array(fc.tuple(field, value), { maxLength: 5 }).map((entries) => {
  const pairs = entries.map(([key, item]) => `${JSON.stringify(key)}:${JSON.stringify(item) ?? 0}`);
  return `{${pairs.join(',')}}`;
});
const body = fc.oneof(
  { weight: 6, arbitrary: object },
  { weight: 1, arbitrary: fc.json() },
  { weight: 1, arbitrary: fc.string() },
);

const aBusyWorld = () => aWorld({ running: new Set(['BTCUSDT', 'ETHUSDT']) });

test(
  'no body makes a 5xx, and none that is refused changes anything',
  async () => {
    const answered = new Set<number>();
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...COMMANDS), body, async (command, text) => {
        const world = aBusyWorld();
        const response = await createApi(fakeDeps(world)).request(`${GROUP}/${command}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: text,
        });
        answered.add(response.status);
        expect(response.status).toBeLessThan(500);
        if (response.status < 400) return;
        expect(world.calls).toEqual([]);
        const problem = problemSchema.parse(await response.json());
        expect(problem.status).toBe(response.status);
        const named = problem.code !== 'INVALID_REQUEST' || problem.errors?.[0] !== undefined;
        expect(named).toBe(true);
      }),
      { numRuns: 400, seed: 20_261_120 },
    );
    // The bodies reach further than the first check.
    expect([...answered]).toEqual(expect.arrayContaining([200, 202, 400, 409, 422]));
  },
  TIMEOUT_MS,
);

test(
  'no path and no query makes a 5xx or changes anything',
  async () => {
    const part = fc.oneof(
      fc.constantFrom('symbols', 'BTCUSDT', 'status', 'trades', 'recent', '%2F', '%', '..', '%00'),
      fc.webSegment(),
    );
    const path = fc.array(part, { maxLength: 4 }).map((parts) => parts.join('/'));
    await fc.assert(
      fc.asyncProperty(path, fc.webQueryParameters(), async (rest, query) => {
        const world = aBusyWorld();
        const response = await createApi(fakeDeps(world)).request(`${GROUP}/${rest}?${query}`);
        expect(response.status).toBeLessThan(500);
        expect(world.calls).toEqual([]);
      }),
      { numRuns: 150, seed: 20_261_120 },
    );
  },
  TIMEOUT_MS,
);
