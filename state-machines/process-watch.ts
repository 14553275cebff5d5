/** The long-poll: which call is in flight, when a newer one must supersede it, what it brought. */
import type { WatchBatch, WatchSpec } from '../core/market/watch.ts';
import { stateName } from './advance.ts';
import { arm, dispatch, runOwn, withCarry, withCommand } from './process-step.ts';
import type { Step } from './process-step.ts';
import { watchSpec } from './watch-spec.ts';

const CLAIM_AGAIN_MS = 1_000;

/** A batch of the latest call; an older one is ignored, its events come again to the newer one. */
export function onWatched(step: Step, batch: WatchBatch, wallMs: number): Step {
  const { watch } = step.carry;
  if (batch.watchSeq !== watch.seq || batch.outcome === 'superseded') return step;
  const ended = withCarry(step, {
    watch: {
      ...watch,
      inFlight: false,
      proven: true,
      cursor: batch.cursor,
      homeQueue: batch.outcome === 'handover' ? null : watch.homeQueue,
    },
  });
  const quoted =
    batch.quote !== null && batch.ledger.length > 0
      ? dispatch(ended, { type: 'quoted', quote: batch.quote }, wallMs)
      : ended;
  // A position comes before the orders that it made pointless: a stop's fill gets its number late,
  // after that of the target which the venue let expire.
  const rows = [
    ...batch.ledger.filter((row) => row.kind === 'fill'),
    ...batch.ledger.filter((row) => row.kind === 'order'),
  ];
  const booked = rows.reduce(
    (sofar, row) =>
      row.kind === 'fill'
        ? dispatch(sofar, { type: 'fill', fill: row.fill }, wallMs)
        : dispatch(sofar, { type: 'orderUpdated', order: row.order }, wallMs),
    quoted,
  );
  return batch.events.reduce(
    (sofar, event) => dispatch(sofar, { type: 'market', event }, wallMs),
    booked,
  );
}

/**
 * The home worker is gone or its feed broke: another one claims the symbol, at once, and after a
 * pause when the home never answered: a feed that cannot start must not be asked in a loop.
 */
export function onWatchFailed(step: Step, watchSeq: number, wallMs: number): Step {
  const { watch } = step.carry;
  if (watchSeq !== watch.seq) return step;
  const lost = withCarry(step, { watch: { ...watch, inFlight: false, homeQueue: null } });
  return watch.proven ? lost : arm(lost, 'claim', wallMs + CLAIM_AGAIN_MS);
}

/** Claims a home where there is none, and keeps exactly one call in flight with the latest spec. */
export function keepWatching(step: Step): Step {
  const { watch, snapshot, deadlines } = step.carry;
  if (stateName(snapshot.value) === 'stopped') return step;
  if (watch.homeQueue === null) {
    const waits = watch.claiming || deadlines['claim'] !== undefined;
    if (waits) return step;
    const claiming = withCarry(step, { watch: { ...watch, claiming: true } });
    return runOwn(claiming, { name: 'claimSymbol' });
  }
  return watch.cursor === null || snapshot.context.prefix === null ? step : startWatch(step);
}

function startWatch(step: Step): Step {
  const { watch, snapshot } = step.carry;
  const settled = Object.keys(step.carry.operations).length === 0;
  const lockstep = snapshot.context.settings?.lockstep === true;
  const spec = watchSpec(snapshot, settled);
  const specKey = keyOfSpec(spec, lockstep);
  const statusKey = keyOfStatus(spec);
  const outdated = specKey !== watch.specKey || (settled && statusKey !== watch.statusKey);
  if (watch.inFlight && !outdated) return step;
  // In lockstep the venue waits for a settled watch: an unsettled one would only cost history.
  if (lockstep && !settled) return step;
  const { homeQueue, cursor, seq } = watch;
  const { prefix } = snapshot.context;
  if (homeQueue === null || cursor === null || prefix === null) return step;
  const next = { ...watch, seq: seq + 1, inFlight: true, specKey, statusKey };
  return withCommand(withCarry(step, { watch: next }), {
    kind: 'watch',
    watchSeq: seq + 1,
    homeQueue,
    prefix,
    spec,
    cursor,
  });
}

function keyOfSpec(spec: WatchSpec, lockstep: boolean): string {
  const { entryRule, breakout, trail, touch, deadlines, collar, settled } = spec;
  return JSON.stringify([
    entryRule,
    breakout,
    trail,
    touch,
    deadlines,
    collar,
    lockstep && settled,
  ]);
}

/** What people must see soon; market time and figures follow with the next call anyway. */
function keyOfStatus({ status }: WatchSpec): string {
  const { state, level, haltReason, regime, strategy, decisionCode } = status;
  const { positionQuantity, openOrders, protectiveStops, unknownOrders } = status;
  const words = [state, level, haltReason, regime, strategy, decisionCode];
  return JSON.stringify([words, positionQuantity, openOrders, protectiveStops, unknownOrders]);
}
