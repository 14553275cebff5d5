/** Money that moved on an account without a trade. */
import type { EpochMs } from '../market/market.ts';
import type { MoneyText } from '../money/units.ts';

/** `transfer`: in or out of the account. `other`: rebates, rewards, whatever else a venue books. */
export const INCOME_KINDS = ['funding', 'liquidationFee', 'transfer', 'other'] as const;
export type IncomeKind = (typeof INCOME_KINDS)[number];

/** One booking of the venue, unique on (venue, account, venueType, transactionId). */
export type Income = {
  readonly transactionId: string;
  readonly kind: IncomeKind;
  /** The venue's own word, e.g. `FUNDING_FEE`. */
  readonly venueType: string;
  /** Null where it concerns the account itself. */
  readonly symbol: string | null;
  readonly asset: string;
  /** Received; negative was paid. */
  readonly amount: MoneyText;
  readonly eventTime: EpochMs;
};
