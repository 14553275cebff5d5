/** What a symbol wants done, as plain data. The process turns effects into activities and timers. */
import type { EpochMs } from '../core/market/market.ts';
import type { OrderIntent } from '../core/orders/order.ts';
import type { RecordEntry } from '../core/orders/records.ts';
import type { EvaluateRequest } from '../core/strategies/plans.ts';
import type { DeadlineId } from './symbol-events.ts';

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
  | { readonly kind: 'resolve'; readonly opId: string; readonly clientOrderIds: readonly string[] }
  | { readonly kind: 'evaluate'; readonly opId: string; readonly request: EvaluateRequest }
  | { readonly kind: 'reconcile'; readonly opId: string }
  | { readonly kind: 'record'; readonly opId: string; readonly entries: readonly RecordEntry[] }
  /** Absolute wall time. One that is no longer needed fires into a context with nothing due. */
  | { readonly kind: 'armDeadline'; readonly id: DeadlineId; readonly at: EpochMs };
