/** What to place and what to cancel so that the tracked orders become the desired ones. */
import { quantity } from '../core/money/units.ts';
import type { PriceText } from '../core/money/units.ts';
import type { ArrangeMode, DesiredOrder } from './desired-orders.ts';
import { guards, total, worstCase } from './protective-stops.ts';
import type { SymbolContext, TrackedOrder } from './symbol-context.ts';
import { hasUnknown, inSlot, isLive, isStop, remaining, trackedOrders } from './tracked-orders.ts';

export type OrderChanges = {
  readonly place: readonly DesiredOrder[];
  readonly amend: readonly { readonly order: TrackedOrder; readonly price: PriceText }[];
  readonly cancel: readonly TrackedOrder[];
};

const NOTHING: OrderChanges = { place: [], amend: [], cancel: [] };

/** LOCKOUT sends nothing; `frozen` waits for the venue's truth. */
export function diffOrders(
  context: SymbolContext,
  mode: ArrangeMode,
  desired: readonly DesiredOrder[],
): OrderChanges {
  if (mode === 'frozen' || context.level === 'LOCKOUT') return NOTHING;
  return {
    place: desired.filter((order) => isMissing(context, order) && mayPlace(context, order)),
    amend: desired.flatMap((order) => amendments(context, order)),
    cancel: withoutNeeded(
      context,
      trackedOrders(context).filter((order) => isSuperfluous(context, desired, order)),
    ),
  };
}

/** One change at a time: while the venue is being asked, nobody knows the price. */
function amendments(context: SymbolContext, desired: DesiredOrder): OrderChanges['amend'] {
  const { price } = desired;
  if (price === null) return [];
  return inSlot(context, desired.slot)
    .filter((order) => isLive(order) && !order.cancelling && order.asking === 'no')
    .filter((order) => order.intent.price !== price && isAmendable(context, order, desired))
    .map((order) => ({ order, price }));
}

/** Only the price may differ, and nothing that adds risk is amended: no gate stands before it. */
function isAmendable(
  { settings }: SymbolContext,
  order: TrackedOrder,
  desired: DesiredOrder,
): boolean {
  const { intent } = order;
  return (
    settings?.amendsInPlace === true &&
    desired.replace === 'amend' &&
    intent.reduceOnly &&
    intent.kind === 'limit' &&
    desired.kind === 'limit' &&
    intent.side === desired.side &&
    remaining(order) === quantity(desired.quantity)
  );
}

/** A stop goes once those that stay suffice: what is to follow it may not stand yet. */
function withoutNeeded(
  context: SymbolContext,
  superfluous: readonly TrackedOrder[],
): readonly TrackedOrder[] {
  const staying = trackedOrders(context).filter(
    (order) => isStop(order) && guards(order) && !superfluous.includes(order),
  );
  return superfluous.filter((order) => {
    const { side } = order.intent;
    const left = staying.filter((stop) => stop.intent.side === side);
    return !isStop(order) || worstCase(context, side) <= total(left);
  });
}

/**
 * An unsettled order keeps its slot, so that no slot is filled twice; a stop is the exception: one
 * that is unknown, has traded in full or is about to be replaced does not keep the next one from
 * being placed.
 */
function isMissing(context: SymbolContext, desired: DesiredOrder): boolean {
  const standing = inSlot(context, desired.slot);
  if (desired.replace !== 'newFirst') return standing.length === 0;
  return !standing.some(
    (order) =>
      (isLive(order) || order.phase === 'placing') &&
      remaining(order) > 0n &&
      matches(order, desired),
  );
}

function matches(order: TrackedOrder, desired: DesiredOrder): boolean {
  if (desired.replace === 'never') return true;
  const { intent } = order;
  const size = intent.role === 'stop' ? quantity(intent.quantity) : remaining(order);
  return (
    intent.side === desired.side &&
    intent.kind === desired.kind &&
    intent.price === desired.price &&
    intent.triggerPrice === desired.triggerPrice &&
    size === quantity(desired.quantity)
  );
}

function mayPlace(context: SymbolContext, desired: DesiredOrder): boolean {
  if (context.blocked[desired.slot] !== undefined) return false;
  if (desired.reduceOnly) return true;
  const placing = trackedOrders(context).some(
    (order) => order.phase === 'placing' && !order.intent.reduceOnly,
  );
  return !placing && !context.dataStale && !hasUnknown(context);
}

/** Live and not wanted: its slot is gone, it differs, or a newer one already stands in the slot. */
function isSuperfluous(
  context: SymbolContext,
  desired: readonly DesiredOrder[],
  order: TrackedOrder,
): boolean {
  if (!isLive(order) || order.cancelling || order.venueStatus === 'triggered') return false;
  const { slot, side } = order.intent;
  const wanted = desired.filter((d) => d.slot === slot && d.side === side);
  if (wanted.length === 0) return true;
  const newer = inSlot(context, slot).filter(
    (o) =>
      guards(o) && o.intent.side === side && o.intent.clientOrderId > order.intent.clientOrderId,
  );
  if (newer.some((o) => wanted.some((d) => matches(o, d)))) return true;
  return wanted.every(
    (d) =>
      (d.replace === 'cancelFirst' || d.replace === 'amend') &&
      !matches(order, d) &&
      !isAmendable(context, order, d),
  );
}
