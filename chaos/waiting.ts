/** Bounded waits: an answer or undefined, never a wait without an end. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Rig } from './rig.ts';

export type Row = Readonly<Record<string, unknown>>;

/** Asks until there is an answer; undefined after `timeoutMs` (wall). */
export async function until<T>(
  ask: () => Promise<T | undefined>,
  timeoutMs: number,
  everyMs = 5,
): Promise<T | undefined> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() >= deadline) return undefined;
    await pause(everyMs);
  }
}

export const query = async (
  { pool }: Rig,
  sql: string,
  values: readonly unknown[] = [],
): Promise<Row[]> => (await pool.query<Row>(sql, [...values])).rows;

/** Rows once there is one; a database that is just away counts as none. */
export const untilRows = (
  rig: Rig,
  sql: string,
  { values = [], timeoutMs, everyMs = 5 }: RowWait,
): Promise<Row[] | undefined> =>
  until(
    async () => {
      const rows = await query(rig, sql, values).catch(() => []);
      return rows.length > 0 ? rows : undefined;
    },
    timeoutMs,
    everyMs,
  );

type RowWait = {
  readonly values?: readonly unknown[];
  readonly timeoutMs: number;
  readonly everyMs?: number;
};
