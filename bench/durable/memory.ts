/** Resident memory of the worker process, by the number of idle symbols that it holds. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { Pool } from 'pg';
import {
  SHARED_TASK_QUEUE,
  SYMBOL_WORKFLOW,
  levelSignal,
  symbolWorkflowId,
} from '../../workflows/messages.ts';
import type { BenchChild } from '../harness/bench-child.ts';
import { residentMiB } from '../harness/machine.ts';
import { round } from '../harness/quantiles.ts';
import type { WorkerMessage } from '../worker-messages.ts';
import type { SymbolRef } from '../../core/orders/order.ts';
import { refOf } from './stack.ts';
import type { Stack } from './stack.ts';

export type MemoryFigures = {
  readonly points: readonly {
    readonly symbols: number;
    readonly residentMiB: number;
    /** Wall ms until all of them were in standby. */
    readonly startMs: number;
    /** Request weight of all reads so far. */
    readonly readWeight: number;
  }[];
  /** Slope between the first and the last point. */
  readonly perSymbolMiB: number;
  /** Request weight that starting one symbol costs at the venue; Binance allows 2,400 a minute. */
  readonly readWeightPerSymbol: number;
};

const SETTLE_MS = 3_000;
const ASK_EVERY_MS = 200;
const START_LIMIT_MS = 120_000;

export async function measureMemory(
  { client, sql }: Pick<Stack, 'client' | 'sql'>,
  worker: BenchChild<WorkerMessage>,
  account: string,
  symbols: readonly string[],
  counts: readonly number[],
): Promise<MemoryFigures> {
  const points = [];
  let readWeight = 0;
  worker.onMessage((message) => {
    if (message.kind === 'readWeight') readWeight = message.weight;
  });
  await delay(SETTLE_MS);
  points.push({ symbols: 0, residentMiB: residentMiB(worker.pid), startMs: 0, readWeight });
  for (const count of counts) {
    const begun = performance.now();
    const known = points.at(-1)?.symbols ?? 0;
    await Promise.all(
      symbols.slice(known, count).map((symbol) => startIdle(client, refOf(account, symbol))),
    );
    await untilStandby(sql, account, symbols.slice(0, count));
    const startMs = Math.round(performance.now() - begun);
    await delay(SETTLE_MS);
    points.push({ symbols: count, residentMiB: residentMiB(worker.pid), startMs, readWeight });
  }
  const first = points[0];
  const last = points.at(-1);
  const added = (last?.residentMiB ?? 0) - (first?.residentMiB ?? 0);
  const count = last?.symbols ?? 1;
  return {
    points,
    perSymbolMiB: round(added / count),
    readWeightPerSymbol: Math.round(((last?.readWeight ?? 0) - (first?.readWeight ?? 0)) / count),
  };
}

/** At level PAUSE a symbol takes data, decides and stays in standby. */
async function startIdle(client: Client, ref: SymbolRef): Promise<void> {
  await client.workflow.signalWithStart(SYMBOL_WORKFLOW, {
    workflowId: symbolWorkflowId(ref),
    taskQueue: SHARED_TASK_QUEUE,
    args: [{ ref }],
    signal: levelSignal,
    signalArgs: [{ level: 'PAUSE', reason: 'measured while idle', by: 'bench' }],
  });
}

async function untilStandby(sql: Pool, account: string, symbols: readonly string[]): Promise<void> {
  const until = performance.now() + START_LIMIT_MS;
  for (;;) {
    const { rows } = await sql.query<{ standing: number }>(
      `SELECT count(*)::int AS standing FROM symbol_status
        WHERE account = $2 AND symbol = ANY ($1::text[]) AND state LIKE 'standby%'
          AND status ->> 'decisionCode' IS NOT NULL`,
      [symbols, account],
    );
    const standing = rows[0]?.standing ?? 0;
    if (standing >= symbols.length) return;
    if (performance.now() > until) {
      throw new Error(`${standing} of ${symbols.length} symbols in standby after the limit`);
    }
    await delay(ASK_EVERY_MS);
  }
}
