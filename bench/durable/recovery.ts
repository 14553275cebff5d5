/** From `kill -9` of the worker to the first decision that its successor wrote. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { BenchChild } from '../harness/bench-child.ts';
import { summarise } from '../harness/quantiles.ts';
import type { Summary } from '../harness/quantiles.ts';
import type { WorkerMessage } from '../worker-messages.ts';
import type { SymbolDriver } from './symbol-driver.ts';

export type Recovery = {
  /** Wall ms from the kill until a decision on warm data is in Postgres. */
  readonly killToDecision: Summary;
  /** Wall ms of it until the new process polls: start of Node, connections, workflow bundle. */
  readonly killToPolling: Summary;
};

type Worker = BenchChild<WorkerMessage>;

/** Wall time between two closes of a minute: what a decision waits for at most. */
const MINUTE_EVERY_MS = 250;
const ASK_EVERY_MS = 20;
const RECOVERY_LIMIT_MS = 60_000;
/** Trading again before the next kill, so that every kill finds a running symbol. */
const TRADES_BETWEEN_MS = 1_500;

export async function measureRecovery(
  sql: Pool,
  driver: SymbolDriver,
  first: Worker,
  start: () => Promise<Worker>,
  plan: { readonly kills: number; readonly recoveryMs: number },
): Promise<{ readonly recovery: Recovery; readonly worker: Worker }> {
  const decided: number[] = [];
  const polling: number[] = [];
  let worker = first;
  const until = Date.now() + plan.recoveryMs;
  const market = driver.closeMinutes(MINUTE_EVERY_MS);
  try {
    // The first one counts however long it takes; no further one is begun without time for it.
    for (let i = 0; i < plan.kills && (i === 0 || Date.now() < until); i += 1) {
      await delay(TRADES_BETWEEN_MS + Math.random() * MINUTE_EVERY_MS);
      const killedAt = Date.now();
      const gone = worker.kill();
      const next = start().then((started) => {
        polling.push(Date.now() - killedAt);
        return started;
      });
      await gone;
      const decision = untilDecision(sql, killedAt);
      [worker] = await Promise.all([next, decision.then((at) => decided.push(at - killedAt))]);
    }
  } finally {
    await market.stop();
  }
  const recovery = { killToDecision: summarise(decided), killToPolling: summarise(polling) };
  return { recovery, worker };
}

/** Nothing of the killed process can still be written this long after its end. */
const LAST_COMMIT_MS = 200;

/** Wall time at which the first decision after a kill was recorded, by the database's clock. */
async function untilDecision(sql: Pool, killedAt: number): Promise<number> {
  const until = Date.now() + RECOVERY_LIMIT_MS;
  const after = new Date(killedAt + LAST_COMMIT_MS).toISOString();
  while (Date.now() < until) {
    const { rows } = await sql.query<{ at: Date }>(
      `SELECT recorded_at AS at FROM decisions
        WHERE recorded_at > $1 AND inputs #>> '{features,byTimeframe,15m}' IS NOT NULL
        ORDER BY recorded_at LIMIT 1`,
      [after],
    );
    const [row] = rows;
    if (row !== undefined) return row.at.getTime();
    await delay(ASK_EVERY_MS);
  }
  throw new Error(`no decision within ${RECOVERY_LIMIT_MS} ms after the kill`);
}
