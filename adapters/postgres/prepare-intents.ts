/** The gate: one transaction under the account row's lock, so that symbols cannot overdraw a limit. */
import type { z } from 'zod';
import type { Pool } from 'pg';
import { parseDecimal } from '../../core/money/decimal-text.ts';
import { money, priceText, quantity } from '../../core/money/units.ts';
import type { DeniedReason } from '../../core/orders/denied-reason.ts';
import type { OrderIntent } from '../../core/orders/order.ts';
import { checkIntents } from '../../core/risk/check-intents.ts';
import type { IntentVerdict } from '../../core/risk/check-intents.ts';
import { denied } from '../../core/risk/moment-rules.ts';
import { reservePrice, statedPrice } from '../../core/risk/order-figures.ts';
import type { RiskContext } from '../../core/risk/risk-context.ts';
import type { PrepareRequest, Prepared } from '../ports.ts';
import { lockAccount } from './account-row.ts';
import { toTimestamp } from './columns.ts';
import { settledHostView } from './halt-latch.ts';
import { latchView } from './halts.ts';
import { intentRow, toDeniedReason } from './intent-rows.ts';
import type { LedgerOptions } from './ledger-options.ts';
import { readActivity } from './read-activity.ts';
import { readExposures, readOpenOrders, readSymbolState } from './read-risk-context.ts';
import { COMMIT_WITHOUT_FLUSH, inTransaction, run, select } from './transaction.ts';
import type { Statement, Transaction } from './transaction.ts';

type Refusal = { readonly clientOrderId: string; readonly reason: DeniedReason };

export async function prepareIntents(
  pool: Pool,
  options: LedgerOptions,
  request: PrepareRequest,
): Promise<Prepared> {
  const hostView = await settledHostView(pool, options.hostHalts, request.ref);
  return inTransaction(pool, async (transaction) => {
    const { ref, quote, equity, rules } = request;
    const [, , , existing, state, exposures, openOrders, activity] = await Promise.all([
      // A prepared row that a crash of the server forgets was never sent.
      run(transaction, COMMIT_WITHOUT_FLUSH, []),
      lockAccount(transaction, request.ref.account),
      run(transaction, EXPIRE_OVERDUE, [request.ref.account]),
      readExisting(transaction, request.intents),
      readSymbolState(transaction, request.ref),
      readExposures(transaction, request.ref),
      readOpenOrders(transaction, request.ref),
      readActivity(transaction, ref, { marketTime: quote.time, equity, rules }),
    ]);
    const fresh = request.intents.filter(({ clientOrderId }) => !existing.has(clientOrderId));
    const context: RiskContext = {
      symbol: request.ref.symbol,
      limits: options.limitsFor(request.ref),
      latch: hostView.kind === 'clear' ? latchView(state.halts) : hostView,
      level: request.level,
      quote: request.quote,
      dataAgeMs: request.dataAgeMs,
      priceMoves: request.priceMoves,
      clockSkewMs: request.clockSkewMs,
      isReconciled: request.isReconciled,
      unknownOrders: state.unknownOrders,
      unprotectedMs: state.unprotectedMs,
      stops: state.stops,
      rules: request.rules,
      equity: money(request.equity),
      exposure: exposures.own,
      otherNotional: exposures.otherNotional,
      gridsElsewhere: state.gridsElsewhere,
      openOrders,
      activity,
      dayVolume: request.dayVolume === null ? null : quantity(request.dayVolume),
      book: request.book,
    };
    const verdicts =
      state.epoch === request.epoch
        ? checkIntents(fresh, context)
        : fresh.map((order) => staleEpoch(order, request.epoch, state.epoch));
    if (request.mayWait && isOnlyTooFast(verdicts))
      return { approved: [], denied: [], isBusy: true };
    insertIntents(transaction, options, request, verdicts);
    return answer(verdicts, existing);
  });
}

/** P12: what a moment's wait may cure. */
const isOnlyTooFast = (verdicts: readonly IntentVerdict[]): boolean => {
  const reasons = verdicts.flatMap((one) => (one.kind === 'denied' ? [one.reason.code] : []));
  return reasons.length > 0 && reasons.every((code) => code === 'MESSAGE_RATE_EXCEEDED');
};

const EXPIRE_OVERDUE: Statement = {
  name: 'intents-expire-overdue',
  // A row that a submit holds right now is its own to expire: never waited for.
  text: `UPDATE order_intents SET state = 'EXPIRED' WHERE client_order_id IN (
    SELECT client_order_id FROM order_intents
    WHERE account = $1 AND state = 'PREPARED' AND expires_at <= clock_timestamp()
    FOR UPDATE SKIP LOCKED)`,
};

const EXISTING: Statement = {
  name: 'intents-existing',
  text: `SELECT client_order_id, state, denied_code, denied_figures
    FROM order_intents WHERE client_order_id = ANY ($1::text[])`,
};
const existingRow = intentRow.pick({
  client_order_id: true,
  state: true,
  denied_code: true,
  denied_figures: true,
});
type ExistingRow = z.output<typeof existingRow>;

async function readExisting(transaction: Transaction, intents: readonly OrderIntent[]) {
  const ids = intents.map(({ clientOrderId }) => clientOrderId);
  const rows = await select(transaction, EXISTING, [ids], existingRow);
  return new Map(rows.map((row) => [row.client_order_id, row]));
}

/** The workflow start that asked was replaced by a newer one, which knows nothing of this order. */
const staleEpoch = (order: OrderIntent, epoch: number, current: number): IntentVerdict => ({
  kind: 'denied',
  order,
  reason: denied('INTENT_EXPIRED', { epoch, current }),
});

const INSERT: Statement = {
  name: 'intents-insert',
  text: `INSERT INTO order_intents (client_order_id, account, venue, symbol, epoch, role, slot,
    plan_id, strategy, side, kind, quantity, price, trigger_price, target_price, reduce_only, post_only,
    time_in_force, decision_id, build_id, state, denied_code, denied_figures, reserve_price,
    event_time, expires_at)
  SELECT r."clientOrderId", $2, $3, $4, $5, r.role, r.slot, r."planId", r.strategy, r.side, r.kind,
    r.quantity, r.price, r."triggerPrice", r."targetPrice", r."reduceOnly", r."postOnly", r."timeInForce",
    r."decisionId", $6, r.state, r."deniedCode", r."deniedFigures", r."reservePrice",
    $7, clock_timestamp() + make_interval(secs => $8 / 1000.0)
  FROM jsonb_to_recordset($1) AS r ("clientOrderId" text, role text, slot text, "planId" text,
    strategy text, side text, kind text, quantity numeric, price numeric, "triggerPrice" numeric, "targetPrice" numeric,
    "reduceOnly" boolean, "postOnly" boolean, "timeInForce" text, "decisionId" text, state text,
    "deniedCode" text, "deniedFigures" jsonb, "reservePrice" numeric)`,
};

function insertIntents(
  transaction: Transaction,
  options: LedgerOptions,
  { ref, epoch, quote }: PrepareRequest,
  verdicts: readonly IntentVerdict[],
): void {
  const limits = options.limitsFor(ref);
  const rows = verdicts
    .filter(({ order }) => isStorable(order))
    .map((verdict) => ({
      ...verdict.order,
      state: verdict.kind === 'approved' ? 'PREPARED' : 'DENIED',
      deniedCode: verdict.kind === 'approved' ? null : verdict.reason.code,
      deniedFigures: verdict.kind === 'approved' ? null : verdict.reason.figures,
      reservePrice: priceText(reservePrice(verdict.order, quote, limits)),
    }));
  if (rows.length === 0) return;
  const shared = [ref.account, ref.venue, ref.symbol, epoch, options.buildId];
  transaction.write(INSERT, [
    JSON.stringify(rows),
    ...shared,
    toTimestamp(quote.time),
    options.intentTtlMs,
  ]);
}

/** What is not even a number (refused by the venue rules) has no row; the answer names it. */
const isStorable = (order: OrderIntent): boolean =>
  (parseDecimal(order.quantity) ?? 0n) > 0n && statedPrice(order) !== undefined;

/** A repeated request gets the same answer as the first, as long as nothing was sent. */
function answer(
  verdicts: readonly IntentVerdict[],
  existing: ReadonlyMap<string, ExistingRow>,
): Prepared {
  const approved: string[] = [];
  const refused: Refusal[] = [];
  for (const { order, ...verdict } of verdicts)
    if (verdict.kind === 'approved') approved.push(order.clientOrderId);
    else refused.push({ clientOrderId: order.clientOrderId, reason: verdict.reason });
  for (const [clientOrderId, row] of existing)
    if (row.state === 'PREPARED') approved.push(clientOrderId);
    else refused.push({ clientOrderId, reason: earlierReason(row) });
  return { approved, denied: refused, isBusy: false };
}

function earlierReason(row: ExistingRow): DeniedReason {
  if (row.state === 'EXPIRED') return denied('INTENT_EXPIRED', {});
  return toDeniedReason(row) ?? denied('DUPLICATE_INTENT', { state: row.state });
}
