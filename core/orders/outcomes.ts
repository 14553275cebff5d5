/** What became of orders that we tried to place, cancel or find. Expected outcomes are values. */
import type { DeniedReason } from './denied-reason.ts';
import type { OrderStatus } from './order.ts';
import type { PriceText, QuantityText } from '../money/units.ts';

type ForOrder = { readonly clientOrderId: string };

/** The outcome of one intent handed to `submitOrders`. `unknown` may live: it must be resolved. */
export type SubmitOutcome = ForOrder &
  (
    | { readonly kind: 'acked'; readonly status: OrderStatus; readonly executed: QuantityText }
    | { readonly kind: 'denied'; readonly reason: DeniedReason }
    | { readonly kind: 'rejected'; readonly code: string; readonly message: string }
    | { readonly kind: 'unknown'; readonly message: string }
  );

/**
 * The outcome of one cancel. `requested` means that the venue took it; the order is terminal only
 * when an order update says so. `unknown` and `notFound` say nothing: the order is asked.
 */
export type CancelOutcome = ForOrder & {
  readonly kind: 'requested' | 'notFound' | 'rejected' | 'unknown';
  readonly message: string;
};

/** What the venue knows of an order that was changed, or whose outcome was unknown. `pending`: ask again later. */
export type ResolveOutcome = ForOrder &
  (
    | {
        readonly kind: 'found';
        readonly status: OrderStatus;
        readonly executed: QuantityText;
        /** Limit price now: an amend may have changed it. Null for orders without one. */
        readonly price: PriceText | null;
      }
    | { readonly kind: 'absent' }
    | { readonly kind: 'expiredUnsent' }
    | { readonly kind: 'pending'; readonly message: string }
  );
