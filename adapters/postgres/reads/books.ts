/** The account's journal, made anew from what the venue did: fills in its order, and incomes. */
import type { Pool } from 'pg';
import { z } from 'zod';
import { ZERO_MONEY, money } from '../../../core/money/units.ts';
import type { Money, Price } from '../../../core/money/units.ts';
import { equityChange } from '../../../core/portfolio/equity.ts';
import type { EquityChange } from '../../../core/portfolio/equity.ts';
import { INCOME_KINDS } from '../../../core/portfolio/income.ts';
import { balances } from '../../../core/portfolio/journal.ts';
import type { JournalEntry, TradeCause } from '../../../core/portfolio/journal.ts';
import { fillEntry, incomeEntry } from '../../../core/portfolio/journal-postings.ts';
import { FLAT_POSITION, unrealisedProfit } from '../../../core/portfolio/position.ts';
import type { Position } from '../../../core/portfolio/position.ts';
import { moneyColumn, priceColumn, quantityColumn, sideColumn, timeColumn } from '../columns.ts';
import { compareFills } from '../flow-positions.ts';
import { select } from '../transaction.ts';
import type { Statement } from '../transaction.ts';

// A foreign order's own id says who traded; its row may be missing, a fill's client id never is ours.
const FILLS: Statement = {
  name: 'books-fills',
  text: `SELECT f.symbol, f.trade_id, f.order_id, f.side, f.price, f.quantity, f.fee, f.fee_asset,
      f.venue_realised_profit, f.event_time, f.intent_id IS NOT NULL AS own,
      coalesce(f.venue_client_order_id, o.venue_client_order_id, '') AS client_id
    FROM fills f LEFT JOIN orders o ON (o.account, o.venue, o.symbol, o.venue_order_id)
      = (f.account, f.venue, f.symbol, f.order_id) AND NOT o.conditional
    WHERE f.account = $1`,
};
const fillRow = z
  .object({
    symbol: z.string(),
    trade_id: z.string(),
    order_id: z.string(),
    side: sideColumn,
    price: priceColumn,
    quantity: quantityColumn,
    fee: moneyColumn,
    fee_asset: z.string(),
    venue_realised_profit: moneyColumn,
    event_time: timeColumn,
    own: z.boolean(),
    client_id: z.string(),
  })
  .transform((row) => ({
    symbol: row.symbol,
    tradeId: row.trade_id,
    orderId: row.order_id,
    side: row.side,
    price: row.price,
    quantity: row.quantity,
    fee: row.fee,
    feeAsset: row.fee_asset,
    realisedProfit: row.venue_realised_profit,
    eventTime: row.event_time,
    cause: row.own ? ('own' as const) : causeOf(row.client_id),
  }));

/** Binance names the orders of its own engine so. */
function causeOf(clientId: string): TradeCause {
  if (clientId.startsWith('autoclose-')) return 'liquidation';
  return clientId.startsWith('adl_autoclose') ? 'deleveraging' : 'manual';
}

const INCOMES: Statement = {
  name: 'books-incomes',
  text: `SELECT transaction_id, kind, venue_type, symbol, asset, amount, event_time
    FROM incomes WHERE account = $1 ORDER BY event_time, transaction_id`,
};
const incomeRow = z
  .object({
    transaction_id: z.string(),
    kind: z.enum(INCOME_KINDS),
    venue_type: z.string(),
    symbol: z.string().nullable(),
    asset: z.string(),
    amount: moneyColumn,
    event_time: timeColumn,
  })
  .transform(({ transaction_id, venue_type, event_time, ...row }) => ({
    ...row,
    transactionId: transaction_id,
    venueType: venue_type,
    eventTime: event_time,
  }));

const GRID_PROFIT: Statement = {
  name: 'books-grid-profit',
  text: `SELECT coalesce(sum(gross_profit), 0) AS profit FROM flow_trades
    WHERE account = $1 AND kind = 'gridPair'`,
};

export type Books = {
  /** Incomes first, then symbol by symbol in the venue's order. */
  readonly entries: readonly JournalEntry[];
  readonly positions: ReadonlyMap<string, Position>;
  /** Fills whose profit the venue counts otherwise than our average cost, by their keys. */
  readonly disputed: readonly string[];
  /** By currency: the settlement's, and those in which fees were paid. */
  readonly equity: Readonly<Record<string, EquityChange>>;
};

/**
 * Reads every fill of the account, so it is for reports and checks at rest. A symbol without a mark
 * is valued at cost. `settlement`: the currency of the contracts, e.g. `USDT`.
 */
export async function readBooks(
  pool: Pool,
  account: string,
  settlement: string,
  markOf: (symbol: string) => Price | undefined,
): Promise<Books> {
  const [fills, incomes, grid] = await Promise.all([
    select(pool, FILLS, [account], fillRow),
    select(pool, INCOMES, [account], incomeRow),
    select(pool, GRID_PROFIT, [account], z.object({ profit: moneyColumn })),
  ]);
  const entries: JournalEntry[] = incomes.map(incomeEntry);
  const positions = new Map<string, Position>();
  const disputed: string[] = [];
  for (const fill of fills.sort(compareFills)) {
    const before = positions.get(fill.symbol) ?? FLAT_POSITION;
    const { entry, position, ownProfit } = fillEntry(before, { ...fill, settlement });
    entries.push(entry);
    positions.set(fill.symbol, position);
    if (ownProfit !== money(fill.realisedProfit)) disputed.push(entry.key);
  }
  const floating = [...positions].reduce<bigint>((sum, [symbol, position]) => {
    const mark = markOf(symbol);
    return mark === undefined ? sum : sum + unrealisedProfit(position, mark);
  }, 0n) as Money;
  const all = balances(entries);
  const currencies = new Set([settlement, ...all.map(({ currency }) => currency)]);
  const gridProfit = grid[0] === undefined ? ZERO_MONEY : money(grid[0].profit);
  const changeIn = (currency: string): EquityChange =>
    currency === settlement
      ? equityChange(all, currency, gridProfit, floating)
      : equityChange(all, currency);
  return {
    entries,
    positions,
    disputed,
    equity: Object.fromEntries([...currencies].map((currency) => [currency, changeIn(currency)])),
  };
}
