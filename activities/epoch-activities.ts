/** The start of a symbol: a home for its feed, an epoch for its ids, leverage read back. */
import { parseClientOrderId } from '../core/orders/client-order-id.ts';
import type { SymbolRef } from '../core/orders/order.ts';
import type { VenueOrder } from '../adapters/ports.ts';
import type { OpenEpochResult, SymbolActivities } from '../workflows/activity-contract.ts';
import type { ActivityDeps } from './activity-deps.ts';

/** How far back the venue is searched for ids of ours that the database forgot. */
const EPOCH_SEARCH_MS = 7 * 24 * 3_600_000;

export function createEpochActivities(
  deps: ActivityDeps,
): Pick<SymbolActivities, 'claimSymbol' | 'openEpoch'> {
  return {
    claimSymbol: async () => ({ homeQueue: deps.homeQueue, searchable: deps.searchable }),
    openEpoch: ({ ref, workflowId }) => openEpoch(deps, ref, workflowId),
  };
}

async function openEpoch(
  { gateway, ledger, strategyConfig }: ActivityDeps,
  ref: SymbolRef,
  workflowId: string,
): Promise<OpenEpochResult> {
  await gateway.prepareSymbol(ref.symbol, strategyConfig(ref.symbol).risk.leverage);
  const identity = await ledger.identity(ref);
  const { time } = await gateway.quote(ref.symbol);
  const [open, closed] = await Promise.all([
    gateway.openOrders(ref.symbol),
    gateway.closedOrders(ref.symbol, time - EPOCH_SEARCH_MS),
  ]);
  const highest = highestEpoch([...open, ...closed], identity);
  const opened = await ledger.openEpoch(ref, highest, workflowId);
  return opened.kind === 'opened' ? opened : { ...opened, code: 'SYMBOL_CODE_TAKEN' };
}

function highestEpoch(
  orders: readonly VenueOrder[],
  identity: { readonly instance: string; readonly symbolCode: string },
): number {
  const epochs = orders.map(({ clientOrderId }) => {
    const id = clientOrderId === null ? undefined : parseClientOrderId(clientOrderId);
    const ours = id?.instance === identity.instance && id.symbolCode === identity.symbolCode;
    return ours ? id.epoch : 0;
  });
  return Math.max(0, ...epochs);
}
