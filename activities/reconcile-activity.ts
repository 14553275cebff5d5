/** Venue truth first: what stands, what traded, what we hold. Start and recovery are one path. */
import { idPrefix } from '../core/orders/client-order-id.ts';
import type { ClientOrderIdPrefix } from '../core/orders/client-order-id.ts';
import type { MachineSettings } from '../core/orders/machine-settings.ts';
import { isTerminalStatus } from '../core/orders/order.ts';
import type { SymbolRef } from '../core/orders/order.ts';
import type { ReconcileReport, StandingOrder } from '../core/orders/reconcile.ts';
import type { VenueOrder } from '../adapters/ports.ts';
import type { SymbolActivities } from '../workflows/activity-contract.ts';
import type { ActivityDeps } from './activity-deps.ts';
import { bookFills } from './book-fills.ts';
import { resolveOrder } from './resolve-activity.ts';
import { positionAgrees } from './resolve-order.ts';

const RETRY_UNKNOWN_MS = 1_000;
/** Venues forget orders that were cancelled without a fill. */
const FORGOTTEN_AFTER_MS = 3 * 24 * 3_600_000;
/** Wall time by which the venue's lists may lag behind its book. */
const LISTS_LAG_MS = 1_000;

export function createReconcileActivity(deps: ActivityDeps): Pick<SymbolActivities, 'reconcile'> {
  return {
    reconcile: ({ ref, prefix }) => reconcile(deps, ref, prefix),
  };
}

async function reconcile(
  deps: ActivityDeps,
  ref: SymbolRef,
  prefix: ClientOrderIdPrefix,
): Promise<ReconcileReport> {
  const pending = await resolveUnknown(deps, ref);
  if (pending.length > 0) {
    return notClean('ORDERS_UNRESOLVED', `outcome still unknown: ${pending.join(', ')}`);
  }
  const { standing, missing } = await bookOrders(deps, ref);
  if (missing.length > 0) {
    return notClean('ORDERS_NOT_FOUND', `the venue does not know of ${missing.join(', ')} now`);
  }
  await bookFills(deps, ref);
  if (!(await positionAgrees(deps, ref))) {
    return notClean('POSITION_MISMATCH', 'the position of the venue is not the sum of our fills');
  }
  const report = await cleanReport(deps, ref, prefix, standing);
  await deps.sleep(LISTS_LAG_MS);
  const moved = movedOrder(standing, (await bookOrders(deps, ref)).standing);
  return moved === undefined
    ? report
    : notClean('ORDERS_MOVED', `${moved} changed while the account was read`);
}

/** The first order that came, went or traded between two lists; its fills may be in neither. */
function movedOrder(
  before: readonly VenueOrder[],
  after: readonly VenueOrder[],
): string | undefined {
  const keyOf = (o: VenueOrder): string => `${o.venueOrderId} ${o.conditional} ${o.executed}`;
  const [was, is] = [new Set(before.map(keyOf)), new Set(after.map(keyOf))];
  const moved =
    before.find((order) => !is.has(keyOf(order))) ?? after.find((order) => !was.has(keyOf(order)));
  return moved && (moved.clientOrderId ?? moved.venueOrderId);
}

const notClean = (code: string, reason: string): ReconcileReport => ({
  kind: 'notClean',
  code,
  reason,
});

async function resolveUnknown(deps: ActivityDeps, ref: SymbolRef): Promise<readonly string[]> {
  const open = await deps.ledger.openIntents(ref);
  const unknown = open.filter(({ state }) => state !== 'ACKED');
  const outcomes = await Promise.all(
    unknown.map(({ intent }) => resolveOrder(deps, ref, intent.clientOrderId)),
  );
  return outcomes.filter((o) => o.kind === 'pending').map((o) => o.clientOrderId);
}

type Booked = {
  readonly standing: readonly VenueOrder[];
  /** Ours that lived when we last heard of them; "not found" does not say that they ended. */
  readonly missing: readonly string[];
};

/** Writes what the venue says of every order that we believe to live; answers what stands. */
async function bookOrders({ gateway, ledger }: ActivityDeps, ref: SymbolRef): Promise<Booked> {
  const standing = await gateway.openOrders(ref.symbol);
  const missing: string[] = [];
  for (const order of standing) await ledger.recordOrder(ref, order);
  const ids = new Set(standing.map((order) => order.clientOrderId));
  for (const { intent, sentAt } of await ledger.openIntents(ref)) {
    if (ids.has(intent.clientOrderId)) continue;
    const order = await gateway.findOrder(ref.symbol, intent.clientOrderId);
    const ageMs = gateway.venueTime() - (sentAt ?? 0);
    if (order !== undefined) await ledger.recordOrder(ref, order);
    else if (ageMs < FORGOTTEN_AFTER_MS) missing.push(intent.clientOrderId);
    // The list was late.
    if (order !== undefined && !isTerminalStatus(order.status)) standing.push(order);
  }
  return { standing, missing };
}

async function cleanReport(
  deps: ActivityDeps,
  ref: SymbolRef,
  prefix: ClientOrderIdPrefix,
  standing: readonly VenueOrder[],
): Promise<ReconcileReport> {
  const position = await deps.ledger.position(ref);
  const ours = standing.filter((o) => o.clientOrderId?.startsWith(idPrefix(prefix)) === true);
  const quote = await deps.gateway.quote(ref.symbol);
  return {
    kind: 'clean',
    positionQuantity: position.quantity,
    entryPrice: position.entryPrice,
    realisedProfit: position.realisedProfit,
    standing: ours.flatMap(standingOrder),
    foreign: standing.length - ours.length,
    quote,
    // Market time zero asks the feed for a snapshot: the next decision is due at once.
    cursor: { ledgerSeq: position.lastSeq, marketTime: 0 },
    settings: await machineSettings(deps, ref.symbol),
  };
}

function standingOrder(order: VenueOrder): StandingOrder[] {
  const { clientOrderId, conditional, side, price, triggerPrice } = order;
  if (clientOrderId === null) return [];
  const { quantity, executed, reduceOnly } = order;
  return [
    { clientOrderId, conditional, side, price, triggerPrice, quantity, executed, reduceOnly },
  ];
}

async function machineSettings(deps: ActivityDeps, symbol: string): Promise<MachineSettings> {
  const { tickSize } = await deps.gateway.rules(symbol);
  const { grid } = deps.strategyConfig(symbol);
  return {
    tickSize,
    protectionStopBps: grid.stopPct * 100,
    unwindLimitMs: grid.unwindLimitS * 1_000,
    protectionGraceMs: deps.protectionGraceMs,
    retryMs: RETRY_UNKNOWN_MS,
    unknownGraceMs: deps.unknownGraceMs,
    collarMovePct: deps.collarMovePct,
    amendsInPlace: deps.gateway.amendsInPlace,
    lockstep: deps.lockstep,
  };
}
