/** What people and systems say: halt, resume, level, stop. */
import type { TradingLevel } from '../core/market/watch.ts';
import { noteRisk } from './notes.ts';
import type { SymbolContext } from './symbol-context.ts';
import type { SymbolEvent } from './symbol-events.ts';

type Message<Type extends SymbolEvent['type']> = Extract<SymbolEvent, { type: Type }>;

const SEVERITY: Readonly<Record<TradingLevel, number>> = {
  ACTIVE: 0,
  PAUSE: 1,
  REDUCING: 2,
  HALT: 3,
  HALT_AND_FLATTEN: 4,
  LOCKOUT: 5,
};

export const isHaltLevel = (level: TradingLevel): boolean => SEVERITY[level] >= SEVERITY.HALT;

/**
 * A halt never lowers the level; the same halt again changes nothing. The latest halt is the one
 * that a resume must name, so that clearing an older one releases nothing.
 */
export function applyHalt(context: SymbolContext, message: Message<'halt'>): SymbolContext {
  const raised = SEVERITY[message.level] > SEVERITY[context.level];
  if (!raised && message.haltId === context.halt?.haltId) return context;
  const { haltId, reason, by, wallMs } = message;
  const level = raised ? message.level : context.level;
  const next = { ...context, level, halt: { haltId, reason, by, since: wallMs } };
  return noteRisk(next, 'HALT', 'critical', { haltId, level, reason, by });
}

/** Leaves PAUSE or REDUCING at once; a halt only when it names the halt (or names none). */
export function applyResume(context: SymbolContext, message: Message<'resume'>): SymbolContext {
  if (context.level === 'ACTIVE') return context;
  const named = message.haltId === null || message.haltId === context.halt?.haltId;
  if (isHaltLevel(context.level) && !named) return context;
  const { haltId, reason, by } = message;
  const next: SymbolContext = {
    ...context,
    level: 'ACTIVE',
    halt: null,
    exitNow: null,
    breakout: false,
    wanted: 'standby',
  };
  return noteRisk(next, 'RESUME', 'info', { haltId: haltId ?? 'none', reason, by });
}

export function applyLevel(context: SymbolContext, message: Message<'level'>): SymbolContext {
  if (isHaltLevel(context.level) || context.level === message.level) return context;
  const { level, reason, by } = message;
  return noteRisk({ ...context, level }, 'LEVEL', 'info', { level, reason, by });
}

/** Entries end and the position is worked out; the workflow completes when all is flat. */
export function applyStop(context: SymbolContext, message: Message<'stop'>): SymbolContext {
  const again = context.stopping !== null && (context.stopping.flatten || !message.flatten);
  if (again) return context;
  const { flatten, reason, by } = message;
  const next: SymbolContext = {
    ...context,
    stopping: { flatten, reason, by },
    wanted: 'standby',
    exitNow: flatten ? 'STOP_REQUESTED' : context.exitNow,
  };
  return noteRisk(next, 'STOP', 'info', { reason, by, flatten: String(flatten) });
}
