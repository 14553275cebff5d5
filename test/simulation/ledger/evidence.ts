/** Whose an order is, and what a sight of it proves. */
import { raise, setIntentState } from './ledger-state.ts';
import type { IntentRecord, LedgerState, OrderRecord } from './ledger-state.ts';

export const orderKey = (conditional: boolean, venueOrderId: string): string =>
  `${conditional ? 'algo' : 'order'}:${venueOrderId}`;

/** The conditional order that made this one. */
export const parentOf = (state: LedgerState, childId: string): OrderRecord | undefined =>
  [...state.orders.values()].find((o) => o.conditional && o.childOrderId === childId);

/** An execution or a sight of the order proves it. */
export function acknowledge(state: LedgerState, record: IntentRecord): void {
  if (record.state === 'ACKED') return;
  const { clientOrderId } = record.intent;
  const late = record.state === 'ABSENT';
  if (late || record.state === 'SENDING' || record.state === 'UNKNOWN')
    setIntentState(state, record, 'ACKED');
  else raise(state, `unexpected-order:${clientOrderId}`, 'ORDER_UNEXPECTED');
  if (late) raise(state, `late-order:${clientOrderId}`, 'ORDER_APPEARED_LATE');
}
