/** Halts as the gate sees them. */
import { z } from 'zod';
import { TRADING_LEVELS } from '../../core/market/watch.ts';
import type { TradingLevel } from '../../core/market/watch.ts';
import type { LatchView } from '../../core/risk/risk-context.ts';

export const haltRow = z.object({ halt_id: z.string(), level: z.enum(TRADING_LEVELS) });

/** The halt of the severest level; LOCKOUT is the only one that stops a protective order. */
export const severest = <Halt extends { readonly level: TradingLevel }>(
  halts: readonly Halt[],
): Halt | undefined =>
  halts.reduce<Halt | undefined>(
    (worst, halt) => (worst === undefined || rank(halt) > rank(worst) ? halt : worst),
    undefined,
  );

const rank = ({ level }: { readonly level: TradingLevel }): number => TRADING_LEVELS.indexOf(level);

export function latchView(halts: readonly z.output<typeof haltRow>[]): LatchView {
  const halt = severest(halts);
  return halt === undefined
    ? { kind: 'clear' }
    : { kind: 'set', haltId: halt.halt_id, level: halt.level };
}
