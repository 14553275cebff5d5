/**
 * The symbol process: mailbox, operations in flight, deadlines, draining and carry around
 * `advance()`, as one pure reducer. The workflow, the simulator and the backtest only drive it.
 */
import { stateName } from './advance.ts';
import { failOperation, isWrite, onCompleted, onFailed } from './process-operations.ts';
import {
  arm,
  disarm,
  dispatch,
  finish,
  launch,
  runOwn,
  withCarry,
  withCommand,
} from './process-step.ts';
import type { Step } from './process-step.ts';
import type { ProcessCommand, ProcessInput } from './process-types.ts';
import { keepWatching, onWatchFailed, onWatched } from './process-watch.ts';
import type { SymbolCarry } from './symbol-carry.ts';
import { DEADLINE_IDS } from './symbol-events.ts';
import { symbolStatus } from './watch-spec.ts';

/** A run that drains for longer continues as new anyway; what is in flight becomes unknown. */
const DRAIN_MAX_MS = 10_000;

export type ProcessStep = {
  readonly carry: SymbolCarry;
  readonly commands: readonly ProcessCommand[];
};

export function stepSymbol(carry: SymbolCarry, input: ProcessInput): ProcessStep {
  const handled = handle({ carry, commands: [] }, input);
  const ended = handled.commands.some((c) => c.kind === 'refuse');
  if (ended) return handled;
  const continued = continueWhenDrained(handled, input.wallMs);
  if (continued !== undefined) return continued;
  return keepAwake(carry, keepWatching(completeWhenStopped(handled)));
}

function handle(step: Step, input: ProcessInput): Step {
  switch (input.kind) {
    case 'started':
      return onStarted(step, input.wallMs);
    case 'message':
      return dispatch(step, input.message, input.wallMs);
    case 'completed':
      return onCompleted(step, input.opId, input.result, input.wallMs);
    case 'failed':
      return onFailed(step, input.opId, input.message, input.wallMs);
    case 'watched':
      return onWatched(step, input.batch, input.wallMs);
    case 'watchFailed':
      return onWatchFailed(step, input.watchSeq, input.wallMs);
    case 'woken':
      return onWoken(step, input.wallMs);
    case 'drain':
      return step.carry.drainingSince === null
        ? arm(
            withCarry(step, { drainingSince: input.wallMs }),
            'drain',
            input.wallMs + DRAIN_MAX_MS,
          )
        : step;
  }
}

/** First run: an epoch. Later runs: what was read-only in flight is asked again, then the held. */
function onStarted(step: Step, wallMs: number): Step {
  const { carry } = step;
  const opening = Object.values(carry.operations).some((call) => call.name === 'openEpoch');
  if (carry.snapshot.context.prefix === null && !opening)
    return runOwn(step, { name: 'openEpoch' });
  const reset = withCarry(disarm(step, 'drain'), {
    drainingSince: null,
    held: [],
    watch: { ...carry.watch, inFlight: false, claiming: false },
  });
  const rerun = Object.entries(carry.operations).reduce<Step>((sofar, [opId, call]) => {
    if (call.name === 'claimSymbol') return finish(sofar, opId);
    return isWrite(call)
      ? failOperation(finish(sofar, opId), call, 'carried over', wallMs)
      : withCommand(sofar, { kind: 'run', opId, call });
  }, reset);
  const released = carry.held.reduce(launch, rerun);
  return withCommand(released, { kind: 'wakeAt', at: nearest(released.carry) });
}

function onWoken(step: Step, wallMs: number): Step {
  const due = Object.entries(step.carry.deadlines).filter(([, at]) => at <= wallMs);
  return due.reduce((sofar, [id]) => {
    const next = disarm(sofar, id);
    const known = DEADLINE_IDS.find((d) => d === id);
    return known === undefined ? next : dispatch(next, { type: 'deadline', id: known }, wallMs);
  }, step);
}

/** Nothing that may have changed the venue is in flight, or it was waited for long enough. */
function continueWhenDrained(step: Step, wallMs: number): Step | undefined {
  const { drainingSince, operations } = step.carry;
  if (drainingSince === null) return undefined;
  const writes = Object.values(operations).some(isWrite);
  if (writes && wallMs < drainingSince + DRAIN_MAX_MS) return undefined;
  return withCommand(step, { kind: 'continueAsNew' });
}

/** The last status is written before the workflow completes. */
function completeWhenStopped(step: Step): Step {
  const { snapshot, completing, operations, watch } = step.carry;
  if (stateName(snapshot.value) !== 'stopped') return step;
  if (!completing) {
    const seq = watch.seq + 1;
    const next = withCarry(step, { completing: true, watch: { ...watch, seq } });
    const status = symbolStatus(snapshot);
    return runOwn(next, { name: 'record', entries: [{ kind: 'status', watchSeq: seq, status }] });
  }
  const pending = Object.values(operations).some((call) => call.name === 'record');
  return pending ? step : withCommand(step, { kind: 'complete' });
}

function keepAwake(before: SymbolCarry, step: Step): Step {
  const at = nearest(step.carry);
  const known = step.commands.some((c) => c.kind === 'wakeAt');
  return known || at === nearest(before) ? step : withCommand(step, { kind: 'wakeAt', at });
}

const nearest = (carry: SymbolCarry): number | null => {
  const times = Object.values(carry.deadlines);
  return times.length === 0 ? null : Math.min(...times);
};
