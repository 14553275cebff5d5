/** The steps of sending: each strike stops the step where it stands and kills the worker there. */
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import {
  haltAndResume,
  pauseEntries,
  planAgain,
  resumeEntries,
  untilNoEntries,
} from './provoke.ts';
import type { Rig } from './rig.ts';
import { addFault, clearFaults, injectionOf, killWorker, rowsIn } from './strike.ts';
import type { SendingRow, Strike } from './strike.ts';
import { query, until } from './waiting.ts';

/** What is provoked may wait for a bar, for a cancel or for a risk rule. */
const HIT_LIMIT_MS = 6_000;
const PROVOCATIONS = [planAgain, haltAndResume, planAgain];
/** In transit for so long; within the venue's recvWindow, so it does arrive after the kill. */
const HELD_MS = 400;
/** Longer than the kill takes. */
const LATE_MS = 4_000;
/** The held request is let through and the reply comes back meanwhile. */
const REPLY_MS = 60;

const say = (rows: readonly SendingRow[]): string =>
  rows
    .map(({ id, kind, acceptedAt }) => `${id} ${kind} accepted ${acceptedAt ?? 'never'}`)
    .join('; ');

const missed = (rig: Rig, why: string): Promise<Strike> =>
  killWorker(rig).then((killed) => ({ ...killed, killed: true, hit: false, evidence: why }));

/** The rows are PREPARED and the submit waits for the halt latch, which this holds. */
export async function beforeSend(rig: Rig): Promise<Strike> {
  await pauseEntries(rig);
  await untilNoEntries(rig);
  const lock = await openLock(rig);
  try {
    await lock.query('SELECT revision FROM halt_latch FOR UPDATE');
    await resumeEntries(rig);
    const waits = await untilBlocked(rig, lock, HIT_LIMIT_MS);
    if (waits === undefined) return await missed(rig, 'no submit came to the latch');
    await pause(rig.random() * 100);
    const killed = await killWorker(rig);
    const rows = await rowsIn(rig, 'PREPARED');
    const unsent = rows.filter(({ acceptedAt }) => acceptedAt === undefined);
    const hit = unsent.length > 0 && unsent.length === rows.length;
    return { ...killed, killed: true, hit, evidence: `PREPARED: ${say(rows)}` };
  } finally {
    await lock.end();
  }
}

/** The request has left the worker; it reaches the venue when the worker is dead. */
export const inTransit = (rig: Rig): Promise<Strike> =>
  atFault(rig, { kind: 'holdInTransit', call: 'POST batchOrders', ms: HELD_MS }, 0, notYetAccepted);

/** The venue has accepted, the reply is on its way. */
export const afterSend = (rig: Rig): Promise<Strike> =>
  atFault(rig, { kind: 'delayReply', call: 'POST batchOrders', ms: LATE_MS }, 100, accepted);

/** A protective stop, in transit or accepted. */
export const stopPlacement = (rig: Rig): Promise<Strike> =>
  rig.random() < 0.5
    ? atFault(
        rig,
        { kind: 'holdInTransit', call: 'POST algoOrder', ms: HELD_MS },
        0,
        notYetAccepted,
      )
    : atFault(rig, { kind: 'delayReply', call: 'POST algoOrder', ms: LATE_MS }, 100, accepted);

type Shows = (rows: readonly SendingRow[], killedAt: number) => boolean;
const notYetAccepted: Shows = (rows, at) =>
  rows.some(({ acceptedAt }) => acceptedAt === undefined || acceptedAt > at);
const accepted: Shows = (rows, at) =>
  rows.some(({ acceptedAt }) => acceptedAt !== undefined && acceptedAt <= at);

/** The fault may hit while it is still being provoked. */
async function provokeUntilHit(rig: Rig, kind: string): Promise<true | undefined> {
  for (const provoke of PROVOCATIONS) {
    const provoked = provoke(rig);
    provoked.catch(() => undefined);
    const hit = await until(() => injectionOf(rig, kind), HIT_LIMIT_MS);
    if (hit !== undefined) return true;
    await provoked;
  }
  return undefined;
}

async function atFault(
  rig: Rig,
  fault: { readonly kind: string; readonly call: string; readonly ms: number },
  laterMs: number,
  shows: Shows,
): Promise<Strike> {
  // The account's stream would tell the worker before the reply does.
  await addFault(rig, { kind: 'lateEvent', ms: LATE_MS });
  await addFault(rig, { ...fault, count: 1 });
  const injection = await provokeUntilHit(rig, fault.kind);
  if (injection === undefined) {
    await clearFaults(rig);
    return missed(rig, `no ${fault.call} came`);
  }
  await pause(rig.random() * laterMs);
  const killed = await killWorker(rig);
  await clearFaults(rig);
  const conditional = fault.call === 'POST algoOrder';
  const rows = (await rowsIn(rig, 'SENDING')).filter(
    ({ kind }) => (kind === 'stopMarket') === conditional,
  );
  const evidence = `${fault.kind} of ${fault.call}, killed at ${killed.from}: SENDING ${say(rows)}`;
  return { ...killed, killed: true, hit: shows(rows, killed.from), evidence };
}

/**
 * While the request is held, this locks its rows: the reply comes, and what it says waits for the
 * lock until the worker is dead.
 */
export async function afterReply(rig: Rig): Promise<Strike> {
  const lock = await openLock(rig);
  try {
    await addFault(rig, {
      kind: 'holdInTransit',
      call: 'POST batchOrders',
      ms: HELD_MS,
      count: 1,
    });
    const injection = await provokeUntilHit(rig, 'holdInTransit');
    if (injection === undefined) {
      await clearFaults(rig);
      return await missed(rig, 'no POST batchOrders came');
    }
    await lock.query(`SELECT 1 FROM order_intents WHERE state = 'SENDING' FOR UPDATE`);
    const waits = await untilBlocked(rig, lock, 2 * HELD_MS);
    await pause(waits === undefined ? 0 : REPLY_MS + rig.random() * 200);
    const killed = await killWorker(rig);
    await lock.query('ROLLBACK');
    await clearFaults(rig);
    const rows = (await rowsIn(rig, 'SENDING')).filter(({ kind }) => kind !== 'stopMarket');
    const hit = waits !== undefined && accepted(rows, killed.from);
    const evidence = `blocked ${waits ?? 'nobody'}, killed at ${killed.from}: SENDING ${say(rows)}`;
    return { ...killed, killed: true, hit, evidence };
  } finally {
    await lock.end();
  }
}

/** A transaction of ours that holds row locks. */
async function openLock({ stack }: Rig): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: stack.connectionString });
  client.on('error', () => undefined);
  await client.connect();
  await client.query('BEGIN');
  return client;
}

const BLOCKED = `SELECT left(query, 60) AS query FROM pg_stat_activity
  WHERE application_name = 'tidegate-worker' AND $1 = ANY (pg_blocking_pids(pid))`;

/** What the worker waits with for the lock. */
async function untilBlocked(
  rig: Rig,
  lock: pg.Client,
  timeoutMs: number,
): Promise<string | undefined> {
  const [row] = (await lock.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows;
  const ask = async () =>
    (await query(rig, BLOCKED, [row?.pid]))[0]?.['query'] as string | undefined;
  return until(ask, timeoutMs, 3);
}
