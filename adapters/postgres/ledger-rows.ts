/** What the ledger tells its readers: numbered rows, intents, positions. */
import type { Pool } from 'pg';
import { z } from 'zod';
import { entryPrice } from '../../core/portfolio/position.ts';
import { money, priceText, quantity } from '../../core/money/units.ts';
import type { MoneyText, QuantityText } from '../../core/money/units.ts';
import { ORDER_STATUSES } from '../../core/orders/order.ts';
import type { Fill, LedgerRow, OrderUpdate, SymbolRef } from '../../core/orders/order.ts';
import type { IntentRow, Ledger } from '../ports.ts';
import {
  countColumn,
  keyOf,
  moneyColumn,
  priceColumn,
  quantityColumn,
  sideColumn,
  timeColumn,
} from './columns.ts';
import { INTENT_COLUMNS, intentRow, toIntentRow, toOrderUpdate } from './intent-rows.ts';
import { select } from './transaction.ts';
import type { Statement } from './transaction.ts';

// One statement, one snapshot: with two, a number that commits between them could be passed over.
const ROWS_ABOVE: Statement = {
  name: 'rows-above',
  text: `SELECT * FROM (
      (SELECT seq, 'fill' AS kind, intent_id AS client_order_id, event_time, trade_id, order_id, side,
          price, quantity, fee, fee_asset, maker, venue_realised_profit, NULL AS status, NULL AS executed
        FROM fills WHERE (account, venue, symbol) = ($1, $2, $3) AND seq > $4 ORDER BY seq LIMIT $5)
      UNION ALL
      (SELECT order_seq, 'order', client_order_id, order_event_time, NULL, NULL, NULL, NULL, NULL,
          NULL, NULL, NULL, NULL, order_status, executed
        FROM order_intents WHERE (account, venue, symbol) = ($1, $2, $3) AND order_seq > $4
        ORDER BY order_seq LIMIT $5)
    ) rows ORDER BY seq LIMIT $5`,
};
const ledgerRow = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('fill'),
    seq: countColumn,
    client_order_id: z.string().nullable(),
    event_time: timeColumn,
    trade_id: z.string(),
    order_id: z.string(),
    side: sideColumn,
    price: priceColumn,
    quantity: quantityColumn,
    fee: moneyColumn,
    fee_asset: z.string(),
    maker: z.boolean(),
    venue_realised_profit: moneyColumn,
  }),
  z.object({
    kind: z.literal('order'),
    seq: countColumn,
    client_order_id: z.string(),
    event_time: timeColumn,
    status: z.enum(ORDER_STATUSES),
    executed: quantityColumn,
  }),
]);
type Row = z.output<typeof ledgerRow>;

/** Fills and order changes with a higher number, in number order; an order shows its last state. */
export async function rowsAbove(
  pool: Pool,
  ref: SymbolRef,
  seq: number,
  limit: number,
): Promise<readonly LedgerRow[]> {
  const rows = await select(pool, ROWS_ABOVE, [...keyOf(ref), seq, limit], ledgerRow);
  return rows.map((row) =>
    row.kind === 'fill'
      ? { seq: row.seq, kind: 'fill', fill: toFill(row) }
      : { seq: row.seq, kind: 'order', order: toUpdate(row) },
  );
}

const toFill = (row: Extract<Row, { kind: 'fill' }>): Fill => ({
  tradeId: row.trade_id,
  orderId: row.order_id,
  clientOrderId: row.client_order_id,
  side: row.side,
  price: row.price,
  quantity: row.quantity,
  fee: row.fee,
  feeAsset: row.fee_asset,
  maker: row.maker,
  realisedProfit: row.venue_realised_profit,
  eventTime: row.event_time,
});

const toUpdate = (row: Extract<Row, { kind: 'order' }>): OrderUpdate => ({
  clientOrderId: row.client_order_id,
  status: row.status,
  executed: row.executed,
  eventTime: row.event_time,
});

const INTENT: Statement = {
  name: 'intent-read',
  text: `SELECT ${INTENT_COLUMNS} FROM order_intents i WHERE i.client_order_id = $1`,
};

export async function readIntent(
  pool: Pool,
  clientOrderId: string,
): Promise<IntentRow | undefined> {
  const [row] = await select(pool, INTENT, [clientOrderId], intentRow);
  return row === undefined ? undefined : toIntentRow(row);
}

const OPEN_INTENTS: Statement = {
  name: 'intents-open',
  text: `SELECT ${INTENT_COLUMNS} FROM order_intents i
    WHERE (i.account, i.venue, i.symbol) = ($1, $2, $3) AND i.live AND i.state <> 'PREPARED'
    ORDER BY i.client_order_id`,
};

export async function openIntents(pool: Pool, ref: SymbolRef): ReturnType<Ledger['openIntents']> {
  const rows = await select(pool, OPEN_INTENTS, keyOf(ref), intentRow);
  return rows.map((row) => ({ ...toIntentRow(row), update: toOrderUpdate(row) }));
}

const POSITION: Statement = {
  name: 'ledger-position',
  text: `SELECT quantity, cost, open_realised_profit, last_seq, last_event_time
    FROM positions WHERE (account, venue, symbol) = ($1, $2, $3)`,
};
const positionRow = z.object({
  quantity: quantityColumn,
  cost: moneyColumn,
  open_realised_profit: moneyColumn,
  last_seq: countColumn,
  last_event_time: timeColumn,
});

/** `realisedProfit` is of the present position since it was opened, before fees; 0 when flat. */
export async function readLedgerPosition(
  pool: Pool,
  ref: SymbolRef,
): ReturnType<Ledger['position']> {
  const [row] = await select(pool, POSITION, keyOf(ref), positionRow);
  if (row === undefined)
    return {
      quantity: '0' as QuantityText,
      entryPrice: null,
      realisedProfit: '0' as MoneyText,
      lastSeq: 0,
      lastFillTime: null,
    };
  const entry = entryPrice({ quantity: quantity(row.quantity), cost: money(row.cost) });
  return {
    quantity: row.quantity,
    entryPrice: entry === null ? null : priceText(entry),
    realisedProfit: row.open_realised_profit,
    lastSeq: row.last_seq,
    lastFillTime: row.last_event_time,
  };
}
