/** Where a symbol's profit came from, by the ledger and a mark price. */
import type { Pool } from 'pg';
import { z } from 'zod';
import { money, moneyText, quantity } from '../../../core/money/units.ts';
import type { MoneyText, Price } from '../../../core/money/units.ts';
import { attribute } from '../../../core/portfolio/attribution.ts';
import { countColumn, moneyColumn, quantityColumn } from '../columns.ts';
import { select } from '../transaction.ts';
import type { Statement } from '../transaction.ts';

// A position's row exists from its first fill on.
const PROFITS: Statement = {
  name: 'reads-profits',
  text: `
SELECT p.venue, p.symbol, p.quantity, p.cost, p.realised_profit, p.open_realised_profit,
  t.grid_profit, t.trades, t.won, f.fees, i.funding
FROM positions p
CROSS JOIN LATERAL (SELECT count(*) AS trades, count(*) FILTER (WHERE gross_profit > fees) AS won,
    coalesce(sum(gross_profit) FILTER (WHERE kind = 'gridPair'), 0) AS grid_profit
  FROM flow_trades WHERE (account, venue, symbol) = (p.account, p.venue, p.symbol)) t
CROSS JOIN LATERAL (SELECT coalesce(jsonb_object_agg(fee_asset, fee::text), '{}') AS fees FROM (
    SELECT fee_asset, sum(fee) AS fee FROM fills
    WHERE (account, venue, symbol) = (p.account, p.venue, p.symbol) GROUP BY fee_asset) assets) f
CROSS JOIN LATERAL (SELECT coalesce(sum(amount), 0) AS funding FROM incomes
  WHERE (account, venue, symbol, asset) = (p.account, p.venue, p.symbol, $2) AND kind = 'funding') i
WHERE p.account = $1 ORDER BY p.symbol`,
};
const profitRow = z.object({
  venue: z.string(),
  symbol: z.string(),
  quantity: quantityColumn,
  cost: moneyColumn,
  realised_profit: moneyColumn,
  open_realised_profit: moneyColumn,
  grid_profit: moneyColumn,
  trades: countColumn,
  won: countColumn,
  fees: z.record(z.string(), moneyColumn),
  funding: moneyColumn,
});

export type SymbolProfit = {
  readonly venue: string;
  readonly symbol: string;
  /** Locked in by matched level pairs, before fees. */
  readonly gridProfit: MoneyText;
  /** The rest of realised profit and the open position at the mark, before fees. */
  readonly floatingProfit: MoneyText;
  readonly realisedProfit: MoneyText;
  /** Paid, by asset. */
  readonly fees: Readonly<Record<string, MoneyText>>;
  /** In `quote`, received; negative was paid. */
  readonly funding: MoneyText;
  /** What the symbol did to equity; fees count where they are in `quote`. */
  readonly equityChange: MoneyText;
  /** Closed round trips, and those that earned more than their fees. */
  readonly trades: number;
  readonly won: number;
};

/**
 * One row a symbol that ever traded. `markOf` gives the mark price; a symbol without one is valued
 * at cost.
 */
export async function symbolProfits(
  pool: Pool,
  account: string,
  quote: string,
  markOf: (symbol: string) => Price | undefined,
): Promise<readonly SymbolProfit[]> {
  const rows = await select(pool, PROFITS, [account, quote], profitRow);
  return rows.map((row) => {
    const position = {
      quantity: quantity(row.quantity),
      cost: money(row.cost),
      realisedProfit: money(row.realised_profit),
      openRealisedProfit: money(row.open_realised_profit),
    };
    const paid = money(row.fees[quote] ?? '0');
    const [grid, funding] = [money(row.grid_profit), money(row.funding)];
    const parts = attribute(position, markOf(row.symbol), grid, paid, funding);
    return {
      venue: row.venue,
      symbol: row.symbol,
      gridProfit: row.grid_profit,
      floatingProfit: moneyText(parts.floatingProfit),
      realisedProfit: row.realised_profit,
      fees: row.fees,
      funding: row.funding,
      equityChange: moneyText(parts.equityChange),
      trades: row.trades,
      won: row.won,
    };
  });
}
