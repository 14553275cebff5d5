/** Continue-as-new under traffic: a short history ends many runs, and nothing is lost between them. */
import { afterEach, expect, test } from 'vitest';
import { hasUnknown } from '../../state-machines/tracked-orders.ts';
import { levelSignal } from '../../workflows/messages.ts';
import { carryOf, historiesOf } from '../support/histories.ts';
import { ordersOf } from '../support/run-report.ts';
import { startStack } from '../support/stack.ts';
import type { Stack, StackOptions } from '../support/stack.ts';
import { venueTruth } from '../support/venue-truth.ts';

const SYMBOL = 'BTCUSDT';
/** Thirteen times shorter than in earnest. */
const HISTORY_EVENTS_MAX = 150;
const START = Date.UTC(2026, 2, 2);
const HOUR_MS = 3_600_000;

const stacks: Stack[] = [];
afterEach(async () => {
  await Promise.all(stacks.splice(0).map((stack) => stack.stop()));
});

async function start(options: Pick<StackOptions, 'market' | 'pace'>): Promise<Stack> {
  const stack = await startStack({ symbols: [SYMBOL], unlimited: true, ...options });
  stacks.push(stack);
  return stack;
}

const countRuns = async (stack: Stack): Promise<number> =>
  (await historiesOf((runId) => stack.workflow(SYMBOL, runId))).length;

/** Six hours of a seeded market in lockstep. */
async function trade(historyEventsMax: number): Promise<Stack> {
  const stack = await start({
    market: {
      source: 'synthetic',
      seed: 12,
      startTime: START,
      endTime: START + 6 * HOUR_MS,
      stepMs: 15_000,
    },
    pace: { kind: 'lockstep' },
  });
  await stack.startWorkflow(SYMBOL, historyEventsMax);
  await stack.marketEnded(100_000);
  return stack;
}

test('many runs trade like one', async () => {
  const [many, one] = await Promise.all([trade(HISTORY_EVENTS_MAX), trade(10_000)]);
  expect(await countRuns(one)).toBe(1);
  expect(await countRuns(many)).toBeGreaterThan(10);
  expect(ordersOf(many)).toEqual(ordersOf(one));
  expect((await many.witness()).differences).toEqual([]);
}, 120_000);

/** Replies that never come, one after the other: each leaves an order of unknown outcome. */
const FAULTS = [
  { kind: 'dropAfterAccept', call: 'POST algoOrder' },
  { kind: 'dropAfterAccept', call: 'POST batchOrders' },
  { kind: 'holdInTransit', call: 'POST batchOrders', ms: 4_000 },
  { kind: 'dropAfterAccept', call: 'DELETE order' },
  { kind: 'dropBeforeAccept', call: 'POST batchOrders' },
];

test('runs that end with orders of unknown outcome lose none of them', async () => {
  const stack = await start({
    // Ranges all morning, so that a grid is planned after each resume.
    market: { source: 'synthetic', seed: 1, startTime: START, stepMs: 5_000 },
    pace: { kind: 'speed', speed: 60 },
  });
  await stack.startWorkflow(SYMBOL, HISTORY_EVENTS_MAX);
  for (const fault of FAULTS) {
    await stack.venue.admin('POST', '/faults', { ...fault, count: 1 });
    await cancelAndPlanAgain(stack);
  }
  expect(await unknownOrders(stack)).toBeGreaterThan(0);
  await runsToEnd(stack, FAULTS.length);
  await carryUnresolvedOrder(stack);

  await stack.api('POST', '/stop', { flatten: true, reason: 'the test ends' });
  await stack.workflow(SYMBOL).result();
  expect(venueTruth(stack)).toMatchObject({ ordinary: [], stops: [], positions: new Map() });
  const { differences, protection } = await stack.witness();
  expect(differences).toEqual([]);
  expect(protection.spans).toEqual([]);
}, 180_000);

/** How many orders a run holds depends on the pace of the machine, so it goes on until they suffice. */
async function runsToEnd(stack: Stack, count: number): Promise<void> {
  for (let more = 0; more < 2 * count && (await countRuns(stack)) <= count; more += 1)
    await cancelAndPlanAgain(stack);
  expect(await countRuns(stack)).toBeGreaterThan(count);
}

/** Never accepted, so that its absence takes the venue's whole window to prove; meanwhile the run ends. */
async function carryUnresolvedOrder(stack: Stack): Promise<void> {
  for (let attempt = 0; attempt < 5 && !(await hasCarriedUnknown(stack)); attempt += 1) {
    const call = 'POST batchOrders';
    await stack.venue.admin('POST', '/faults', { kind: 'dropBeforeAccept', call, count: 1 });
    await stack.api('POST', '/emergency-stop', { reason: 'a test' });
    await stack.api('POST', '/resume', { reason: 'the test goes on' });
    await stack.database.until('an order is unknown', UNKNOWN, (rows) => rows.length > 0);
    await fillHistory(stack);
    await stack.database.until('a grid stands', STANDS, (rows) => rows.length >= 4);
  }
  expect(await hasCarriedUnknown(stack), 'a run began with an order of unknown outcome').toBe(true);
}

/** Signals that change nothing, each of them in the history, until the run has ended. */
async function fillHistory(stack: Stack): Promise<void> {
  const message = { level: 'ACTIVE', reason: 'a test', by: 'a test' } as const;
  const runIdNow = async () => (await stack.workflow(SYMBOL).describe()).runId;
  const runId = await runIdNow();
  for (let signals = 0; signals < HISTORY_EVENTS_MAX && (await runIdNow()) === runId; signals += 1)
    await stack.workflow(SYMBOL).signal(levelSignal, message);
}

async function hasCarriedUnknown(stack: Stack): Promise<boolean> {
  const histories = await historiesOf((runId) => stack.workflow(SYMBOL, runId));
  const carries = histories.map(carryOf).filter((carry) => carry !== undefined);
  return carries.some(({ snapshot }) => hasUnknown(snapshot.context));
}

const UNKNOWN = `SELECT client_order_id FROM order_intents WHERE state = 'UNKNOWN'`;
const STANDS = `SELECT client_order_id FROM order_intents
  WHERE role = 'level' AND order_status = 'working'`;

async function cancelAndPlanAgain(stack: Stack): Promise<void> {
  const { database } = stack;
  await stack.api('POST', '/emergency-stop', { reason: 'a test' });
  await stack.api('POST', '/resume', { reason: 'the test goes on' });
  await database.until('a grid stands', STANDS, (rows) => rows.length >= 4);
}

async function unknownOrders({ database }: Stack): Promise<number> {
  const rows = await database.query(
    `SELECT key FROM risk_events WHERE code IN ('ORDER_OUTCOME_UNKNOWN', 'ORDER_UNKNOWN')`,
  );
  return rows.length;
}
