/** Counting again from a flat moment, for a fill that came after younger ones. */
import { z } from 'zod';
import { ensureDefined } from '../../core/assert.ts';
import { money } from '../../core/money/units.ts';
import type { Money } from '../../core/money/units.ts';
import type { SymbolRef } from '../../core/orders/order.ts';
import { FLAT_POSITION } from '../../core/portfolio/position.ts';
import type { Position } from '../../core/portfolio/position.ts';
import {
  countColumn,
  keyOf,
  moneyColumn,
  priceColumn,
  quantityColumn,
  sideColumn,
  timeColumn,
  toTimestamp,
} from './columns.ts';
import { bookOne, compareFills } from './flow-positions.ts';
import type { BookedFill } from './flow-positions.ts';
import { select } from './transaction.ts';
import type { Statement, Transaction } from './transaction.ts';

/** Deletes the positions that began at or after the last flat moment before the fill. */
const DELETE_FROM_FLAT: Statement = {
  name: 'replay-delete-positions',
  text: `WITH deleted AS (
      DELETE FROM flow_positions WHERE (account, venue, symbol) = ($1, $2, $3)
        AND position_id >= coalesce((
          SELECT position_id FROM flow_positions
          WHERE (account, venue, symbol) = ($1, $2, $3) AND from_flat
            AND (opened_event_time, lpad(first_trade_id, 24, '0') COLLATE "C") < ($4, lpad($5, 24, '0'))
          ORDER BY position_id DESC LIMIT 1), 0)
      RETURNING position_id, realised_profit, opened_event_time, first_trade_id)
    SELECT opened_event_time, first_trade_id, sum(realised_profit) OVER () AS profit
    FROM deleted ORDER BY position_id LIMIT 1`,
};
const deletedRow = z.object({
  opened_event_time: timeColumn,
  first_trade_id: z.string(),
  profit: moneyColumn,
});

const FILLS_SINCE: Statement = {
  name: 'replay-fills',
  text: `SELECT f.trade_id, f.side, f.price, f.quantity, f.event_time, f.seq, i.strategy, i.plan_id
    FROM fills f LEFT JOIN order_intents i ON i.client_order_id = f.intent_id
    WHERE (f.account, f.venue, f.symbol) = ($1, $2, $3) AND f.event_time >= $4`,
};
const fillRow = z
  .object({
    trade_id: z.string(),
    side: sideColumn,
    price: priceColumn,
    quantity: quantityColumn,
    event_time: timeColumn,
    seq: countColumn,
    strategy: z.string().nullable(),
    plan_id: z.string().nullable(),
  })
  .transform((row): BookedFill => ({
    tradeId: row.trade_id,
    side: row.side,
    price: row.price,
    quantity: row.quantity,
    eventTime: row.event_time,
    seq: row.seq,
    intent:
      row.strategy === null || row.plan_id === null
        ? null
        : { strategy: row.strategy, plan_id: row.plan_id },
  }));

/** `late` is already a row of `fills`; returns the position after all of them and the last one. */
export async function replayFrom(
  transaction: Transaction,
  ref: SymbolRef,
  position: Position,
  late: BookedFill,
): Promise<{ position: Position; last: BookedFill }> {
  const key = keyOf(ref);
  const place = [...key, toTimestamp(late.eventTime), late.tradeId];
  const [row] = await select(transaction, DELETE_FROM_FLAT, place, deletedRow);
  const deleted = ensureDefined(row, 'a late fill comes after another, which opened a position');
  const opening = { eventTime: deleted.opened_event_time, tradeId: deleted.first_trade_id };
  const first = compareFills(opening, late) < 0 ? opening : late;
  const since = [...key, toTimestamp(first.eventTime)];
  const fills = (await select(transaction, FILLS_SINCE, since, fillRow))
    // Others of that millisecond may belong to the position before.
    .filter((fill) => compareFills(fill, first) >= 0)
    .sort(compareFills);
  const realisedProfit = (position.realisedProfit - money(deleted.profit)) as Money;
  const end = fills.reduce<Position>((before, fill) => bookOne(transaction, ref, before, fill), {
    ...FLAT_POSITION,
    realisedProfit,
  });
  return { position: end, last: ensureDefined(fills.at(-1), 'the late fill is a row') };
}
