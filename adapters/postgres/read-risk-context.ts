/** What the gate looks at, read in the transaction that decides. */
import { z } from 'zod';
import { ensureDefined } from '../../core/assert.ts';
import { FLAT, worstNotional } from '../../core/risk/exposure.ts';
import type { SymbolExposure } from '../../core/risk/exposure.ts';
import { quantity } from '../../core/money/units.ts';
import type { Money } from '../../core/money/units.ts';
import type { SymbolRef } from '../../core/orders/order.ts';
import { countColumn, keyOf, quantityColumn } from './columns.ts';
import { EXPOSURE_COLUMNS, WORKING_ORDERS, exposureRow, toExposure } from './exposure-rows.ts';
import { haltRow } from './halts.ts';
import { select } from './transaction.ts';
import type { Queryable, Statement } from './transaction.ts';

/** A crashed submit leaves SENDING behind: past the activity's timeout nobody is sending it. */
const SYMBOL_STATE: Statement = {
  name: 'risk-symbol-state',
  text: `
SELECT e.epoch,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('halt_id', h.halt_id, 'level', h.level)), '[]')
     FROM halts h WHERE h.account = $1 AND h.cleared_at IS NULL
      AND (h.symbols IS NULL OR $3 = ANY (h.symbols))) AS halts,
  (SELECT count(*) FROM order_intents i WHERE (i.account, i.venue, i.symbol) = ($1, $2, $3) AND i.live
      AND (i.state = 'UNKNOWN' OR i.state = 'SENDING' AND i.changed_at < clock_timestamp() - interval '10 s')
  ) AS unknown_orders,
  (SELECT count(DISTINCT (i.venue, i.symbol)) FROM order_intents i
    WHERE i.account = $1 AND i.live AND i.strategy = 'grid' AND i.role IN ('level', 'counter')
      AND (i.venue, i.symbol) <> ($2, $3)) AS grids_elsewhere,
  (SELECT CASE WHEN s.covered >= abs(p.quantity) THEN NULL ELSE
      extract(epoch FROM clock_timestamp() - greatest(p.opened_at, s.lost_at))::float8 * 1000 END
     FROM positions p CROSS JOIN LATERAL (
       SELECT coalesce(sum(i.quantity - i.executed) FILTER (WHERE i.live AND NOT (
                i.state = 'UNKNOWN' OR i.state = 'PREPARED' AND i.expires_at < clock_timestamp()
                OR i.state = 'SENDING' AND i.changed_at < clock_timestamp() - interval '10 s')), 0) AS covered,
              max(i.changed_at) FILTER (WHERE NOT i.live) AS lost_at
         FROM order_intents i
        WHERE (i.account, i.venue, i.symbol) = ($1, $2, $3) AND i.role = 'stop'
          AND i.side = CASE WHEN p.quantity > 0 THEN 'sell' ELSE 'buy' END
          AND (i.live OR i.changed_at > p.opened_at)
     ) s
    WHERE (p.account, p.venue, p.symbol) = ($1, $2, $3) AND p.quantity <> 0) AS unprotected_ms,
  standing.buy AS stops_buy, standing.sell AS stops_sell,
  held.quantity + working.buy AS worst_long, working.sell - held.quantity AS worst_short
FROM symbol_epochs e CROSS JOIN LATERAL (
  SELECT coalesce(sum(i.quantity - i.executed) FILTER (WHERE i.side = 'buy'), 0) AS buy,
         coalesce(sum(i.quantity - i.executed) FILTER (WHERE i.side = 'sell'), 0) AS sell
    FROM order_intents i WHERE (i.account, i.venue, i.symbol) = ($1, $2, $3) AND i.live
     AND i.role = 'stop' AND i.state = 'ACKED' AND i.order_status = 'working'
) standing CROSS JOIN LATERAL (
  SELECT coalesce(sum(i.reserved_quantity) FILTER (WHERE i.side = 'buy'), 0) AS buy,
         coalesce(sum(i.reserved_quantity) FILTER (WHERE i.side = 'sell'), 0) AS sell
    FROM order_intents i WHERE (i.account, i.venue, i.symbol) = ($1, $2, $3) AND i.reserved_quantity > 0
) working CROSS JOIN LATERAL (
  SELECT coalesce(sum(p.quantity), 0) AS quantity FROM positions p
    WHERE (p.account, p.venue, p.symbol) = ($1, $2, $3)
) held WHERE (e.account, e.venue, e.symbol) = ($1, $2, $3)`,
};

const symbolStateRow = z.object({
  epoch: z.int(),
  halts: z.array(haltRow),
  unknown_orders: countColumn,
  grids_elsewhere: countColumn,
  unprotected_ms: z.number().nullable(),
  stops_buy: quantityColumn,
  stops_sell: quantityColumn,
  worst_long: quantityColumn,
  worst_short: quantityColumn,
});

export async function readSymbolState(on: Queryable, ref: SymbolRef) {
  const [row] = await select(on, SYMBOL_STATE, keyOf(ref), symbolStateRow);
  const state = ensureDefined(row, `openEpoch comes before any order of ${ref.symbol}`);
  return {
    epoch: state.epoch,
    halts: state.halts,
    unknownOrders: state.unknown_orders,
    gridsElsewhere: state.grids_elsewhere,
    unprotectedMs: state.unprotected_ms,
    stops: { buy: quantity(state.stops_buy), sell: quantity(state.stops_sell) },
    worst: { long: quantity(state.worst_long), short: quantity(state.worst_short) },
  };
}

/** Positions and working orders of the whole account, one row a symbol that has any. */
const EXPOSURES: Statement = {
  name: 'risk-exposures',
  text: `
SELECT venue, symbol, ${EXPOSURE_COLUMNS}
FROM (${WORKING_ORDERS}) w
FULL JOIN (SELECT venue, symbol, quantity, cost FROM positions WHERE account = $1 AND quantity <> 0) p
  USING (venue, symbol)`,
};

const accountExposureRow = exposureRow.extend({ venue: z.string(), symbol: z.string() });

export async function readExposures(
  on: Queryable,
  ref: SymbolRef,
): Promise<{ readonly own: SymbolExposure; readonly otherNotional: Money }> {
  const rows = await select(on, EXPOSURES, [ref.account], accountExposureRow);
  let own = FLAT;
  let otherNotional = 0n as Money;
  for (const row of rows) {
    if (row.venue === ref.venue && row.symbol === ref.symbol) own = toExposure(row);
    else otherNotional = (otherNotional + worstNotional(toExposure(row))) as Money;
  }
  return { own, otherNotional };
}

const OPEN_ORDERS: Statement = {
  name: 'risk-open-orders',
  text: `
SELECT count(*) AS account,
  count(*) FILTER (WHERE venue = $2 AND symbol = $3 AND kind <> 'stopMarket') AS ordinary,
  count(*) FILTER (WHERE venue = $2 AND symbol = $3 AND kind = 'stopMarket') AS conditional
FROM order_intents WHERE account = $1 AND live`,
};

const openOrdersRow = z.object({
  account: countColumn,
  ordinary: countColumn,
  conditional: countColumn,
});

export async function readOpenOrders(on: Queryable, ref: SymbolRef) {
  const [row] = await select(on, OPEN_ORDERS, keyOf(ref), openOrdersRow);
  const counts = ensureDefined(row, 'an aggregate has one row');
  return {
    symbolOrdinary: counts.ordinary,
    symbolConditional: counts.conditional,
    account: counts.account,
  };
}
