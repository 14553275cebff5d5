/** PREPARED -> SENDING: the last checks and one winner, under the shared lock of the halt latch. */
import { z } from 'zod';
import type { Pool } from 'pg';
import { assertNever } from '../../core/assert.ts';
import type { DeniedReason } from '../../core/orders/denied-reason.ts';
import type { OrderIntent } from '../../core/orders/order.ts';
import { denied, momentRefusal } from '../../core/risk/moment-rules.ts';
import type { MomentContext } from '../../core/risk/risk-context.ts';
import type { Ledger } from '../ports.ts';
import { keyOf, toTimestamp } from './columns.ts';
import { settledHostView } from './halt-latch.ts';
import { latchView } from './halts.ts';
import { INTENT_COLUMNS, intentRow, toDeniedReason, toIntent } from './intent-rows.ts';
import type { LedgerOptions } from './ledger-options.ts';
import { readSymbolState } from './read-risk-context.ts';
import { inTransaction, run, select } from './transaction.ts';
import type { Queryable, Statement, Transaction } from './transaction.ts';

type Request = Parameters<Ledger['beginSending']>[0];
type Answer = Awaited<ReturnType<Ledger['beginSending']>>;

export async function beginSending(
  pool: Pool,
  options: LedgerOptions,
  request: Request,
): Promise<Answer> {
  const hostView = await settledHostView(pool, options.hostHalts, request.ref);
  return inTransaction(pool, async (transaction) => {
    const [, rows, state] = await Promise.all([
      run(transaction, SHARE_LATCH, [request.ref.account]),
      lockIntents(transaction, request),
      readSymbolState(transaction, request.ref),
    ]);
    const context: MomentContext = {
      limits: options.limitsFor(request.ref),
      latch: hostView.kind === 'clear' ? latchView(state.halts) : hostView,
      quote: request.quote,
      dataAgeMs: request.dataAgeMs,
      priceMoves: request.priceMoves,
      clockSkewMs: request.clockSkewMs,
      isReconciled: request.isReconciled,
      unknownOrders: state.unknownOrders,
      unprotectedMs: state.unprotectedMs,
      stops: state.stops,
      worst: state.worst,
    };
    // In the order of the request, which is the order in which they are sent.
    const verdicts = request.clientOrderIds.map((clientOrderId): Verdict => {
      const row = rows.get(clientOrderId);
      return row === undefined ? forgotten(clientOrderId) : judge(row, state.epoch, context);
    });
    writeVerdicts(transaction, verdicts, request.sentAt);
    return answer(verdicts);
  });
}

/** Waits for a halt that is being set; whoever sets one waits for this transaction. */
export const SHARE_LATCH: Statement = {
  name: 'latch-share',
  text: 'SELECT revision FROM halt_latch WHERE account = $1 FOR SHARE',
};

const LOCK_INTENTS: Statement = {
  name: 'intents-lock',
  text: `SELECT ${INTENT_COLUMNS}, i.expires_at <= clock_timestamp() AS overdue FROM order_intents i
    WHERE i.client_order_id = ANY ($4::text[]) AND (i.account, i.venue, i.symbol) = ($1, $2, $3)
    ORDER BY i.client_order_id FOR UPDATE`,
};
const lockedRow = intentRow.extend({ overdue: z.boolean() });
type LockedRow = z.output<typeof lockedRow>;

async function lockIntents(on: Queryable, request: Request): Promise<Map<string, LockedRow>> {
  const values = [...keyOf(request.ref), request.clientOrderIds];
  const rows = await select(on, LOCK_INTENTS, values, lockedRow);
  return new Map(rows.map((row) => [row.client_order_id, row]));
}

type Verdict = { readonly clientOrderId: string } & (
  | { readonly kind: 'send'; readonly order: OrderIntent }
  | { readonly kind: 'alreadySending' }
  | { readonly kind: 'denied' | 'expired' | 'refusedBefore'; readonly reason: DeniedReason }
);

/** A crash of the database may forget a prepared row; what has no row is never sent. */
const forgotten = (clientOrderId: string): Verdict => ({
  clientOrderId,
  kind: 'refusedBefore',
  reason: denied('INTENT_EXPIRED', { row: 'none' }),
});

function judge(row: LockedRow, epoch: number, context: MomentContext): Verdict {
  const clientOrderId = row.client_order_id;
  switch (row.state) {
    case 'PREPARED':
      return { clientOrderId, ...judgePrepared(row, epoch, context) };
    case 'DENIED':
      return { clientOrderId, kind: 'refusedBefore', reason: toDeniedReason(row) ?? expired(row) };
    case 'EXPIRED':
      return { clientOrderId, kind: 'refusedBefore', reason: expired(row) };
    case 'SENDING':
    case 'ACKED':
    case 'REJECTED':
    case 'UNKNOWN':
    case 'ABSENT':
      return { clientOrderId, kind: 'alreadySending' };
    default:
      return assertNever(row.state);
  }
}

/** Expiry and a newer workflow start stop every order; the other rules know the protective ones. */
function judgePrepared(row: LockedRow, epoch: number, context: MomentContext) {
  if (row.overdue || row.epoch !== epoch) return { kind: 'expired', reason: expired(row) } as const;
  const order = toIntent(row);
  const reason = momentRefusal(order, context);
  return reason === undefined
    ? ({ kind: 'send', order } as const)
    : ({ kind: 'denied', reason } as const);
}

const expired = ({ epoch }: LockedRow): DeniedReason => denied('INTENT_EXPIRED', { epoch });

const WRITE: Statement = {
  name: 'intents-begin-sending',
  text: `UPDATE order_intents i SET state = v.state, denied_code = v.code, denied_figures = v.figures,
      sent_at = CASE WHEN v.state = 'SENDING' THEN $2::timestamptz END
    FROM jsonb_to_recordset($1) AS v (id text, state text, code text, figures jsonb)
    WHERE i.client_order_id = v.id AND i.state = 'PREPARED'`,
};

const NEXT_STATE = { send: 'SENDING', denied: 'DENIED', expired: 'EXPIRED' } as const;

function writeVerdicts(
  transaction: Transaction,
  verdicts: readonly Verdict[],
  sentAt: number,
): void {
  const changes = verdicts.flatMap((verdict) => {
    if (verdict.kind === 'alreadySending' || verdict.kind === 'refusedBefore') return [];
    const { code, figures } =
      verdict.kind === 'denied' ? verdict.reason : { code: null, figures: null };
    return [{ id: verdict.clientOrderId, state: NEXT_STATE[verdict.kind], code, figures }];
  });
  if (changes.length > 0) transaction.write(WRITE, [JSON.stringify(changes), toTimestamp(sentAt)]);
}

const answer = (verdicts: readonly Verdict[]): Answer => ({
  send: verdicts.flatMap((verdict) => (verdict.kind === 'send' ? [verdict.order] : [])),
  refused: verdicts.flatMap((verdict) => {
    if (!('reason' in verdict)) return [];
    return [{ clientOrderId: verdict.clientOrderId, reason: verdict.reason }];
  }),
  alreadySending: verdicts
    .filter(({ kind }) => kind === 'alreadySending')
    .map(({ clientOrderId }) => clientOrderId),
});
