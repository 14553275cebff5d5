/** The emergency stop's latch: Postgres, host file and memory; any of them stops new risk. */
import type { Pool } from 'pg';
import { z } from 'zod';
import type { SymbolRef } from '../../core/orders/order.ts';
import type { LatchView } from '../../core/risk/risk-context.ts';
import type { HaltLatch, HaltState } from '../ports.ts';
import { ensureAccount } from './account-row.ts';
import { severest } from './halts.ts';
import { activeHalts } from './reads/halts.ts';
import type { Halt, HostHalts } from './host-halts.ts';
import { notify } from './notifications.ts';
import { raiseRiskEvent } from './risk-events.ts';
import { newInstance } from './symbol-epochs.ts';
import { inTransaction, run, select } from './transaction.ts';
import type { Queryable, Statement } from './transaction.ts';

export type HaltLatchOptions = {
  readonly mode: 'paper' | 'live';
  /** The one that the ledger of this process uses. */
  readonly hostHalts: HostHalts;
};

export function createHaltLatch(pool: Pool, options: HaltLatchOptions): HaltLatch {
  return {
    read: (account) => readLatch(pool, options.hostHalts, account),
    set: (halt) => setHalt(pool, options, { ...halt, setAt: new Date().toISOString() }),
    clear: (request) => clearHalt(pool, options.hostHalts, request),
  };
}

/** Waits for the submits in transition, which hold the row shared; no new one passes meanwhile. */
const LOCK: Statement = {
  name: 'latch-lock',
  text: 'UPDATE halt_latch SET revision = revision + 1 WHERE account = $1',
};

// `set` makes a halt active again that was cleared; `publish` only adds what Postgres lacks.
const INSERT = `INSERT INTO halts (account, halt_id, level, reason, set_by, symbols, set_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (account, halt_id) DO`;
const SET: Statement = {
  name: 'halt-set',
  text: `${INSERT} UPDATE SET cleared_at = NULL, cleared_by = NULL, clear_reason = NULL`,
};
const PUBLISH: Statement = { name: 'halt-publish', text: `${INSERT} NOTHING` };

const haltValues = (halt: Halt): unknown[] => [
  halt.account,
  halt.haltId,
  halt.level,
  halt.reason,
  halt.by,
  halt.symbols,
  halt.setAt,
];

/** `latched`: Postgres holds it. Without Postgres this host's processes still add no risk. */
async function setHalt(
  pool: Pool,
  { mode, hostHalts }: HaltLatchOptions,
  halt: Halt,
): Promise<{ latched: boolean }> {
  const [file, latched] = await Promise.allSettled([
    hostHalts.add(halt),
    writeHalt(pool, mode, halt),
  ]);
  if (latched.status === 'fulfilled') return { latched: true };
  if (file.status === 'fulfilled') return { latched: false };
  throw new AggregateError([file.reason, latched.reason], 'the halt stands only in memory');
}

async function writeHalt(pool: Pool, mode: string, halt: Halt): Promise<void> {
  const { account, haltId, level, reason, by } = halt;
  const ref = { account, venue: '', symbol: '' };
  await inTransaction(pool, async (transaction) => {
    await ensureAccount(transaction, { name: account, mode, instance: newInstance() });
    transaction.write(LOCK, [account]);
    transaction.write(SET, haltValues(halt));
    raiseRiskEvent(transaction, ref, {
      key: `halt:${haltId}`,
      code: 'HALT_SET',
      severity: 'critical',
      detail: { haltId, level, reason, by },
      eventTime: Date.parse(halt.setAt),
    });
    notify(transaction, 'halts', ref);
  });
}

const CLEAR: Statement = {
  name: 'halt-clear',
  text: `UPDATE halts SET cleared_at = clock_timestamp(), cleared_by = $3, clear_reason = $4
    WHERE account = $1 AND halt_id = $2 AND cleared_at IS NULL`,
};

/** False when no such halt is active. Throws when Postgres cannot be written: it stays set. */
async function clearHalt(
  pool: Pool,
  hostHalts: HostHalts,
  { account, haltId, reason, by }: Parameters<HaltLatch['clear']>[0],
): Promise<boolean> {
  await publishHostHalts(pool, hostHalts, account);
  const ref = { account, venue: '', symbol: '' };
  const cleared = await inTransaction(pool, async (transaction) => {
    transaction.write(LOCK, [account]);
    const { rowCount } = await run(transaction, CLEAR, [account, haltId, by, reason]);
    if (rowCount !== 1) return false;
    raiseRiskEvent(transaction, ref, {
      key: `halt-cleared:${haltId}`,
      code: 'HALT_CLEARED',
      severity: 'info',
      detail: { haltId, reason, by },
      eventTime: Date.now(),
    });
    notify(transaction, 'halts', ref);
    return true;
  });
  if (cleared) await hostHalts.remove({ account, haltId });
  return cleared;
}

const KNOWN: Statement = {
  name: 'halts-known',
  text: 'SELECT halt_id, cleared_at IS NOT NULL AS cleared FROM halts WHERE account = $1 AND halt_id = ANY ($2::text[])',
};
const knownRow = z.object({ halt_id: z.string(), cleared: z.boolean() });

/** Writes to Postgres the halts that only this host has, and forgets those that were cleared there. */
async function publishHostHalts(pool: Pool, hostHalts: HostHalts, account: string): Promise<void> {
  const halts = await hostHalts.list(account);
  if (halts.length === 0) return;
  const known = await readKnown(pool, account, halts);
  for (const halt of halts) {
    if (known.get(halt.haltId) === true) await hostHalts.remove(halt);
    if (known.has(halt.haltId)) continue;
    await inTransaction(pool, async (transaction) => {
      transaction.write(LOCK, [account]);
      transaction.write(PUBLISH, haltValues(halt));
      notify(transaction, 'halts', { account, venue: '', symbol: '' });
    });
  }
}

async function readKnown(on: Queryable, account: string, halts: readonly Halt[]) {
  const ids = halts.map(({ haltId }) => haltId);
  const rows = await select(on, KNOWN, [account, ids], knownRow);
  return new Map(rows.map((row) => [row.halt_id, row.cleared]));
}

/**
 * What this host says of a symbol, for the gate. A halt that Postgres lacks is written there
 * first; throws when Postgres cannot be reached, so that nothing is sent.
 */
export async function settledHostView(
  pool: Pool,
  hostHalts: HostHalts,
  ref: SymbolRef,
): Promise<LatchView> {
  const view = await hostHalts.view(ref);
  if (view.kind !== 'set') return view;
  await publishHostHalts(pool, hostHalts, ref.account);
  return hostHalts.view(ref);
}

/** The severest halt over the whole account (halts of single symbols: `activeHalts`). */
async function readLatch(pool: Pool, hostHalts: HostHalts, account: string): Promise<HaltState> {
  const [published, stored] = await Promise.allSettled([
    publishHostHalts(pool, hostHalts, account),
    activeHalts(pool, account),
  ]);
  const host = await hostHalts.list(account).catch((error: unknown) => String(error));
  const halts = [
    ...(typeof host === 'string' ? [] : host),
    ...(stored.status === 'fulfilled' ? stored.value : []),
  ];
  const worst = severest(halts.filter(({ symbols }) => symbols === null));
  if (worst !== undefined)
    return {
      kind: 'set',
      haltId: worst.haltId,
      level: worst.level,
      reason: worst.reason,
      by: worst.by,
      since: worst.setAt,
    };
  if (typeof host === 'string') return { kind: 'unreadable', message: host };
  const failed = [published, stored].find(({ status }) => status === 'rejected');
  return failed?.status === 'rejected'
    ? { kind: 'unreadable', message: String(failed.reason) }
    : { kind: 'clear' };
}
