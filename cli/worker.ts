/** The composition root of the worker process. */
import type { ExchangeTransport } from '../adapters/exchange/paper-transport.ts';
import { createFeed } from '../adapters/feed/feed.ts';
import type { Feed } from '../adapters/feed/feed.ts';
import type { TidegateConfig } from '../adapters/config/load-config.ts';
import {
  LOCKSTEP_WAIT_MS,
  riskLimitsOf,
  strategyConfigOf,
} from '../adapters/config/trading-config.ts';
import { createHaltLatch } from '../adapters/postgres/halt-latch.ts';
import { createHostHalts } from '../adapters/postgres/host-halts.ts';
import { createIncomeBook } from '../adapters/postgres/income-book.ts';
import { createJournal } from '../adapters/postgres/journal.ts';
import { createLedger } from '../adapters/postgres/ledger.ts';
import { createNotifications } from '../adapters/postgres/notifications.ts';
import { createPool } from '../adapters/postgres/pool.ts';
import { createHaltSymbol } from '../adapters/postgres/halt-symbol.ts';
import { INTENT_TTL_MS } from '../adapters/ports.ts';
import type { ExchangeGateway, Journal, Ledger } from '../adapters/ports.ts';
import type { Role } from './role.ts';
import { runPaths } from './up/run-paths.ts';
import { VENUE_ID, openVenueAccount } from './venue-account.ts';
import { buildId, checkBuild } from './worker/build.ts';
import { lockstepOf } from './worker/lockstep.ts';
import { leaveMarker } from './worker/predecessor.ts';
import { startWorker } from './worker/start-worker.ts';
import { workflowBundle } from './worker/workflow-bundle.ts';

/** Long-polls of that many symbols fit into one process. */
const SYMBOLS_MAX = 400;
/** Sizing and limits are percentages of equity: one question serves a decision and its orders. */
const EQUITY_MAX_AGE_MS = 1_000;

const LOCKSTEP_NOTICE = `lockstep: expiry of intents, age of data and grace of protection are widened to ${LOCKSTEP_WAIT_MS / 1_000} s (wall)`;

/** What a measurement puts around the parts of a worker. */
export type WorkerProbe = {
  readonly ports: (ports: WorkerPorts) => WorkerPorts;
  readonly feed: (feed: Feed) => Feed;
};
type WorkerPorts = {
  readonly transport: ExchangeTransport;
  readonly gateway: ExchangeGateway;
  readonly ledger: Ledger;
  readonly journal: Journal;
};
const NO_PROBE: WorkerProbe = { ports: (ports) => ports, feed: (feed) => feed };

export async function startWorkerRole(config: TidegateConfig, probe = NO_PROBE): Promise<Role> {
  const lockstep = lockstepOf(process.env);
  const log = (line: string) => void process.stderr.write(`${line}\n`);
  log(checkBuild(buildId(), config.safety.expectedBuilds));
  if (lockstep !== undefined) log(LOCKSTEP_NOTICE);
  const wallClock = () => Date.now();
  const bundle = workflowBundle();
  const marker = leaveMarker(runPaths(config.dataDir).worker);
  // In lockstep a day of market time passes in a minute of wall time: no limit a minute fits, and
  // what is a moment old by the wall is not the same in every run.
  const limits =
    lockstep === undefined
      ? { equityMaxAgeMs: EQUITY_MAX_AGE_MS }
      : { requestWeightMax: Number.POSITIVE_INFINITY };
  const account = await openVenueAccount(config, limits);
  const stores = openStores(config, lockstep !== undefined);
  const strategyConfig = (symbol: string) => strategyConfigOf(config, symbol);
  const { transport, gateway, ledger, journal } = probe.ports({ ...account, ...stores });
  const plainFeed = await createFeed({
    account: config.account.name,
    venue: VENUE_ID,
    transport,
    gateway,
    strategyConfig,
    wallClock,
    ledger,
    incomes: stores.incomes,
    journal,
    random: Math.random,
    onHalt: stores.onHalt,
    ...(lockstep === undefined
      ? {
          reconcileIntervalMs: config.safety.reconcileIntervalS * 1_000,
          deadManMs: config.safety.deadManTimerS * 1_000,
          staleHaltMs: config.limits.staleHaltMs,
        }
      : { lockstep }),
  });
  const feed = probe.feed(plainFeed);
  const worker = await startWorker({
    temporalAddress: config.temporal.address,
    namespace: config.temporal.namespace,
    symbolsMax: SYMBOLS_MAX,
    workflowBundle: await bundle,
    predecessorDied: marker.predecessorDied,
    deps: {
      gateway,
      ledger,
      journal,
      feed,
      strategyConfig,
      protectionGraceMs:
        lockstep === undefined ? config.flowTrading.risk.protectionGraceMs : LOCKSTEP_WAIT_MS,
      unknownGraceMs: config.limits.unknownGraceMs,
      collarMovePct: lockstep === undefined ? config.limits.collarMovePct : null,
      lockstep: lockstep !== undefined,
      wallClock,
    },
    closeFeed: () => feed.close(),
    log,
  });
  return {
    ready: { homeQueue: worker.homeQueue },
    stop: async () => {
      await worker.stop();
      marker.remove();
      await account.close();
      await stores.close();
    },
  };
}

function openStores(config: TidegateConfig, lockstep: boolean) {
  const connectionString = config.postgres.url;
  const pool = createPool({ connectionString, applicationName: 'tidegate-worker' });
  const notifications = createNotifications(connectionString);
  const hostHalts = createHostHalts(runPaths(config.dataDir).halts);
  const latch = createHaltLatch(pool, { mode: config.mode, hostHalts });
  const ledger = createLedger(pool, {
    mode: config.mode,
    buildId: buildId(),
    limitsFor: (ref) => riskLimitsOf(config, ref.symbol, lockstep),
    hostHalts,
    notifications,
    intentTtlMs: lockstep ? LOCKSTEP_WAIT_MS : INTENT_TTL_MS,
  });
  const close = async () => {
    await notifications.close();
    await pool.end();
  };
  return {
    ledger,
    incomes: createIncomeBook(pool),
    journal: createJournal(pool),
    onHalt: createHaltSymbol(pool, latch),
    close,
  };
}
