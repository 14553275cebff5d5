/** A paper venue in a process of its own, with a market that the bench chooses. */
import { performance } from 'node:perf_hooks';
import { startVenue } from '../venue/server.ts';
import type { Venue } from '../venue/server.ts';
import { createClonedMarket } from './market/cloned-market.ts';
import { createHeldMarket } from './market/held-market.ts';
import type { VenueCommand, VenueMessage, VenueSetup } from './venue-messages.ts';

const setup = JSON.parse(process.argv[2] ?? '{}') as VenueSetup;
const begun = performance.now();
const say = (message: VenueMessage): void => {
  process.send?.(message);
};

const held = setup.market.kind === 'held' ? createHeldMarket(setup.market) : undefined;
const venue = await startVenue({
  restPort: 0,
  journalPath: setup.journalPath,
  apiKeys: [setup.keys],
  accounts: [{ id: setup.keys.account, balance: setup.balance }],
  // Limits are not what is measured here.
  limits: { weightPerMinute: 1e9, ordersPer10s: 1e9, ordersPerMinute: 1e9 },
  speed: setup.market.kind === 'cloned' ? setup.market.speed : 1,
  ...(held === undefined ? {} : { lockstep: { expect: 1, dropOutMs: 600_000 } }),
  source: held?.source ?? clonedSource,
  wallClock: () => Date.now(),
  onBug: (error) => process.stderr.write(`${String(error)}\n`),
});
await held?.open(venue);
say({ kind: 'ready', ...addressOf(venue), startMs: performance.now() - begun });

process.on('message', (command: VenueCommand) => {
  if (held === undefined) return;
  held.advance(command).then(
    () => say({ kind: 'advanced', id: command.id }),
    (error: unknown) => process.stderr.write(`${String(error)}\n`),
  );
});
const stop = (): void => {
  venue.close().then(
    () => process.exit(0),
    () => process.exit(1),
  );
};
process.once('SIGTERM', stop);
process.once('disconnect', stop);

function clonedSource(resumeFrom: number | undefined) {
  if (setup.market.kind !== 'cloned') throw new Error('no cloned market was asked for');
  const { startTime } = setup.market;
  return createClonedMarket({ ...setup.market, startTime: resumeFrom ?? startTime });
}

function addressOf({ restUrl, wsUrl, wsApiUrl, adminUrl, adminToken }: Venue) {
  return { restUrl, wsUrl, wsApiUrl, adminUrl, adminToken };
}
