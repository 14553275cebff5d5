/** The questions that move a symbol from state to state. Pure predicates of the context. */
import { isHaltLevel } from './apply-message.ts';
import { allowsEntries, wantsEntries } from './desired-orders.ts';
import { allArmed } from './grid-progress.ts';
import { hasOrders, inSlot, isFlat } from './tracked-orders.ts';
import type { SymbolContext } from './symbol-context.ts';

type Args = { readonly context: SymbolContext };

const clean = (context: SymbolContext): boolean => isFlat(context) && !hasOrders(context);

const mayEnter = (context: SymbolContext): boolean =>
  wantsEntries(context) && clean(context) && context.exitNow === null;

const mustLeaveGrid = (context: SymbolContext): boolean =>
  context.wanted !== 'rangingGrid' || context.breakout || context.exitNow !== null;

export const guards = {
  isHalted: ({ context }: Args) => isHaltLevel(context.level),
  isReleased: ({ context }: Args) => context.level === 'ACTIVE',
  isReconciled: ({ context }: Args) => context.reconcile === 'done',
  isClean: ({ context }: Args) => clean(context),
  isUnclean: ({ context }: Args) => !clean(context),
  isHolding: ({ context }: Args) => !isFlat(context),
  /** Only what the venue has confirmed is flat: before the first truth nothing is known. */
  isStopping: ({ context }: Args) =>
    context.stopping !== null && context.reconcile === 'done' && clean(context),
  mayEnterGrid: ({ context }: Args) => mayEnter(context) && context.wanted === 'rangingGrid',
  mayEnterScalp: ({ context }: Args) => mayEnter(context) && context.wanted === 'trendingScalp',
  gridOffered: ({ context }: Args) => mayEnter(context) && context.offer.grid !== null,
  gridUnwanted: ({ context }: Args) => mustLeaveGrid(context) || !allowsEntries(context),
  mustLeaveGrid: ({ context }: Args) => mustLeaveGrid(context),
  gridPlaced: ({ context }: Args) =>
    context.grid !== null &&
    context.grid.plan.levels.every(
      (level) =>
        inSlot(context, `L${level.index}:entry`).some((o) => o.phase !== 'placing') ||
        context.grid?.levels.some((l) => l.index === level.index && l.held !== '0') === true,
    ),
  resetOffered: ({ context }: Args) =>
    context.offer.grid !== null &&
    context.grid !== null &&
    !context.dataStale &&
    allArmed(context.grid),
  scalpOffered: ({ context }: Args) => mayEnter(context) && context.offer.scalp !== null,
  scalpUnwanted: ({ context }: Args) =>
    context.wanted !== 'trendingScalp' || !allowsEntries(context) || !clean(context),
  entryDone: ({ context }: Args) =>
    context.scalp?.entryAsked === true && inSlot(context, 'entry').length === 0,
  entryFilled: ({ context }: Args) =>
    context.scalp?.entryAsked === true && inSlot(context, 'entry').length === 0 && !isFlat(context),
  /** Before the entry is asked: its stop was refused, or entries are no longer wanted. */
  entryImpossible: ({ context }: Args) =>
    context.exitNow !== null ||
    (context.scalp?.entryAsked === false &&
      (context.blocked['stop:scalp'] !== undefined ||
        context.blocked['entry'] !== undefined ||
        !wantsEntries(context))),
  scalpOver: ({ context }: Args) =>
    isFlat(context) || context.exitNow !== null || context.wanted === 'standby',
  cooledDown: ({ context }: Args) =>
    context.cooldownUntil === null || context.marketTime >= context.cooldownUntil,
} as const;
