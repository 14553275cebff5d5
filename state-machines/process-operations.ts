/** What the end of an operation, good or bad, means for the machine. */
import type { DeniedReason } from '../core/orders/denied-reason.ts';
import type { SubmitOutcome } from '../core/orders/outcomes.ts';
import { isHaltLevel } from './apply-message.ts';
import type { OperationCall, OperationResult } from './process-types.ts';
import { dispatch, finish, run, runOwn, withCarry, withCommand } from './process-step.ts';
import type { Step } from './process-step.ts';
import type { SymbolEvent } from './symbol-events.ts';

export function onCompleted(
  step: Step,
  opId: string,
  result: OperationResult,
  wallMs: number,
): Step {
  const call = step.carry.operations[opId];
  if (call === undefined || call.name !== result.name) return stale(step);
  const done = finish(step, opId);
  if (call.name === 'reconcile' && !isAwaited(step, opId)) return done;
  switch (result.name) {
    case 'openEpoch':
      return result.value.kind === 'opened'
        ? dispatch(done, { type: 'epochOpened', prefix: result.value.prefix }, wallMs)
        : withCommand(done, { ...result.value, kind: 'refuse' });
    case 'claimSymbol':
      return withCarry(done, {
        watch: { ...done.carry.watch, ...result.value, claiming: false, proven: false },
      });
    case 'reconcile':
      return dispatch(
        result.value.kind === 'clean' ? rewind(done, result.value.cursor) : done,
        { type: 'reconciled', report: result.value },
        wallMs,
      );
    case 'evaluateSignal':
      return dispatch(done, { type: 'evaluated', evaluation: result.value }, wallMs);
    case 'record':
      return done;
    case 'resolveOrders':
    case 'amendOrders':
      return dispatch(done, { type: 'resolved', outcomes: result.value }, wallMs);
    case 'checkRisk':
      return onChecked(done, opId, call, result.value, wallMs);
    case 'submitOrders':
      return dispatch(done, { type: 'placed', outcomes: result.value }, wallMs);
    case 'cancelOrders':
      return dispatch(done, { type: 'cancelled', outcomes: result.value }, wallMs);
  }
}

/** A result of an operation that this run does not know any more. */
const stale = (step: Step): Step =>
  withCarry(step, {
    ignored: { ...step.carry.ignored, stale: (step.carry.ignored['stale'] ?? 0) + 1 },
  });

/** The newest reconcile, while the machine waits for one: an older one may lack our last orders. */
function isAwaited({ carry }: Step, opId: string): boolean {
  const [newest] =
    Object.entries(carry.operations).findLast(([, call]) => call.name === 'reconcile') ?? [];
  return newest === opId && carry.snapshot.context.reconcile === 'inFlight';
}

/** The report holds every row up to its cursor: the watch starts again right behind it. */
const rewind = (step: Step, cursor: NonNullable<Step['carry']['watch']['cursor']>): Step =>
  withCarry(step, { watch: { ...step.carry.watch, cursor, inFlight: false } });

/**
 * Denied intents come back at once; the approved ones go on, unless a halt came in between. Of those
 * nobody will ask again: their rows, which hold exposure, are expired.
 */
function onChecked(
  step: Step,
  opId: string,
  call: OperationCall,
  checked: Extract<OperationResult, { name: 'checkRisk' }>['value'],
  wallMs: number,
): Step {
  const halted = isHaltLevel(step.carry.snapshot.context.level);
  const intents = call.name === 'checkRisk' ? call.intents : [];
  const stopped = checked.approved.filter(
    (id) => halted && intents.some((i) => i.clientOrderId === id && !i.reduceOnly),
  );
  const denied: SubmitOutcome[] = [
    ...checked.denied.map((d) => ({ kind: 'denied' as const, ...d })),
    ...stopped.map((clientOrderId) => deniedBy(clientOrderId, 'HALT_LATCH_SET', {})),
  ];
  const clientOrderIds = checked.approved.filter((id) => !stopped.includes(id));
  const sent =
    clientOrderIds.length > 0 ? run(step, opId, { name: 'submitOrders', clientOrderIds }) : step;
  const told =
    denied.length > 0 ? dispatch(sent, { type: 'placed', outcomes: denied }, wallMs) : sent;
  const expiring =
    stopped.length > 0 ? runOwn(told, { name: 'resolveOrders', clientOrderIds: stopped }) : told;
  return checked.denied.some(isOfLostEpoch) ? reopenEpoch(expiring) : expiring;
}

/**
 * A late attempt of a start that was given up opened an epoch after ours, and the gate knows only
 * the newest: whoever still runs takes another one.
 */
const isOfLostEpoch = ({ reason }: { readonly reason: DeniedReason }): boolean =>
  reason.code === 'INTENT_EXPIRED' && reason.figures['current'] !== undefined;

function reopenEpoch(step: Step): Step {
  const opening = Object.values(step.carry.operations).some((call) => call.name === 'openEpoch');
  return opening ? step : runOwn(step, { name: 'openEpoch' });
}

const deniedBy = (
  clientOrderId: string,
  code: 'HALT_LATCH_SET' | 'INTENT_EXPIRED',
  figures: Readonly<Record<string, string>>,
): SubmitOutcome => ({ clientOrderId, kind: 'denied', reason: { code, figures } });

/**
 * A failed activity is not a failed order: what was not sent for certain is denied, everything that
 * may have reached the venue is unknown.
 */
export function onFailed(step: Step, opId: string, message: string, wallMs: number): Step {
  const call = step.carry.operations[opId];
  if (call === undefined) return stale(step);
  if (call.name === 'reconcile' && !isAwaited(step, opId)) return finish(step, opId);
  return failOperation(finish(step, opId), call, message, wallMs);
}

export function failOperation(
  step: Step,
  call: OperationCall,
  message: string,
  wallMs: number,
): Step {
  switch (call.name) {
    case 'openEpoch':
      return withCommand(step, { kind: 'refuse', code: 'START_FAILED', reason: message });
    case 'claimSymbol':
      return withCarry(step, { watch: { ...step.carry.watch, claiming: false } });
    case 'reconcile':
      return dispatch(
        step,
        {
          type: 'reconciled',
          report: { kind: 'notClean', code: 'RECONCILE_FAILED', reason: message },
        },
        wallMs,
      );
    case 'evaluateSignal':
      return dispatch(step, { type: 'evaluationFailed', message }, wallMs);
    case 'record':
      return step;
    case 'resolveOrders':
      return dispatch(step, stillOpen(call.clientOrderIds, message), wallMs);
    case 'amendOrders':
      // It has the old price or the new one, or is gone: it is asked until that is known.
      return dispatch(step, stillOpen(call.orders.map(idOf), message), wallMs);
    case 'checkRisk':
      // Prepared rows are sent by nobody else: they expire.
      return dispatch(
        step,
        {
          type: 'placed',
          outcomes: call.intents.map((i) =>
            deniedBy(i.clientOrderId, 'INTENT_EXPIRED', { message }),
          ),
        },
        wallMs,
      );
    case 'submitOrders':
      return dispatch(
        step,
        {
          type: 'placed',
          outcomes: call.clientOrderIds.map((clientOrderId) => ({
            clientOrderId,
            kind: 'unknown',
            message,
          })),
        },
        wallMs,
      );
    case 'cancelOrders':
      return dispatch(
        step,
        {
          type: 'cancelled',
          outcomes: call.orders.map(({ clientOrderId }) => ({
            clientOrderId,
            kind: 'unknown',
            message,
          })),
        },
        wallMs,
      );
  }
}

const idOf = ({ clientOrderId }: { readonly clientOrderId: string }): string => clientOrderId;

const stillOpen = (ids: readonly string[], message: string): SymbolEvent => ({
  type: 'resolved',
  outcomes: ids.map((clientOrderId) => ({ clientOrderId, kind: 'pending', message })),
});

/** These may have changed the venue or the ledger's promises: a run never ends before they do. */
export const isWrite = (call: OperationCall): boolean =>
  ['checkRisk', 'submitOrders', 'amendOrders', 'cancelOrders'].includes(call.name);
