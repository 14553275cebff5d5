/** Parts of the system that go away and come back while the worker lives. */
import { setTimeout as pause } from 'node:timers/promises';
import type { TcpCutter } from '../test/feed/tcp-cutter.ts';
import { planAgain } from './provoke.ts';
import type { Rig } from './rig.ts';
import type { Strike } from './strike.ts';

const healed = (evidence: string): Strike => {
  const at = Date.now();
  return { from: at, goneAt: at, killed: false, hit: true, evidence };
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
  return healed(`Temporal was away for ${Date.now() - from} ms`);
}

export async function postgresDown(rig: Rig): Promise<Strike> {
  await busy(rig);
  const from = Date.now();
  await rig.postgres.crash();
  await pause(rig.outageMs);
  await rig.postgres.restart();
  return healed(`PostgreSQL was away for ${Date.now() - from} ms`);
}

type Way = 'refused' | 'silent';

/** Refused: everybody hears of it at once. Silent: connections stay open and nothing comes. */
export const cutFrom =
  (link: 'venue' | 'postgres' | 'temporal') =>
  async (rig: Rig): Promise<Strike> => {
    const relay = rig.links[link];
    const way: Way = rig.random() < 0.5 ? 'refused' : 'silent';
    await busy(rig);
    const from = Date.now();
    part(relay, way);
    // A fifth of an outage to all of it: some timers run out, others do not.
    await pause(rig.outageMs * (0.2 + 0.8 * rig.random()));
    mend(relay);
    return healed(`${way} between worker and ${link} for ${Date.now() - from} ms`);
  };

function part(relay: TcpCutter, way: Way): void {
  if (way === 'silent') relay.silent = true;
  else {
    relay.refuse = true;
    relay.cut();
  }
}

/** Streams that lost bytes cannot go on. */
function mend(relay: TcpCutter): void {
  if (relay.silent) relay.cut();
  relay.silent = false;
  relay.refuse = false;
}
