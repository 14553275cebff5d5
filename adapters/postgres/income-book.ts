/** `incomes`: what moved the account's money without a trade. */
import type { Pool } from 'pg';
import { z } from 'zod';
import type { Income } from '../../core/portfolio/income.ts';
import type { IncomeBook } from '../ports.ts';
import { timeColumn, toTimestamp } from './columns.ts';
import { run, select } from './transaction.ts';
import type { Statement } from './transaction.ts';

const INSERT: Statement = {
  name: 'income-insert',
  text: `INSERT INTO incomes (account, venue, venue_type, transaction_id, kind, symbol, asset, amount,
      event_time)
    SELECT $1, $2, * FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
      $8::numeric[], $9::timestamptz[])
    ON CONFLICT DO NOTHING`,
};

const NEWEST: Statement = {
  name: 'income-newest',
  text: 'SELECT max(event_time) AS time FROM incomes WHERE (account, venue) = ($1, $2)',
};

export const createIncomeBook = (pool: Pool): IncomeBook => ({
  record: async (account, venue, incomes) => {
    if (incomes.length === 0) return 0;
    const { rowCount } = await run(pool, INSERT, [account, venue, ...columnsOf(incomes)]);
    return rowCount ?? 0;
  },
  newestTime: async (account, venue) => {
    const row = z.object({ time: timeColumn.nullable() });
    const [newest] = await select(pool, NEWEST, [account, venue], row);
    return newest?.time ?? null;
  },
});

const columnsOf = (incomes: readonly Income[]): unknown[] => [
  incomes.map((income) => income.venueType),
  incomes.map((income) => income.transactionId),
  incomes.map((income) => income.kind),
  incomes.map((income) => income.symbol),
  incomes.map((income) => income.asset),
  incomes.map((income) => income.amount),
  incomes.map((income) => toTimestamp(income.eventTime)),
];
