/**
 * The stop at its worst moments, on 20 symbols with 10 orders each: workflows that continue as new all the
 * time, requests on their way to the venue, and a worker that died with requests on their way. Times
 * are measured and printed, never asserted.
 */
import { cpus, loadavg } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { VENUE_ID } from '../../cli/venue-account.ts';
import { SHARED_TASK_QUEUE, SYMBOL_WORKFLOW, symbolWorkflowId } from '../../workflows/messages.ts';
import {
  isHalted,
  ordinaryOrders,
  riskSentSinceHalt,
  untilStatus,
  untilTrading,
} from './rig-view.ts';
import { startRig } from './rig.ts';
import type { Rig } from './rig.ts';

/** Made up, most of them: the market of the rig is. */
const SYMBOLS = Array.from('BCDEFGHIJKLMNOPQRSTU', (letter) => `A${letter}AUSDT`);
const ORDERS_EACH = 9;
/** Too little for a level to fill before the grids stand. */
const CALM_PCT = 0.01;
/** Far enough to fill levels of every grid: their counter-orders leave within a step of each other. */
const DRIFT_PCT = -0.6;
const UNDERWAY_LEAST = 4;
/** Small enough that a symbol continues as new with every few decisions. */
const HISTORY_EVENTS_MAX = 40;
const WATCH_MS = 100;
const PATIENCE_MS = 100_000;

let rig: Rig;
/** Each test has a platform of its own: what a stop leaves behind takes minutes to trade off. */
beforeEach(async () => {
  rig = await startRig({ symbols: SYMBOLS, speed: 10, noisePct: CALM_PCT });
  await Promise.all(SYMBOLS.map(start));
  await untilTrading(rig, SYMBOLS, ORDERS_EACH, PATIENCE_MS);
}, 240_000);
afterEach(() => rig.stop());

function start(symbol: string): Promise<unknown> {
  const ref = { account: 'paper', venue: VENUE_ID, symbol };
  return rig.client.workflow.start(SYMBOL_WORKFLOW, {
    workflowId: symbolWorkflowId(ref),
    taskQueue: SHARED_TASK_QUEUE,
    args: [{ ref, historyEventsMax: HISTORY_EVENTS_MAX }],
  });
}

test('during continue-as-new, with submits in flight that reach the venue after the halt', async () => {
  const before = await runIds();
  const sending = await submitsUnderway(2_000);
  const what = `workflows that continue as new, ${sending} orders in flight, held for 2 s`;
  expect(await stopped(what)).toEqual(THROUGH);
  const after = await runIds();
  const renewed = after.filter((id, i) => id !== before[i]).length;
  process.stdout.write(`${renewed} of 20 workflows continued as new meanwhile\n`);
  expect(renewed).toBeGreaterThan(0);
});

test('with the worker killed, and its requests reach the venue after the halt', async () => {
  const sending = await submitsUnderway(2_500);
  await rig.kill('worker');
  const what = `worker killed with ${sending} orders in flight, held for 2.5 s`;
  expect(await stopped(what)).toEqual(THROUGH);
});

/** Resolves when orders are on their way, each held so long before it arrives; answers their number. */
async function submitsUnderway(heldMs: number): Promise<number> {
  for (const call of ['POST order', 'POST batchOrders'])
    await rig.fault({ kind: 'holdInTransit', ms: heldMs, call });
  rig.driftTo(DRIFT_PCT);
  const [held] = await rig.query<{ since: Date }>('SELECT clock_timestamp() AS since');
  const underway = await rig.until(
    'orders on their way',
    () => rig.query(UNDERWAY, [held?.since]),
    (rows) => rows.length >= UNDERWAY_LEAST,
    PATIENCE_MS,
  );
  return underway.length;
}

const UNDERWAY = `SELECT client_order_id FROM order_intents
  WHERE state = 'SENDING' AND kind = 'limit' 
  AND changed_at > greatest($1, clock_timestamp() - interval '500 ms')`;

/** What a stop promises, and what is so when every workflow is halted. */
const THROUGH = { latched: true, stillOpen: 0, told: 20, left: [], riskSent: [] };

/** Presses the button, watches the book from outside, and answers what came of it. */
async function stopped(what: string) {
  const standing = await ordinaryOrders(rig);
  const begun = Date.now();
  const book = watchBook(begun);
  const { status, body } = await rig.api('POST', '/emergency-stop', { reason: what });
  const answeredMs = Date.now() - begun;
  const emptyMs = await book.end();
  await rig.mend();
  await rig.start(...rig.missing());
  await untilStatus(rig, SYMBOLS, isHalted, PATIENCE_MS);
  const haltedMs = Date.now() - begun;
  const [latch] = await rig.query<{ recorded_at: Date }>(
    'SELECT recorded_at FROM halts WHERE halt_id = $1',
    [body['halt_id']],
  );
  const confirmedMs = Date.parse(String(body['confirmed_at'])) - begun;
  process.stdout.write(
    `${what}; ${standing.length} standing: acknowledged (halt committed) after ` +
      `${Number(latch?.recorded_at) - begun} ms, book empty for good after ${emptyMs} ms, confirmed after ` +
      `${confirmedMs} ms, answered after ${answeredMs} ms, every workflow halted after ${haltedMs} ms ` +
      `(${cpus().length} CPUs, load ${loadavg()[0]?.toFixed(1)})\n`,
  );
  const unsignalled = z.array(z.string()).parse(body['unsignalled']);
  // Temporal takes no signal for a workflow that died between closing and its next run; the stop
  // says so and goes on trying.
  expect(status).toBe(unsignalled.length === 0 ? 200 : 202);
  return {
    latched: body['latched'],
    stillOpen: body['still_open'],
    told: Number(body['signalled']) + unsignalled.length,
    left: await ordinaryOrders(rig),
    riskSent: await riskSentSinceHalt(rig),
  };
}

/** Lists our orders all the time; `end` answers when the last one was gone, in ms since `begun`. */
function watchBook(begun: number): { end(): Promise<number> } {
  const over = new AbortController();
  let emptyMs = Number.NaN;
  const watching = (async () => {
    let wasEmpty = false;
    while (!over.signal.aborted) {
      const orders = await ordinaryOrders(rig);
      const isEmpty = orders.length === 0;
      if (isEmpty && !wasEmpty) emptyMs = Date.now() - begun;
      wasEmpty = isEmpty;
      await delay(WATCH_MS);
    }
  })();
  return {
    end: async () => {
      over.abort();
      await watching;
      return emptyMs;
    },
  };
}

async function runIds(): Promise<readonly string[]> {
  const described = await Promise.all(SYMBOLS.map((symbol) => rig.workflow(symbol).describe()));
  return described.map(({ runId }) => runId);
}
