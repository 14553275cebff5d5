/** The latest decisions, switches and risk events, newest first. */
import type { Pool } from 'pg';
import { z } from 'zod';
import { timeColumn } from '../columns.ts';
import { select } from '../transaction.ts';
import type { Statement } from '../transaction.ts';

/** Of the whole account, or of one symbol of it. */
export type RecordScope = { readonly account: string; readonly symbol?: string };

const scoped = (table: string, columns: string): string => `SELECT ${columns} FROM ${table}
  WHERE account = $1 AND ($2::text IS NULL OR symbol = $2)
  ORDER BY event_time DESC, recorded_at DESC LIMIT $3`;

const values = (scope: RecordScope, limit: number): unknown[] => [
  scope.account,
  scope.symbol ?? null,
  limit,
];

const DECISIONS: Statement = {
  name: 'reads-decisions',
  text: scoped(
    'decisions',
    'symbol, decision_id, trigger, strategy, regime, code, reason, inputs, outputs, event_time',
  ),
};
const decisionRow = z
  .object({
    symbol: z.string(),
    decision_id: z.string(),
    trigger: z.string(),
    strategy: z.string(),
    regime: z.string(),
    code: z.string(),
    reason: z.string(),
    inputs: z.unknown(),
    outputs: z.unknown(),
    event_time: timeColumn,
  })
  .transform(({ decision_id: decisionId, event_time: eventTime, ...row }) => ({
    ...row,
    decisionId,
    eventTime,
  }));

/** Skips included: why a symbol trades or does not. `limit` 1 to 500. */
export const latestDecisions = (pool: Pool, scope: RecordScope, limit: number) =>
  select(pool, DECISIONS, values(scope, limit), decisionRow);

const SWITCHES: Statement = {
  name: 'reads-switches',
  text: scoped(
    'strategy_switches',
    'symbol, from_state, to_state, reason, regime, handover, event_time',
  ),
};
const switchRow = z
  .object({
    symbol: z.string(),
    from_state: z.string(),
    to_state: z.string(),
    reason: z.string(),
    regime: z.string().nullable(),
    handover: z.string(),
    event_time: timeColumn,
  })
  .transform(({ from_state: from, to_state: to, event_time: eventTime, ...row }) => ({
    ...row,
    from,
    to,
    eventTime,
  }));

/** `limit` 1 to 500. */
export const latestSwitches = (pool: Pool, scope: RecordScope, limit: number) =>
  select(pool, SWITCHES, values(scope, limit), switchRow);

const RISK_EVENTS: Statement = {
  name: 'reads-risk-events',
  text: scoped('risk_events', 'symbol, code, severity, detail, event_time'),
};
const riskEventRow = z
  .object({
    symbol: z.string(),
    code: z.string(),
    severity: z.enum(['info', 'warning', 'critical']),
    detail: z.record(z.string(), z.union([z.string(), z.number()])),
    event_time: timeColumn,
  })
  .transform(({ event_time: eventTime, ...row }) => ({ ...row, eventTime }));

/** What concerns the account itself has an empty symbol. `limit` 1 to 500. */
export const latestRiskEvents = (pool: Pool, scope: RecordScope, limit: number) =>
  select(pool, RISK_EVENTS, values(scope, limit), riskEventRow);
