/** What each symbol uses of the limits that hold for one symbol, and the equity that a drawdown starts from. */
import type { Pool } from 'pg';
import { z } from 'zod';
import { worstNotional } from '../../../core/risk/exposure.ts';
import { moneyText } from '../../../core/money/units.ts';
import type { MoneyText } from '../../../core/money/units.ts';
import { createApiReads } from '../api-reads.ts';
import type { ApiReads } from '../api-reads.ts';
import { countColumn, moneyColumn } from '../columns.ts';
import { EXPOSURE_COLUMNS, WORKING_ORDERS, exposureRow, toExposure } from '../exposure-rows.ts';
import { select } from '../transaction.ts';
import type { Statement } from '../transaction.ts';

export type LimitFigures = {
  /** The highest that the gate ever saw; null before its first check. */
  readonly highestEquity: MoneyText | null;
  /** The first market day of the account, which has a limit of orders of its own. */
  readonly isFirstDay: boolean;
  readonly symbols: readonly SymbolLimitFigures[];
};
type SymbolLimitFigures = {
  readonly symbol: string;
  /** Position at cost with its working orders, worst case on one side, as the gate counts it. */
  readonly positionNotional: MoneyText;
  /** Ordinary and conditional. */
  readonly openOrders: number;
  /** Sent since 00:00 UTC of the symbol's market day; null before it has a market time. */
  readonly ordersToday: number | null;
};

const SYMBOLS: Statement = {
  name: 'reads-symbol-limit-figures',
  text: `
SELECT e.symbol, ${EXPOSURE_COLUMNS},
  (SELECT count(*) FROM order_intents i WHERE i.live
      AND (i.account, i.venue, i.symbol) = (e.account, e.venue, e.symbol)) AS open_orders,
  CASE WHEN s.event_time IS NOT NULL THEN (SELECT count(*) FROM order_intents i
    WHERE (i.account, i.venue, i.symbol) = (e.account, e.venue, e.symbol) AND i.sent_at IS NOT NULL
      AND i.event_time >= date_trunc('day', s.event_time, 'UTC')) END AS orders_today
FROM symbol_epochs e
LEFT JOIN positions p USING (account, venue, symbol)
LEFT JOIN symbol_status s USING (account, venue, symbol)
LEFT JOIN (${WORKING_ORDERS}) w USING (account, venue, symbol)
WHERE e.account = $1 ORDER BY e.symbol`,
};
const symbolRow = exposureRow
  .extend({
    symbol: z.string(),
    open_orders: countColumn,
    orders_today: countColumn.nullable(),
  })
  .transform((row): SymbolLimitFigures => ({
    symbol: row.symbol,
    positionNotional: moneyText(worstNotional(toExposure(row))),
    openOrders: row.open_orders,
    ordersToday: row.orders_today,
  }));

const HIGHEST: Statement = {
  name: 'reads-highest-equity',
  text: 'SELECT highest, day = first_day AS is_first_day FROM equity_marks WHERE account = $1',
};

const markRow = z.object({ highest: moneyColumn, is_first_day: z.boolean() });

/** What the API shows, with the use of limits. Methods throw when Postgres does not answer. */
export type StatusReads = ApiReads & { limitFigures(account: string): Promise<LimitFigures> };

export const createStatusReads = (pool: Pool): StatusReads => ({
  ...createApiReads(pool),
  limitFigures: (account) => readLimitFigures(pool, account),
});

async function readLimitFigures(pool: Pool, account: string): Promise<LimitFigures> {
  const [symbols, [mark]] = await Promise.all([
    select(pool, SYMBOLS, [account], symbolRow),
    select(pool, HIGHEST, [account], markRow),
  ]);
  const isFirstDay = mark?.is_first_day ?? true;
  return { symbols, highestEquity: mark?.highest ?? null, isFirstDay };
}
