/**
 * Which orders should stand at the venue now: a pure function of context and mode. The machine does
 * not remember what it still has to do; it compares this list with what is tracked.
 */
import type { Quote } from '../core/market/market.ts';
import { absQuantity } from '../core/money/arithmetic.ts';
import { quantity, quantityText } from '../core/money/units.ts';
import type { QuantityText } from '../core/money/units.ts';
import { closingSide } from '../core/orders/net-position.ts';
import type { OrderIntent } from '../core/orders/order.ts';
import type { GridLevel, GridPlan } from '../core/strategies/plans.ts';
import { counterSlot, entrySlot } from './grid-progress.ts';
import { guards, keptStops, protection, stopBesidePlan, stopOrder } from './protective-stops.ts';
import { tradingLevel } from './restraints.ts';
import type { GridProgress, ScalpProgress, SymbolContext } from './symbol-context.ts';
import { inSlot, isFlat, ordinaryOrders } from './tracked-orders.ts';

/**
 * How a state wants its orders: `frozen` touches nothing, `clear` cancels all, stops after what they
 * protect.
 */
export type ArrangeMode =
  | 'frozen'
  | 'clear'
  | 'grid'
  | 'scalpEntry'
  | 'scalpHold'
  | 'workOut'
  | 'halted';

/**
 * An intent without an id. `newFirst`: the replacement must live before the old one goes. `amend`: its
 * price is changed where it stands; what cannot be, is cancelled first.
 */
export type DesiredOrder = Omit<OrderIntent, 'clientOrderId' | 'decisionId'> & {
  readonly replace: 'newFirst' | 'cancelFirst' | 'amend' | 'never';
};

export function desiredOrders(context: SymbolContext, mode: ArrangeMode): readonly DesiredOrder[] {
  switch (mode) {
    case 'frozen':
      return [];
    case 'clear':
      return keptStops(context);
    case 'grid':
      return context.grid === null ? [] : gridOrders(context, context.grid);
    case 'scalpEntry':
      return context.scalp === null ? [] : scalpEntryOrders(context, context.scalp);
    case 'scalpHold':
      return context.scalp === null ? [] : scalpHoldOrders(context, context.scalp);
    case 'workOut':
      return workOutOrders(context);
    case 'halted':
      return context.level === 'HALT_AND_FLATTEN' ? workOutOrders(context) : keptStops(context);
  }
}

/** Entries are allowed only at level ACTIVE; below it, counters and exits carry on reduce-only. */
export const allowsEntries = (context: SymbolContext): boolean =>
  tradingLevel(context) === 'ACTIVE' && context.stopping === null;

/** Nobody knows what an entry is worth while prices are stale (P17): it goes until they are fresh. */
export const wantsEntries = (context: SymbolContext): boolean =>
  allowsEntries(context) && !context.dataStale;

function gridOrders(context: SymbolContext, grid: GridProgress): readonly DesiredOrder[] {
  const stops = [...planStops(grid.plan), ...stopBesidePlan(context, grid)];
  const guarded = stops.every((stop) => inSlot(context, stop.slot).some(guards));
  const levels = grid.plan.levels.flatMap((level) => levelOrders(context, grid, level, guarded));
  return protection(context, [...stops, ...levels]);
}

function planStops(plan: GridPlan): readonly DesiredOrder[] {
  const { lower, upper } = plan.stops;
  return [
    stopOrder('stop:lower', plan.planId, 'grid', 'sell', lower.triggerPrice, lower.quantity),
    stopOrder('stop:upper', plan.planId, 'grid', 'buy', upper.triggerPrice, upper.quantity),
  ];
}

/** The entry until it is settled, then the counter-order of what it bought or sold. */
function levelOrders(
  context: SymbolContext,
  grid: GridProgress,
  level: GridLevel,
  guarded: boolean,
): readonly DesiredOrder[] {
  const held = grid.levels.find((l) => l.index === level.index)?.held ?? '0';
  const entryStands = inSlot(context, entrySlot(level)).length > 0;
  if (held === '0' || entryStands) {
    const wanted = wantsEntries(context) && (guarded || entryStands);
    return wanted ? [levelEntry(grid.plan, level)] : [];
  }
  return [levelCounter(context, grid.plan, level, held)];
}

const levelEntry = (plan: GridPlan, level: GridLevel): DesiredOrder => ({
  role: 'level',
  slot: entrySlot(level),
  planId: plan.planId,
  strategy: 'grid',
  side: level.side,
  kind: 'limit',
  quantity: level.quantity,
  price: level.price,
  triggerPrice: null,
  targetPrice: level.counterPrice,
  reduceOnly: false,
  postOnly: true,
  timeInForce: 'GTC',
  replace: 'never',
});

const levelCounter = (
  context: SymbolContext,
  plan: GridPlan,
  level: GridLevel,
  held: QuantityText,
): DesiredOrder => ({
  ...levelEntry(plan, level),
  role: 'counter',
  slot: counterSlot(level),
  side: level.side === 'buy' ? 'sell' : 'buy',
  quantity: held,
  price: level.counterPrice,
  targetPrice: null,
  reduceOnly: tradingLevel(context) !== 'ACTIVE',
  postOnly: false,
  replace: 'cancelFirst',
});

function scalpEntryOrders(context: SymbolContext, scalp: ScalpProgress): readonly DesiredOrder[] {
  const stop = scalpStop(scalp);
  const entryStands = inSlot(context, 'entry').length > 0;
  const guarded = inSlot(context, stop.slot).some(guards);
  const wanted = wantsEntries(context) && (entryStands || (guarded && !scalp.entryAsked));
  return protection(context, wanted ? [stop, scalpEntry(scalp)] : [stop]);
}

const scalpStop = ({ plan, stopPrice }: ScalpProgress): DesiredOrder =>
  stopOrder(
    'stop:scalp',
    plan.planId,
    'scalp',
    plan.side === 'buy' ? 'sell' : 'buy',
    stopPrice,
    plan.quantity,
  );

const scalpEntry = ({ plan }: ScalpProgress): DesiredOrder => ({
  role: 'entry',
  slot: 'entry',
  planId: plan.planId,
  strategy: 'scalp',
  side: plan.side,
  kind: 'limit',
  quantity: plan.quantity,
  price: plan.entryPrice,
  triggerPrice: null,
  targetPrice: plan.targetPrice,
  reduceOnly: false,
  postOnly: false,
  timeInForce: 'IOC',
  replace: 'never',
});

function scalpHoldOrders(context: SymbolContext, scalp: ScalpProgress): readonly DesiredOrder[] {
  const target: DesiredOrder = {
    ...scalpEntry(scalp),
    role: 'target',
    slot: 'target',
    side: scalp.plan.side === 'buy' ? 'sell' : 'buy',
    quantity: quantityText(absQuantity(quantity(context.position.quantity))),
    price: scalp.plan.targetPrice,
    targetPrice: null,
    reduceOnly: true,
    timeInForce: 'GTC',
    replace: 'cancelFirst',
  };
  return protection(context, isFlat(context) ? [] : [scalpStop(scalp), target]);
}

/** Everything else first becomes terminal, then one reduce-only exit; stops stay until flat. */
function workOutOrders(context: SymbolContext): readonly DesiredOrder[] {
  const stops = keptStops(context);
  const others = ordinaryOrders(context).some((order) => order.intent.slot !== 'exit');
  if (isFlat(context) || others || context.quote === null) return stops;
  return [...stops, exitOrder(context, context.quote)];
}

function exitOrder(context: SymbolContext, quote: Quote): DesiredOrder {
  const position = quantity(context.position.quantity);
  const side = closingSide(position);
  const atMarket = exitsAtMarket(context);
  return {
    role: 'exit',
    slot: 'exit',
    planId: context.grid?.plan.planId ?? context.scalp?.plan.planId ?? 'workOut',
    strategy: 'workOut',
    side,
    kind: atMarket ? 'market' : 'limit',
    quantity: quantityText(absQuantity(position)),
    price: atMarket ? null : side === 'sell' ? quote.ask : quote.bid,
    triggerPrice: null,
    targetPrice: null,
    reduceOnly: true,
    postOnly: false,
    timeInForce: 'GTC',
    replace: 'amend',
  };
}

export const exitsAtMarket = (context: SymbolContext): boolean =>
  context.exitNow !== null ||
  context.level === 'HALT_AND_FLATTEN' ||
  context.workOutMarketAt === null ||
  context.marketTime >= context.workOutMarketAt;
