/** What must hold at every moment, whatever the faults: checked as things happen. */
import { absQuantity } from '../../core/money/arithmetic.ts';
import { moneyText, price, quantity } from '../../core/money/units.ts';
import type { Quantity } from '../../core/money/units.ts';
import { FLAT, withOrder, worstNotional } from '../../core/risk/exposure.ts';
import { stateName } from '../../state-machines/advance.ts';
import type { SymbolCarry } from '../../state-machines/symbol-carry.ts';
import { isFlat, isProtected, isStop, trackedOrders } from '../../state-machines/tracked-orders.ts';
import { positionOf } from './ledger/figures.ts';
import { BALANCE } from './scenario.ts';
import type { WorkflowRun } from './temporal/workflow-run.ts';
import { toFill } from './venue/views.ts';
import { taskInWords } from './task-in-words.ts';
import type { World } from './world.ts';

/** How long the venue may hold an unprotected position while the platform could act (wall). */
const NAKED_MAX_MS = 45_000;
const WATCH_EVERY_MS = 250;

export function watchInvariants(world: World): void {
  world.onTask = (run, result) => {
    world.trace.say('workflow', taskInWords(result));
    world.seen.add(stateName(run.carry.snapshot.value));
    checkMachine(world, run.carry);
    if (result.end !== undefined) checkReplay(world, run);
  };
  world.venue.onEvent(({ order, fill }) => {
    const { clientOrderId, status, executed, quantity: size } = order;
    world.trace.say(
      'venue',
      `${clientOrderId} ${status} ${executed}/${size}${fill ? ` @${fill.price}` : ''}`,
    );
    checkOrder(world, clientOrderId);
    const role = world.ledger.state.intents.get(clientOrderId ?? '')?.intent.role;
    if (status === 'working' && (role === 'level' || role === 'entry')) checkExposure(world);
  });
  let nakedMs = 0;
  world.time.every(WATCH_EVERY_MS, () => {
    checkFills(world);
    nakedMs = nextNakedMs(world, nakedMs);
    world.nakedMs = Math.max(world.nakedMs, nakedMs);
    if (nakedMs > NAKED_MAX_MS) world.fail('protection', `none at the venue for ${nakedMs} ms`);
    return true;
  });
}

function nextNakedMs(world: World, nakedMs: number): number {
  if (!isNaked(world)) return 0;
  const level = world.temporal.run?.carry.snapshot.context.level;
  const canAct = world.canAct && level !== undefined && level !== 'LOCKOUT';
  return canAct ? nakedMs + WATCH_EVERY_MS : nakedMs;
}

/** The venue holds a position that no waiting or working stop would close in full. */
export function isNaked({ venue }: World): boolean {
  const position = quantity(venue.position().quantity);
  if (position === 0n) return false;
  const closing = position > 0n ? 'sell' : 'buy';
  const covered = venue
    .openOrders(true)
    .filter((order) => order.side === closing && order.reduceOnly)
    .reduce((sum, order) => sum + quantity(order.quantity), 0n);
  return covered < absQuantity(position);
}

/** I1: what the ledger has is what the venue traded, each trade once. */
function checkFills(world: World): void {
  const traded = world.venue.trades({});
  if (world.ledger.state.fills.size > traded.length)
    world.fail('I1 fills', 'more fills than trades');
}

/** I1, I2: equal in full. */
export function checkBooks(world: World): void {
  const { venue, ledger } = world;
  for (const trade of venue.trades({})) {
    const row = ledger.state.fills.get(`${trade.tradeId}|${trade.orderId}`);
    const same =
      row !== undefined &&
      row.fill.price === trade.price &&
      row.fill.quantity === trade.quantity &&
      row.fill.side === trade.side;
    if (!same) world.fail('I1 fills', `trade ${trade.tradeId} of order ${trade.orderId}`);
    if (row?.intentId === null) world.fail('I1 fills', `trade ${trade.tradeId} is nobody's`);
  }
  for (const record of ledger.state.intents.values()) {
    if (record.filled > quantity(record.intent.quantity))
      world.fail('I3 overfill', `${record.intent.clientOrderId} filled ${record.filled}`);
  }
}

/** An order is proved absent only where the venue will not take it any more. */
export function checkAbsence(world: World): void {
  const { faults, ledger } = world;
  const late = [...ledger.state.riskEvents].find(([, code]) => code === 'ORDER_APPEARED_LATE');
  if (late !== undefined && faults.rate('listsLie') === 0) world.fail('absence', late[0]);
}

/** I3: one accepted order an intent. */
function checkOrder(world: World, clientOrderId: string | null): void {
  const accepted = world.venue.placed.filter((p) => p.intent.clientOrderId === clientOrderId);
  if (accepted.length > 1) world.fail('I3 one order', `${clientOrderId} was accepted twice`);
  const ours = accepted[0];
  if (ours === undefined) return;
  const record = world.ledger.state.intents.get(ours.intent.clientOrderId);
  if (record?.sentAt === null || record === undefined)
    world.fail('row before request', `${clientOrderId} was accepted and never sent`);
}

/**
 * I5: with a new level or entry, position and working orders stay within the limit, worst case on
 * one side. (A stop that fires may turn what was closing, a counter-order, into more than that.)
 */
function checkExposure(world: World): void {
  const { venue, scenario } = world;
  const { positionSizePct = 0, positionsPerSymbol = 0, leverage = 0 } = scenario.limits;
  const fills = venue.trades({}).map((trade) => toFill(trade, null));
  const { quantity: held, cost } = positionOf(fills);
  const working = venue.openOrders(false).filter((order) => !order.reduceOnly);
  const exposure = working.reduce(
    (sofar, order) => {
      const left = (quantity(order.quantity) - quantity(order.executed)) as Quantity;
      return withOrder(sofar, order.side, left, price(order.price ?? '1'));
    },
    { ...FLAT, quantity: held, cost },
  );
  const worst = worstNotional(exposure);
  const limit = (Number(BALANCE) * positionSizePct * positionsPerSymbol * leverage) / 100;
  // Equity and touch move between the approval and now.
  if (Number(moneyText(worst)) > limit * 1.03)
    world.fail('I5 exposure', `${moneyText(worst)} of ${limit}`);
}

/** Outside LOCKOUT a position has protection, an exit, or a deadline that ends it. */
function checkMachine(world: World, carry: SymbolCarry): void {
  const { context, value } = carry.snapshot;
  if (isFlat(context) || context.level === 'LOCKOUT' || isProtected(context)) return;
  if (stateName(value) === 'reconciling' || context.reconcile !== 'done') return;
  const exits = trackedOrders(context).some(
    (o) => o.intent.role === 'exit' && o.intent.reduceOnly && o.phase !== 'terminal',
  );
  const due = carry.deadlines['protection'];
  const graceMs = context.settings?.protectionGraceMs ?? 0;
  const armed = due !== undefined && due <= world.time.now + graceMs;
  const stops = trackedOrders(context).filter(isStop).length;
  if (!exits && !armed && context.exitNow === null)
    world.fail(
      'protection',
      `${stateName(value)} holds ${context.position.quantity} under ${stops} stops and waits for nothing`,
    );
}

/** I8: the recorded inputs give the same carry again, byte for byte. */
export function checkReplay(world: World, run: WorkflowRun): void {
  const { again, committed } = run.replay();
  if (again !== committed) world.fail('I8 replay', `run ${run.id} replays to another carry`);
}
