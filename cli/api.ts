/** The composition root of the api process. */
import { createHostHalts } from '../adapters/postgres/host-halts.ts';
import { createHaltLatch } from '../adapters/postgres/halt-latch.ts';
import { createPool } from '../adapters/postgres/pool.ts';
import { createStatusReads } from '../adapters/postgres/reads/limit-figures.ts';
import type { TidegateConfig } from '../adapters/config/load-config.ts';
import { runApi } from '../api/run-api.ts';
import type { Role } from './role.ts';
import { rememberedInstance } from './up/installation.ts';
import { runPaths } from './up/run-paths.ts';
import { VENUE_ID, openVenueAccount } from './venue-account.ts';
import type { VenueAccount } from './venue-account.ts';

export async function startApiRole(config: TidegateConfig): Promise<Role> {
  const connectionString = config.postgres.url;
  const pool = createPool({ connectionString, applicationName: 'tidegate-api' });
  const hostHalts = createHostHalts(runPaths(config.dataDir).halts);
  const opened: VenueAccount[] = [];
  const api = await runApi({
    config,
    venueId: VENUE_ID,
    temporalAddress: config.temporal.address,
    reads: createStatusReads(pool),
    rememberedInstance: rememberedInstance(
      runPaths(config.dataDir).installation,
      config.account.name,
    ),
    latch: createHaltLatch(pool, { mode: config.mode, hostHalts }),
    openVenue: async () => {
      const account = await openVenueAccount(config);
      opened.push(account);
      return account.gateway;
    },
    log: (message, error) =>
      process.stderr.write(`${message}${error === undefined ? '' : ` ${describe(error)}`}\n`),
  });
  return {
    ready: { url: api.url },
    stop: async () => {
      await api.close();
      await Promise.all(opened.map((account) => account.close()));
      await pool.end();
    },
  };
}

const describe = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
