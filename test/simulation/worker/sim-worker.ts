/** A worker process: the real activities and gateway over a simulated network, database and feed. */
import {
  createHomeActivities,
  createSymbolActivities,
} from '../../../activities/symbol-activities.ts';
import type { ActivityDeps } from '../../../activities/activity-deps.ts';
import { VenueGateway } from '../../../adapters/exchange/gateway.ts';
import { RequestBudget } from '../../../adapters/exchange/request-budget.ts';
import type { BarReader } from '../../../adapters/exchange/bar-reader.ts';
import type { StrategyConfig } from '../../../core/strategies/strategy-config.ts';
import { createLedgerClient } from '../ledger/ledger-client.ts';
import type { ClientParts } from '../ledger/ledger-client.ts';
import type { Scenario } from '../scenario.ts';
import { createNetwork } from '../venue/network.ts';
import type { NetworkParts } from '../venue/network.ts';
import { UserPipe } from '../venue/user-pipe.ts';
import { createVenueWire } from '../venue/venue-wire.ts';
import type { WireParts } from '../venue/venue-wire.ts';
import { SimFeed } from './sim-feed.ts';
import { SimProcess } from './sim-process.ts';

export type WorkerParts = ClientParts &
  NetworkParts &
  WireParts & {
    readonly scenario: Scenario;
    readonly readBars: BarReader;
    readonly strategy: () => StrategyConfig;
  };

const DAY_MS = 86_400_000;

export type SimWorker = {
  readonly process: SimProcess;
  readonly homeQueue: string;
  readonly feed: SimFeed;
  readonly pipe: UserPipe;
  readonly activities: ReturnType<typeof createSymbolActivities>;
  readonly home: ReturnType<typeof createHomeActivities>;
};

export function startWorker(parts: WorkerParts, name: string): SimWorker {
  const { time, scenario, venue, venueNow } = parts;
  const process = new SimProcess(name, time);
  const store = createLedgerClient(parts, process);
  const now = (): number => time.now;
  const gateway = new VenueGateway(
    createVenueWire(parts, createNetwork(parts, process)),
    {
      now: venueNow,
      skewMs: 0,
      historyEnd: () => venue.quote.time + DAY_MS,
      onResponse: () => undefined,
      sync: async () => undefined,
      stop: () => undefined,
    },
    new RequestBudget(now),
    now,
  );
  const readBars: BarReader = async (query) => {
    await process.sleep(parts.dice.between(5, 60));
    return parts.readBars(query);
  };
  const feed = new SimFeed({ ...parts, process, scenario, store, gateway, readBars });
  const deps: ActivityDeps = {
    gateway,
    ledger: store,
    journal: store,
    feed,
    homeQueue: name,
    searchable: false,
    strategyConfig: parts.strategy,
    protectionGraceMs: scenario.limits.protectionGraceMs ?? 0,
    unknownGraceMs: scenario.limits.unknownGraceMs ?? 0,
    collarMovePct: scenario.limits.collarMovePct ?? null,
    lockstep: false,
    wallClock: now,
    heartbeat: () => undefined,
    sleep: (ms) => process.sleep(ms),
  };
  const pipe = new UserPipe({
    ...parts,
    process,
    onEvent: (event) => feed.recorder.add(event),
    onConnected: () => feed.setHearing(true),
    onLost: () => feed.setHearing(false),
  });
  venue.onEvent((event) => pipe.push(event));
  feed.start();
  return {
    process,
    homeQueue: name,
    feed,
    pipe,
    activities: createSymbolActivities(deps),
    home: createHomeActivities(deps),
  };
}
