/** What a worker finds of the one before it: when that was killed, its cached workflows wait for nobody. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Client } from '@temporalio/client';
import type { Connection } from '@temporalio/client';
import { z } from 'zod';
import { ensureDefined } from '../../core/assert.ts';
import { SYMBOL_WORKFLOW } from '../../workflows/messages.ts';
import { identify, isSameProcess } from '../up/process-identity.ts';

const identitySchema = z.object({ pid: z.number().int(), startTime: z.string() });

export type WorkerMarker = {
  /** A worker of this data folder ended without saying so. */
  readonly predecessorDied: boolean;
  /** This worker ends in order. */
  remove(): void;
};

/** Leaves a file that says which worker runs; one that stands while its process is gone tells of a death. */
export function leaveMarker(path: string): WorkerMarker {
  const predecessorDied = isOfTheDead(path);
  const own = ensureDefined(identify(process.pid), 'this process runs');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(own));
  return { predecessorDied, remove: () => rmSync(path, { force: true }) };
}

function isOfTheDead(path: string): boolean {
  if (!existsSync(path)) return false;
  try {
    return !isSameProcess(identitySchema.parse(JSON.parse(readFileSync(path, 'utf8'))));
  } catch {
    // Half a file is what a death in the middle of writing leaves.
    return true;
  }
}

const WORKFLOWS_MAX = 5_000;

/**
 * Temporal offers the next task of a cached workflow to the process that cached it, for a second.
 * Told that it is gone, it offers the task to everybody at once. Answers how many it told.
 */
export async function forgetStickyQueues(
  connection: Connection,
  namespace: string,
): Promise<number> {
  const query = `WorkflowType = '${SYMBOL_WORKFLOW}' AND ExecutionStatus = 'Running'`;
  let count = 0;
  for await (const { workflowId, runId } of new Client({ connection, namespace }).workflow.list({
    query,
  })) {
    if (count >= WORKFLOWS_MAX) return count;
    const execution = { workflowId, runId };
    await connection.workflowService.resetStickyTaskQueue({ namespace, execution });
    count += 1;
  }
  return count;
}
