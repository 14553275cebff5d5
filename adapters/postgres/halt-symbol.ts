/** Halts a single symbol for what a process noticed: another writer, prices that are too old. */
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import type { HaltLatch, HaltSymbol } from '../ports.ts';
import { activeHalts } from './reads/halts.ts';

/**
 * Nothing happens where a halt over the symbol stands. Once resumed, the next time that the cause is
 * seen sets a new one. Where PostgreSQL is away, the latch keeps the halt on this host until it is back.
 */
export const createHaltSymbol =
  (pool: Pool, latch: Pick<HaltLatch, 'set'>): HaltSymbol =>
  async ({ account, symbol }, { reason, by }) => {
    const halts = await activeHalts(pool, account).catch(() => []);
    const isHalted = halts.some(({ symbols }) => symbols === null || symbols.includes(symbol));
    if (isHalted) return;
    const haltId = `${by}-${randomUUID()}`;
    await latch.set({ account, haltId, level: 'HALT', reason, by, symbols: [symbol] });
  };
