/** P25: requests whose outcome stays unknown halt the account, whether or not anybody asks the gate. */
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { z } from 'zod';
import { isSet } from '../../core/risk/percent.ts';
import type { RiskLimits } from '../../core/risk/risk-limits.ts';
import type { HaltLatch } from '../ports.ts';
import { countColumn } from './columns.ts';
import { activeHalts } from './reads/halts.ts';
import { select } from './transaction.ts';
import type { Statement } from './transaction.ts';

/** A batch counts once. `SENDING` is unknown, too: past the activity's timeout nobody is sending it. */
const OVERDUE: Statement = {
  name: 'unknown-overdue',
  text: `SELECT count(DISTINCT (venue, symbol, sent_at)) AS requests FROM order_intents
    WHERE account = $1 AND live AND state IN ('UNKNOWN', 'SENDING')
      AND sent_at <= clock_timestamp() - make_interval(secs => $2 / 1000.0)`,
};
const overdueRow = z.object({ requests: countColumn });

/** Without its limits every such request halts. */
export async function haltOnUnknown(
  pool: Pool,
  latch: Pick<HaltLatch, 'set'>,
  { unknownGraceMs, unknownRequestsAccount }: RiskLimits,
  account: string,
): Promise<void> {
  const graceMs = isSet(unknownGraceMs) ? unknownGraceMs : 0;
  const most = isSet(unknownRequestsAccount) ? unknownRequestsAccount : 1;
  const [overdue] = await select(pool, OVERDUE, [account, graceMs], overdueRow);
  if ((overdue?.requests ?? 0) < most) return;
  const halts = await activeHalts(pool, account);
  if (halts.some(({ symbols }) => symbols === null)) return;
  await latch.set({
    account,
    haltId: `gate-unknown-${randomUUID()}`,
    level: 'HALT',
    reason: 'ORDERS_UNKNOWN_TOO_LONG',
    by: 'gate',
    symbols: null,
  });
}
