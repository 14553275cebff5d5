/** The properties of DESIGN §3, on every abstract state that a symbol can reach. */
import { describe, expect, test } from 'vitest';
import { absQuantity } from '../core/money/arithmetic.ts';
import { quantity } from '../core/money/units.ts';
import { advance, initialSnapshot, stateName } from './advance.ts';
import type { SymbolSnapshot } from './advance.ts';
import type { SymbolContext } from './symbol-context.ts';
import { PREFIX } from './testing/fixtures.ts';
import { describe as describeEvent, walk } from './testing/walk.ts';
import type { Visit } from './testing/walk.ts';
import { isFlat, isLive, isProtected, isStop, trackedOrders } from './tracked-orders.ts';

const NODES_MAX = 30_000;

describe.each([1, 2])('with %i levels a side', (levelsPerSide) => {
  test('every reachable state keeps the promises', { timeout: 120_000 }, () => {
    const start = advance(initialSnapshot(), { type: 'epochOpened', prefix: PREFIX }, 0).snapshot;
    const report = walk(start, levelsPerSide, NODES_MAX, check, (snapshot) =>
      expect(haltIsReachable(snapshot), 'halt is reachable').toBe(true),
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

function check({ from, event, result }: Visit): void {
  const { snapshot, effects } = result;
  const { context } = snapshot;
  expect(hasProtection(snapshot), `protection in ${stateName(snapshot.value)}`).toBe(true);
  expect(slotsAreSingle(context), 'one order a slot').toBe(true);
  if (context.level === 'LOCKOUT') {
    expect(effects.filter((e) => e.kind === 'place' || e.kind === 'cancel')).toEqual([]);
  }
  if (stateName(snapshot.value) === 'halted' && context.level === 'HALT') {
    expect(ordinaryStands(context), 'a halt leaves no ordinary order alone').toBe(false);
  }
  for (const effect of effects) {
    if (effect.kind !== 'place') continue;
    for (const intent of effect.intents.filter((i) => !i.reduceOnly && i.role !== 'counter')) {
      const guards = trackedOrders(context).filter(
        (o) => isStop(o) && isLive(o) && o.intent.side !== intent.side,
      );
      expect(guards.length, `${intent.slot} is sent under a live stop`).toBeGreaterThan(0);
    }
  }
  if (event.type === 'fill' && result.ignored) {
    const key = `${event.fill.orderId}:${event.fill.tradeId}`;
    expect(from.context.recentTrades, describeEvent(event)).toContain(key);
  }
}

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
  return stateName(advance(snapshot, halt, 0).snapshot.value) === 'halted';
}

const ordinaryStands = (context: SymbolContext): boolean =>
  trackedOrders(context).some(
    (o) =>
      !isStop(o) && isLive(o) && !o.cancelling && absQuantity(quantity(o.intent.quantity)) > 0n,
  );
