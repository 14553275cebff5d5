/**
 * The emergency stop under load: 20 symbols with 10 orders each, and a thousand stops in a second.
 * Times are measured and printed, never asserted: they say as much of the machine as of the code.
 */
import { cpus, loadavg } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isHalted, ordinaryOrders, untilStatus, untilTrading } from './rig-view.ts';
import { startRig } from './rig.ts';
import type { Rig } from './rig.ts';

/** The simulated venue lists sixteen; four are made up for this. */
const BASES =
  'BTC ETH SOL BNB XRP ADA AVAX DOGE DOT LINK LTC NEAR BCH TRX UNI ATOM AAA BBB CCC DDD';
const SYMBOLS = BASES.split(' ').map((base) => `${base}USDT`);
const ORDERS_EACH = 9;
const STOPS = 1_000;
const CLIENTS = 50;
const EVENTS_MAX = 500;
/** One in five seconds, and the flood may begin just before the next is due. */
const SIGNALS_EACH_MAX = 2;

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ symbols: SYMBOLS, speed: 10 });
  await rig.api('POST', '/start', { symbols: SYMBOLS });
  await untilTrading(rig, SYMBOLS, ORDERS_EACH, 90_000);
});
afterAll(() => rig.stop());

test('20 symbols with 10 orders each are stopped', async () => {
  const standing = await ordinaryOrders(rig);
  const begun = Date.now();
  const stopping = rig.api('POST', '/emergency-stop', { reason: 'load' });
  const answered = stopping.then(() => Date.now());
  const { status, body } = await stopping;
  const answeredMs = (await answered) - begun;
  expect({ status, body }).toMatchObject({
    status: 200,
    body: { latched: true, signalled: 20, unsignalled: [], still_open: 0 },
  });
  expect(await ordinaryOrders(rig)).toEqual([]);
  await untilStatus(rig, SYMBOLS, isHalted);
  const haltedMs = Date.now() - begun;
  const [latch] = await rig.query<{ recorded_at: Date }>('SELECT recorded_at FROM halts');
  const confirmedMs = Date.parse(String(body['confirmed_at'])) - begun;
  const latchedMs = Number(latch?.recorded_at) - begun;
  say(
    `${standing.length} orders on 20 symbols: latch committed after ${latchedMs} ms, ` +
      `venue confirms none open after ${confirmedMs} ms, answer after ${answeredMs} ms, ` +
      `every workflow shows halted after ${haltedMs} ms (machine: ${machine()})`,
  );
});

test('a thousand stops from fifty clients are one halt and few events', async () => {
  const before = await untilQuiet(rig);
  const signalsBefore = await haltSignalsOf(rig);
  const begun = performance.now();
  const times: number[] = [];
  const ids = new Set<unknown>();
  const stopOnce = async (): Promise<void> => {
    const asked = performance.now();
    const { status, body } = await rig.api('POST', '/emergency-stop', { reason: 'flood' });
    times.push(performance.now() - asked);
    expect(status).toBe(200);
    ids.add(body['halt_id']);
  };
  /** Its share, spread over a second, whether or not the earlier ones were answered. */
  const client = async (): Promise<void> => {
    const asked: Promise<void>[] = [];
    for (let i = 0; i < STOPS / CLIENTS; i += 1) {
      asked.push(stopOnce());
      await delay((1_000 * CLIENTS) / STOPS);
    }
    await Promise.all(asked);
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  const tookMs = Math.round(performance.now() - begun);
  const added = (await eventsOf(rig)) - before;
  const signals = (await haltSignalsOf(rig)) - signalsBefore;
  times.sort((a, b) => a - b);
  say(
    `${STOPS} stops from ${CLIENTS} clients, asked within a second or as fast as they could be, ` +
      `were over after ${tookMs} ms: answers p50 ${atShare(times, 0.5)} ms, ` +
      `p99 ${atShare(times, 0.99)} ms, slowest ${atShare(times, 1)} ms; ${signals} halt signals, ${added} ` +
      `history events in 20 workflows, those of their market included (machine: ${machine()})`,
  );
  expect(ids.size).toBe(1);
  expect(await rig.query('SELECT halt_id FROM halts')).toHaveLength(1);
  expect(signals).toBeLessThanOrEqual(SYMBOLS.length * SIGNALS_EACH_MAX);
  expect(added).toBeLessThan(EVENTS_MAX);
}, 90_000);

/** What the halt before began is over: only the market still adds events. Answers their number. */
async function untilQuiet(of: Rig): Promise<number> {
  let before = 0;
  return of
    .until(
      'quiet workflows',
      async () => {
        await delay(500);
        const earlier = before;
        before = await eventsOf(of);
        return { added: before - earlier, events: before };
      },
      ({ added }) => added <= SYMBOLS.length,
      60_000,
    )
    .then(({ events }) => events);
}

async function haltSignalsOf({ workflow, symbols }: Rig): Promise<number> {
  const histories = await Promise.all(symbols.map((symbol) => workflow(symbol).fetchHistory()));
  const events = histories.flatMap(({ events: own }) => own ?? []);
  return events.filter(
    ({ workflowExecutionSignaledEventAttributes: signal }) => signal?.signalName === 'halt',
  ).length;
}

async function eventsOf({ workflow, symbols }: Rig): Promise<number> {
  const described = await Promise.all(symbols.map((symbol) => workflow(symbol).describe()));
  return described.reduce((sum, { historyLength }) => sum + historyLength, 0);
}

const atShare = (sorted: readonly number[], share: number): number =>
  Math.round(sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN);

const machine = (): string => `${cpus().length} CPUs, load ${loadavg()[0]?.toFixed(1)}`;
const say = (text: string): void => void process.stdout.write(`${text}\n`);
