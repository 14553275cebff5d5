/** `flow_positions`: a row from flat to flat. */
import { moneyText, price, quantity, quantityText } from '../../core/money/units.ts';
import type { Fill, SymbolRef } from '../../core/orders/order.ts';
import { applyExecution } from '../../core/portfolio/position.ts';
import type { Position, PositionChange } from '../../core/portfolio/position.ts';
import { keyOf, toTimestamp } from './columns.ts';
import type { Statement, Transaction } from './transaction.ts';

/** A fill as the position sees it. */
export type BookedFill = Pick<Fill, 'tradeId' | 'side' | 'price' | 'quantity' | 'eventTime'> & {
  readonly seq: number;
  readonly intent: { readonly strategy: string; readonly plan_id: string } | null;
};

/** The order in which the venue made them: by time, then by number. */
export function compareFills(
  a: Pick<Fill, 'eventTime' | 'tradeId'>,
  b: Pick<Fill, 'eventTime' | 'tradeId'>,
): number {
  const [x, y] = [a.tradeId.padStart(24, '0'), b.tradeId.padStart(24, '0')];
  return a.eventTime - b.eventTime || (x < y ? -1 : x > y ? 1 : 0);
}

/** Applies one fill and writes what it opened and closed. */
export function bookOne(
  transaction: Transaction,
  ref: SymbolRef,
  position: Position,
  fill: BookedFill,
): Position {
  const change = applyExecution(position, {
    side: fill.side,
    price: price(fill.price),
    quantity: quantity(fill.quantity),
  });
  writeFlow(transaction, ref, position, change, fill);
  return change.position;
}

const CLOSE: Statement = {
  name: 'flow-position-close',
  text: `UPDATE flow_positions SET quantity_closed = quantity_closed + $4,
      notional_closed = notional_closed + $5, realised_profit = realised_profit + $6,
      closed_event_time = CASE WHEN quantity_closed + $4 = quantity_opened THEN $7::timestamptz END
    WHERE (account, venue, symbol) = ($1, $2, $3) AND closed_event_time IS NULL`,
};

const INCREASE: Statement = {
  name: 'flow-position-increase',
  text: `UPDATE flow_positions SET quantity_opened = quantity_opened + $4,
      notional_opened = notional_opened + $5
    WHERE (account, venue, symbol) = ($1, $2, $3) AND closed_event_time IS NULL`,
};

const OPEN: Statement = {
  name: 'flow-position-open',
  text: `INSERT INTO flow_positions (account, venue, symbol, side, strategy, plan_id,
      quantity_opened, quantity_closed, notional_opened, notional_closed, realised_profit,
      opened_event_time, first_trade_id, from_flat)
    VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, 0, 0, $9, $10, $11)`,
};

function writeFlow(
  transaction: Transaction,
  ref: SymbolRef,
  before: Position,
  change: PositionChange,
  fill: BookedFill,
): void {
  const key = keyOf(ref);
  const time = toTimestamp(fill.eventTime);
  const { closed, opened } = change;
  if (closed !== null)
    transaction.write(CLOSE, [
      ...key,
      quantityText(closed.quantity),
      moneyText(closed.notional),
      moneyText(closed.profit),
      time,
    ]);
  if (opened === null) return;
  const amounts = [quantityText(opened.quantity), moneyText(opened.notional)];
  if (before.quantity !== 0n && closed === null)
    return transaction.write(INCREASE, [...key, ...amounts]);
  transaction.write(OPEN, [
    ...key,
    fill.side === 'buy' ? 'LONG' : 'SHORT',
    fill.intent?.strategy ?? null,
    fill.intent?.plan_id ?? null,
    ...amounts,
    time,
    fill.tradeId,
    closed === null,
  ]);
}
