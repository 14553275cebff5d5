/** `run.json`: the supervisor and its children with pid and start time, for the next start and for `status`. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { isSameProcess, stopProcess } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';

const identity = z.object({ pid: z.int().positive(), startTime: z.string() });
const childRecord = identity.extend({
  name: z.string(),
  /** How it is asked to stop. */
  signal: z.enum(['SIGTERM', 'SIGINT']),
  startedAt: z.string(),
});
const runRecord = z.object({ supervisor: identity, children: z.array(childRecord) });

export type ChildRecord = z.output<typeof childRecord>;
export type RunRecord = z.output<typeof runRecord>;

/** Undefined when there is none, or when a full disk left half of one. */
export function readRunFile(path: string): RunRecord | undefined {
  try {
    return runRecord.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return undefined;
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Replaced as a whole, so that a reader never sees half of it. */
export function writeRunFile(path: string, record: RunRecord): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, JSON.stringify(record, undefined, 2));
  renameSync(`${path}.new`, path);
}

export const removeRunFile = (path: string): void => rmSync(path, { force: true });

/** The supervisor that has this run file now, if it is alive. */
export function liveSupervisor(record: RunRecord | undefined): ProcessIdentity | undefined {
  return record !== undefined && isSameProcess(record.supervisor) ? record.supervisor : undefined;
}

const ORPHAN_TIMEOUT_MS = 20_000;

/** Stops what a killed supervisor left, last started first. */
export async function stopOrphans(
  children: readonly ChildRecord[],
  onOrphan: (child: ChildRecord) => void,
): Promise<void> {
  for (const child of children.toReversed().filter(isSameProcess)) {
    onOrphan(child);
    await stopProcess(child, { signal: child.signal, timeoutMs: ORPHAN_TIMEOUT_MS });
  }
}
