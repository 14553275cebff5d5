/** Parts of the system that go away and come back while the worker lives. */
import { setTimeout as pause } from 'node:timers/promises';
import type { TcpCutter } from '../test/feed/tcp-cutter.ts';
import { venueTruth } from '../test/support/venue-truth.ts';
import { readJournalFile } from '../test/witness/journal-file.ts';
import { planAgain } from './provoke.ts';
import type { Rig } from './rig.ts';
import type { Strike } from './strike.ts';
import { until, untilRows } from './waiting.ts';

const healed = (hit: boolean, evidence: string): Strike => {
  const at = Date.now();
  return { from: at, goneAt: at, killed: false, hit, evidence };
};

/** Mostly in the middle of sending a grid. */
const busy = async (rig: Rig): Promise<void> => {
  if (rig.random() < 0.7) await planAgain(rig);
  await pause(rig.random() * 500);
};

/** `kill -9`, and again there as fast as it starts. */
export async function temporalRestart(rig: Rig): Promise<Strike> {
  await busy(rig);
  const from = Date.now();
  await rig.temporal.crash();
  await rig.temporal.restart();
  return healed(true, `Temporal was away for ${Date.now() - from} ms`);
}

export async function postgresDown(rig: Rig): Promise<Strike> {
  await busy(rig);
  const from = Date.now();
  await rig.postgres.crash();
  const downAt = Date.now();
  await pause(rig.outageMs);
  const upAt = Date.now();
  await rig.postgres.restart();
  const blind = entriesBetween(rig, downAt + IN_FLIGHT_MS, upAt);
  return {
    ...healed(true, `PostgreSQL was away for ${upAt - from} ms`),
    violations: blind.map((id) => ({
      invariant: 'I7',
      detail: `${id} was accepted while no row could be written`,
    })),
  };
}

/** A request that was recorded may still be on its way when the database goes. */
const IN_FLIGHT_MS = 2_000;

function entriesBetween({ stack }: Rig, from: number, to: number): readonly string[] {
  return readJournalFile(stack.venue.journalPath).flatMap(({ kind, wallTime, order }) =>
    kind === 'orderAccepted' && order?.reduceOnly === false && wallTime > from && wallTime < to
      ? [order.clientOrderId]
      : [],
  );
}

type Link = 'venue' | 'postgres' | 'temporal';
type Way = 'refused' | 'silent';

/** Prices that are a minute old halt the symbol (P17), and then only a person goes on. */
const BEFORE_STALE_HALT = 0.75;

/** Refused: everybody hears of it at once. Silent: connections stay open and nothing comes. */
export const cutFrom =
  (link: Link) =>
  async (rig: Rig): Promise<Strike> => {
    const relay = rig.links.worker[link];
    const way: Way = rig.random() < 0.5 ? 'refused' : 'silent';
    await busy(rig);
    const from = Date.now();
    const cutAtOnce = part(relay, way);
    // A fifth of an outage to all of it: some timers run out, others do not.
    const longest = link === 'venue' ? BEFORE_STALE_HALT : 1;
    await pause(rig.outageMs * longest * (0.2 + 0.8 * rig.random()));
    const connections = cutAtOnce + mend(relay);
    return healed(
      connections > 0,
      `${connections} connections ${way} between worker and ${link} for ${Date.now() - from} ms`,
    );
  };

/** The emergency stop is pressed while the API cannot reach one of the three. */
export const stopWithout =
  (link: Link) =>
  async (rig: Rig): Promise<Strike> => {
    const relay = rig.links.api[link];
    const way: Way = rig.random() < 0.5 ? 'refused' : 'silent';
    await untilRows(rig, LEVELS, { timeoutMs: LEVELS_LIMIT_MS });
    const cutAtOnce = part(relay, way);
    const from = Date.now();
    const stop = rig.stack
      .api('POST', '/emergency-stop', { reason: 'chaos' })
      .then(({ status }) => ({ status, answeredMs: Date.now() - from }));
    const emptyMs = await untilNoneStands(rig, from);
    const { status, answeredMs } = await stop;
    await pause(rig.outageMs * (0.2 + 0.8 * rig.random()));
    const connections = cutAtOnce + mend(relay);
    return {
      ...healed(
        connections > 0,
        `${way} between API and ${link} for ${Date.now() - from} ms: answered ${status} after ` +
          `${answeredMs} ms, no entry after ${emptyMs ?? 'never'} ms`,
      ),
      violations:
        emptyMs === undefined
          ? [{ invariant: 'I4', detail: `entries stood ${STOP_LIMIT_MS} ms after the stop` }]
          : [],
    };
  };

const LEVELS = `SELECT 1 FROM order_intents WHERE role = 'level' AND order_status = 'working'`;
const LEVELS_LIMIT_MS = 15_000;
/** What is left of the stop when one of its ways is cut works within this. */
const STOP_LIMIT_MS = 20_000;

/** Wall ms after `from` at which the venue held no order of ours that adds risk. */
function untilNoneStands({ stack }: Rig, from: number): Promise<number | undefined> {
  const none = async (): Promise<number | undefined> => {
    const stands = venueTruth(stack).ordinary.some(({ reduceOnly }) => !reduceOnly);
    return stands ? undefined : Date.now() - from;
  };
  return until(none, STOP_LIMIT_MS, 50);
}

/** Both answer how many connections they ended. */
function part(relay: TcpCutter, way: Way): number {
  if (way === 'silent') {
    relay.silent = true;
    return 0;
  }
  relay.refuse = true;
  return relay.cut();
}

/** Streams that lost bytes cannot go on. */
function mend(relay: TcpCutter): number {
  const ended = relay.silent ? relay.cut() : 0;
  relay.silent = false;
  relay.refuse = false;
  return ended;
}
