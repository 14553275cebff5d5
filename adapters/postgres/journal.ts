/** What is written down beside orders: decisions, switches, risk events, the status of a symbol. */
import type { Pool } from 'pg';
import type { RecordEntry } from '../../core/orders/records.ts';
import type { SymbolStatus } from '../../core/market/watch.ts';
import type { SymbolRef } from '../../core/orders/order.ts';
import type { DecisionRow, Journal } from '../ports.ts';
import { keyOf, toTimestamp } from './columns.ts';
import { notify } from './notifications.ts';
import { raiseRiskEvent } from './risk-events.ts';
import { COMMIT_WITHOUT_FLUSH, inTransaction } from './transaction.ts';
import type { Statement, Transaction } from './transaction.ts';

/** Every write may be repeated: the first one stands. */
export const createJournal = (pool: Pool): Journal => ({
  recordDecision: (ref, decision) =>
    inTransaction(pool, async (transaction) => writeDecision(transaction, ref, decision)),
  record: (ref, entries) =>
    inTransaction(pool, async (transaction) =>
      entries.forEach((entry) => writeEntry(transaction, ref, entry)),
    ),
  writeStatus: (ref, watchSeq, status) =>
    inTransaction(pool, async (transaction) => writeStatus(transaction, ref, watchSeq, status)),
});

const DECISION: Statement = {
  name: 'journal-decision',
  text: `INSERT INTO decisions (account, venue, symbol, decision_id, epoch, trigger, strategy, regime,
      code, reason, inputs, outputs, event_time)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING`,
};

function writeDecision(transaction: Transaction, ref: SymbolRef, decision: DecisionRow): void {
  transaction.write(COMMIT_WITHOUT_FLUSH, []);
  transaction.write(DECISION, [
    ...keyOf(ref),
    decision.decisionId,
    decision.epoch,
    decision.trigger,
    decision.strategy,
    decision.regime,
    decision.code,
    decision.reason,
    JSON.stringify(decision.inputs ?? null),
    JSON.stringify(decision.outputs ?? null),
    toTimestamp(decision.eventTime),
  ]);
  notify(transaction, 'decisions', ref);
}

const SWITCH: Statement = {
  name: 'journal-switch',
  text: `INSERT INTO strategy_switches (account, venue, symbol, key, from_state, to_state, reason,
      regime, handover, event_time)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING`,
};

function writeEntry(transaction: Transaction, ref: SymbolRef, entry: RecordEntry): void {
  if (entry.kind === 'riskEvent') return raiseRiskEvent(transaction, ref, entry);
  if (entry.kind === 'status') return writeStatus(transaction, ref, entry.watchSeq, entry.status);
  transaction.write(SWITCH, [
    ...keyOf(ref),
    entry.key,
    entry.from,
    entry.to,
    entry.reason,
    entry.regime,
    entry.handover,
    toTimestamp(entry.eventTime),
  ]);
  notify(transaction, 'switches', ref);
}

/** A stalled old worker must not overwrite what a newer one wrote, `halted` least of all. */
const STATUS: Statement = {
  name: 'journal-status',
  text: `INSERT INTO symbol_status AS s (account, venue, symbol, epoch, watch_seq, state, level,
      halt_reason, regime, strategy, status, event_time)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
    ON CONFLICT (account, venue, symbol) DO UPDATE SET
      epoch = excluded.epoch, watch_seq = excluded.watch_seq, state = excluded.state,
      level = excluded.level, halt_reason = excluded.halt_reason, regime = excluded.regime,
      strategy = excluded.strategy, status = excluded.status, event_time = excluded.event_time,
      recorded_at = now()
    WHERE (excluded.epoch, excluded.watch_seq) >= (s.epoch, s.watch_seq)`,
};

function writeStatus(
  transaction: Transaction,
  ref: SymbolRef,
  watchSeq: number,
  status: SymbolStatus,
): void {
  transaction.write(STATUS, [
    ...keyOf(ref),
    status.epoch,
    watchSeq,
    status.state,
    status.level,
    status.haltReason,
    status.regime,
    status.strategy,
    JSON.stringify(status),
    toTimestamp(status.marketTime),
  ]);
  notify(transaction, 'status', ref);
}
