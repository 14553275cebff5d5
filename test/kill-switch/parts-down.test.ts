/** The emergency stop while parts of the platform are dead, dying or busy. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { VENUE_ID } from '../../cli/venue-account.ts';
import type { OrderIntent } from '../../core/orders/order.ts';
import type { PriceText, QuantityText } from '../../core/money/units.ts';
import { SHARED_TASK_QUEUE, SYMBOL_WORKFLOW, symbolWorkflowId } from '../../workflows/messages.ts';
import { freePort } from '../support/free-port.ts';
import {
  isHalted,
  ordinaryOrders,
  riskSentSinceHalt,
  standingHalts,
  untilResumed,
  untilStatus,
  untilTrading,
} from './rig-view.ts';
import { startRig } from './rig.ts';
import type { Rig } from './rig.ts';

const BTC = 'BTCUSDT';
const ETH = 'ETHUSDT';
/** Started by the test itself, with a small history. */
const BNB = 'BNBUSDT';
const STARTED = [BTC, ETH];

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ symbols: [BTC, ETH, BNB], speed: 60 });
  await rig.api('POST', '/start', { symbols: STARTED });
});
afterAll(() => rig.stop());

/** Whatever the test before left: no halt, and orders at the venue. */
beforeEach(async () => {
  await rig.start(...rig.missing());
  await rig.mend();
  await untilResumed(rig);
  await untilTrading(rig, STARTED);
}, 120_000);

test('with the worker killed it is whole at once; the next worker finds itself halted, resumed and halted', async () => {
  await rig.kill('worker');
  expect(await rig.api('POST', '/emergency-stop', { reason: 'first' })).toMatchObject({
    status: 200,
    body: { latched: true, signalled: 2, unsignalled: [], still_open: 0 },
  });
  expect(await ordinaryOrders(rig)).toEqual([]);
  await rig.api('POST', '/resume', { reason: 'too soon' });
  await rig.api('POST', '/emergency-stop', { reason: 'second' });
  // The three signals come in one step: the last halt must not be undone by the resume before it.
  await rig.start('worker');
  const views = await untilStatus(rig, STARTED, isHalted);
  expect(views.map((view) => view.halt_reason)).toEqual(['second', 'second']);
  expect(await ordinaryOrders(rig)).toEqual([]);
  expect(await riskSentSinceHalt(rig)).toEqual([]);
});

test('an order that is on its way to the venue is cancelled when it surfaces', async () => {
  await rig.api('POST', '/level', { level: 'PAUSE' });
  await rig.until(
    'no order',
    () => ordinaryOrders(rig),
    (orders) => orders.every((o) => o.reduceOnly),
  );
  await rig.fault({ kind: 'holdInTransit', ms: 2_000, call: 'POST batchOrders' });
  await rig.api('POST', '/level', { level: 'ACTIVE' });
  const underway = await rig.until(
    'orders on their way',
    () => rig.query<{ id: string }>(UNDERWAY),
    (rows) => rows.length >= 5,
  );
  const { status, body } = await rig.api('POST', '/emergency-stop');
  expect({ status, open: body['still_open'] }).toEqual({ status: 200, open: 0 });
  await untilStatus(rig, STARTED, isHalted);
  expect(await ordinaryOrders(rig)).toEqual([]);
  const since = (await rig.eye.quote(BTC)).time - 3_600_000;
  const closed = await Promise.all(STARTED.map((symbol) => rig.eye.closedOrders(symbol, since)));
  const ends = new Map(closed.flat().map((order) => [order.clientOrderId, order.status]));
  // They reached the venue after the halt and were cancelled there. The market goes on meanwhile: a
  // post-only price may have been crossed, and one that it comes to first fills. None rests.
  const outcomes = underway.map(({ id }) => ends.get(id) ?? 'refused');
  expect(outcomes).toContain('cancelled');
  expect(outcomes.filter((end) => !/^(cancelled|refused|filled)$/.test(end))).toEqual([]);
});

const UNDERWAY = `SELECT client_order_id AS id FROM order_intents
  WHERE state = 'SENDING' AND NOT reduce_only AND changed_at > clock_timestamp() - interval '2 s'`;

test('a workflow that continues as new all the time takes every halt', async () => {
  const ref = { account: 'paper', venue: VENUE_ID, symbol: BNB };
  await rig.client.workflow.start(SYMBOL_WORKFLOW, {
    workflowId: symbolWorkflowId(ref),
    taskQueue: SHARED_TASK_QUEUE,
    args: [{ ref, historyEventsMax: 12 }],
  });
  await untilTrading(rig, [BNB], 1);
  for (let round = 0; round < 8; round += 1) {
    const stopped = await rig.api('POST', '/emergency-stop', { symbols: [BNB] });
    expect(stopped).toMatchObject({ body: { latched: true, signalled: 1, unsignalled: [] } });
    if (round < 7) {
      const reason = 'and again';
      await rig.until(
        'resume',
        () => rig.api('POST', '/resume', { symbols: [BNB], reason }),
        ({ status }) => status === 202,
      );
    }
  }
  await untilStatus(rig, [BNB], isHalted);
  expect(await ordinaryOrders(rig, BNB)).toEqual([]);
  const runs = await runsOf(BNB);
  process.stdout.write(`continue-as-new: ${runs} runs of one workflow took 8 halts\n`);
  expect(runs).toBeGreaterThan(3);
  await rig.workflow(BNB).terminate('the test is over');
});

async function runsOf(symbol: string): Promise<number> {
  const { workflowId } = rig.workflow(symbol);
  let runs = 0;
  for await (const _run of rig.client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) {
    runs += 1;
  }
  return runs;
}

test('PostgreSQL and Temporal die in the middle: the venue is empty, the rest follows when they are back', async () => {
  await rig.fault({ kind: 'delayReply', ms: 300, call: 'GET openOrders' });
  const stopping = rig.api('POST', '/emergency-stop', { reason: 'all at once' });
  await rig.kill('postgres', 'temporal');
  const { status, body } = await stopping;
  await rig.mend();
  expect([200, 202]).toContain(status);
  expect(body['still_open']).toBe(0);
  expect(body['confirmed_at']).not.toBeNull();
  expect(await ordinaryOrders(rig)).toEqual([]);

  await rig.start('postgres', 'temporal');
  await rig.until(
    'the stop is through',
    async () => (await rig.api('GET', '/status')).body,
    ({ stops_in_progress: pending, latch }) =>
      latch === 'set' && Array.isArray(pending) && pending.length === 0,
  );
  expect(await standingHalts(rig)).toMatchObject([{ halt_id: body['halt_id'] }]);
  await untilStatus(rig, STARTED, isHalted, 60_000);
  expect(await ordinaryOrders(rig)).toEqual([]);
  expect(await riskSentSinceHalt(rig)).toEqual([]);
}, 120_000);

test('the direct stop needs nothing but the venue, all that starts later honours it; without the venue it fails and says so', async () => {
  await placeForeign();
  const withoutVenue = stopInTheDark();
  await rig.kill('api', 'worker', 'temporal', 'postgres');
  const begun = performance.now();
  const emptied = rig
    .until(
      'no order of ours',
      () => ordinaryOrders(rig),
      (orders) => orders.every(({ clientOrderId }) => clientOrderId === 'manual-1'),
    )
    .then(() => Math.round(performance.now() - begun));
  const { code, output, ms } = await rig.tidegate('stop', '--direct', '--reason', 'all is dark');
  process.stdout.write(
    `direct stop, only the venue up: our orders gone ${await emptied} ms after the command began, ` +
      `over after ${ms} ms:\n${output}\n`,
  );
  expect(output).toContain('0 still open');
  expect(code).toBe(0);
  expect(await ordinaryOrders(rig)).toMatchObject([{ clientOrderId: 'manual-1' }]);
  expect(readdirSync(join(rig.folder, 'halts'))).toHaveLength(1);

  await rig.start('postgres', 'temporal');
  await rig.start('worker');
  await rig.until(
    'the worker asks its gate, which publishes the halt of the file',
    () => standingHalts(rig),
    (rows) => rows.length === 1,
  );
  await rig.start('api');
  await untilStatus(rig, STARTED, isHalted, 60_000);
  expect(await riskSentSinceHalt(rig)).toEqual([]);
  expect(await ordinaryOrders(rig)).toMatchObject([{ clientOrderId: 'manual-1' }]);

  const all = await rig.tidegate('stop', '--all-orders');
  expect(all.code).toBe(0);
  expect(await ordinaryOrders(rig)).toEqual([]);
  const dark = await withoutVenue;
  expect(dark.output).toContain('NOT CONFIRMED');
  expect({ code: dark.code, halts: dark.halts }).toEqual({ code: 3, halts: 1 });
}, 120_000);

/** A direct stop of an installation that reaches nothing at all, in a folder of its own. */
async function stopInTheDark() {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-dark-'));
  const places = [
    `data_dir=${folder}`,
    `ports.venue=${await freePort()}`,
    'postgres.url=',
    'temporal.address=127.0.0.1:9',
  ];
  const sets = places.flatMap((place) => ['--set', place]);
  const { code, output } = await rig.tidegate('stop', '--direct', ...sets);
  const halts = readdirSync(join(folder, 'halts')).length;
  rmSync(folder, { recursive: true });
  return { code, output, halts };
}

/** Far below the market, and not of our making. */
async function placeForeign(): Promise<void> {
  const order: OrderIntent = {
    clientOrderId: 'manual-1',
    role: 'level',
    slot: 'manual',
    planId: 'manual',
    strategy: 'grid',
    side: 'buy',
    kind: 'limit',
    quantity: '0.1' as QuantityText,
    price: '2400' as PriceText,
    triggerPrice: null,
    targetPrice: null,
    reduceOnly: false,
    postOnly: false,
    timeInForce: 'GTC',
    decisionId: null,
  };
  await rig.eye.place(ETH, [order], rig.eye.venueTime());
}
