/** Executions, each booked once and given to its intent as soon as that is known. */
import { addQuantity } from '../../../core/money/arithmetic.ts';
import { quantity } from '../../../core/money/units.ts';
import type { Fill } from '../../../core/orders/order.ts';
import { acknowledge, orderKey, parentOf } from './evidence.ts';
import { signed, sumOfFills } from './figures.ts';
import { notify, touch } from './ledger-state.ts';
import type { IntentRecord, LedgerState } from './ledger-state.ts';

const fillKey = (fill: Fill): string => `${fill.tradeId}|${fill.orderId}`;

export function recordFill(state: LedgerState, fill: Fill): boolean {
  const key = fillKey(fill);
  const intentId = ownerOf(state, fill);
  const record = intentId === null ? undefined : state.intents.get(intentId);
  if (state.fills.has(key)) {
    const before = state.seq;
    if (record !== undefined) linkFills(state, record, (known) => fillKey(known) === key);
    if (state.seq !== before) notify(state);
    return false;
  }
  const before = sumOfFills(state);
  state.seq += 1;
  state.fills.set(key, { fill: { ...fill, clientOrderId: intentId }, seq: state.seq, intentId });
  state.lastSeq = state.seq;
  const after = addQuantity(before, signed(fill));
  if (after === 0n) state.openedAtMs = null;
  else if (before > 0n !== after > 0n || before === 0n) state.openedAtMs = state.now();
  if (record !== undefined) countFill(state, record, fill);
  notify(state);
  return true;
}

function countFill(state: LedgerState, record: IntentRecord, fill: Fill): void {
  acknowledge(state, record);
  record.filled = addQuantity(record.filled, quantity(fill.quantity));
  touch(state, record);
}

function ownerOf(state: LedgerState, fill: Fill): string | null {
  if (fill.clientOrderId !== null && state.intents.has(fill.clientOrderId))
    return fill.clientOrderId;
  const own = state.orders.get(orderKey(false, fill.orderId))?.intentId;
  return own ?? parentOf(state, fill.orderId)?.intentId ?? null;
}

/** Fills that were booked as a stranger's get their intent, and a new number. */
export function linkFills(
  state: LedgerState,
  record: IntentRecord,
  isOf: (fill: Fill) => boolean,
): void {
  const { clientOrderId } = record.intent;
  const loose = [...state.fills].filter(([, row]) => row.intentId === null && isOf(row.fill));
  for (const [key, row] of loose) {
    state.seq += 1;
    const fill = { ...row.fill, clientOrderId };
    state.fills.set(key, { fill, seq: state.seq, intentId: clientOrderId });
    countFill(state, record, fill);
    // Whoever starts from the position has counted it: the position's number moves along.
    state.lastSeq = state.seq;
  }
}
