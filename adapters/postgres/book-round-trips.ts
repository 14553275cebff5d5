/** `flow_trades`: what closed with a fill, from the plan's executions that nothing has used yet. */
import { z } from 'zod';
import { money, moneyText, price, quantity, quantityText } from '../../core/money/units.ts';
import type { Money } from '../../core/money/units.ts';
import { ensureDefined } from '../../core/assert.ts';
import type { Fill, SymbolRef } from '../../core/orders/order.ts';
import { matchLegs, share } from '../../core/portfolio/round-trips.ts';
import type { RoundTrip } from '../../core/portfolio/round-trips.ts';
import {
  keyOf,
  moneyColumn,
  priceColumn,
  quantityColumn,
  sideColumn,
  timeColumn,
  toTimestamp,
} from './columns.ts';
import { select } from './transaction.ts';
import type { Queryable, Statement, Transaction } from './transaction.ts';

const LEGS: Statement = {
  name: 'plan-legs',
  text: `SELECT f.trade_id, f.order_id, f.event_time, f.side, f.price, f.quantity,
      f.quantity - f.matched AS unmatched, f.fee, f.fee_asset,
      i.client_order_id, i.role, i.slot, i.strategy, i.plan_id
    FROM fills f JOIN order_intents i ON i.client_order_id = f.intent_id
    WHERE (f.account, f.venue, f.symbol) = ($1, $2, $3) AND f.matched < f.quantity
      AND f.plan_id = (SELECT plan_id FROM fills
        WHERE (account, venue, symbol, trade_id, order_id) = ($1, $2, $3, $4, $5))`,
};
const legRow = z.object({
  trade_id: z.string(),
  order_id: z.string(),
  event_time: timeColumn,
  side: sideColumn,
  price: priceColumn,
  quantity: quantityColumn,
  unmatched: quantityColumn,
  fee: moneyColumn,
  fee_asset: z.string(),
  client_order_id: z.string(),
  role: z.enum(['level', 'counter', 'entry', 'target', 'stop', 'exit']),
  slot: z.string(),
  strategy: z.enum(['grid', 'scalp', 'workOut']),
  plan_id: z.string(),
});
type LegRow = z.output<typeof legRow>;

/** The unmatched executions of the plan that the fill belongs to; none for a stranger's. */
export const readLegs = (
  on: Queryable,
  ref: SymbolRef,
  fill: Pick<Fill, 'tradeId' | 'orderId'>,
): Promise<LegRow[]> => select(on, LEGS, [...keyOf(ref), fill.tradeId, fill.orderId], legRow);

const UPSERT: Statement = {
  name: 'flow-trade-upsert',
  text: `INSERT INTO flow_trades AS t (account, venue, symbol, trade_key, kind, plan_id, slot, side,
      quantity, entry_notional, exit_notional, gross_profit, fees, fee_asset, opened_event_time,
      closed_event_time)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
    ON CONFLICT (account, venue, symbol, trade_key) DO UPDATE SET
      quantity = t.quantity + excluded.quantity,
      entry_notional = t.entry_notional + excluded.entry_notional,
      exit_notional = t.exit_notional + excluded.exit_notional,
      gross_profit = t.gross_profit + excluded.gross_profit,
      fees = t.fees + excluded.fees,
      opened_event_time = least(t.opened_event_time, excluded.opened_event_time),
      closed_event_time = greatest(t.closed_event_time, excluded.closed_event_time)`,
};

const USE_FILL: Statement = {
  name: 'fill-use',
  text: `UPDATE fills SET matched = matched + $6
    WHERE (account, venue, symbol, trade_id, order_id) = ($1, $2, $3, $4, $5)`,
};

/** Pairs what pairs; each part of a trip adds to its row. */
export function bookRoundTrips(
  transaction: Transaction,
  ref: SymbolRef,
  rows: readonly LegRow[],
): void {
  const byKey = new Map(rows.map((row) => [legKey(row), row]));
  const { trips } = matchLegs(
    rows.map((row) => ({
      key: legKey(row),
      time: row.event_time,
      role: row.role,
      slot: row.slot,
      side: row.side,
      price: price(row.price),
      quantity: quantity(row.unmatched),
    })),
  );
  for (const trip of trips) {
    const entry = ensureDefined(byKey.get(trip.entry.key), 'a trip is made of the legs given');
    const exit = ensureDefined(byKey.get(trip.exit.key), 'a trip is made of the legs given');
    transaction.write(UPSERT, [...keyOf(ref), ...tripValues(trip, entry, exit)]);
    for (const leg of [entry, exit])
      transaction.write(USE_FILL, [
        ...keyOf(ref),
        leg.trade_id,
        leg.order_id,
        quantityText(trip.quantity),
      ]);
  }
}

/** Sorts like the trades of a venue: longer ids are later. */
const legKey = ({ trade_id, order_id }: LegRow): string =>
  `${trade_id.padStart(24, '0')}|${order_id}`;

function tripValues(trip: RoundTrip, entry: LegRow, exit: LegRow): unknown[] {
  const { kind, key } = nameOf(trip, entry, exit);
  return [
    key,
    kind,
    entry.plan_id,
    kind === 'gridPair' ? exit.slot : null,
    entry.side === 'buy' ? 'LONG' : 'SHORT',
    quantityText(trip.quantity),
    moneyText(trip.entryNotional),
    moneyText(trip.exitNotional),
    moneyText(trip.profit),
    moneyText((feeShare(entry, trip, exit) + feeShare(exit, trip, exit)) as Money),
    exit.fee_asset,
    toTimestamp(entry.event_time),
    toTimestamp(exit.event_time),
  ];
}

function nameOf(trip: RoundTrip, entry: LegRow, exit: LegRow) {
  if (trip.kind === 'gridPair') return { kind: 'gridPair', key: exit.client_order_id };
  return entry.strategy === 'scalp'
    ? { kind: 'scalp', key: entry.plan_id }
    : { kind: 'workOut', key: `${entry.plan_id}:workOut` };
}

/** A fee in another asset than the exit's cannot be added to it. */
function feeShare(leg: LegRow, trip: RoundTrip, exit: LegRow): Money {
  if (leg.fee_asset !== exit.fee_asset) return 0n as Money;
  return share(money(leg.fee), trip.quantity, quantity(leg.quantity));
}
