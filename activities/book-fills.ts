/** Brings the venue's trades into the ledger. */
import type { SymbolRef } from '../core/orders/order.ts';
import type { ActivityDeps } from './activity-deps.ts';

/** Market time before the last fill that is read again: one that was missed may be older. */
const OVERLAP_MS = 6 * 3_600_000;
/** For a ledger without a fill (market time). */
const FIRST_SEARCH_MS = 7 * 24 * 3_600_000;

/** Every trade since a while before the last one that we hold; known ones change nothing. */
export async function bookFills(
  { gateway, ledger }: Pick<ActivityDeps, 'gateway' | 'ledger'>,
  ref: SymbolRef,
): Promise<void> {
  const { lastFillTime } = await ledger.position(ref);
  const since =
    lastFillTime === null
      ? (await gateway.quote(ref.symbol)).time - FIRST_SEARCH_MS
      : lastFillTime - OVERLAP_MS;
  for (const fill of await gateway.fillsSince(ref.symbol, since)) {
    await ledger.recordFill(ref, fill);
  }
}
