/** One account by what Postgres holds: plain SQL, no code of the platform. */
import pg from 'pg';
import { decimal } from './decimal.ts';

export type IntentSeen = {
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly role: string;
  readonly side: string;
  readonly kind: string;
  readonly quantity: bigint;
  readonly price: bigint | null;
  readonly triggerPrice: bigint | null;
  readonly reduceOnly: boolean;
  readonly state: string;
  readonly orderStatus: string | null;
  readonly executed: bigint;
};

export type FillSeen = {
  readonly symbol: string;
  readonly tradeId: string;
  readonly orderId: string;
  readonly intentId: string | null;
  readonly side: string;
  readonly price: bigint;
  readonly quantity: bigint;
  readonly fee: bigint;
  readonly feeAsset: string;
  readonly maker: boolean;
  readonly realised: bigint;
  readonly timeMs: number;
};

export type IncomeSeen = {
  readonly kind: string;
  readonly symbol: string | null;
  readonly asset: string;
  readonly amount: bigint;
  readonly timeMs: number;
};

export type LedgerAccount = {
  readonly intents: readonly IntentSeen[];
  readonly fills: readonly FillSeen[];
  readonly incomes: readonly IncomeSeen[];
  readonly positions: ReadonlyMap<string, bigint>;
  /** By symbol, by the ledger's own average cost, before fees. */
  readonly realised: ReadonlyMap<string, bigint>;
};

const INTENTS = `
  SELECT client_order_id, symbol, role, side, kind, quantity::text,
    -- An amend changes the price of the order, not of what was asked for at first.
    coalesce((SELECT o.price FROM orders o WHERE o.intent_id = client_order_id AND NOT o.conditional
      AND kind = 'limit'), price)::text AS price,
    trigger_price::text, reduce_only, state, order_status, executed::text
  FROM order_intents WHERE account = $1 ORDER BY client_order_id`;
const FILLS = `
  SELECT symbol, trade_id, order_id, intent_id, side, price::text, quantity::text, fee::text,
    fee_asset, maker, venue_realised_profit::text AS realised,
    (extract(epoch FROM event_time) * 1000)::bigint::text AS time_ms
  FROM fills WHERE account = $1 ORDER BY seq`;
const POSITIONS = `
  SELECT symbol, quantity::text, realised_profit::text AS realised FROM positions WHERE account = $1`;
const INCOMES = `
  SELECT kind, symbol, asset, amount::text,
    (extract(epoch FROM event_time) * 1000)::bigint::text AS time_ms
  FROM incomes WHERE account = $1 ORDER BY event_time, transaction_id`;

type Row = Readonly<Record<string, string | null>> & { reduce_only: boolean; maker: boolean };

export async function ledgerAccount(
  connectionString: string,
  account: string,
): Promise<LedgerAccount> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    // One snapshot for all.
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const rows = async (sql: string) => (await client.query<Row>(sql, [account])).rows;
    const intents = (await rows(INTENTS)).map(toIntent);
    const fills = (await rows(FILLS)).map(toFill);
    const incomes = (await rows(INCOMES)).map(toIncome);
    const positions = await rows(POSITIONS);
    await client.query('COMMIT');
    const bySymbol = (column: string) =>
      new Map(positions.map((row) => [text(row, 'symbol'), decimal(text(row, column))]));
    return {
      intents,
      fills,
      incomes,
      positions: bySymbol('quantity'),
      realised: bySymbol('realised'),
    };
  } finally {
    await client.end();
  }
}

function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value === 'string') return value;
  throw new Error(`${column} is ${String(value)}`);
}

const optional = (value: string | null | undefined): bigint | null =>
  value === null || value === undefined ? null : decimal(value);

const toIntent = (row: Row): IntentSeen => ({
  clientOrderId: text(row, 'client_order_id'),
  symbol: text(row, 'symbol'),
  role: text(row, 'role'),
  side: text(row, 'side'),
  kind: text(row, 'kind'),
  quantity: decimal(text(row, 'quantity')),
  price: optional(row['price']),
  triggerPrice: optional(row['trigger_price']),
  reduceOnly: row.reduce_only,
  state: text(row, 'state'),
  orderStatus: row['order_status'] ?? null,
  executed: decimal(text(row, 'executed')),
});

const toFill = (row: Row): FillSeen => ({
  symbol: text(row, 'symbol'),
  tradeId: text(row, 'trade_id'),
  orderId: text(row, 'order_id'),
  intentId: row['intent_id'] ?? null,
  side: text(row, 'side'),
  price: decimal(text(row, 'price')),
  quantity: decimal(text(row, 'quantity')),
  fee: decimal(text(row, 'fee')),
  feeAsset: text(row, 'fee_asset'),
  maker: row.maker,
  realised: decimal(text(row, 'realised')),
  timeMs: Number(text(row, 'time_ms')),
});

const toIncome = (row: Row): IncomeSeen => ({
  kind: text(row, 'kind'),
  symbol: row['symbol'] ?? null,
  asset: text(row, 'asset'),
  amount: decimal(text(row, 'amount')),
  timeMs: Number(text(row, 'time_ms')),
});
