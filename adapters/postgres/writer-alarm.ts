/** Stops a symbol that another Tidegate trades too: one account and symbol has one writer. */
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import type { SymbolRef } from '../../core/orders/order.ts';
import type { HaltLatch } from '../ports.ts';
import { activeHalts } from './reads/halts.ts';

/**
 * Sets a HALT over the symbol unless one stands. Once resumed, the next order of the other one that
 * is seen sets a new halt: two writers never go on.
 */
export const createWriterAlarm =
  (pool: Pool, latch: Pick<HaltLatch, 'set'>) =>
  async ({ account, symbol }: SymbolRef, reason: string): Promise<void> => {
    const halts = await activeHalts(pool, account);
    const isHalted = halts.some(({ symbols }) => symbols === null || symbols.includes(symbol));
    if (isHalted) return;
    const haltId = `writer-${randomUUID()}`;
    await latch.set({ account, haltId, level: 'HALT', reason, by: 'worker', symbols: [symbol] });
  };
