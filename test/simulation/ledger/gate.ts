/** The gate and the last check, over the rows: what the database's transactions do. */
import { absQuantity, notional } from '../../../core/money/arithmetic.ts';
import { positionOf } from './figures.ts';
import { money, quantity } from '../../../core/money/units.ts';
import type { Money, Price, Quantity } from '../../../core/money/units.ts';
import type { DeniedReason } from '../../../core/orders/denied-reason.ts';
import type { OrderIntent } from '../../../core/orders/order.ts';
import { checkIntents } from '../../../core/risk/check-intents.ts';
import type { IntentVerdict } from '../../../core/risk/check-intents.ts';
import type { SymbolExposure, WorkingSide } from '../../../core/risk/exposure.ts';
import { denied, momentRefusal } from '../../../core/risk/moment-rules.ts';
import { reservePrice } from '../../../core/risk/order-figures.ts';
import type { LatchView, MomentContext } from '../../../core/risk/risk-context.ts';
import { INTENT_TTL_MS } from '../../../adapters/ports.ts';
import type { Ledger, PrepareRequest } from '../../../adapters/ports.ts';
import { severest } from '../../../adapters/postgres/halts.ts';
import { sumOfFills } from './bookings.ts';
import { intentOf, reservedQuantity, setIntentState, touch } from './ledger-state.ts';
import type { IntentRecord, LedgerState } from './ledger-state.ts';

type Prepared = Awaited<ReturnType<Ledger['prepareIntents']>>;
type SendRequest = Parameters<Ledger['beginSending']>[0];
type Sent = Awaited<ReturnType<Ledger['beginSending']>>;

/** Past the activity's timeout nobody is sending it. */
const SENDING_MAX_MS = 10_000;

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

const isOverdue = (state: LedgerState, record: IntentRecord): boolean =>
  record.state === 'PREPARED' && record.expiresAtMs <= state.now();

export function expire(state: LedgerState, record: IntentRecord): boolean {
  if (record.state !== 'PREPARED') return false;
  setIntentState(state, record, 'EXPIRED');
  return true;
}

function momentContext(
  state: LedgerState,
  { quote, dataAgeMs }: Pick<SendRequest, 'quote' | 'dataAgeMs'>,
): MomentContext {
  return {
    limits: state.limits,
    latch: latchOf(state),
    quote,
    dataAgeMs,
    unknownOrders: [...state.live].filter((record) => isUnknown(state, record)).length,
    unprotectedMs: unprotectedMs(state),
  };
}

function latchOf(state: LedgerState): LatchView {
  const halt = severest([...state.halts.values()]);
  return halt === undefined
    ? { kind: 'clear' }
    : { kind: 'set', haltId: halt.haltId, level: halt.level };
}

const isStale = (state: LedgerState, record: IntentRecord): boolean =>
  record.state === 'SENDING' && record.changedAtMs < state.now() - SENDING_MAX_MS;

const isUnknown = (state: LedgerState, record: IntentRecord): boolean =>
  record.state === 'UNKNOWN' || isStale(state, record);

/** How long the position has been larger than the stops that stand or are on their way. */
function unprotectedMs(state: LedgerState): number | null {
  const position = sumOfFills(state);
  const { openedAtMs } = state;
  if (position === 0n || openedAtMs === null) return null;
  const closing = position > 0n ? 'sell' : 'buy';
  const stops = [...state.intents.values()].filter(
    ({ intent }) => intent.role === 'stop' && intent.side === closing,
  );
  const covered = stops
    .filter((r) => state.live.has(r) && !isUnknown(state, r) && !isOverdue(state, r))
    .reduce((sum, r) => sum + quantity(r.intent.quantity) - quantity(r.view?.executed ?? '0'), 0n);
  if (covered >= absQuantity(position)) return null;
  const lost = stops.filter((r) => !state.live.has(r)).map((r) => r.changedAtMs);
  return state.now() - Math.max(openedAtMs, ...lost);
}

function exposureOf(state: LedgerState): SymbolExposure {
  const { quantity: held, cost } = positionOf([...state.fills.values()].map(({ fill }) => fill));
  return {
    quantity: held,
    cost,
    buys: workingSide(state, 'buy'),
    sells: workingSide(state, 'sell'),
  };
}

function workingSide(state: LedgerState, side: OrderIntent['side']): WorkingSide {
  let total = 0n as Quantity;
  let value = 0n as Money;
  let highestPrice: Price | null = null;
  for (const record of state.intents.values()) {
    const reserved = record.intent.side === side ? reservedQuantity(record) : 0n;
    if (reserved === 0n) continue;
    total = (total + reserved) as Quantity;
    value = (value + notional(record.reservePrice, reserved)) as Money;
    if (highestPrice === null || record.reservePrice > highestPrice)
      highestPrice = record.reservePrice;
  }
  return { quantity: total, notional: value, highestPrice };
}
