/**
 * Records the stored histories and carries anew, from real runs:
 * `TIDEGATE_STORE_HISTORIES=1 npx vitest run test/replay`. Only for a workflow that runs nowhere:
 * the old ones prove that today's code replays what yesterday's wrote.
 */
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { afterEach, expect, test } from 'vitest';
import { carryOf, historiesOf } from '../support/histories.ts';
import { printRun } from '../support/run-report.ts';
import { startStack } from '../support/stack.ts';
import type { Stack } from '../support/stack.ts';
import { store } from './stored.ts';

const SYMBOL = 'BTCUSDT';
const MIDNIGHT = Date.UTC(2026, 2, 2);
const HOUR_MS = 3_600_000;
const FILE_BYTES_MAX = 300_000;
const UNLIMITED = 10_000;

const stacks: Stack[] = [];
afterEach(async () => {
  await Promise.all(stacks.splice(0).map((stack) => stack.stop()));
});

type Recording = {
  readonly name: string;
  readonly fromH: number;
  readonly hours: number;
  readonly historyEventsMax?: number;
  readonly during?: (stack: Stack) => Promise<void>;
};

/** In the seeded market of these hours a grid trades, a trend is scalped, orders are stopped. */
const RECORDINGS: readonly Recording[] = [
  { name: 'grid', fromH: 0, hours: 4 },
  { name: 'scalp', fromH: 9, hours: 3 },
  { name: 'halt-and-resume', fromH: 0, hours: 2, during: haltAndResume },
  { name: 'continued', fromH: 0, hours: 4, historyEventsMax: 200 },
];

async function haltAndResume(stack: Stack): Promise<void> {
  const { database } = stack;
  const levels = `SELECT 1 FROM order_intents WHERE role = 'level' AND order_status = 'working'`;
  await database.until('a grid stands', levels, (rows) => rows.length >= 4);
  await stack.api('POST', '/emergency-stop', { reason: 'a recording' });
  await stack.api('POST', '/resume', { reason: 'the recording goes on' });
}

test.skipIf(process.env['TIDEGATE_STORE_HISTORIES'] === undefined).each(RECORDINGS)(
  'record $name',
  async ({ name, fromH, hours, historyEventsMax = UNLIMITED, during }) => {
    const startTime = MIDNIGHT + fromH * HOUR_MS;
    const endTime = startTime + hours * HOUR_MS;
    const stack = await startStack({
      symbols: [SYMBOL],
      market: { source: 'synthetic', seed: 12, startTime, endTime, stepMs: 15_000 },
      pace: { kind: 'lockstep' },
    });
    stacks.push(stack);
    await stack.startWorkflow(SYMBOL, historyEventsMax);
    await during?.(stack);
    await stack.marketEnded(120_000);
    await printRun(`recorded: ${name}`, stack);

    // The oldest run, and of many the two after it.
    const runs = (await historiesOf((runId) => stack.workflow(SYMBOL, runId))).toReversed();
    for (const [index, history] of runs.slice(0, 3).entries()) {
      const json: unknown = JSON.parse(historyToJSON(history));
      const bytes = store('histories', `${name}-${index + 1}`, json);
      expect(bytes).toBeLessThan(FILE_BYTES_MAX);
    }
    for (const [index, history] of runs.slice(1, 3).entries()) {
      store('carries', `${name}-${index + 1}`, carryOf(history));
    }
  },
  180_000,
);
