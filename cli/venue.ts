/** The paper venue as a process: a synthetic market, one paper account, a journal of its own. */
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { TidegateConfig } from '../adapters/config/load-config.ts';
import { createSyntheticSource } from '../core/market/synthetic.ts';
import { startVenue } from '../venue/server.ts';
import { paperKeys } from './paper-keys.ts';
import type { Role } from './role.ts';
import { runPaths } from './up/run-paths.ts';

const HOUR_MS = 3_600_000;

export async function startVenueRole(config: TidegateConfig): Promise<Role> {
  const { account, market, ports, symbols, bindAddress } = config;
  const journalPath = runPaths(config.dataDir).venueJournal;
  mkdirSync(dirname(journalPath), { recursive: true });
  const firstStart = Date.now() - market.startBeforeH * HOUR_MS;
  const venue = await startVenue({
    host: bindAddress,
    restPort: ports.venue,
    adminPort: ports.venueAdmin,
    adminToken: process.env['TIDEGATE_VENUE_ADMIN_TOKEN'] ?? randomBytes(24).toString('hex'),
    speed: market.speed,
    journalPath,
    accounts: [{ id: account.name, balance: String(account.balanceUsdt) }],
    apiKeys: [paperKeys(account.name)],
    source: (resumeFrom) =>
      createSyntheticSource({
        seed: market.seed,
        symbols,
        startTime: resumeFrom ?? firstStart,
      }),
    wallClock: () => Date.now(),
    onBug: (error) =>
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`),
  });
  const { restUrl, wsUrl, adminUrl } = venue;
  return { ready: { restUrl, wsUrl, adminUrl }, stop: () => venue.close() };
}
