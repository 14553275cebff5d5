/** The API as a process part: real clock, Temporal and venue connections, port. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { TidegateConfig } from '../adapters/config/load-config.ts';
import type { ExchangeGateway, HaltLatch } from '../adapters/ports.ts';
import type { StatusReads } from '../adapters/postgres/reads/limit-figures.ts';
import { createApi } from './create-api.ts';
import { createEmergencyStop } from './emergency-stop.ts';
import type { EmergencyStop } from './emergency-stop.ts';
import { createLazyVenue } from './lazy-venue.ts';
import type { ApiClock, ApiDeps } from './ports.ts';
import { serveApi } from './serve.ts';
import type { Served } from './serve.ts';
import { createTemporalClient } from './temporal-client.ts';

export type RunApiOptions = {
  readonly config: TidegateConfig;
  /** The venue's id in workflow ids and tables, e.g. `binance-usdm`. */
  readonly venueId: string;
  /** `host:port`; the embedded server's when the configuration names none. */
  readonly temporalAddress: string;
  readonly reads: StatusReads;
  readonly latch: HaltLatch;
  /** A connection of the API's own: its request budget is not the worker's. */
  readonly openVenue: () => Promise<ExchangeGateway>;
  /** The installation's part of client order ids as this host remembers it, until Postgres says. */
  readonly rememberedInstance?: string | null;
  readonly log: ApiDeps['log'];
};

const INSTANCE_RETRY_MS = 2_000;
/** How soon a halt that another process set on this host or in Postgres is carried out here. */
const LATCH_INTERVAL_MS = 2_000;

const wallClock: ApiClock = {
  now: () => Date.now(),
  sleep: (ms) => delay(ms, undefined, { ref: false }),
};

/**
 * Serves at `bind_address:ports.api` and answers at once, whatever of Temporal, Postgres and venue
 * is up. Rejects when the port is taken. The caller ends pool and latch after `close`.
 */
export async function runApi(options: RunApiOptions): Promise<Served> {
  const { config, venueId, reads, latch, log } = options;
  const closing = new AbortController();
  const workflows = createTemporalClient({
    address: options.temporalAddress,
    namespace: config.temporal.namespace,
  });
  const venue = createLazyVenue(options.openVenue);
  const instance = watchInstance(options, closing.signal);
  const deps: ApiDeps = {
    config,
    venueId,
    instance,
    workflows,
    latch,
    reads,
    venue,
    clock: wallClock,
    newId: randomUUID,
    closing: closing.signal,
    log,
  };
  const stop = createEmergencyStop(deps);
  const app = createApi(deps, stop);
  const served = await serveApi({ app, port: config.ports.api, hostname: config.bindAddress });
  void watchLatch(stop, closing.signal, log);
  return {
    url: served.url,
    close: async () => {
      closing.abort();
      await served.close();
      await Promise.all([workflows.close(), venue.close()]);
    },
  };
}

/** Kept in memory, because a stop must know its own orders without Postgres. */
function watchInstance({ reads, config, ...options }: RunApiOptions, closing: AbortSignal) {
  let instance = options.rememberedInstance ?? null;
  async function learn(): Promise<void> {
    while (!closing.aborted) {
      // Postgres may be away, or no workflow has started yet: asked again.
      const stored = await reads.instance(config.account.name).catch(() => null);
      if (stored !== null) {
        instance = stored;
        return;
      }
      await wallClock.sleep(INSTANCE_RETRY_MS);
    }
  }
  void learn();
  return () => instance;
}

/** A stop that was cut off, or made while Temporal was away, is finished by whoever runs next. */
async function watchLatch(
  stop: EmergencyStop,
  closing: AbortSignal,
  log: ApiDeps['log'],
): Promise<void> {
  while (!closing.aborted) {
    await stop.adopt().catch((error: unknown) => log('the halts that stand were not read', error));
    await wallClock.sleep(LATCH_INTERVAL_MS);
  }
}
