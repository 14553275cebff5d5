/** The gate and the last check, over the rows: what the database's transactions do. */
import { money } from '../../../core/money/units.ts';
import type { Money, Quantity } from '../../../core/money/units.ts';
import type { DeniedReason } from '../../../core/orders/denied-reason.ts';
import type { OrderIntent } from '../../../core/orders/order.ts';
import { checkIntents } from '../../../core/risk/check-intents.ts';
import type { IntentVerdict } from '../../../core/risk/check-intents.ts';
import { denied, momentRefusal } from '../../../core/risk/moment-rules.ts';
import { reservePrice } from '../../../core/risk/order-figures.ts';
import type { MomentContext } from '../../../core/risk/risk-context.ts';
import { INTENT_TTL_MS } from '../../../adapters/ports.ts';
import type { Ledger, PrepareRequest, Prepared } from '../../../adapters/ports.ts';
import { intentOf, isOverdue, setIntentState, touch } from './ledger-state.ts';
import type { IntentRecord, LedgerState } from './ledger-state.ts';
import { exposureOf, momentContext } from './risk-view.ts';
import { recentActivity } from './recent-activity.ts';

type SendRequest = Parameters<Ledger['beginSending']>[0];
type Sent = Awaited<ReturnType<Ledger['beginSending']>>;

export function prepareIntents(state: LedgerState, request: PrepareRequest): Prepared {
  for (const record of state.live) if (isOverdue(state, record)) expire(state, record);
  const known = request.intents.filter((i) => state.intents.has(i.clientOrderId));
  const fresh = request.intents.filter((i) => !state.intents.has(i.clientOrderId));
  const verdicts =
    state.epoch === request.epoch
      ? judge(state, request, fresh)
      : fresh.map((order) => ofOldEpoch(order, request.epoch, state.epoch));
  for (const verdict of verdicts) insert(state, request, verdict);
  const results = [
    ...verdicts.map((v) => [v.order, v.kind === 'approved' ? undefined : v.reason] as const),
    ...known.map((intent) => [intent, earlierReason(state, intent)] as const),
  ];
  return {
    approved: results.flatMap(([order, reason]) => (reason ? [] : [order.clientOrderId])),
    denied: results.flatMap(([order, reason]) =>
      reason ? [{ clientOrderId: order.clientOrderId, reason }] : [],
    ),
    isBusy: false,
  };
}

function judge(
  state: LedgerState,
  request: PrepareRequest,
  intents: readonly OrderIntent[],
): readonly IntentVerdict[] {
  const live = [...state.live];
  const conditional = live.filter((r) => r.intent.kind === 'stopMarket').length;
  return checkIntents(intents, {
    ...momentContext(state, request),
    symbol: request.ref.symbol,
    level: request.level,
    rules: request.rules,
    equity: money(request.equity),
    exposure: exposureOf(state),
    otherNotional: 0n as Money,
    gridsElsewhere: 0,
    openOrders: {
      symbolOrdinary: live.length - conditional,
      symbolConditional: conditional,
      account: live.length,
    },
    activity: recentActivity(state, money(request.equity)),
    dayVolume: null,
    book: request.book,
  });
}

const ofOldEpoch = (order: OrderIntent, epoch: number, current: number): IntentVerdict => ({
  kind: 'denied',
  order,
  reason: denied('INTENT_EXPIRED', { epoch, current }),
});

function insert(
  state: LedgerState,
  { epoch, quote }: PrepareRequest,
  { kind, order, ...rest }: IntentVerdict,
): void {
  const record: IntentRecord = {
    intent: order,
    epoch,
    expiresAtMs: state.now() + INTENT_TTL_MS,
    reservePrice: reservePrice(order, quote, state.limits),
    recordedAtMs: state.now(),
    state: kind === 'approved' ? 'PREPARED' : 'DENIED',
    reason: 'reason' in rest ? rest.reason : null,
    sentAt: null,
    changedAtMs: state.now(),
    view: null,
    filled: 0n as Quantity,
  };
  state.intents.set(order.clientOrderId, record);
  touch(state, record);
}

/** A repeated request gets the answer of the first, as long as nothing was sent. */
function earlierReason(state: LedgerState, intent: OrderIntent): DeniedReason | undefined {
  const record = intentOf(state, intent.clientOrderId);
  if (record.state === 'PREPARED') return undefined;
  if (record.state === 'EXPIRED') return denied('INTENT_EXPIRED', {});
  return record.reason ?? denied('DUPLICATE_INTENT', { state: record.state });
}

export function beginSending(state: LedgerState, request: SendRequest): Sent {
  const context = momentContext(state, request);
  const send: OrderIntent[] = [];
  const refused: { clientOrderId: string; reason: DeniedReason }[] = [];
  const alreadySending: string[] = [];
  for (const clientOrderId of request.clientOrderIds) {
    const record = intentOf(state, clientOrderId);
    if (record.state === 'DENIED' || record.state === 'EXPIRED') {
      refused.push({ clientOrderId, reason: record.reason ?? denied('INTENT_EXPIRED', {}) });
    } else if (record.state !== 'PREPARED') {
      alreadySending.push(clientOrderId);
    } else {
      const reason = lastCheck(state, record, context);
      if (reason === undefined) {
        record.sentAt = request.sentAt;
        setIntentState(state, record, 'SENDING');
        send.push(record.intent);
      } else refused.push({ clientOrderId, reason });
    }
  }
  return { send, refused, alreadySending };
}

function lastCheck(
  state: LedgerState,
  record: IntentRecord,
  context: MomentContext,
): DeniedReason | undefined {
  if (isOverdue(state, record) || record.epoch !== state.epoch) {
    expire(state, record);
    return denied('INTENT_EXPIRED', { epoch: record.epoch });
  }
  const reason = momentRefusal(record.intent, context);
  if (reason === undefined) return undefined;
  record.reason = reason;
  setIntentState(state, record, 'DENIED');
  return reason;
}

export function expire(state: LedgerState, record: IntentRecord): boolean {
  if (record.state !== 'PREPARED') return false;
  setIntentState(state, record, 'EXPIRED');
  return true;
}
