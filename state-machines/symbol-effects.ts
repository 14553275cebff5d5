/** What a symbol wants done, as plain data. The process turns effects into activities and timers. */
import type { EpochMs, Side } from '../core/market/market.ts';
import type { PriceText, QuantityText } from '../core/money/units.ts';
import type { OrderIntent } from '../core/orders/order.ts';
import type { RecordEntry } from '../core/orders/records.ts';
import type { EvaluateRequest } from '../core/strategies/plans.ts';
import type { DeadlineId } from './symbol-events.ts';

/** The whole of what the order is to be. */
export type Amendment = {
  readonly clientOrderId: string;
  readonly side: Side;
  readonly quantity: QuantityText;
  readonly price: PriceText;
};

export type SymbolEffect =
  /** At most 5 intents, the venue's batch; `protective` ones go out even while draining. */
  | {
      readonly kind: 'place';
      readonly opId: string;
      readonly intents: readonly OrderIntent[];
      readonly protective: boolean;
    }
  | {
      readonly kind: 'cancel';
      readonly opId: string;
      readonly orders: readonly { readonly clientOrderId: string; readonly conditional: boolean }[];
    }
  /** New prices for reduce-only limit orders that stand; the answer is what the venue says of them. */
  | { readonly kind: 'amend'; readonly opId: string; readonly orders: readonly Amendment[] }
  | { readonly kind: 'resolve'; readonly opId: string; readonly clientOrderIds: readonly string[] }
  | { readonly kind: 'evaluate'; readonly opId: string; readonly request: EvaluateRequest }
  | { readonly kind: 'reconcile'; readonly opId: string }
  | { readonly kind: 'record'; readonly opId: string; readonly entries: readonly RecordEntry[] }
  /** Absolute wall time. One that is no longer needed fires into a context with nothing due. */
  | { readonly kind: 'armDeadline'; readonly id: DeadlineId; readonly at: EpochMs };
