/** A breadth-first walk over every abstract state that a symbol can reach. */
import { advance, stateName } from '../advance.ts';
import type { Advance, SymbolSnapshot } from '../advance.ts';
import { isHaltLevel } from '../apply-message.ts';
import type { SymbolContext } from '../symbol-context.ts';
import type { SymbolEvent } from '../symbol-events.ts';
import { isProtected, trackedOrders } from '../tracked-orders.ts';
import { alphabet } from './alphabet.ts';

export type Visit = {
  readonly from: SymbolSnapshot;
  readonly event: SymbolEvent;
  readonly result: Advance;
};

export type WalkReport = {
  readonly nodes: number;
  readonly transitions: number;
  readonly depth: number;
  /** Snapshots that were found but not expanded; zero means that the walk is complete. */
  readonly frontier: number;
  readonly states: ReadonlySet<string>;
};

/** Calls `check` on every transition, `checkNew` on every state that is new; throws what it throws, with the path that led there. */
export function walk(
  start: SymbolSnapshot,
  levelsPerSide: number,
  nodesMax: number,
  check: (visit: Visit) => void,
  checkNew: (snapshot: SymbolSnapshot) => void,
): WalkReport {
  const seen = new Set([keyOf(start)]);
  const states = new Set<string>();
  let frontier: readonly Node[] = [{ snapshot: start, path: [] }];
  let transitions = 0;
  let depth = 0;
  while (frontier.length > 0 && seen.size < nodesMax) {
    const found: Node[] = [];
    for (const node of frontier) {
      states.add(stateName(node.snapshot.value));
      for (const event of alphabet(node.snapshot, levelsPerSide)) {
        transitions++;
        const path = [...node.path, describe(event)];
        const result = expand(node.snapshot, event, path, check);
        const key = keyOf(result.snapshot);
        if (seen.has(key)) continue;
        seen.add(key);
        checkNew(result.snapshot);
        found.push({ snapshot: result.snapshot, path });
      }
    }
    if (found.length > 0) depth++;
    frontier = found;
  }
  return { nodes: seen.size, transitions, depth, frontier: frontier.length, states };
}

type Node = { readonly snapshot: SymbolSnapshot; readonly path: readonly string[] };

function expand(
  from: SymbolSnapshot,
  event: SymbolEvent,
  path: readonly string[],
  check: (visit: Visit) => void,
): Advance {
  try {
    const result = advance(from, event, wallMsOf(event));
    check({ from, event, result });
    return result;
  } catch (error) {
    throw new Error(`after ${path.join(' > ')}`, { cause: error });
  }
}

/**
 * State, level, position sign, protection, the statuses among the orders, operations in flight by
 * kind, and whether an outcome is unknown. Ids, prices, sizes and times are left out.
 */
function keyOf({ value, context }: SymbolSnapshot): string {
  const orders = trackedOrders(context);
  return JSON.stringify([
    stateName(value),
    levelOf(context),
    Math.sign(Number(context.position.quantity)),
    context.position.quantity === '0' || isProtected(context),
    [...new Set(orders.map((order) => order.phase))].toSorted(),
    orders.some((order) => order.cancelling),
    orders.some((order) => order.asking === 'inFlight'),
    context.evaluating,
    context.reconcile,
  ]);
}

/**
 * To the machine PAUSE and REDUCING are one; where nothing adds risk anyway, it makes no difference
 * how old the prices are, nor at which level below HALT a symbol ends.
 */
function levelOf({ level, stopping, dataStale, restraints }: SymbolContext): string {
  if (isHaltLevel(level)) return stopping === null ? level : `${level} stopping`;
  if (stopping !== null) return 'stopping';
  const active = restraints.length > 0 ? 'restrained' : 'ACTIVE';
  return `${level === 'ACTIVE' ? active : 'REDUCING'}${dataStale ? ' stale' : ''}`;
}

/** A question about unknown outcomes comes when they have been unknown for too long. */
const wallMsOf = (event: SymbolEvent): number =>
  event.type === 'deadline' && event.id === 'unknown' ? 60_000 : 0;

function describe(event: SymbolEvent): string {
  switch (event.type) {
    case 'market':
      return event.event.kind;
    case 'placed':
    case 'cancelled':
    case 'resolved':
      return event.outcomes.map((o) => `${o.clientOrderId.slice(-2)} ${o.kind}`).join();
    case 'orderUpdated':
      return `${event.order.clientOrderId.slice(-2)} ${event.order.status}`;
    case 'fill':
      return `${event.fill.clientOrderId?.slice(-2)} fills ${event.fill.quantity}`;
    case 'evaluated':
      return `evaluated ${event.evaluation.strategy}`;
    case 'halt':
    case 'level':
      return event.level;
    case 'deadline':
      return `deadline ${event.id}`;
    default:
      return event.type;
  }
}
