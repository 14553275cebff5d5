/** Makes a calm market's symbols send, place stops and cancel, as a person at the API would. */
import type { Rig } from './rig.ts';
import { query, untilRows } from './waiting.ts';

const CANCEL_LIMIT_MS = 10_000;
const ENTRIES = `SELECT 1 FROM order_intents WHERE live AND NOT reduce_only`;
const NO_ENTRIES = `SELECT 1 WHERE NOT EXISTS (${ENTRIES})`;

/** Answers whether there was something to cancel. */
export async function pauseEntries(rig: Rig): Promise<boolean> {
  const before = await query(rig, ENTRIES);
  await level(rig, 'PAUSE');
  return before.length > 0;
}

export const untilNoEntries = async (rig: Rig): Promise<void> => {
  await untilRows(rig, NO_ENTRIES, { timeoutMs: CANCEL_LIMIT_MS });
};

export const resumeEntries = (rig: Rig): Promise<void> => level(rig, 'ACTIVE');

/** Every grid is cancelled and planned anew: stops and levels go out. */
export async function planAgain(rig: Rig): Promise<void> {
  await pauseEntries(rig);
  await untilNoEntries(rig);
  await resumeEntries(rig);
}

/** Where a position keeps its stops through a pause, a halt and its end plan them anew. */
export async function haltAndResume({ stack }: Rig): Promise<void> {
  await stack.api('POST', '/emergency-stop', { reason: 'chaos' });
  await stack.api('POST', '/resume', { reason: 'chaos' });
}

async function level({ stack }: Rig, wanted: 'PAUSE' | 'ACTIVE'): Promise<void> {
  const { status, body } = await stack.api('POST', '/level', { level: wanted, reason: 'chaos' });
  if (status !== 202 && status !== 200)
    throw new Error(`level ${wanted} answered ${status}: ${JSON.stringify(body)}`);
}
