/**
 * The statechart of one symbol. Only used through pure `transition()` (see `advance()`): no live
 * actor, no `invoke`, no `after`. Every event changes the context at the root, in every state;
 * states move by guards; effects come out of `arrange`, which each leaf declares with its mode.
 */
import { and, assign, not, setup, stateIn } from 'xstate';
import { applyEvent } from './apply-event.ts';
import { arrange } from './arrange.ts';
import type { ArrangeMode } from './desired-orders.ts';
import { startGrid } from './grid-progress.ts';
import { noteSwitch } from './notes.ts';
import { initialContext } from './symbol-context.ts';
import type { SymbolContext } from './symbol-context.ts';
import type { SymbolEffect } from './symbol-effects.ts';
import type { SymbolEvent } from './symbol-events.ts';
import { guards } from './symbol-guards.ts';

const base = setup({
  types: {
    context: {} as SymbolContext,
    events: {} as SymbolEvent,
  },
  guards,
  actions: {
    /** Never run: `advance()` reads it from the list of actions and hands it on as data. */
    effect: (_args, _effect: SymbolEffect) => {},
    apply: assign(({ context, event }) => applyEvent(context, event)),
  },
});

const machineSetup = base.extend({
  actions: {
    noteSwitch: assign(({ context }, { to }: { to: string }) => noteSwitch(context, to)),
    askReconcile: assign({ reconcile: 'due', offer: { grid: null, scalp: null } }),
    takeGrid: assign(({ context }) => ({
      grid: context.offer.grid === null ? context.grid : startGrid(context.offer.grid),
      offer: { grid: null, scalp: null },
    })),
    takeReset: assign(({ context }) => ({
      grid: context.grid && { ...context.grid, nextPlan: context.offer.grid },
      offer: { grid: null, scalp: null },
    })),
    startNextGrid: assign(({ context }) => ({
      grid: context.grid?.nextPlan ? startGrid(context.grid.nextPlan) : context.grid,
    })),
    takeScalp: assign(({ context }) => ({
      scalp: context.offer.scalp && {
        plan: context.offer.scalp,
        stopPrice: context.offer.scalp.stopPrice,
        entryAsked: false,
      },
      offer: { grid: null, scalp: null },
    })),
    startWorkOut: assign(({ context }) => ({
      workOutMarketAt:
        context.marketTime +
        (context.grid?.plan.unwindLimitMs ?? context.settings?.unwindLimitMs ?? 0),
    })),
    exitAtMarket: assign(({ context }) => ({ exitNow: context.exitNow ?? 'SCALP_OVER' })),
    startCooldown: assign(({ context }) => ({
      cooldownUntil: context.marketTime + (context.scalp?.plan.cooldownMs ?? 0),
    })),
    /** The plan is over: nothing of it may leak into the next one. */
    forgetPlan: assign({
      grid: null,
      scalp: null,
      breakout: false,
      exitNow: null,
      workOutMarketAt: null,
    }),
  },
});

/** Each leaf says how it wants its orders; the effects are handed on as data. */
const leaf = (mode: ArrangeMode, state: string) => ({
  arrange: {
    actions: machineSetup.enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== 'arrange') return;
      const next = arrange(context, mode, state, event.wallMs);
      enqueue.assign(next.context);
      for (const effect of next.effects) enqueue({ type: 'effect', params: effect });
    }),
  },
});

const entered = (to: string) => ({ type: 'noteSwitch', params: { to } }) as const;

export const symbolMachine = machineSetup.createMachine({
  id: 'symbol',
  context: initialContext,
  initial: 'reconciling',
  on: { '*': { actions: 'apply' } },
  always: {
    guard: and(['isHalted', not(stateIn('#symbol.halted')), not(stateIn('#symbol.stopped'))]),
    target: '.halted',
  },
  states: {
    /** Start and recovery are one path: the venue's truth first. */
    reconciling: {
      entry: [entered('reconciling'), 'askReconcile'],
      on: leaf('frozen', 'reconciling'),
      always: { guard: 'isReconciled', target: 'standby' },
    },
    standby: {
      entry: [entered('standby'), 'forgetPlan'],
      initial: 'idle',
      states: {
        idle: {
          on: leaf('clear', 'standby.idle'),
          always: [
            { guard: 'isStopping', target: '#symbol.stopped' },
            { guard: 'isUnclean', target: 'workingOut' },
            { guard: 'mayEnterGrid', target: '#symbol.rangingGrid' },
            { guard: 'mayEnterScalp', target: '#symbol.trendingScalp' },
          ],
        },
        /** Orders or inventory without a plan: adopted, worked out reduce-only under a stop. */
        workingOut: {
          entry: 'startWorkOut',
          exit: 'forgetPlan',
          on: leaf('workOut', 'standby.workingOut'),
          always: { guard: 'isClean', target: 'idle' },
        },
      },
    },
    rangingGrid: {
      entry: entered('rangingGrid'),
      initial: 'planning',
      states: {
        planning: {
          on: leaf('clear', 'rangingGrid.planning'),
          always: [
            { guard: 'gridOffered', target: 'placing', actions: 'takeGrid' },
            { guard: 'isUnclean', target: 'unwinding' },
            { guard: 'gridUnwanted', target: '#symbol.standby' },
          ],
        },
        /** Both stops live first, then the levels. */
        placing: {
          on: leaf('grid', 'rangingGrid.placing'),
          always: [
            { guard: 'mustLeaveGrid', target: 'unwinding' },
            { guard: 'gridPlaced', target: 'working' },
          ],
        },
        working: {
          on: leaf('grid', 'rangingGrid.working'),
          always: [
            { guard: 'mustLeaveGrid', target: 'unwinding' },
            { guard: 'resetOffered', target: 'resetting', actions: 'takeReset' },
          ],
        },
        /** Every order of the old plan becomes terminal before the next plan is placed. */
        resetting: {
          on: leaf('clear', 'rangingGrid.resetting'),
          always: [
            { guard: 'mustLeaveGrid', target: 'unwinding' },
            // A level traded before its cancel: nobody closes it but the way out.
            { guard: 'isHolding', target: 'unwinding' },
            { guard: 'isClean', target: 'placing', actions: 'startNextGrid' },
          ],
        },
        unwinding: {
          entry: 'startWorkOut',
          exit: 'forgetPlan',
          on: leaf('workOut', 'rangingGrid.unwinding'),
          always: { guard: 'isClean', target: '#symbol.standby' },
        },
      },
    },
    trendingScalp: {
      entry: entered('trendingScalp'),
      initial: 'flat',
      states: {
        flat: {
          on: leaf('clear', 'trendingScalp.flat'),
          always: [
            { guard: 'scalpOffered', target: 'entering', actions: 'takeScalp' },
            { guard: 'scalpUnwanted', target: '#symbol.standby' },
          ],
        },
        /** The stop is live before the entry is sent. */
        entering: {
          on: leaf('scalpEntry', 'trendingScalp.entering'),
          always: [
            { guard: 'entryImpossible', target: 'exiting' },
            { guard: 'entryFilled', target: 'holding' },
            { guard: 'entryDone', target: 'exiting' },
          ],
        },
        holding: {
          on: leaf('scalpHold', 'trendingScalp.holding'),
          always: { guard: 'scalpOver', target: 'exiting' },
        },
        exiting: {
          entry: 'exitAtMarket',
          exit: ['startCooldown', 'forgetPlan'],
          on: leaf('workOut', 'trendingScalp.exiting'),
          always: { guard: 'isClean', target: 'cooldown' },
        },
        cooldown: {
          on: leaf('clear', 'trendingScalp.cooldown'),
          always: [
            { guard: 'scalpUnwanted', target: '#symbol.standby' },
            { guard: 'cooledDown', target: 'flat' },
          ],
        },
      },
    },
    /** Only an authorised resume leaves it, through `reconciling`. */
    halted: {
      entry: [entered('halted'), 'forgetPlan'],
      on: leaf('halted', 'halted'),
      always: [
        { guard: 'isStopping', target: 'stopped' },
        { guard: 'isReleased', target: 'reconciling' },
      ],
    },
    stopped: { entry: entered('stopped'), on: leaf('frozen', 'stopped') },
  },
});
