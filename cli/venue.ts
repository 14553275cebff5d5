/** The paper venue as a process: the market of the configuration, a paper account, a journal of its own. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import type { LoadResult } from '../adapters/config/load-config.ts';
import type { Injection } from '../venue/faults/faults.ts';
import { SYNC_POLICIES } from '../venue/journal/file.ts';
import type { SyncPolicy } from '../venue/journal/file.ts';
import { startVenue } from '../venue/server.ts';
import type { Venue } from '../venue/server.ts';
import type { EpochMs } from '../core/market/market.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import { requireMarket } from './market.ts';
import { endOfMarket } from './market-end.ts';
import { recordMarket, requireSameMarket } from './market-record.ts';
import type { Options } from './options.ts';
import { paperKeys } from './paper-keys.ts';
import type { Role } from './role.ts';
import { injectionLine, readFaultScript } from './venue-faults.ts';
import { venueFiles } from './venue-files.ts';

type Loaded = Pick<Extract<LoadResult, { ok: true }>, 'config' | 'origins'>;

/** Throws CommandError when the market cannot be had, or is not the one of the journal. */
export async function startVenueRole(loaded: Loaded, options: Options): Promise<Role> {
  const { config } = loaded;
  const { account, ports, bindAddress } = config;
  const market = requireMarket(loaded);
  const files = venueFiles(config);
  const journalPath = options.journal ?? files.journal;
  requireSameMarket(journalPath, market);
  mkdirSync(files.folder, { recursive: true });
  const venue = await startVenue({
    host: bindAddress,
    restPort: ports.venue,
    adminPort: ports.venueAdmin,
    adminToken: process.env['TIDEGATE_VENUE_ADMIN_TOKEN'] ?? randomBytes(24).toString('hex'),
    speed: config.market.speed,
    journalPath,
    journalSync: syncPolicyOf(options),
    keysPath: files.keys,
    accounts: [{ id: account.name, balance: String(account.balanceUsdt) }],
    apiKeys: [paperKeys(account.name)],
    source: (resumeFrom) => {
      // Called once the ports are ours: nobody else writes beside this journal.
      recordMarket(journalPath, market);
      return market.sourceFrom(resumeFrom);
    },
    wallClock: () => Date.now(),
    onMarketEnd: sayEnd,
    ...faultOptions(options),
    onBug: (error) =>
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`),
  });
  writeAdmin(files.admin, venue);
  const { restUrl, wsUrl, wsApiUrl, adminUrl } = venue;
  return {
    ready: { restUrl, wsUrl, wsApiUrl, adminUrl },
    stop: async () => {
      rmSync(files.admin, { force: true });
      await venue.close();
    },
  };
}

function sayEnd(marketTime: EpochMs): void {
  process.stderr.write(`${endOfMarket(marketTime)}\n`);
}

function syncPolicyOf({ sync = 'never' }: Options): SyncPolicy {
  const policy = SYNC_POLICIES.find((one) => one === sync);
  if (policy !== undefined) return policy;
  throw new CommandError(`--sync ${sync}: expected ${SYNC_POLICIES.join(', ')}`, EXIT.usage);
}

/** A script that begins with the market, and the log of what is injected. */
function faultOptions({ faults, json }: Options) {
  return {
    ...(faults === undefined ? {} : { faultScript: readFaultScript(faults) }),
    ...(faults === undefined && json !== true
      ? {}
      : {
          onInjected: (injection: Injection) => {
            process.stdout.write(injectionLine(injection, json === true));
          },
        }),
  };
}

/** For the commands that speak to the admin port of this venue. */
function writeAdmin(path: string, { adminUrl, adminToken }: Venue): void {
  writeFileSync(path, `${JSON.stringify({ adminUrl, adminToken })}\n`, { mode: 0o600 });
}
