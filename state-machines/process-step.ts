/** The building blocks of a process step: carry and commands, changed by small functions. */
import { ensureDefined } from '../core/assert.ts';
import { advance } from './advance.ts';
import type { OperationCall, ProcessCommand } from './process-types.ts';
import { tradingLevel } from './restraints.ts';
import type { SymbolCarry } from './symbol-carry.ts';
import type { SymbolEffect } from './symbol-effects.ts';
import type { SymbolEvent } from './symbol-events.ts';

export type Step = {
  readonly carry: SymbolCarry;
  readonly commands: readonly ProcessCommand[];
};

export const withCarry = (step: Step, change: Partial<SymbolCarry>): Step => ({
  ...step,
  carry: { ...step.carry, ...change },
});

export const withCommand = (step: Step, command: ProcessCommand): Step => ({
  ...step,
  commands: [...step.commands, command],
});

/** Feeds one event to the machine and starts what it wants done. */
export function dispatch(step: Step, event: SymbolEvent, wallMs: number): Step {
  const result = advance(step.carry.snapshot, event, wallMs);
  const ignored = result.ignored
    ? { ...step.carry.ignored, [event.type]: (step.carry.ignored[event.type] ?? 0) + 1 }
    : step.carry.ignored;
  const moved = withCarry(step, { snapshot: result.snapshot, ignored });
  return result.effects.reduce(launch, moved);
}

/** Effects are launched, never awaited; what adds risk waits while the run is draining. */
export function launch(step: Step, effect: SymbolEffect): Step {
  if (effect.kind === 'armDeadline') return arm(step, effect.id, effect.at);
  const adds = (effect.kind === 'place' && !effect.protective) || effect.kind === 'evaluate';
  if (adds && step.carry.drainingSince !== null) {
    return withCarry(step, { held: [...step.carry.held, effect] });
  }
  return run(step, effect.opId, callOf(step, effect));
}

export function run(step: Step, opId: string, call: OperationCall): Step {
  const operations = { ...step.carry.operations, [opId]: call };
  return withCommand(withCarry(step, { operations }), { kind: 'run', opId, call });
}

/** An operation of the process itself; its ids never meet those of the machine. */
export function runOwn(step: Step, call: OperationCall): Step {
  const processOps = step.carry.processOps + 1;
  return run(withCarry(step, { processOps }), `p${processOps}`, call);
}

export function finish(step: Step, opId: string): Step {
  const { [opId]: _done, ...operations } = step.carry.operations;
  return withCarry(step, { operations });
}

export const arm = (step: Step, id: string, at: number): Step =>
  withCarry(step, { deadlines: { ...step.carry.deadlines, [id]: at } });

export function disarm(step: Step, id: string): Step {
  const { [id]: _gone, ...deadlines } = step.carry.deadlines;
  return withCarry(step, { deadlines });
}

type Runnable = Exclude<SymbolEffect, { kind: 'armDeadline' }>;

function callOf(step: Step, effect: Runnable): OperationCall {
  const { context } = step.carry.snapshot;
  switch (effect.kind) {
    case 'place':
      return {
        name: 'checkRisk',
        intents: effect.intents,
        quote: ensureDefined(context.quote, 'an order needs a quote'),
        level: tradingLevel(context),
        epoch: ensureDefined(context.prefix, 'an order needs an epoch').epoch,
      };
    case 'cancel':
      return { name: 'cancelOrders', orders: effect.orders };
    case 'amend':
      return { name: 'amendOrders', orders: effect.orders };
    case 'resolve':
      return { name: 'resolveOrders', clientOrderIds: effect.clientOrderIds };
    case 'evaluate':
      return { name: 'evaluateSignal', request: effect.request };
    case 'reconcile':
      return {
        name: 'reconcile',
        prefix: ensureDefined(context.prefix, 'reconcile needs an epoch'),
      };
    case 'record':
      return { name: 'record', entries: effect.entries };
  }
}
