/** What stands at the venue right now, by its own journal. */
import { readJournalFile } from '../witness/journal-file.ts';
import type { JournalConditional, JournalOrder } from '../witness/journal-file.ts';
import { venueAccount } from '../witness/venue-account.ts';

type VenueAccountAt = {
  readonly venue: { readonly journalPath: string };
  readonly account: string;
};

export type VenueTruth = {
  /** Live orders, conditional ones apart. */
  readonly ordinary: readonly JournalOrder[];
  readonly stops: readonly JournalConditional[];
  /** Signed, by symbol, scaled by 1e18; flat symbols are left out. */
  readonly positions: ReadonlyMap<string, bigint>;
  /** Orders ever accepted, children of stops included. */
  readonly accepted: number;
};

export function venueTruth({ venue, account }: VenueAccountAt): VenueTruth {
  const seen = venueAccount(readJournalFile(venue.journalPath), account);
  const orders = [...seen.orders.values()];
  return {
    ordinary: orders.filter(({ status }) => status === 'NEW' || status === 'PARTIALLY_FILLED'),
    stops: [...seen.conditionals.values()].filter(({ status }) => status === 'NEW'),
    positions: new Map([...seen.positions].filter(([, quantity]) => quantity !== 0n)),
    accepted: orders.length + seen.conditionals.size,
  };
}
