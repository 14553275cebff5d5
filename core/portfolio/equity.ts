/** Where a change in equity came from, by the balances of a journal. */
import { ZERO_MONEY } from '../money/units.ts';
import type { Money } from '../money/units.ts';
import { balanceOf } from './journal.ts';
import type { AccountName, Posting } from './journal.ts';

/** In one currency; nothing is converted. */
export type EquityChange = {
  /** Locked in by matched level pairs of our own orders, before fees. */
  readonly gridProfit: Money;
  /** What else our own orders realised at average cost, before fees; may be negative. */
  readonly otherRealised: Money;
  /** Open positions at the mark, against their cost. */
  readonly floatingProfit: Money;
  /** Paid by our own orders; positive is a cost. */
  readonly fees: Money;
  /** Received; negative was paid. */
  readonly funding: Money;
  /** Of liquidations, deleveragings and manual trades, fees taken off, and other income. */
  readonly external: Money;
  /** Grid + other realised + floating - fees + funding + external: equity less deposits. */
  readonly equityChange: Money;
  /** Put in less taken out. */
  readonly deposits: Money;
  readonly wallet: Money;
};

/** `gridProfit` and `floatingProfit` are those of the currency. */
export function equityChange(
  all: readonly Posting[],
  currency: string,
  gridProfit: Money = ZERO_MONEY,
  floatingProfit: Money = ZERO_MONEY,
): EquityChange {
  /** Income accounts are credited with what comes in. */
  const received = (account: AccountName, where: Partial<Posting> = {}): bigint =>
    -balanceOf(all, { ...where, account, currency });
  const own = received('realised', { cause: 'own' });
  const fees = -received('fees', { cause: 'own' });
  const foreignTrades = received('realised') - own + received('fees') + fees;
  const wallet = balanceOf(all, { account: 'wallet', currency });
  const deposits = received('deposits');
  return {
    gridProfit,
    otherRealised: (own - gridProfit) as Money,
    floatingProfit,
    fees: fees as Money,
    funding: received('funding') as Money,
    external: (foreignTrades + received('liquidationFees') + received('otherIncome')) as Money,
    equityChange: (wallet + floatingProfit - deposits) as Money,
    deposits: deposits as Money,
    wallet,
  };
}
