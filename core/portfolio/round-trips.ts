/** Which executions belong together: level and counter of one slot, entry and exit of one plan. */
import { divide } from '../money/decimal-text.ts';
import { notional } from '../money/arithmetic.ts';
import type { EpochMs, Side } from '../market/market.ts';
import type { Money, Price, Quantity } from '../money/units.ts';
import type { OrderRole } from '../orders/order.ts';

/** An execution of one plan, or what is left of it unmatched. */
export type Leg = {
  /** Unique; orders legs of one market time. */
  readonly key: string;
  readonly time: EpochMs;
  readonly role: OrderRole;
  /** The place in the plan, e.g. `L-2:entry` and `L-2:counter`; what stands before `:` pairs. */
  readonly slot: string;
  readonly side: Side;
  readonly price: Price;
  /** Positive. */
  readonly quantity: Quantity;
};

export type RoundTrip = {
  /** `gridPair`: a level and its counter. `exit`: anything closed by target, stop or exit. */
  readonly kind: 'gridPair' | 'exit';
  readonly entry: Leg;
  readonly exit: Leg;
  readonly quantity: Quantity;
  readonly entryNotional: Money;
  readonly exitNotional: Money;
  /** Before fees. */
  readonly profit: Money;
};

const OPENING: ReadonlySet<OrderRole> = new Set(['level', 'entry']);

/**
 * Matches the legs of one plan, first in first out: counters with levels of their slot, then
 * exits with whatever is open on the other side. The order in which legs are given is irrelevant.
 */
export function matchLegs(legs: readonly Leg[]): {
  readonly trips: readonly RoundTrip[];
  readonly open: readonly Leg[];
} {
  const queue = [...legs].sort(byTime);
  const left = new Map(queue.map((leg) => [leg.key, leg.quantity]));
  const trips: RoundTrip[] = [];
  for (const exit of queue.filter(({ role }) => role === 'counter'))
    match(
      exit,
      queue.filter((leg) => leg.role === 'level' && slotIndex(leg) === slotIndex(exit)),
    );
  for (const exit of queue.filter(({ role }) => role !== 'counter' && !OPENING.has(role)))
    match(
      exit,
      queue.filter((leg) => leg !== exit && (OPENING.has(leg.role) || leg.role === 'counter')),
    );
  const open = queue
    .map((leg) => ({ ...leg, quantity: leftOf(leg) }))
    .filter(({ quantity }) => quantity > 0n);
  return { trips, open };

  function leftOf(leg: Leg): Quantity {
    return left.get(leg.key) ?? (0n as Quantity);
  }

  function match(exit: Leg, entries: readonly Leg[]): void {
    for (const entry of entries) {
      if (entry.side === exit.side) continue;
      const quantity = smaller(leftOf(entry), leftOf(exit));
      if (quantity === 0n) continue;
      left.set(entry.key, (leftOf(entry) - quantity) as Quantity);
      left.set(exit.key, (leftOf(exit) - quantity) as Quantity);
      trips.push(roundTrip(entry, exit, quantity));
    }
  }
}

function roundTrip(entry: Leg, exit: Leg, quantity: Quantity): RoundTrip {
  const entryNotional = notional(entry.price, quantity);
  const exitNotional = notional(exit.price, quantity);
  const gain = exitNotional - entryNotional;
  return {
    kind: exit.role === 'counter' ? 'gridPair' : 'exit',
    entry,
    exit,
    quantity,
    entryNotional,
    exitNotional,
    profit: (entry.side === 'buy' ? gain : -gain) as Money,
  };
}

/** `L-2` of `L-2:counter`. */
const slotIndex = ({ slot }: Leg): string => slot.split(':', 1)[0] ?? slot;

const smaller = (a: Quantity, b: Quantity): Quantity => (a < b ? a : b);

const byTime = (a: Leg, b: Leg): number =>
  a.time - b.time || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);

/** A part of an amount (a fee) in proportion to quantities; rounds half away from zero. */
export const share = (amount: Money, part: Quantity, whole: Quantity): Money =>
  divide(amount * part, whole, 'half') as Money;
