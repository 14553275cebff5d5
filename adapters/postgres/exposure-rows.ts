/** Position and working orders of a symbol as one row: the gate judges by it, the status shows it. */
import { z } from 'zod';
import { money, price, quantity } from '../../core/money/units.ts';
import type { SymbolExposure, WorkingSide } from '../../core/risk/exposure.ts';
import { moneyColumn, priceColumn, quantityColumn } from './columns.ts';

/** What the working orders of account `$1` reserve, a row a symbol that has any. */
export const WORKING_ORDERS = `
  SELECT account, venue, symbol,
    sum(reserved_quantity) FILTER (WHERE side = 'buy') AS buy_quantity,
    sum(round(reserved_notional, 12)) FILTER (WHERE side = 'buy') AS buy_notional,
    max(reserve_price) FILTER (WHERE side = 'buy') AS buy_highest,
    sum(reserved_quantity) FILTER (WHERE side = 'sell') AS sell_quantity,
    sum(round(reserved_notional, 12)) FILTER (WHERE side = 'sell') AS sell_notional,
    max(reserve_price) FILTER (WHERE side = 'sell') AS sell_highest
  FROM order_intents WHERE account = $1 AND reserved_quantity > 0 GROUP BY account, venue, symbol`;

/** Of a position `p` and of working orders `w`, either of which may be missing. */
export const EXPOSURE_COLUMNS = `
  coalesce(p.quantity, 0) AS quantity, coalesce(p.cost, 0) AS cost,
  coalesce(w.buy_quantity, 0) AS buy_quantity, coalesce(w.buy_notional, 0) AS buy_notional, w.buy_highest,
  coalesce(w.sell_quantity, 0) AS sell_quantity, coalesce(w.sell_notional, 0) AS sell_notional, w.sell_highest`;

export const exposureRow = z.object({
  quantity: quantityColumn,
  cost: moneyColumn,
  buy_quantity: quantityColumn,
  buy_notional: moneyColumn,
  buy_highest: priceColumn.nullable(),
  sell_quantity: quantityColumn,
  sell_notional: moneyColumn,
  sell_highest: priceColumn.nullable(),
});

export const toExposure = (row: z.output<typeof exposureRow>): SymbolExposure => ({
  quantity: quantity(row.quantity),
  cost: money(row.cost),
  buys: side(row.buy_quantity, row.buy_notional, row.buy_highest),
  sells: side(row.sell_quantity, row.sell_notional, row.sell_highest),
});

const side = (amount: string, value: string, highest: string | null): WorkingSide => ({
  quantity: quantity(amount),
  notional: money(value),
  highestPrice: highest === null ? null : price(highest),
});
