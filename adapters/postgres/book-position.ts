/** `positions` and `flow_positions`: the sum of the fills, whatever order they came in. */
import { z } from 'zod';
import { money, moneyText, quantity, quantityText } from '../../core/money/units.ts';
import type { Fill, SymbolRef } from '../../core/orders/order.ts';
import { FLAT_POSITION } from '../../core/portfolio/position.ts';
import type { Position } from '../../core/portfolio/position.ts';
import { keyOf, moneyColumn, quantityColumn, timeColumn, toTimestamp } from './columns.ts';
import { bookOne, compareFills } from './flow-positions.ts';
import type { BookedFill } from './flow-positions.ts';
import { replayFrom } from './replay-fills.ts';
import { select } from './transaction.ts';
import type { Queryable, Statement, Transaction } from './transaction.ts';

const READ: Statement = {
  name: 'position-read',
  text: `SELECT quantity, cost, realised_profit, open_realised_profit, last_event_time, last_trade_id
    FROM positions WHERE (account, venue, symbol) = ($1, $2, $3)`,
};
const positionRow = z.object({
  quantity: quantityColumn,
  cost: moneyColumn,
  realised_profit: moneyColumn,
  open_realised_profit: moneyColumn,
  last_event_time: timeColumn,
  last_trade_id: z.string(),
});

/** A position and the last fill, in venue order, that made it. */
export type PositionAt = {
  readonly position: Position;
  readonly last: Pick<Fill, 'eventTime' | 'tradeId'> | null;
};

export async function readPosition(on: Queryable, ref: SymbolRef): Promise<PositionAt> {
  const [row] = await select(on, READ, keyOf(ref), positionRow);
  if (row === undefined) return { position: FLAT_POSITION, last: null };
  return {
    position: {
      quantity: quantity(row.quantity),
      cost: money(row.cost),
      realisedProfit: money(row.realised_profit),
      openRealisedProfit: money(row.open_realised_profit),
    },
    last: { eventTime: row.last_event_time, tradeId: row.last_trade_id },
  };
}

/**
 * Adds a fill to the position. One that the venue made before the last one booked is put in its
 * place: the fills from the last flat moment before it are counted again.
 */
export async function bookExecution(
  transaction: Transaction,
  ref: SymbolRef,
  { position, last }: PositionAt,
  fill: BookedFill,
): Promise<void> {
  const inOrder = last === null || compareFills(last, fill) < 0;
  const end = inOrder
    ? { position: bookOne(transaction, ref, position, fill), last: fill }
    : await replayFrom(transaction, ref, position, fill);
  writePosition(transaction, ref, end.position, fill.seq, end.last);
}

const WRITE: Statement = {
  name: 'position-write',
  text: `INSERT INTO positions AS p (account, venue, symbol, quantity, cost, realised_profit,
      open_realised_profit, last_seq, last_event_time, last_trade_id, opened_at)
    VALUES ($1, $2, $3, $4::numeric, $5, $6, $7, $8, $9, $10,
      CASE WHEN $4::numeric <> 0 THEN clock_timestamp() END)
    ON CONFLICT (account, venue, symbol) DO UPDATE SET
      quantity = excluded.quantity, cost = excluded.cost,
      realised_profit = excluded.realised_profit,
      open_realised_profit = excluded.open_realised_profit,
      last_seq = excluded.last_seq, last_event_time = excluded.last_event_time,
      last_trade_id = excluded.last_trade_id, recorded_at = now(),
      opened_at = CASE WHEN sign(p.quantity) = sign(excluded.quantity) THEN p.opened_at
        ELSE excluded.opened_at END`,
};

function writePosition(
  transaction: Transaction,
  ref: SymbolRef,
  position: Position,
  seq: number,
  last: Pick<Fill, 'eventTime' | 'tradeId'>,
): void {
  transaction.write(WRITE, [
    ...keyOf(ref),
    quantityText(position.quantity),
    moneyText(position.cost),
    moneyText(position.realisedProfit),
    moneyText(position.openRealisedProfit),
    seq,
    toTimestamp(last.eventTime),
    last.tradeId,
  ]);
}
