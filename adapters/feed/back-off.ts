/** Waits between attempts: doubling, capped, ended early by an abort. */
import { setTimeout as delay } from 'node:timers/promises';

const FIRST_MS = 100;
const MAX_MS = 5_000;

/** Resolves after the wait of the given attempt (0, 1, …), or at once when aborted. */
export async function backOff(attempt: number, signal: AbortSignal): Promise<void> {
  const waitMs = Math.min(MAX_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
  await delay(waitMs, undefined, { signal, ref: false }).catch(() => undefined);
}
