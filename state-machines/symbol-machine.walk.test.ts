/** The properties of DESIGN §3, on every abstract state that a symbol can reach. */
import { describe, expect, test } from 'vitest';
import { assert } from '../core/assert.ts';
import { quantity } from '../core/money/units.ts';
import type { OrderIntent } from '../core/orders/order.ts';
import { advance, initialSnapshot, stateName } from './advance.ts';
import type { SymbolSnapshot } from './advance.ts';
import type { SymbolContext, TrackedOrder } from './symbol-context.ts';
import type { SymbolEvent } from './symbol-events.ts';
import { PREFIX } from './testing/fixtures.ts';
import { walk } from './testing/walk.ts';
import type { Visit } from './testing/walk.ts';
import {
  isFlat,
  isLive,
  isProtected,
  isStop,
  ordinaryOrders,
  remaining,
  trackedOrders,
} from './tracked-orders.ts';

const NODES_MAX = 60_000;

describe.each([1, 2])('with %i levels a side', (levelsPerSide) => {
  test('every reachable state keeps the promises', { timeout: 600_000 }, () => {
    const start = advance(initialSnapshot(), { type: 'epochOpened', prefix: PREFIX }, 0).snapshot;
    const report = walk(start, levelsPerSide, NODES_MAX, check, (snapshot) =>
      assert(haltIsReachable(snapshot), 'halt is reachable'),
    );
    console.log(
      `${levelsPerSide} levels a side: ${report.nodes} states, ${report.transitions} transitions, ` +
        `depth ${report.depth}, ${report.frontier} left in the frontier`,
    );
    expect(report.frontier, 'every state that was found was expanded').toBe(0);
    for (const state of ['rangingGrid.working', 'trendingScalp.holding', 'rangingGrid.unwinding']) {
      expect(report.states.has(state), state).toBe(true);
    }
  });
});

/** Assertions instead of expectations: half a million transitions are checked. */
function check({ from, event, result }: Visit): void {
  const { snapshot, effects } = result;
  const { context } = snapshot;
  const state = stateName(snapshot.value);
  assert(hasProtection(snapshot), `a position is protected in ${state}`);
  assert(slotsAreSingle(context), 'one order stands in a slot');
  const sends = effects.filter((e) => e.kind === 'place' || e.kind === 'cancel');
  assert(context.level !== 'LOCKOUT' || sends.length === 0, 'LOCKOUT sends nothing');
  const halted = state === 'halted' && context.level === 'HALT';
  assert(!halted || !ordinaryStands(context), 'a halt leaves no ordinary order alone');
  const arranges = state !== 'reconciling' && state !== 'stopped' && context.level !== 'LOCKOUT';
  const mayEnter = !context.dataStale && context.restraints.length === 0;
  assert(!arranges || mayEnter || !entryStands(context), 'no entry on stale or running prices');
  const placed = effects.flatMap((e) => (e.kind === 'place' ? e.intents : []));
  for (const intent of placed) {
    const { slot, role, reduceOnly } = intent;
    assert(role !== 'exit' || isAlone(context, intent), `${slot} is the only ordinary order`);
    assert(reduceOnly || mayAddRisk(context), `${slot} is sent on known outcomes and fresh data`);
  }
  for (const intent of placed.filter((i) => !i.reduceOnly && i.role !== 'counter')) {
    const guards = trackedOrders(context).filter(
      (o) => isStop(o) && isLive(o) && o.intent.side !== intent.side,
    );
    assert(guards.length > 0, `${intent.slot} is sent under a live stop`);
  }
  const dropped = effects.flatMap((e) => (e.kind === 'cancel' ? e.orders : []));
  for (const { clientOrderId } of dropped) {
    const stop = context.orders[clientOrderId];
    // The fallback stop belongs to a position, not to entries.
    if (stop === undefined || !isStop(stop)) continue;
    assert(!leavesBare(context, stop), `${stop.intent.slot} stays while an entry may trade`);
    assert(coversWorst(context, stop), `${stop.intent.slot} stays while the worst case needs it`);
  }
  assert(!(event.type === 'fill' && result.ignored) || isKnown(from.context, event), 'fills count');
}

/** What is left of the others, nobody can trade any more. */
const isAlone = (context: SymbolContext, exit: OrderIntent): boolean =>
  ordinaryOrders(context).every(
    (o) => o.intent.clientOrderId === exit.clientOrderId || o.phase === 'terminal',
  );

const mayAddRisk = (context: SymbolContext): boolean =>
  !context.dataStale &&
  context.restraints.length === 0 &&
  trackedOrders(context).every((o) => o.phase !== 'unknown');

/** An order that may still add to the position, and no other stop that stands on its other side. */
function leavesBare(context: SymbolContext, stop: TrackedOrder): boolean {
  const orders = trackedOrders(context);
  const mayAdd = orders.some(
    (o) =>
      !o.intent.reduceOnly &&
      o.intent.role !== 'counter' &&
      o.intent.side !== stop.intent.side &&
      o.phase !== 'terminal' &&
      remaining(o) > 0n,
  );
  const guards = orders.some(
    (o) => isStop(o) && o.intent.side === stop.intent.side && isLive(o) && !o.cancelling,
  );
  return mayAdd && remaining(stop) > 0n && !guards;
}

/** Where the stops sufficed for every order that opens to fill, they do without it, too. */
function coversWorst(context: SymbolContext, stop: TrackedOrder): boolean {
  const orders = trackedOrders(context);
  const { side } = stop.intent;
  const sum = (of: readonly TrackedOrder[]): bigint => of.reduce((n, o) => n + remaining(o), 0n);
  const adding = orders.filter(
    (o) => !o.intent.reduceOnly && o.intent.side !== side && o.phase !== 'terminal',
  );
  const held = quantity(context.position.quantity);
  const worst = (side === 'sell' ? held : -held) + sum(adding);
  const guards = orders.filter(
    (o) => isStop(o) && o.intent.side === side && isLive(o) && !o.cancelling,
  );
  const left = sum(guards);
  return worst <= left || worst > left + remaining(stop);
}

const isKnown = (context: SymbolContext, { fill }: Extract<SymbolEvent, { type: 'fill' }>) =>
  context.recentTrades.includes(`${fill.orderId}:${fill.tradeId}`);

/** Live or pending protection, an exit on its way, or an armed deadline where a stop failed. */
function hasProtection(snapshot: SymbolSnapshot): boolean {
  const { context } = snapshot;
  if (isFlat(context) || context.level === 'LOCKOUT' || isProtected(context)) return true;
  const exits = trackedOrders(context).some(
    (o) => o.intent.role === 'exit' && o.intent.reduceOnly && o.phase !== 'terminal',
  );
  const stopFailed =
    Object.keys(context.blocked).some((slot) => slot.startsWith('stop')) ||
    trackedOrders(context).some((o) => isStop(o) && o.phase !== 'working');
  const armed = context.armed.includes('protection') || context.armed.includes('retry');
  const asking = stateName(snapshot.value) === 'reconciling';
  return exits || asking || (stopFailed && armed);
}

function slotsAreSingle(context: SymbolContext): boolean {
  const slots = trackedOrders(context)
    .filter((o) => !isStop(o))
    .map((o) => o.intent.slot);
  return new Set(slots).size === slots.length;
}

function haltIsReachable(snapshot: SymbolSnapshot): boolean {
  if (stateName(snapshot.value) === 'stopped' || snapshot.context.level !== 'ACTIVE') return true;
  const halt = {
    type: 'halt',
    haltId: 'h',
    level: 'HALT',
    reason: 'r',
    by: 'b',
    wallMs: 0,
  } as const;
  const after = stateName(advance(snapshot, halt, 0).snapshot.value);
  // One that only waits for its stop is flat and without orders: it ends.
  return after === 'halted' || (after === 'stopped' && snapshot.context.stopping !== null);
}

const entryStands = (context: SymbolContext): boolean =>
  trackedOrders(context).some(
    ({ intent, phase, cancelling }) =>
      (intent.role === 'level' || intent.role === 'entry') && phase === 'working' && !cancelling,
  );

const ordinaryStands = (context: SymbolContext): boolean =>
  trackedOrders(context).some((o) => !isStop(o) && isLive(o) && !o.cancelling);
