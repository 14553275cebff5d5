/**
 * What reduces a symbol without a person, for as long as its cause lasts (P4c, P25): a price that moves
 * too fast, an order whose outcome stays unknown. Levels that people set stand beside it.
 */
import type { TradingLevel } from '../core/market/watch.ts';
import { noteRisk } from './notes.ts';
import type { SymbolContext } from './symbol-context.ts';
import { hasUnknown } from './tracked-orders.ts';

export type Restraint = 'PRICE_MOVED_TOO_FAST' | 'ORDER_UNKNOWN_TOO_LONG';

/** The level that counts: REDUCING instead of ACTIVE while anything restrains the symbol. */
export const tradingLevel = ({ level, restraints }: SymbolContext): TradingLevel =>
  level === 'ACTIVE' && restraints.length > 0 ? 'REDUCING' : level;

export function restrain(
  context: SymbolContext,
  cause: Restraint,
  detail: Readonly<Record<string, number>>,
): SymbolContext {
  if (context.restraints.includes(cause)) return context;
  const next = { ...context, restraints: [...context.restraints, cause] };
  return noteRisk(next, 'RESTRAINED', 'warning', { cause, ...detail });
}

export function release(context: SymbolContext, cause: Restraint): SymbolContext {
  if (!context.restraints.includes(cause)) return context;
  const next = { ...context, restraints: context.restraints.filter((one) => one !== cause) };
  return noteRisk(next, 'RELEASED', 'info', { cause });
}

/** P25: without a break for `unknownGraceMs` (wall), some outcome was unknown. */
export function reviewUnknown(context: SymbolContext, wallMs: number): SymbolContext {
  const { unknownSince } = context;
  if (!hasUnknown(context)) {
    const known = release(context, 'ORDER_UNKNOWN_TOO_LONG');
    return unknownSince === null ? known : { ...known, unknownSince: null };
  }
  if (unknownSince === null) return { ...context, unknownSince: wallMs };
  const graceMs = unknownGraceMs(context);
  const unknownMs = wallMs - unknownSince;
  if (graceMs === null || unknownMs < graceMs) return context;
  return restrain(context, 'ORDER_UNKNOWN_TOO_LONG', { unknownMs });
}

/** From now on, by how much (wall) the next review is due; null when none is. */
export function reviewDelayMs(context: SymbolContext, wallMs: number): number | null {
  const { unknownSince, restraints } = context;
  const graceMs = unknownGraceMs(context);
  if (unknownSince === null || graceMs === null) return null;
  if (restraints.includes('ORDER_UNKNOWN_TOO_LONG')) return null;
  return Math.max(unknownSince + graceMs - wallMs, 0);
}

/** Null where a run began before there was such a setting. */
const unknownGraceMs = ({ settings }: SymbolContext): number | null =>
  settings?.unknownGraceMs ?? null;
