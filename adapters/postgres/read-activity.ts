/** What the account did lately, for the gate: one statement over rows, and the marks of its equity. */
import { z } from 'zod';
import { ensureDefined } from '../../core/assert.ts';
import type { InstrumentRules } from '../../core/market/market.ts';
import { money, price, quantity } from '../../core/money/units.ts';
import type { MoneyText } from '../../core/money/units.ts';
import type { SymbolRef } from '../../core/orders/order.ts';
import type { RecentActivity } from '../../core/risk/recent-activity.ts';
import { NOT_SENT } from '../ports.ts';
import {
  countColumn,
  keyOf,
  moneyColumn,
  priceColumn,
  quantityColumn,
  toTimestamp,
} from './columns.ts';
import { select } from './transaction.ts';
import type { Queryable, Statement } from './transaction.ts';

/** A later day of the market starts anew; a symbol that lags behind the others does not go back. */
const MARK_EQUITY: Statement = {
  name: 'equity-mark',
  text: `INSERT INTO equity_marks AS m (account, first_day, day, day_start, highest)
    VALUES ($1, ($2::timestamptz AT TIME ZONE 'UTC')::date, ($2::timestamptz AT TIME ZONE 'UTC')::date, $3, $3)
    ON CONFLICT (account) DO UPDATE SET
      day = greatest(m.day, excluded.day),
      day_start = CASE WHEN excluded.day > m.day THEN excluded.day_start ELSE m.day_start END,
      highest = greatest(m.highest, excluded.highest),
      recorded_at = now()
    RETURNING day_start, highest, day = first_day AS is_first_day`,
};
const markRow = z.object({
  day_start: moneyColumn,
  highest: moneyColumn,
  is_first_day: z.boolean(),
});

/**
 * What says nothing about our orders: a post-only one that would have traded, limits of rate, a
 * clock that is off, and what was never sent at all.
 */
const NO_FAULT_OF_ORDERS = ['-5022', '-1003', '-1015', '-1021', '-5028', NOT_SENT];

const ACTIVITY: Statement = {
  name: 'risk-activity',
  text: `
WITH lately AS (
  SELECT (venue, symbol) = ($2, $3) AS own, recorded_at, sent_at, state, venue_code
    FROM order_intents WHERE account = $1 AND recorded_at > clock_timestamp() - interval '5 min'
), messages AS (
  SELECT own, recorded_at FROM lately WHERE sent_at IS NOT NULL
  UNION ALL
  SELECT (venue, symbol) = ($2, $3), recorded_at
    FROM order_changes WHERE account = $1 AND recorded_at > clock_timestamp() - interval '1 min'
), refused AS (
  SELECT own, count(*) FILTER (WHERE own) OVER (ORDER BY recorded_at
      RANGE BETWEEN interval '1 min' PRECEDING AND CURRENT ROW) AS in_minute
    FROM lately WHERE state = 'REJECTED'
      AND coalesce(venue_code, '') NOT IN (${NO_FAULT_OF_ORDERS.map((code) => `'${code}'`).join(', ')})
), today AS (
  SELECT FROM order_intents WHERE (account, venue, symbol) = ($1, $2, $3) AND sent_at IS NOT NULL
     AND event_time >= date_trunc('day', $4::timestamptz, 'UTC')
), open AS (
  SELECT i.slot, i.side, i.quantity, i.trigger_price, i.recorded_at, coalesce(v.price, i.price) AS price
    FROM order_intents i
    LEFT JOIN orders v ON v.intent_id = i.client_order_id AND i.kind = 'limit' AND NOT v.conditional
   WHERE (i.account, i.venue, i.symbol) = ($1, $2, $3) AND i.live AND i.filled < i.quantity
)
SELECT
  m.minute_symbol, m.minute_account, m.burst_symbol, m.burst_account,
  (SELECT count(*) FROM today) AS today,
  (SELECT coalesce(jsonb_object_agg(strategy, median), '{}') FROM (
     SELECT s.strategy, percentile_disc(0.5) WITHIN GROUP (ORDER BY l.quantity)::text AS median
       FROM (VALUES ('grid'), ('scalp')) s (strategy) CROSS JOIN LATERAL (
         SELECT i.quantity FROM order_intents i
          WHERE (i.account, i.venue, i.symbol, i.strategy) = ($1, $2, $3, s.strategy)
            AND i.sent_at IS NOT NULL AND NOT i.reduce_only
          ORDER BY i.recorded_at DESC LIMIT 50) l
      GROUP BY s.strategy HAVING count(*) >= 10) m) AS medians,
  (SELECT coalesce(max(n), 0) FROM (SELECT count(*) AS n FROM fills
     WHERE (account, venue, symbol) = ($1, $2, $3) AND event_time > $4::timestamptz - interval '1 min'
     GROUP BY side, quantity) f) AS fills_minute,
  (SELECT coalesce(max(n), 0) FROM (SELECT count(*) AS n FROM fills
     WHERE (account, venue, symbol) = ($1, $2, $3) AND event_time > $4::timestamptz - interval '10 min'
     GROUP BY side, quantity) f) AS fills_ten_minutes,
  s.count AS stops, s.last_ago_ms AS stop_ago_ms,
  (SELECT coalesce(max(in_minute), 0) FROM refused WHERE own) AS rejects_minute,
  (SELECT count(*) FROM refused) AS rejects_account,
  (SELECT count(DISTINCT (venue, symbol, sent_at)) FROM order_intents
    WHERE account = $1 AND live AND state = 'UNKNOWN') AS unknown_requests,
  (SELECT coalesce(sum(venue_realised_profit - CASE WHEN fee_asset = $5 THEN fee
        ELSE round(price * quantity * $6::numeric / 10000, 12) END), 0) FROM fills
    WHERE (account, venue, symbol) = ($1, $2, $3)
      AND event_time >= date_trunc('day', $4::timestamptz, 'UTC')) AS profit_today,
  (SELECT max(price) FROM open WHERE side = 'buy') AS highest_buy,
  (SELECT min(price) FROM open WHERE side = 'sell') AS lowest_sell,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('slot', slot, 'side', side, 'quantity', quantity::text,
      'price', coalesce(price, trigger_price)::text)), '[]') FROM open
    WHERE recorded_at > clock_timestamp() - interval '10 s') AS young
FROM (SELECT count(*) AS count,
    extract(epoch FROM $4::timestamptz - max(order_event_time))::float8 * 1000 AS last_ago_ms
  FROM order_intents WHERE (account, venue, symbol) = ($1, $2, $3) AND role = 'stop'
    AND changed_at > clock_timestamp() - interval '3 h' AND executed > 0
    AND order_event_time > $4::timestamptz - interval '2 h') s,
  (SELECT count(*) AS minute_account, count(*) FILTER (WHERE own) AS minute_symbol,
    count(*) FILTER (WHERE is_burst) AS burst_account,
    count(*) FILTER (WHERE is_burst AND own) AS burst_symbol
  FROM (SELECT own, recorded_at > clock_timestamp() - interval '10 s' AS is_burst FROM messages
    WHERE recorded_at > clock_timestamp() - interval '1 min') b) m`,
};

const activityRow = z.object({
  minute_symbol: countColumn,
  minute_account: countColumn,
  burst_symbol: countColumn,
  burst_account: countColumn,
  today: countColumn,
  medians: z.record(z.string(), quantityColumn),
  fills_minute: countColumn,
  fills_ten_minutes: countColumn,
  stops: countColumn,
  stop_ago_ms: z.number().nullable(),
  rejects_minute: countColumn,
  rejects_account: countColumn,
  unknown_requests: countColumn,
  profit_today: moneyColumn,
  highest_buy: priceColumn.nullable(),
  lowest_sell: priceColumn.nullable(),
  young: z.array(
    z.object({
      slot: z.string(),
      side: z.enum(['buy', 'sell']),
      quantity: quantityColumn,
      price: priceColumn.nullable(),
    }),
  ),
});
type ActivityRow = z.output<typeof activityRow>;

/**
 * `marketTime` of the quote that the orders are judged by; `equity` as the venue says now. A fee
 * that was paid in another asset than the symbol's own counts as a taker's.
 */
export async function readActivity(
  on: Queryable,
  ref: SymbolRef,
  now: {
    readonly marketTime: number;
    readonly equity: MoneyText;
    readonly rules: Pick<InstrumentRules, 'quote' | 'takerFeeBps'>;
  },
): Promise<RecentActivity> {
  const at = toTimestamp(now.marketTime);
  const { quote, takerFeeBps } = now.rules;
  const [marks, rows] = await Promise.all([
    select(on, MARK_EQUITY, [ref.account, at, now.equity], markRow),
    select(on, ACTIVITY, [...keyOf(ref), at, quote, Math.max(0, takerFeeBps)], activityRow),
  ]);
  const mark = ensureDefined(marks[0], 'an upsert returns its row');
  return toActivity(ensureDefined(rows[0], 'an aggregate has one row'), mark);
}

const toActivity = (row: ActivityRow, mark: z.output<typeof markRow>): RecentActivity => ({
  messagesPerMinute: { symbol: row.minute_symbol, account: row.minute_account },
  messagesPerTenSeconds: { symbol: row.burst_symbol, account: row.burst_account },
  ordersToday: row.today,
  isFirstDay: mark.is_first_day,
  medianQuantity: Object.fromEntries(
    Object.entries(row.medians).map(([strategy, text]) => [strategy, quantity(text)]),
  ),
  repeatedFills: { perMinute: row.fills_minute, perTenMinutes: row.fills_ten_minutes },
  stops: { count: row.stops, lastAgoMs: row.stop_ago_ms },
  rejects: { symbolMinute: row.rejects_minute, accountFiveMinutes: row.rejects_account },
  unknownRequests: row.unknown_requests,
  symbolProfitToday: money(row.profit_today),
  equity: { dayStart: money(mark.day_start), highest: money(mark.highest) },
  touch: {
    highestBuy: row.highest_buy === null ? null : price(row.highest_buy),
    lowestSell: row.lowest_sell === null ? null : price(row.lowest_sell),
  },
  young: row.young.map(({ slot, side, ...order }) => ({
    slot,
    side,
    quantity: quantity(order.quantity),
    price: order.price === null ? null : price(order.price),
  })),
});
