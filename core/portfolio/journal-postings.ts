/** What happens on an account, as journal entries. */
import { money, price, quantity } from '../money/units.ts';
import type { Money } from '../money/units.ts';
import type { Fill } from '../orders/order.ts';
import type { Income, IncomeKind } from './income.ts';
import { journalEntry } from './journal.ts';
import type { AccountName, JournalEntry, Posting, TradeCause } from './journal.ts';
import { applyExecution } from './position.ts';
import type { Position } from './position.ts';

/** An execution with what the journal has to know beside it. */
export type JournalFill = Omit<Fill, 'clientOrderId' | 'maker'> & {
  readonly symbol: string;
  readonly cause: TradeCause;
  /** In which the contract's profit is paid, e.g. `USDT`. */
  readonly settlement: string;
};

/** Where the other side of an income stands. */
const COUNTER: Readonly<Record<IncomeKind, AccountName>> = {
  funding: 'funding',
  liquidationFee: 'liquidationFees',
  transfer: 'deposits',
  other: 'otherIncome',
};

/**
 * An execution on a position: the contracts change at average cost, cash moves by the venue's
 * realised profit (`rp`) and by the fee, in whatever currency that was paid. `ownProfit` is the
 * realised profit by our own average cost; a venue that counts as we do reports the same.
 */
export function fillEntry(
  position: Position,
  fill: JournalFill,
): { readonly entry: JournalEntry; readonly position: Position; readonly ownProfit: Money } {
  const change = applyExecution(position, {
    side: fill.side,
    price: price(fill.price),
    quantity: quantity(fill.quantity),
  });
  const { symbol, settlement, cause } = fill;
  const cost = change.position.cost - position.cost;
  const realised = money(fill.realisedProfit);
  const fee = money(fill.fee);
  const of = { symbol, cause: null };
  const trade = { symbol, cause };
  const entry = journalEntry(
    { kind: 'fill', key: `${symbol}/${fill.tradeId}/${fill.orderId}`, time: fill.eventTime },
    [
      ...transfer(cost, settlement, ['contracts', of], ['obligations', of]),
      ...transfer(realised, settlement, ['wallet', NOBODY], ['realised', trade]),
      ...transfer(-fee, fill.feeAsset, ['wallet', NOBODY], ['fees', trade]),
    ],
  );
  return { entry, position: change.position, ownProfit: change.closed?.profit ?? (0n as Money) };
}

/** Funding, the fee of a liquidation, a transfer, or whatever else moved the wallet. */
export function incomeEntry(income: Income): JournalEntry {
  const { kind, venueType, transactionId, symbol, asset, eventTime } = income;
  return journalEntry(
    { kind: 'income', key: `${venueType}/${transactionId}`, time: eventTime },
    transfer(
      money(income.amount),
      asset,
      ['wallet', NOBODY],
      [COUNTER[kind], { symbol, cause: null }],
    ),
  );
}

type Where = readonly [AccountName, Pick<Posting, 'symbol' | 'cause'>];
const NOBODY = { symbol: null, cause: null };

/** An amount debited here and credited there. */
const transfer = (amount: bigint, currency: string, to: Where, from: Where): Posting[] => [
  { account: to[0], currency, amount: amount as Money, ...to[1] },
  { account: from[0], currency, amount: -amount as Money, ...from[1] },
];
