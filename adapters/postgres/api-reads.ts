/** What the API shows, read in single statements on a pool. */
import type { Pool } from 'pg';
import { z } from 'zod';
import { ensureDefined } from '../../core/assert.ts';
import type { EpochMs, Side } from '../../core/market/market.ts';
import { TRADING_LEVELS } from '../../core/market/watch.ts';
import type { SymbolStatus } from '../../core/market/watch.ts';
import { moneyText } from '../../core/money/units.ts';
import type { MoneyText, PriceText, QuantityText } from '../../core/money/units.ts';
import type { SymbolRef } from '../../core/orders/order.ts';
import { RECV_WINDOW_MS } from '../ports.ts';
import {
  countColumn,
  moneyColumn,
  priceColumn,
  quantityColumn,
  sideColumn,
  timeColumn,
} from './columns.ts';
import { readExposures } from './read-risk-context.ts';
import { activeHalts } from './reads/halts.ts';
import type { ActiveHalt } from './reads/halts.ts';
import { select } from './transaction.ts';
import type { Queryable, Statement } from './transaction.ts';

/** Methods throw when Postgres does not answer. */
export type ApiReads = {
  ping(): Promise<void>;
  /** The installation's part of client order ids; null before the first workflow start. */
  instance(account: string): Promise<string | null>;
  symbols(account: string): Promise<readonly SymbolRow[]>;
  /** Executions, newest first; `limit` 1 to 500. */
  recentTrades(account: string, limit: number): Promise<readonly TradeRow[]>;
  accountUse(account: string): Promise<AccountUse>;
  /** Halts that stand, oldest first; `symbols` null: the whole account. */
  halts(account: string): Promise<readonly ActiveHalt[]>;
  /**
   * Ordinary orders whose request may still reach the venue; without the client ids in `arrived`,
   * which were seen there: each is sent once.
   */
  sendingCount(account: string, arrived?: readonly string[]): Promise<number>;
};

export type SymbolRow = {
  readonly ref: SymbolRef;
  readonly status: SymbolStatus;
  /** Wall time at which the row was written. */
  readonly recordedAt: EpochMs;
  /** Of all fills of the symbol; null when they were paid in more than one asset. */
  readonly fees: MoneyText | null;
  /** Received, negative was paid; null when it came in more than one asset. */
  readonly funding: MoneyText | null;
  readonly lastFill: {
    readonly time: EpochMs;
    readonly side: Side;
    readonly price: PriceText;
    readonly quantity: QuantityText;
  } | null;
};

export type TradeRow = {
  readonly tradeId: string;
  readonly time: EpochMs;
  readonly symbol: string;
  readonly side: Side;
  readonly price: PriceText;
  readonly quantity: QuantityText;
  readonly fee: MoneyText;
  readonly feeAsset: string;
  /** Ours; for a trade that we did not ask for, what the venue reports, or null. */
  readonly clientOrderId: string | null;
  readonly strategy: string | null;
};

/** What the account uses of its limits. */
export type AccountUse = {
  /** Positions at cost with every working order, worst case, as the gate counts them. */
  readonly grossNotional: MoneyText;
  readonly openOrders: number;
  /** Net of fees, since 00:00 UTC of the market's day; null before there is a market time. */
  readonly realisedToday: MoneyText | null;
};

export function createApiReads(pool: Pool): ApiReads {
  return {
    ping: async () => {
      await pool.query('SELECT 1');
    },
    instance: (account) => readInstance(pool, account),
    symbols: (account) => readSymbols(pool, account),
    recentTrades: (account, limit) => readTrades(pool, account, limit),
    accountUse: (account) => readAccountUse(pool, account),
    halts: (account) => activeHalts(pool, account),
    sendingCount: (account, arrived = []) => countSending(pool, account, arrived),
  };
}

const INSTANCE: Statement = {
  name: 'api-instance',
  text: 'SELECT instance FROM accounts WHERE account = $1',
};

async function readInstance(pool: Queryable, account: string): Promise<string | null> {
  const [row] = await select(pool, INSTANCE, [account], z.object({ instance: z.string() }));
  return row?.instance ?? null;
}

const SYMBOLS: Statement = {
  name: 'api-symbols',
  text: `
SELECT s.venue, s.symbol, s.status, s.recorded_at, f.fees, i.funding, l.event_time, l.side, l.price, l.quantity
FROM symbol_status s
CROSS JOIN LATERAL (SELECT CASE WHEN count(DISTINCT fee_asset) < 2 THEN coalesce(sum(fee), 0) END AS fees
    FROM fills WHERE (account, venue, symbol) = (s.account, s.venue, s.symbol)) f
CROSS JOIN LATERAL (SELECT CASE WHEN count(DISTINCT asset) < 2 THEN coalesce(sum(amount), 0) END AS funding
    FROM incomes WHERE (account, venue, symbol) = (s.account, s.venue, s.symbol) AND kind = 'funding') i
LEFT JOIN LATERAL (SELECT event_time, side, price, quantity
    FROM fills WHERE (account, venue, symbol) = (s.account, s.venue, s.symbol)
    ORDER BY event_time DESC, seq DESC LIMIT 1) l ON true
WHERE s.account = $1 ORDER BY s.symbol`,
};

const statusColumn: z.ZodType<SymbolStatus> = z.object({
  epoch: z.int(),
  state: z.string(),
  level: z.enum(TRADING_LEVELS),
  haltReason: z.string().nullable(),
  regime: z.string().nullable(),
  strategy: z.string(),
  decisionCode: z.string().nullable(),
  decisionReason: z.string().nullable(),
  positionQuantity: quantityColumn,
  entryPrice: priceColumn.nullable(),
  openOrders: z.int(),
  protectiveStops: z.array(z.object({ side: sideColumn, triggerPrice: priceColumn })),
  gridProfit: moneyColumn,
  unknownOrders: z.int(),
  // Rows of an older build have none.
  restraints: z.array(z.string()).default([]),
  marketTime: z.int(),
});

const symbolRow = z.object({
  venue: z.string(),
  symbol: z.string(),
  status: statusColumn,
  recorded_at: timeColumn,
  fees: moneyColumn.nullable(),
  funding: moneyColumn.nullable(),
  event_time: timeColumn.nullable(),
  side: sideColumn.nullable(),
  price: priceColumn.nullable(),
  quantity: quantityColumn.nullable(),
});

async function readSymbols(pool: Queryable, account: string): Promise<readonly SymbolRow[]> {
  const rows = await select(pool, SYMBOLS, [account], symbolRow);
  return rows.map((row) => ({
    ref: { account, venue: row.venue, symbol: row.symbol },
    status: row.status,
    recordedAt: row.recorded_at,
    fees: row.fees,
    funding: row.funding,
    lastFill: lastFillOf(row),
  }));
}

function lastFillOf(row: z.output<typeof symbolRow>): SymbolRow['lastFill'] {
  const { event_time: time, side, price, quantity } = row;
  if (time === null || side === null || price === null || quantity === null) return null;
  return { time, side, price, quantity };
}

const TRADES: Statement = {
  name: 'api-recent-trades',
  text: `
SELECT f.trade_id, f.event_time, f.symbol, f.side, f.price, f.quantity, f.fee, f.fee_asset,
  coalesce(f.intent_id, f.venue_client_order_id) AS client_order_id, i.strategy
FROM fills f LEFT JOIN order_intents i ON i.client_order_id = f.intent_id
WHERE f.account = $1 ORDER BY f.event_time DESC, f.seq DESC LIMIT $2`,
};

const tradeRow = z.object({
  trade_id: z.string(),
  event_time: timeColumn,
  symbol: z.string(),
  side: sideColumn,
  price: priceColumn,
  quantity: quantityColumn,
  fee: moneyColumn,
  fee_asset: z.string(),
  client_order_id: z.string().nullable(),
  strategy: z.string().nullable(),
});

async function readTrades(
  pool: Queryable,
  account: string,
  limit: number,
): Promise<readonly TradeRow[]> {
  const rows = await select(pool, TRADES, [account, limit], tradeRow);
  return rows.map((row) => ({
    tradeId: row.trade_id,
    time: row.event_time,
    symbol: row.symbol,
    side: row.side,
    price: row.price,
    quantity: row.quantity,
    fee: row.fee,
    feeAsset: row.fee_asset,
    clientOrderId: row.client_order_id,
    strategy: row.strategy,
  }));
}

/** Fees in another asset than the profit cannot be subtracted from it: then nothing is said. */
const USE: Statement = {
  name: 'api-account-use',
  text: `
WITH day AS (SELECT date_trunc('day', max(event_time), 'UTC') AS start FROM symbol_status WHERE account = $1)
SELECT (SELECT count(*) FROM order_intents WHERE account = $1 AND live) AS open_orders,
  (SELECT CASE WHEN day.start IS NOT NULL AND count(DISTINCT fee_asset) < 2
            THEN coalesce(sum(venue_realised_profit - fee), 0) END
     FROM fills WHERE account = $1 AND event_time >= day.start) AS realised_today
FROM day`,
};

const useRow = z.object({ open_orders: countColumn, realised_today: moneyColumn.nullable() });

async function readAccountUse(pool: Queryable, account: string): Promise<AccountUse> {
  // No symbol is its own here, so that every one counts among the others.
  const everySymbol = { account, venue: '', symbol: '' };
  const [[row], exposures] = await Promise.all([
    select(pool, USE, [account], useRow),
    readExposures(pool, everySymbol),
  ]);
  const use = ensureDefined(row, 'an aggregate has one row');
  return {
    grossNotional: moneyText(exposures.otherNotional),
    openOrders: use.open_orders,
    realisedToday: use.realised_today,
  };
}

/** What the venue's clock and ours may differ by; `sent_at` is the venue's, as it was measured. */
const CLOCK_MARGIN_MS = 250;

/**
 * The request is signed with a time before its row was SENDING, and the venue refuses it once
 * `recvWindow` has passed, so a row of a dead sender counts no longer than that. One that became
 * UNKNOWN (our HTTP timeout is shorter) may arrive as well. Stops are protection: they stay.
 */
const SENDING: Statement = {
  name: 'api-sending',
  text: `
SELECT count(*) AS sending FROM order_intents
WHERE account = $1 AND live AND order_status IS NULL AND kind <> 'stopMarket' AND client_order_id <> ALL ($2)
  AND CASE state WHEN 'SENDING' THEN changed_at WHEN 'UNKNOWN' THEN sent_at END
    > clock_timestamp() - $3 * interval '1 ms'`,
};

async function countSending(
  pool: Queryable,
  account: string,
  arrived: readonly string[],
): Promise<number> {
  const values = [account, arrived, RECV_WINDOW_MS + CLOCK_MARGIN_MS];
  const [row] = await select(pool, SENDING, values, z.object({ sending: countColumn }));
  return ensureDefined(row, 'an aggregate has one row').sending;
}
