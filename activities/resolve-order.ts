/** What became of an order whose outcome is unknown. Positive evidence only. */
import type { EpochMs } from '../core/market/market.ts';
import { subtractQuantity } from '../core/money/arithmetic.ts';
import { quantity } from '../core/money/units.ts';
import type { OrderIntent, SymbolRef } from '../core/orders/order.ts';
import type { ResolveOutcome } from '../core/orders/outcomes.ts';
import { RECV_WINDOW_MS } from '../adapters/ports.ts';
import type { IntentRow, VenueFill, VenueOrder } from '../adapters/ports.ts';
import type { ActivityDeps } from './activity-deps.ts';
import { bookFills } from './book-fills.ts';

/** Beyond `sent_at + recvWindow` the venue refuses the request itself. */
const ABSENCE_MARGIN_MS = 1_000;
/** How far back the venue's trades are searched, in market time. */
const TRADES_SEARCH_MS = 3_600_000;

export async function resolveOnce(
  deps: ActivityDeps,
  ref: SymbolRef,
  clientOrderId: string,
): Promise<ResolveOutcome> {
  const row = await deps.ledger.intent(clientOrderId);
  if (row === undefined) return { clientOrderId, kind: 'absent' };
  switch (row.state) {
    case 'PREPARED':
      return (await deps.ledger.expirePrepared(ref, clientOrderId))
        ? { clientOrderId, kind: 'expiredUnsent' }
        : { clientOrderId, kind: 'pending', message: 'it is being sent' };
    case 'DENIED':
    case 'EXPIRED':
      return { clientOrderId, kind: 'expiredUnsent' };
    case 'REJECTED':
    case 'ABSENT':
      return { clientOrderId, kind: 'absent' };
    case 'SENDING':
    case 'UNKNOWN':
    case 'ACKED':
      return askVenue(deps, ref, row);
  }
}

async function askVenue(
  deps: ActivityDeps,
  ref: SymbolRef,
  row: IntentRow,
): Promise<ResolveOutcome> {
  const { clientOrderId } = row.intent;
  const order = await deps.gateway.findOrder(ref.symbol, clientOrderId);
  if (order !== undefined) return found(deps, ref, clientOrderId, order);
  const absent = row.state !== 'ACKED' && (await isAbsent(deps, ref, row));
  if (!absent) return { clientOrderId, kind: 'pending', message: 'not found yet' };
  await deps.ledger.recordOutcome(ref, clientOrderId, { kind: 'absent' });
  return { clientOrderId, kind: 'absent' };
}

/** An order that traded is found with its trades: their events may be what was lost. */
async function found(
  deps: ActivityDeps,
  ref: SymbolRef,
  clientOrderId: string,
  order: VenueOrder,
): Promise<ResolveOutcome> {
  const { ledger } = deps;
  await ledger.recordOutcome(ref, clientOrderId, { kind: 'acked', order });
  await ledger.recordOrder(ref, order);
  if (quantity(order.executed) > 0n) await bookFills(deps, ref);
  const { status, executed, price } = order;
  return { clientOrderId, kind: 'found', status, executed, price };
}

/**
 * A trade of an order that was read and bears another's client id is not that of an ordinary order of
 * ours. The child of a stop has an id of its own: there, nobody's trade may be its.
 */
const mayBeOf = (
  { clientOrderId, kind }: OrderIntent,
  fill: Pick<VenueFill, 'clientOrderId' | 'isForeign'>,
): boolean =>
  fill.clientOrderId === null
    ? kind === 'stopMarket' || !fill.isForeign
    : fill.clientOrderId === clientOrderId;

/**
 * All of: the venue's own clock is past the window of the request, the order is in no list, no
 * trade since then is or may be its own, and the position equals the ledger.
 */
async function isAbsent(deps: ActivityDeps, ref: SymbolRef, row: IntentRow): Promise<boolean> {
  const { gateway, ledger } = deps;
  const { sentAt, intent } = row;
  const windowEnd = (sentAt ?? 0) + RECV_WINDOW_MS + ABSENCE_MARGIN_MS;
  if (sentAt === null || gateway.venueTime() <= windowEnd) return false;
  const since = await tradesSince(deps, ref, sentAt);
  const [open, closed, fills] = await Promise.all([
    gateway.openOrders(ref.symbol),
    gateway.closedOrders(ref.symbol, since),
    gateway.fillsSince(ref.symbol, since),
  ]);
  const { clientOrderId } = intent;
  const listed = [...open, ...closed].some((o) => o.clientOrderId === clientOrderId);
  const traded = fills.some((fill) => mayBeOf(intent, fill));
  for (const fill of fills) await ledger.recordFill(ref, fill);
  return !listed && !traded && (await positionAgrees(deps, ref));
}

/** Orders and trades carry market time, `sentAt` is venue wall time: the earlier one counts. */
async function tradesSince(
  { gateway }: ActivityDeps,
  ref: SymbolRef,
  sentAt: EpochMs,
): Promise<EpochMs> {
  const { time } = await gateway.quote(ref.symbol);
  return Math.min(sentAt, time - TRADES_SEARCH_MS);
}

export async function positionAgrees(
  { gateway, ledger }: ActivityDeps,
  ref: SymbolRef,
): Promise<boolean> {
  const [venue, ours] = await Promise.all([gateway.position(ref.symbol), ledger.position(ref)]);
  return subtractQuantity(quantity(venue.quantity), quantity(ours.quantity)) === 0n;
}
