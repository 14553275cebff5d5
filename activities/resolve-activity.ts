/** Asks until the outcome is known or the call has lasted long enough; the machine asks again. */
import type { SymbolRef } from '../core/orders/order.ts';
import type { ResolveOutcome } from '../core/orders/outcomes.ts';
import type { SymbolActivities } from '../workflows/activity-contract.ts';
import type { ActivityDeps } from './activity-deps.ts';
import { resolveOnce } from './resolve-order.ts';

const ASK_EVERY_MS = 250;
/** Longer than the window within which a late request can still be accepted. */
const ASK_FOR_MS = 10_000;

export function createResolveActivity(deps: ActivityDeps): Pick<SymbolActivities, 'resolveOrders'> {
  return {
    resolveOrders: async ({ ref, clientOrderIds }) => {
      const outcomes = await Promise.all(clientOrderIds.map((id) => resolveOrder(deps, ref, id)));
      const isOpen = outcomes.some(({ kind }) => kind === 'pending');
      // The next question asks again; an outcome that is known waits for nothing.
      if (isOpen) await deps.ledger.haltOnUnknown(ref).catch(() => undefined);
      return outcomes;
    },
  };
}

export async function resolveOrder(
  deps: ActivityDeps,
  ref: SymbolRef,
  clientOrderId: string,
): Promise<ResolveOutcome> {
  const until = deps.wallClock() + ASK_FOR_MS;
  for (;;) {
    const outcome = await resolveOnce(deps, ref, clientOrderId).catch(
      (error: unknown): ResolveOutcome => ({
        clientOrderId,
        kind: 'pending',
        message: error instanceof Error ? error.message : 'the venue or the database is away',
      }),
    );
    if (outcome.kind !== 'pending' || deps.wallClock() >= until) return outcome;
    await deps.sleep(ASK_EVERY_MS);
  }
}
