/** Composition root of the venue process: starts it and stops it on a signal. */
import { startVenue } from './server.ts';
import type { Venue, VenueOptions } from './server.ts';

/** Runs a venue until SIGINT or SIGTERM, which close it in order; resolves when it answers. */
export async function runVenue(options: VenueOptions): Promise<Venue> {
  const venue = await startVenue(options);
  const stop = (): void => {
    venue.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  return venue;
}
