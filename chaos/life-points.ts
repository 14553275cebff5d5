/** Later steps of an order's life, and the turns of its symbol. */
import { setTimeout as pause } from 'node:timers/promises';
import { readJournalFile } from '../test/witness/journal-file.ts';
import { haltAndResume, pauseEntries, planAgain, resumeEntries } from './provoke.ts';
import type { Rig } from './rig.ts';
import { addFault, clearFaults, injectionOf, killWorker } from './strike.ts';
import type { Strike } from './strike.ts';
import { query, until, untilRows } from './waiting.ts';

const HIT_LIMIT_MS = 15_000;
/** A regime lasts for minutes of wall time even in a restless market. */
const SWITCH_LIMIT_MS = 60_000;
const SWITCH_LATER_MS = 300;
const HELD_MS = 1_000;
const RUN_LIMIT_MS = 5_000;

/** A cancel is on its way, or done and its reply late. Entries are allowed again before the restart. */
export async function cancelling(rig: Rig): Promise<Strike> {
  const kind = rig.random() < 0.5 ? 'holdInTransit' : 'delayReply';
  await addFault(rig, { kind, call: 'DELETE order', ms: HELD_MS, count: 1 });
  await untilRows(rig, LEVELS, { timeoutMs: HIT_LIMIT_MS });
  await pauseEntries(rig);
  const injection = await until(() => injectionOf(rig, kind), HIT_LIMIT_MS);
  await pause(rig.random() * 100);
  const killed = await killWorker(rig);
  await clearFaults(rig);
  await resumeEntries(rig);
  const late = killed.from - (injection?.wallTime ?? 0);
  const hit = injection !== undefined && late < HELD_MS;
  return { ...killed, killed: true, hit, evidence: `${kind} of DELETE order ${late} ms before` };
}
const LEVELS = `SELECT 1 FROM order_intents WHERE role = 'level' AND order_status = 'working'`;

/**
 * A position is worked out at the touch, which moves away: the amend that follows it is on its way, or
 * done and its reply late.
 */
export async function amending(rig: Rig): Promise<Strike> {
  const kind = rig.random() < 0.5 ? 'holdInTransit' : 'delayReply';
  await untilRows(rig, HELD, { timeoutMs: POSITION_LIMIT_MS });
  const [before] = await query(rig, RECONCILED);
  await haltAndResume(rig);
  // A kill in the middle of a resume is another story.
  await untilRows(rig, `${RECONCILED} HAVING count(*) >= $1`, {
    values: [Number(before?.['n']) + rig.symbols.length],
    timeoutMs: HIT_LIMIT_MS,
  });
  await addFault(rig, { kind, call: 'PUT order', ms: HELD_MS, count: 1 });
  const injection = await until(() => injectionOf(rig, kind), HIT_LIMIT_MS);
  await pause(rig.random() * 100);
  const killed = await killWorker(rig);
  await clearFaults(rig);
  const late = killed.from - (injection?.wallTime ?? 0);
  const hit = injection !== undefined && late < HELD_MS;
  return { ...killed, killed: true, hit, evidence: `${kind} of PUT order ${late} ms before` };
}
const HELD = `SELECT 1 FROM positions WHERE quantity <> 0`;
const RECONCILED = `SELECT count(*)::int AS n FROM strategy_switches WHERE from_state = 'reconciling'`;
const POSITION_LIMIT_MS = 90_000;

/** The emergency stop has set the latch and cancels; its caller has no answer yet. */
export async function killSwitch(rig: Rig): Promise<Strike> {
  await untilRows(rig, LEVELS, { timeoutMs: HIT_LIMIT_MS });
  await addFault(rig, { kind: 'holdInTransit', call: 'DELETE order', ms: HELD_MS, count: 2 });
  let answered = false;
  const stop = rig.stack
    .api('POST', '/emergency-stop', { reason: 'chaos' })
    .finally(() => (answered = true));
  await untilRows(rig, 'SELECT 1 FROM halts WHERE cleared_at IS NULL', { timeoutMs: 5_000 });
  await pause(rig.random() * 300);
  const hit = !answered;
  const killed = await killWorker(rig);
  await clearFaults(rig);
  const { body } = await stop;
  const evidence = `killed ${hit ? 'before' : 'after'} the stop's answer ${JSON.stringify(body).slice(0, 200)}`;
  return { ...killed, killed: true, hit, evidence };
}

/** A symbol has changed its strategy by the market's regime; orders of the old one are on their way out. */
export async function regimeSwitch(rig: Rig): Promise<Strike> {
  const [before] = await query(rig, `SELECT count(*)::int AS n ${SWITCHES}`);
  const sql = `SELECT from_state, to_state, recorded_at ${SWITCHES} ORDER BY recorded_at DESC`;
  const rows = await until(async () => {
    const found = await query(rig, sql);
    return found.length > Number(before?.['n']) ? found : undefined;
  }, SWITCH_LIMIT_MS);
  await pause(rig.random() * SWITCH_LATER_MS);
  const killed = await killWorker(rig);
  const [last] = rows ?? [];
  const after =
    killed.from - ((last?.['recorded_at'] as Date | undefined) ?? new Date(0)).getTime();
  const words =
    last === undefined
      ? 'no switch'
      : `${String(last['from_state'])} > ${String(last['to_state'])}`;
  const hit = last !== undefined && after < 2 * SWITCH_LATER_MS;
  return { ...killed, killed: true, hit, evidence: `${words} ${after} ms before the kill` };
}
const SWITCHES = `FROM strategy_switches
  WHERE from_state ~ '^(standby|rangingGrid|trendingScalp)' AND to_state ~ '^(standby|rangingGrid|trendingScalp)'`;

/** A run has ended and the next one has begun, up to an activity's length before the kill. */
export async function continueAsNew(rig: Rig): Promise<Strike> {
  const before = await runsOf(rig);
  const isNew = ({ runId }: Run): boolean => !before.some((old) => old.runId === runId);
  let next: Run | undefined;
  for (let round = 0; round < 4 && next === undefined; round += 1) {
    // Planning anew fills a history; the run may end while that goes on.
    const provoked = planAgain(rig);
    provoked.catch(() => undefined);
    next = await until(async () => (await runsOf(rig)).find(isNew), RUN_LIMIT_MS, 2);
    if (next === undefined) await provoked;
  }
  await pause(rig.random() < 0.5 ? 0 : rig.random() * 50);
  const killed = await killWorker(rig);
  const after = killed.from - (next?.startedAt ?? 0);
  const hit = next !== undefined && after < 500;
  return { ...killed, killed: true, hit, evidence: `run ${next?.runId} began ${after} ms before` };
}

type Run = { readonly runId: string; readonly startedAt: number };

const runsOf = ({ stack, symbols }: Rig): Promise<Run[]> =>
  Promise.all(
    symbols.map(async (symbol) => {
      const { runId, startTime } = await stack.workflow(symbol).describe();
      return { runId, startedAt: startTime.getTime() };
    }),
  );

/** A scalp is being opened: its stop, its entry or what follows a fill is on its way. */
export async function scalpOpening(rig: Rig): Promise<Strike> {
  const since = new Date();
  const sent = await untilRows(rig, SCALP_SENT, { values: [since], timeoutMs: SCALP_LIMIT_MS });
  await pause(rig.random() * 1_500);
  const killed = await killWorker(rig);
  const rows = await query(rig, SCALP_ORDERS, [since]);
  const words = rows.map(({ role, state, status, filled }) =>
    [role, state, status ?? 'no status', filled].map(String).join(' '),
  );
  return { ...killed, killed: true, hit: sent !== undefined, evidence: words.join('; ') };
}
const SCALP_LIMIT_MS = 90_000;
const SCALP_SENT = `SELECT 1 FROM order_intents WHERE strategy = 'scalp' AND sent_at > $1`;
const SCALP_ORDERS = `SELECT role, state, order_status AS status, filled::text FROM order_intents
  WHERE strategy = 'scalp' AND sent_at > $1 ORDER BY sent_at`;

/** No step is chosen: between two fills, two bars, in the middle of planning. */
export async function anyTime(rig: Rig): Promise<Strike> {
  if (rig.random() < 0.5) await planAgain(rig);
  await pause(rig.random() * 1_500);
  const killed = await killWorker(rig);
  const last = readJournalFile(rig.stack.venue.journalPath).findLast(({ order }) => order);
  const evidence =
    last === undefined
      ? 'before the first order'
      : `the venue's last order event ${killed.from - last.wallTime} ms before`;
  return { ...killed, killed: true, hit: true, evidence };
}
