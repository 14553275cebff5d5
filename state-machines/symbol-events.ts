/** What happens to a symbol. Events say what happened; times and results arrive in them. */
import type { MarketEvent } from '../core/market/features.ts';
import type { EpochMs, Quote } from '../core/market/market.ts';
import type { TradingLevel } from '../core/market/watch.ts';
import type { ClientOrderIdPrefix } from '../core/orders/client-order-id.ts';
import type { Fill, OrderUpdate } from '../core/orders/order.ts';
import type { CancelOutcome, ResolveOutcome, SubmitOutcome } from '../core/orders/outcomes.ts';
import type { ReconcileReport } from '../core/orders/reconcile.ts';
import type { Evaluation } from '../core/strategies/plans.ts';

export type SymbolEvent =
  | { readonly type: 'epochOpened'; readonly prefix: ClientOrderIdPrefix }
  | { readonly type: 'reconciled'; readonly report: ReconcileReport }
  | { readonly type: 'market'; readonly event: MarketEvent }
  | { readonly type: 'quoted'; readonly quote: Quote }
  | { readonly type: 'fill'; readonly fill: Fill }
  | { readonly type: 'orderUpdated'; readonly order: OrderUpdate }
  | { readonly type: 'evaluated'; readonly evaluation: Evaluation }
  | { readonly type: 'evaluationFailed'; readonly message: string }
  | { readonly type: 'placed'; readonly outcomes: readonly SubmitOutcome[] }
  | { readonly type: 'cancelled'; readonly outcomes: readonly CancelOutcome[] }
  | { readonly type: 'resolved'; readonly outcomes: readonly ResolveOutcome[] }
  | {
      readonly type: 'halt';
      readonly haltId: string;
      readonly level: Extract<TradingLevel, 'HALT' | 'HALT_AND_FLATTEN' | 'LOCKOUT'>;
      readonly reason: string;
      readonly by: string;
      readonly wallMs: EpochMs;
    }
  | {
      readonly type: 'resume';
      readonly haltId: string | null;
      readonly reason: string;
      readonly by: string;
    }
  | {
      readonly type: 'level';
      readonly level: Extract<TradingLevel, 'ACTIVE' | 'PAUSE' | 'REDUCING'>;
      readonly reason: string;
      readonly by: string;
    }
  | {
      readonly type: 'stop';
      readonly flatten: boolean;
      readonly reason: string;
      readonly by: string;
    }
  /** A wall-time deadline that an effect armed. */
  | { readonly type: 'deadline'; readonly id: DeadlineId }
  /** Internal: bring the orders in line with the plan. Sent by `advance()` after every event. */
  | { readonly type: 'arrange'; readonly wallMs: EpochMs };

export const DEADLINE_IDS = ['retry', 'protection', 'reconcile', 'unknown'] as const;
export type DeadlineId = (typeof DEADLINE_IDS)[number];
