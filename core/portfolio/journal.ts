/**
 * A double-entry journal of one trading account. Debits are positive: assets grow by them, income
 * shrinks. Every entry sums to zero in each currency, so the balances do too.
 */
import { assert } from '../assert.ts';
import type { EpochMs } from '../market/market.ts';
import type { Money } from '../money/units.ts';

/**
 * `wallet`: cash at the venue. `contracts` and `obligations`: open perpetuals at cost, and what is
 * owed for them; they cancel out, because inventory moves no cash. `realised`, `fees`, `funding`,
 * `liquidationFees`, `otherIncome`: where the wallet's changes came from. `deposits`: capital.
 */
export type AccountName =
  | 'wallet'
  | 'contracts'
  | 'obligations'
  | 'realised'
  | 'fees'
  | 'funding'
  | 'liquidationFees'
  | 'otherIncome'
  | 'deposits';

/** Who traded: one of our orders, or somebody else on the account. */
export type TradeCause = 'own' | 'liquidation' | 'deleveraging' | 'manual';

export type Posting = {
  readonly account: AccountName;
  readonly currency: string;
  readonly amount: Money;
  /** Null where it concerns no symbol. */
  readonly symbol: string | null;
  /** Of `realised` and `fees`; null elsewhere. */
  readonly cause: TradeCause | null;
};

export type JournalEntry = {
  readonly kind: 'fill' | 'income';
  /** Unique within its kind: the venue's ids. */
  readonly key: string;
  readonly time: EpochMs;
  /** None is zero. */
  readonly postings: readonly Posting[];
};

/** An entry without the postings that are zero. Asserts that it balances in every currency. */
export function journalEntry(
  head: Omit<JournalEntry, 'postings'>,
  postings: readonly Posting[],
): JournalEntry {
  for (const [currency, sum] of sums(postings, (posting) => posting.currency))
    assert(sum === 0n, `entry ${head.kind} ${head.key} balances in ${currency}`);
  return { ...head, postings: postings.filter(({ amount }) => amount !== 0n) };
}

/** The sum of all postings that agree in account, currency, symbol and cause; zeros left out. */
export function balances(entries: readonly JournalEntry[]): readonly Posting[] {
  const byAccount = new Map<string, Posting>();
  for (const posting of entries.flatMap((entry) => entry.postings)) {
    const { account, currency, symbol, cause } = posting;
    const key = [account, currency, symbol, cause].join('|');
    const sum = (byAccount.get(key)?.amount ?? 0n) + posting.amount;
    byAccount.set(key, { ...posting, amount: sum as Money });
  }
  return [...byAccount.values()].filter(({ amount }) => amount !== 0n);
}

/** What stands on the accounts that agree with every field given. */
export const balanceOf = (all: readonly Posting[], wanted: Partial<Posting>): Money =>
  all
    .filter((posting) =>
      Object.entries(wanted).every(([field, value]) => posting[field as keyof Posting] === value),
    )
    .reduce((sum, { amount }) => sum + amount, 0n) as Money;

function sums<K>(postings: readonly Posting[], keyOf: (posting: Posting) => K): Map<K, bigint> {
  const result = new Map<K, bigint>();
  for (const posting of postings)
    result.set(keyOf(posting), (result.get(keyOf(posting)) ?? 0n) + posting.amount);
  return result;
}
