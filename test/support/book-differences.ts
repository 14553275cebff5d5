/** The platform's own journal against the venue's: what the double-entry books add up to. */
import { createPool } from '../../adapters/postgres/pool.ts';
import { readBooks } from '../../adapters/postgres/reads/books.ts';
import { formatDecimal } from '../../core/money/decimal-text.ts';
import { balanceOf, balances } from '../../core/portfolio/journal.ts';
import type { Posting } from '../../core/portfolio/journal.ts';
import { sum, words } from '../witness/decimal.ts';
import type { Difference } from '../witness/difference.ts';
import { readJournalFile } from '../witness/journal-file.ts';
import type { VenueAccount } from '../witness/venue-account.ts';
import { venueAccount } from '../witness/venue-account.ts';

export type BooksRequest = {
  readonly journalPath: string;
  readonly connectionString: string;
  readonly account: string;
};

const CURRENCY = 'USDT';

/** To be asked at rest. Empty when every account of the journal equals the venue's figure. */
export async function bookDifferences(request: BooksRequest): Promise<Difference[]> {
  const venue = venueAccount(readJournalFile(request.journalPath), request.account);
  const pool = createPool({
    connectionString: request.connectionString,
    applicationName: 'tidegate-books',
  });
  try {
    const books = await readBooks(pool, request.account, CURRENCY, () => undefined);
    const all = balances(books.entries);
    return [
      ...books.disputed.map((subject) => ({ check: 'books: average cost', subject, detail: '' })),
      ...figures(venue, all).flatMap(([subject, atVenue, inBooks]) =>
        words(atVenue) === formatDecimal(inBooks)
          ? []
          : [
              {
                check: 'books',
                subject,
                detail: `venue ${words(atVenue)}, books ${formatDecimal(inBooks)}`,
              },
            ],
      ),
    ];
  } finally {
    await pool.end();
  }
}

/** Name, the venue's sum, and the journal's, income as what came in. */
function figures(
  venue: VenueAccount,
  all: readonly Posting[],
): (readonly [subject: string, atVenue: bigint, inBooks: bigint])[] {
  const received = (account: Posting['account']): bigint =>
    -balanceOf(all, { account, currency: CURRENCY });
  const moved = (reason: string): bigint =>
    sum(venue.incomes.filter((change) => change.reason === reason).map(({ amount }) => amount));
  return [
    ['wallet', venue.wallet, balanceOf(all, { account: 'wallet', currency: CURRENCY })],
    ['realised', sum(venue.trades.map((t) => t.realizedProfit)), received('realised')],
    ['fees', sum(venue.trades.map((t) => t.fee)), -received('fees')],
    ['funding', moved('FUNDING_FEE'), received('funding')],
    ['liquidation fees', moved('INSURANCE_CLEAR'), received('liquidationFees')],
    ['deposits', moved('DEPOSIT'), received('deposits')],
    ['all accounts', 0n, balanceOf(all, { currency: CURRENCY })],
  ];
}
