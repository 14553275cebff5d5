/** Whether the platform is at rest: nothing unknown, and venue, ledger and machine say the same. */
import { stateName } from '../../state-machines/advance.ts';
import type { SymbolContext, TrackedOrder } from '../../state-machines/symbol-context.ts';
import { isHaltLevel } from '../../state-machines/apply-message.ts';
import { parseClientOrderId } from '../../core/orders/client-order-id.ts';
import { quantity } from '../../core/money/units.ts';
import { isNaked } from './invariants.ts';
import type { World } from './world.ts';

/** What is still different, in words; empty at rest. */
export function differences(world: World): readonly string[] {
  const { run } = world.temporal;
  if (run === undefined) {
    const waits = world.temporal.endedBy === 'complete' ? [] : ['no workflow runs'];
    return [...waits, ...ledgerDifferences(world), ...leftovers(world)];
  }
  const { context } = run.carry.snapshot;
  return [
    ...machineDifferences(world, context),
    ...ledgerDifferences(world),
    ...orderDifferences(world, context),
    ...(isNaked(world) && context.level !== 'LOCKOUT' ? ['a position without protection'] : []),
  ];
}

function machineDifferences({ temporal, venue }: World, context: SymbolContext): string[] {
  const found: string[] = [];
  const { operations } = temporal.run?.carry ?? {};
  const busy = Object.values(operations ?? {}).map((call) => call.name);
  if (busy.length > 0) found.push(`in flight: ${busy.join()}`);
  if (!temporal.isQuiet) found.push('the workflow has something to do');
  if (context.reconcile !== 'done') found.push(`reconcile ${context.reconcile}`);
  if (context.evaluating) found.push('evaluating');
  const unsettled = Object.values(context.orders).filter(
    (order) => order.phase !== 'working' || order.cancelling,
  );
  for (const { intent, phase } of unsettled) found.push(`${intent.clientOrderId} is ${phase}`);
  const position = venue.position().quantity;
  if (context.position.quantity !== position)
    found.push(`machine holds ${context.position.quantity}, venue ${position}`);
  return found;
}

function ledgerDifferences({ ledger, venue, time }: World): string[] {
  const found: string[] = [];
  const position = venue.position().quantity;
  const booked = ledger.position().quantity;
  if (booked !== position) found.push(`ledger holds ${booked}, venue ${position}`);
  const trades = venue.trades({}).length;
  if (ledger.state.fills.size !== trades)
    found.push(`${ledger.state.fills.size} fills of ${trades} trades`);
  const open = new Set(
    [...venue.openOrders(false), ...venue.openOrders(true)].map((o) => o.clientOrderId),
  );
  for (const { intent, state, expiresAtMs } of ledger.state.live) {
    // It can never be sent; the next order of the account sets it EXPIRED.
    if (state === 'PREPARED' && expiresAtMs <= time.now) continue;
    if (state !== 'ACKED') found.push(`${intent.clientOrderId} is ${state}`);
    else if (!open.has(intent.clientOrderId))
      found.push(`${intent.clientOrderId} lives in the ledger only`);
  }
  return found;
}

/** The orders that stand at the venue are those that the machine tracks. */
function orderDifferences({ venue }: World, context: SymbolContext): string[] {
  const standing = [...venue.openOrders(false), ...venue.openOrders(true)].filter(
    ({ clientOrderId }) =>
      clientOrderId !== null && parseClientOrderId(clientOrderId) !== undefined,
  );
  const found = standing.flatMap(({ clientOrderId, executed }) => {
    const tracked = context.orders[clientOrderId ?? ''];
    if (tracked === undefined) return [`${clientOrderId} stands and is not tracked`];
    return isSameFill(tracked, executed) ? [] : [`${clientOrderId}: fills differ`];
  });
  const ids = new Set(standing.map((order) => order.clientOrderId));
  for (const id of Object.keys(context.orders)) {
    if (!ids.has(id)) found.push(`${id} is tracked and does not stand`);
  }
  const ordinary = standing.filter((order) => !order.conditional);
  const halted = isHaltLevel(context.level) && context.level !== 'LOCKOUT';
  if (halted && ordinary.some((order) => !order.reduceOnly)) found.push('risk stands in a halt');
  return found;
}

const isSameFill = ({ filled }: TrackedOrder, executed: string): boolean =>
  quantity(filled) === quantity(executed);

/** A workflow that ended leaves nothing behind. */
function leftovers({ venue }: World): string[] {
  const position = venue.position().quantity;
  const orders = [...venue.openOrders(false), ...venue.openOrders(true)];
  return [
    ...(position === '0' ? [] : [`the workflow ended with ${position}`]),
    ...orders.map(({ clientOrderId }) => `the workflow ended and left ${clientOrderId}`),
  ];
}

/** Whether it trades, as far as it may: an order that adds risk, or that closes a level, stands. */
export function trades(world: World, sinceMs: number): boolean {
  const { run } = world.temporal;
  if (run === undefined) return true;
  const { snapshot } = run.carry;
  const { level, stopping } = snapshot.context;
  if (level !== 'ACTIVE') return true;
  if (stopping !== null) return stateName(snapshot.value) === 'stopped';
  const placed = world.venue.placed.findLast(({ intent }) => !intent.reduceOnly);
  if (placed !== undefined && placed.atMs >= sinceMs) return true;
  return world.venue.openOrders(false).some((order) => !order.reduceOnly);
}
