/** What an order or a fill at the venue proves about the attempt to place it. */
import type { IntentState, SymbolRef } from '../../core/orders/order.ts';
import { raiseRiskEvent } from './risk-events.ts';
import type { Transaction } from './transaction.ts';

/**
 * The state after the venue showed the order. Evidence that comes late or against the state is
 * adopted (the order is real) and raised.
 */
export function acknowledge(
  transaction: Transaction,
  ref: SymbolRef,
  intent: { readonly clientOrderId: string; readonly state: IntentState },
  eventTime: number,
): IntentState {
  const { clientOrderId, state } = intent;
  if (state === 'ACKED') return state;
  if (state === 'SENDING' || state === 'UNKNOWN') return 'ACKED';
  const late = state === 'ABSENT';
  raiseRiskEvent(transaction, ref, {
    key: `${late ? 'late' : 'unexpected'}-order:${clientOrderId}`,
    code: late ? 'ORDER_APPEARED_LATE' : 'ORDER_UNEXPECTED',
    severity: 'critical',
    detail: { clientOrderId, state },
    eventTime,
  });
  return late ? 'ACKED' : state;
}
