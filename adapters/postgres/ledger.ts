/** The ledger port on Postgres: one function a concern, put together. */
import type { Pool } from 'pg';
import type { Ledger } from '../ports.ts';
import { beginSending } from './begin-sending.ts';
import { createHaltLatch } from './halt-latch.ts';
import { haltOnDenial } from './halt-on-denial.ts';
import { haltOnUnknown } from './halt-on-unknown.ts';
import type { LedgerOptions } from './ledger-options.ts';
import { beginAmending, noteCancels } from './order-changes.ts';
import { openIntents, readIntent, readLedgerPosition, rowsAbove } from './ledger-rows.ts';
import { prepareIntents } from './prepare-intents.ts';
import { recordFill } from './record-fill.ts';
import { recordOrder } from './record-order.ts';
import { expirePrepared, recordOutcome } from './record-outcome.ts';
import { identity, openEpoch } from './symbol-epochs.ts';

/** The caller owns and ends the pool (`createPool`) and the notifications. */
export function createLedger(pool: Pool, options: LedgerOptions): Ledger {
  const { mode, notifications } = options;
  const latch = createHaltLatch(pool, options);
  return {
    prepareIntents: async (request) => {
      const prepared = await prepareIntents(pool, options, request);
      await haltOnDenial(latch, request.ref, prepared.denied);
      return prepared;
    },
    noteCancels: (ref, ids) => noteCancels(pool, ref, ids),
    beginAmending: (ref, ids) => beginAmending(pool, options, ref, ids),
    beginSending: (request) => beginSending(pool, options, request),
    recordOutcome: (ref, id, outcome) => recordOutcome(pool, ref, id, outcome),
    recordFill: (ref, fill) => recordFill(pool, ref, fill),
    recordOrder: (ref, order) => recordOrder(pool, ref, order),
    haltOnUnknown: (ref) => haltOnUnknown(pool, latch, options.limitsFor(ref), ref.account),
    expirePrepared: (_ref, id) => expirePrepared(pool, id),
    rowsAbove: (ref, seq, limit) => rowsAbove(pool, ref, seq, limit),
    intent: (id) => readIntent(pool, id),
    openIntents: (ref) => openIntents(pool, ref),
    position: (ref) => readLedgerPosition(pool, ref),
    openEpoch: (ref, venueEpoch, workflowId) => openEpoch(pool, mode, ref, venueEpoch, workflowId),
    identity: (ref) => identity(pool, mode, ref),
    subscribe: async (ref, onRows) => {
      const unsubscribe = await notifications.subscribe((message) => {
        if (message === undefined || isRowsOf(message, ref)) onRows();
      });
      return async () => unsubscribe();
    },
  };
}

const isRowsOf = (
  message: { topic: string; account: string; venue: string; symbol: string },
  ref: { account: string; venue: string; symbol: string },
): boolean =>
  message.topic === 'rows' &&
  message.account === ref.account &&
  message.venue === ref.venue &&
  message.symbol === ref.symbol;
