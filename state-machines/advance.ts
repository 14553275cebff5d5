/** One step of the symbol machine: event in, snapshot and effects out. Pure, and JSON throughout. */
import { createActor, initialTransition } from 'xstate';
import type { SnapshotFrom, StateValueFrom } from 'xstate';
import { assert } from '../core/assert.ts';
import { applyEvent } from './apply-event.ts';
import type { SymbolContext } from './symbol-context.ts';
import type { SymbolEffect } from './symbol-effects.ts';
import type { SymbolEvent } from './symbol-events.ts';
import { symbolMachine } from './symbol-machine.ts';

export type SymbolStateValue = StateValueFrom<typeof symbolMachine>;

/** What is carried and stored: rehydrated with `resolveState` on every step. */
export type SymbolSnapshot = {
  readonly value: SymbolStateValue;
  readonly context: SymbolContext;
};

export type Advance = {
  readonly snapshot: SymbolSnapshot;
  readonly effects: readonly SymbolEffect[];
  /** The event changed nothing: the caller records it, nothing is dropped in silence. */
  readonly ignored: boolean;
};

/** Arrangements that one event may need; more would mean that a mode never comes to rest. */
const ARRANGEMENTS_MAX = 12;

type Live = SnapshotFrom<typeof symbolMachine>;
type Action = { readonly type: string; readonly params?: unknown };

export function initialSnapshot(): SymbolSnapshot {
  const [live] = initialTransition(symbolMachine);
  return toJson(live);
}

export function advance(snapshot: SymbolSnapshot, event: SymbolEvent, wallMs: number): Advance {
  const ignored = applyEvent(snapshot.context, event) === snapshot.context;
  const before = symbolMachine.resolveState({ value: snapshot.value, context: snapshot.context });
  let [live, actions] = transition(before, event);
  const effects = effectsOf(actions);
  for (let rounds = 0; ; rounds++) {
    assert(rounds < ARRANGEMENTS_MAX, `orders do not come to rest in ${stateName(live.value)}`);
    const from = stateName(live.value);
    [live, actions] = transition(live, { type: 'arrange', wallMs });
    const found = effectsOf(actions);
    effects.push(...found);
    if (found.length === 0 && stateName(live.value) === from) break;
  }
  return { snapshot: toJson(live), effects, ignored };
}

/** Never started, and nothing of the machine asks it: XState only wants one to name. */
const nobody = createActor(symbolMachine);
const ignore = (): void => {};

/** XState's `transition()`, which makes an actor with its initial state for each step. */
function transition(live: Live, event: SymbolEvent): [Live, readonly Action[]] {
  const actions: Action[] = [];
  const next = symbolMachine.transition(live, event, {
    self: nobody,
    system: nobody.system,
    id: '',
    sessionId: '',
    logger: ignore,
    defer: ignore,
    emit: ignore,
    stopChild: ignore,
    actionExecutor: (action) => actions.push(action),
  });
  return [next, actions];
}

/** The dotted name of a state value, e.g. `rangingGrid.working`. */
export function stateName(value: SymbolStateValue): string {
  if (typeof value === 'string') return value;
  return Object.entries(value)
    .map(([parent, child]) => `${parent}.${child}`)
    .join();
}

const toJson = (live: Live): SymbolSnapshot => ({ value: live.value, context: live.context });

const effectsOf = (actions: readonly Action[]): SymbolEffect[] =>
  actions.filter((a) => a.type === 'effect').map((a) => a.params as SymbolEffect);
