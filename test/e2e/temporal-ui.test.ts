/** What people do in the Temporal Web UI: cancel means stop, and a terminated symbol starts again. */
import { afterEach, expect, test } from 'vitest';
import { startStack } from '../support/stack.ts';
import type { Stack } from '../support/stack.ts';
import type { StackMarket } from '../support/stack-venue.ts';

const stacks: Stack[] = [];
afterEach(async () => {
  await Promise.all(stacks.splice(0).map((stack) => stack.stop()));
});

const RANGE: StackMarket = {
  source: 'synthetic',
  seed: 12,
  startTime: Date.UTC(2026, 2, 2),
  endTime: Date.UTC(2026, 2, 9),
  stepMs: 1_000,
};

async function aTradingSymbol(): Promise<Stack> {
  const stack = await startStack({
    symbols: ['BTCUSDT'],
    market: RANGE,
    pace: { kind: 'speed', speed: 120 },
  });
  stacks.push(stack);
  await stack.startSymbols();
  await stack.database.until('orders stand', OPEN, (rows) => rows.length >= 3, {
    timeoutMs: 120_000,
  });
  return stack;
}

const OPEN = `SELECT client_order_id FROM order_intents
  WHERE order_status IN ('working', 'partiallyFilled')`;
const FLAT = `SELECT 1 FROM positions WHERE quantity <> 0`;

test('cancel in the Web UI works the symbol out and completes it', async () => {
  const stack = await aTradingSymbol();
  await stack.workflow('BTCUSDT').cancel();
  await stack.workflow('BTCUSDT').result();
  const [status] = await stack.database.query('SELECT state FROM symbol_status');
  expect(status).toEqual({ state: 'stopped' });
  expect(await stack.database.query(OPEN)).toEqual([]);
  expect(await stack.database.query(FLAT)).toEqual([]);
  const { differences } = await stack.witness();
  expect(differences).toEqual([]);
}, 180_000);

test('after terminate the next start takes over what stands at the venue', async () => {
  const stack = await aTradingSymbol();
  await stack.workflow('BTCUSDT').terminate('a person in the Web UI');
  const before = await stack.database.query<{ client_order_id: string }>(OPEN);
  expect(before.length).toBeGreaterThan(0);
  await stack.startSymbols();
  await stack.database.until(
    'the second epoch decides',
    'SELECT decision_id FROM decisions WHERE epoch = 2',
    (rows) => rows.length > 0,
  );
  const ids = before.map((row) => row.client_order_id);
  const still = await stack.database.until(
    'nothing of the first epoch stands',
    `${OPEN} AND client_order_id = ANY ($1)`,
    (rows) => rows.length === 0,
    { values: [ids] },
  );
  expect(still).toEqual([]);
  const { differences } = await stack.witness();
  expect(differences).toEqual([]);
}, 180_000);
