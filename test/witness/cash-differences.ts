/** Cash: what moved the wallet, item by item and summed up, by the venue's journal and by the ledger. */
import { sum, words } from './decimal.ts';
import type { Difference } from './difference.ts';
import type { IncomeSeen, LedgerAccount } from './ledger-account.ts';
import type { VenueAccount, WalletChangeSeen } from './venue-account.ts';

/** What the ledger calls the reasons of the venue's balance records. */
const KIND_OF: Readonly<Record<string, string>> = {
  DEPOSIT: 'transfer',
  FUNDING_FEE: 'funding',
  INSURANCE_CLEAR: 'liquidationFee',
};
const ASSET = 'USDT';

type Figure = readonly [name: string, atVenue: bigint, inLedger: bigint];

/** Realised profit, fees, each kind of income, and the wallet that they make, to the last unit. */
export function cashDifferences(venue: VenueAccount, ledger: LedgerAccount): Difference[] {
  const traded = sum(venue.trades.map((trade) => trade.realizedProfit - trade.fee));
  const figures: Figure[] = [
    ['trades of the journal', venue.wallet, venue.opening + venue.otherChanges + traded],
    ['realised', sum(venue.trades.map((t) => t.realizedProfit)), realisedOf(ledger)],
    ['fees', sum(venue.trades.map((t) => t.fee)), feesOf(ledger)],
    ...Object.values(KIND_OF).map((kind): Figure => {
      const moved = venue.incomes.filter(({ reason }) => KIND_OF[reason] === kind);
      const booked = ledger.incomes.filter((income) => income.kind === kind);
      return [kind, sum(moved.map(({ amount }) => amount)), sum(booked.map((i) => i.amount))];
    }),
    ['wallet', venue.wallet, walletOf(ledger)],
    ...[...ledger.realised].map(([symbol, realised]): Figure => {
      const trades = venue.trades.filter((trade) => trade.symbol === symbol);
      return [`average cost of ${symbol}`, sum(trades.map((t) => t.realizedProfit)), realised];
    }),
  ];
  return figures.flatMap(([subject, atVenue, inLedger]) =>
    atVenue === inLedger
      ? []
      : [
          {
            check: 'cash',
            subject,
            detail: `venue ${words(atVenue)}, ledger ${words(inLedger)}`,
          },
        ],
  );
}

const realisedOf = (ledger: LedgerAccount): bigint =>
  sum(ledger.fills.map(({ realised }) => realised));
const feesOf = (ledger: LedgerAccount): bigint =>
  sum(ledger.fills.filter(({ feeAsset }) => feeAsset === ASSET).map(({ fee }) => fee));
const walletOf = (ledger: LedgerAccount): bigint =>
  sum(ledger.incomes.filter(({ asset }) => asset === ASSET).map(({ amount }) => amount)) +
  realisedOf(ledger) -
  feesOf(ledger);

/**
 * Every change without a trade is a row, with its symbol and amount, and no other row is. A line of
 * the journal carries the market time before its step, so times are not compared.
 */
export function incomeDifferences(venue: VenueAccount, ledger: LedgerAccount): Difference[] {
  const moved = Map.groupBy(venue.incomes, (change) =>
    keyOf(KIND_OF[change.reason] ?? change.reason, change),
  );
  const booked = Map.groupBy(ledger.incomes, (income) => keyOf(income.kind, income));
  return [...new Set([...moved.keys(), ...booked.keys()])].flatMap((subject) => {
    const counts = [moved.get(subject)?.length ?? 0, booked.get(subject)?.length ?? 0] as const;
    if (counts[0] === counts[1]) return [];
    return [{ check: 'income', subject, detail: `venue ${counts[0]}, ledger ${counts[1]} rows` }];
  });
}

const keyOf = (kind: string, { symbol, amount }: WalletChangeSeen | IncomeSeen): string =>
  `${kind} ${symbol ?? 'account'} ${words(amount)}`;

/** Profit before fees, fees and what the wallet gained, as text, for a report. */
export function cashFigures(venue: VenueAccount) {
  return {
    opening: words(venue.opening),
    realisedProfit: words(sum(venue.trades.map((t) => t.realizedProfit))),
    fees: words(sum(venue.trades.map((t) => t.fee))),
    otherChanges: words(venue.otherChanges),
    wallet: words(venue.wallet),
    profit: words(venue.wallet - venue.opening),
  };
}
