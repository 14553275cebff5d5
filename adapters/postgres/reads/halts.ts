/** Halts for people and for the latch. */
import type { Pool } from 'pg';
import { z } from 'zod';
import { TRADING_LEVELS } from '../../../core/market/watch.ts';
import { timeColumn } from '../columns.ts';
import { select } from '../transaction.ts';
import type { Statement } from '../transaction.ts';

const ACTIVE: Statement = {
  name: 'halts-active',
  text: `SELECT account, halt_id, level, reason, set_by, symbols, set_at FROM halts
    WHERE account = $1 AND cleared_at IS NULL ORDER BY set_at`,
};
const activeRow = z
  .object({
    account: z.string(),
    halt_id: z.string(),
    level: z.enum(TRADING_LEVELS),
    reason: z.string(),
    set_by: z.string(),
    symbols: z.array(z.string()).nullable(),
    set_at: timeColumn,
  })
  .transform((row) => ({
    account: row.account,
    haltId: row.halt_id,
    level: row.level,
    reason: row.reason,
    by: row.set_by,
    symbols: row.symbols,
    setAt: new Date(row.set_at).toISOString(),
  }));

export type ActiveHalt = z.output<typeof activeRow>;

/** Halts of the account that are not cleared, oldest first; `symbols` null is the whole account. */
export const activeHalts = (pool: Pool, account: string): Promise<ActiveHalt[]> =>
  select(pool, ACTIVE, [account], activeRow);
