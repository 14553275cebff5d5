/**
 * The emergency stop without any process of ours: host file and venue do what counts, Postgres and
 * Temporal are told if they answer.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { TidegateConfig } from '../../adapters/config/load-config.ts';
import type { ExchangeGateway } from '../../adapters/ports.ts';
import { createStatusReads } from '../../adapters/postgres/reads/limit-figures.ts';
import { createHaltLatch } from '../../adapters/postgres/halt-latch.ts';
import { createHostHalts } from '../../adapters/postgres/host-halts.ts';
import { createPool } from '../../adapters/postgres/pool.ts';
import { answerWithin } from '../../api/deadline.ts';
import { emergencyStopViewOf } from '../../api/emergency-stop-view.ts';
import { createHaltSignals } from '../../api/halt-signals.ts';
import { createLazyVenue } from '../../api/lazy-venue.ts';
import type { ApiClock, ApiDeps } from '../../api/ports.ts';
import type { StandingHalt } from '../../api/standing-halts.ts';
import { beginStop } from '../../api/stop-run.ts';
import { createTemporalClient } from '../../api/temporal-client.ts';
import { rememberedInstance } from '../up/installation.ts';
import { runPaths } from '../up/run-paths.ts';
import { VENUE_ID, openVenueAccount } from '../venue-account.ts';
import type { StopOutcome } from './stop-outcome.ts';

/** Without a database of its own nothing may be asked of somebody else's; nobody listens there. */
const NO_DATABASE = 'postgres://127.0.0.1:9/none';
/** How long Postgres may take to say which orders are ours; then this host's own note counts. */
const INSTANCE_ANSWER_MS = 300;
const ALIVE_MS = 1_000;

const clock: ApiClock = {
  now: () => Date.now(),
  sleep: (ms) => delay(ms, undefined, { ref: false }),
};

export type DirectStop = Pick<StandingHalt, 'level' | 'reason' | 'symbols'> & {
  /** Also the orders of others. */
  readonly allOrders: boolean;
  readonly say: (line: string) => void;
};

/** Resolves when the venue confirms, or after its time limits: some 25 s (wall) at most. */
export async function stopDirectly(
  config: TidegateConfig,
  { allOrders, say, ...wanted }: DirectStop,
): Promise<StopOutcome> {
  const account = config.account.name;
  const hostHalts = createHostHalts(runPaths(config.dataDir).halts);
  // The pauses below keep no process alive by themselves.
  const alive = setInterval(() => {}, ALIVE_MS);
  const opened = await openParts(config, hostHalts, say);
  const { deps } = opened;
  try {
    const since = new Date(clock.now()).toISOString();
    const halt = { ...wanted, haltId: deps.newId(), by: 'cli', since };
    const known = new Set([...config.symbols, ...config.limits.allowedSymbols]);
    const signals = createHaltSignals(deps);
    const stop = beginStop({ deps, signals, known, halt, isLatched: false, allOrders });
    const report = await stop.report();
    const files = await hostHalts.list(account).catch(() => []);
    const isOnHost = files.some(({ haltId }) => haltId === halt.haltId);
    return { ...emergencyStopViewOf(report), host_file: isOnHost };
  } finally {
    await opened.close();
    clearInterval(alive);
  }
}

async function openParts(
  config: TidegateConfig,
  hostHalts: ReturnType<typeof createHostHalts>,
  say: DirectStop['say'],
): Promise<{ readonly deps: ApiDeps; readonly close: () => Promise<void> }> {
  const connectionString = config.postgres.url === '' ? NO_DATABASE : config.postgres.url;
  const pool = createPool({ connectionString, applicationName: 'tidegate-stop' });
  const reads = createStatusReads(pool);
  const { address, namespace } = config.temporal;
  const workflows = createTemporalClient({
    address: address === '' ? `127.0.0.1:${config.ports.temporal}` : address,
    namespace,
  });
  const accounts: { close(): Promise<void> }[] = [];
  const openVenue = async (): Promise<ExchangeGateway> => {
    const account = await openVenueAccount(config);
    accounts.push(account);
    return account.gateway;
  };
  const venue = createLazyVenue(openVenue);
  const instance = await answerWithin(clock, INSTANCE_ANSWER_MS, () =>
    reads.instance(config.account.name),
  );
  const remembered = rememberedInstance(runPaths(config.dataDir).installation, config.account.name);
  const deps: ApiDeps = {
    config,
    venueId: VENUE_ID,
    // Without either, every `tg…` order is taken for ours.
    instance: () => (instance.kind === 'answer' ? instance.value : null) ?? remembered,
    workflows,
    latch: createHaltLatch(pool, { mode: config.mode, hostHalts }),
    reads,
    venue,
    clock,
    newId: randomUUID,
    closing: new AbortController().signal,
    log: (message) => say(message),
  };
  return {
    deps,
    close: async () => {
      await venue.close();
      await Promise.all([workflows.close(), pool.end(), ...accounts.map((one) => one.close())]);
    },
  };
}
