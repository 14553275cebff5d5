/** Risk events that the ledger itself raises; a repeated key changes nothing. */
import type { SymbolRef } from '../../core/orders/order.ts';
import { keyOf, toTimestamp } from './columns.ts';
import { notify } from './notifications.ts';
import type { Statement, Transaction } from './transaction.ts';

export type RiskEvent = {
  readonly key: string;
  readonly code: string;
  readonly severity: 'info' | 'warning' | 'critical';
  readonly detail: Readonly<Record<string, string | number>>;
  readonly eventTime: number;
};

const INSERT: Statement = {
  name: 'risk-event-insert',
  text: `INSERT INTO risk_events (account, venue, symbol, key, code, severity, detail, event_time)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
};

export function raiseRiskEvent(transaction: Transaction, ref: SymbolRef, event: RiskEvent): void {
  transaction.write(INSERT, [
    ...keyOf(ref),
    event.key,
    event.code,
    event.severity,
    JSON.stringify(event.detail),
    toTimestamp(event.eventTime),
  ]);
  notify(transaction, 'risk', ref);
}
