/**
 * The independent witness: the venue's journal file against plain SQL on Postgres. It shares no code
 * with the platform, so a mistake in the platform's own books cannot hide in it.
 */
import { cashDifferences, cashFigures, incomeDifferences } from './cash-differences.ts';
import type { Difference } from './difference.ts';
import { journalDifferences } from './journal-differences.ts';
import { readJournalFile } from './journal-file.ts';
import { ledgerAccount } from './ledger-account.ts';
import type { LedgerAccount } from './ledger-account.ts';
import { fillDifferences, positionDifferences } from './money-differences.ts';
import { orderDifferences, ownOrders } from './order-differences.ts';
import { protectionOf } from './protection.ts';
import type { ProtectionReport } from './protection.ts';
import { venueAccount } from './venue-account.ts';
import type { VenueAccount } from './venue-account.ts';

export type WitnessReport = {
  /** Empty when both tell the same story. */
  readonly differences: readonly Difference[];
  readonly counts: {
    readonly journalLines: number;
    readonly orders: number;
    readonly intents: number;
    readonly fills: number;
    readonly refused: number;
  };
  readonly cash: ReturnType<typeof cashFigures>;
  readonly protection: ProtectionReport;
};

type WitnessRequest = {
  readonly journalPath: string;
  readonly connectionString: string;
  readonly account: string;
};

/** To be asked at rest: nothing in flight, everything that the venue said has been read. */
export async function witness({
  journalPath,
  connectionString,
  account,
}: WitnessRequest): Promise<WitnessReport> {
  const ledger = await ledgerAccount(connectionString, account);
  const lines = readJournalFile(journalPath);
  const venue = venueAccount(lines, account);
  const protection = protectionOf(lines, account);
  return {
    differences: [
      ...journalDifferences(lines, account),
      ...compare(venue, ledger),
      ...protection.unguardedEntries,
    ],
    counts: {
      journalLines: lines.length,
      orders: ownOrders(venue).length,
      intents: ledger.intents.length,
      fills: ledger.fills.length,
      refused: venue.refused.length,
    },
    cash: cashFigures(venue),
    protection,
  };
}

export const compare = (venue: VenueAccount, ledger: LedgerAccount): Difference[] => [
  ...orderDifferences(venue, ledger),
  ...fillDifferences(venue, ledger),
  ...positionDifferences(venue, ledger),
  ...cashDifferences(venue, ledger),
  ...incomeDifferences(venue, ledger),
];
