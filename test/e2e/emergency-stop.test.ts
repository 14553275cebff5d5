/** The emergency stop on a whole system: nothing ordinary is left, protection stays, resume trades on. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { abs } from '../witness/decimal.ts';
import { readJournalFile } from '../witness/journal-file.ts';
import { startStack } from '../support/stack.ts';
import type { Stack } from '../support/stack.ts';
import { venueTruth } from '../support/venue-truth.ts';

const SYMBOL = 'BTCUSDT';

let stack: Stack;
beforeEach(async () => {
  stack = await startStack({
    symbols: [SYMBOL],
    market: {
      source: 'synthetic',
      seed: 12,
      startTime: Date.UTC(2026, 2, 2, 0, 20),
      stepMs: 5_000,
    },
    pace: { kind: 'speed', speed: 60 },
  });
  await stack.startSymbols();
});
afterEach(() => stack.stop());

const STATE = 'SELECT state, level FROM symbol_status';
const untilHalted = () =>
  stack.database.until('halted', STATE, ([row]) => String(row?.['state']).startsWith('halted'));

/** What a halt caught between approval and sending is never sent, and expires with the next approval. */
const LIVE = `SELECT client_order_id, role, state, order_status FROM order_intents
  WHERE live AND state <> 'PREPARED'`;
const LEVELS = `SELECT client_order_id FROM order_intents
  WHERE role = 'level' AND order_status = 'working'`;
const untilGridStands = () =>
  stack.database.until('a grid stands', LEVELS, (rows) => rows.length >= 4);

const untilInventory = () =>
  stack.database.until(
    'a level fills',
    'SELECT quantity FROM positions WHERE quantity <> 0',
    (rows) => rows.length > 0,
  );

async function emergencyStop(): Promise<Record<string, unknown>> {
  const { status, body } = await stack.api('POST', '/emergency-stop', { reason: 'a test' });
  expect({ status, latched: body['latched'], still_open: body['still_open'] }).toEqual({
    status: 200,
    latched: true,
    still_open: 0,
  });
  return body;
}

async function resume(): Promise<void> {
  const { status, body } = await stack.api('POST', '/resume', { reason: 'the test goes on' });
  expect({ status, code: body['code'] }).toEqual({ status: 202, code: undefined });
}

/** Ends the symbol at market and holds the books against each other. */
async function expectSoundEnd(): Promise<void> {
  await stack.api('POST', '/stop', { flatten: true, reason: 'the test ends' });
  await stack.workflow(SYMBOL).result();
  expect(venueTruth(stack)).toMatchObject({ ordinary: [], stops: [], positions: new Map() });
  const { differences, protection } = await stack.witness();
  expect(differences).toEqual([]);
  expect(protection.spans).toEqual([]);
}

test('without inventory: every order goes, the stops last, and after resume a grid stands again', async () => {
  const stops = await haltWithoutInventory();
  await stack.database.until('nothing of ours lives', LIVE, (rows) => rows.length === 0);
  expect(venueTruth(stack)).toMatchObject({ ordinary: [], stops: [], positions: new Map() });
  expectGoneAfterLevels(stops);
  const { accepted } = venueTruth(stack);

  await resume();
  await untilGridStands();
  expect(venueTruth(stack).accepted).toBeGreaterThan(accepted);
  await expectSoundEnd();
});

test('with inventory: the position keeps its stop, and after resume it is worked on', async () => {
  await haltWithInventory();
  const { ordinary, stops, positions } = venueTruth(stack);
  expect(ordinary).toEqual([]);
  const position = positions.get(SYMBOL) ?? 0n;
  const closing = stops.filter(({ side }) => side === (position > 0n ? 'sell' : 'buy'));
  const covered = closing.reduce((sum, stop) => sum + stop.quantity, 0n);
  expect(covered).toBeGreaterThanOrEqual(abs(position));

  await resume();
  await stack.database.until('trading again', STATE, ([row]) =>
    /^(standby|rangingGrid|trendingScalp)/.test(String(row?.['state'])),
  );
  await untilGridStands();
  await expectSoundEnd();
});

/** Answers the stops that stood before. A level may fill while the stop is on its way: then once more. */
async function haltWithoutInventory(): Promise<readonly number[]> {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    await untilGridStands();
    const stops = venueTruth(stack).stops.map(({ algoId }) => algoId);
    expect(stops.length).toBeGreaterThanOrEqual(2);
    const body = await emergencyStop();
    expect(body['cancelled']).toBeGreaterThan(0);
    expect(venueTruth(stack).ordinary).toEqual([]);
    await untilHalted();
    if (!venueTruth(stack).positions.has(SYMBOL)) return stops;
    await resume();
  }
  throw new Error('a level filled before each stop');
}

/**
 * A stop guards levels as long as one of them may fill. Flat and without levels it guards nothing, and
 * would close what somebody else opens on the account: then it goes, also while halted.
 */
function expectGoneAfterLevels(algoIds: readonly number[]): void {
  const lines = readJournalFile(stack.venue.journalPath);
  const isLive = (status: string) => status === 'NEW' || status === 'PARTIALLY_FILLED';
  const levelsGone = lines.findLast(({ order }) => order !== undefined && !isLive(order.status));
  const cancels = lines.filter(
    ({ conditional }) => conditional?.status === 'CANCELED' && algoIds.includes(conditional.algoId),
  );
  expect(cancels).toHaveLength(algoIds.length);
  const early = cancels.filter(({ seq }) => seq < (levelsGone?.seq ?? Number.POSITIVE_INFINITY));
  expect(early).toEqual([]);
}

/** A counter-order may close the inventory while the stop is on its way: then once more. */
async function haltWithInventory(): Promise<void> {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    await untilInventory();
    await emergencyStop();
    await untilHalted();
    if (venueTruth(stack).positions.has(SYMBOL)) return;
    await resume();
  }
  throw new Error('the inventory was closed before each stop');
}
