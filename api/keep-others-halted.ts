/** A resume of some symbols leaves the others of their halts halted, in the latch too. */
import type { EmergencyStop } from './emergency-stop.ts';
import type { ApiDeps } from './ports.ts';
import { done, refused } from './problem.ts';
import type { Outcome } from './problem.ts';
import type { StandingHalt } from './standing-halts.ts';

/** Each halt that covers more than `named` gets a successor over the rest, before it is cleared. */
export async function keepOthersHalted(
  deps: Pick<ApiDeps, 'newId'>,
  stop: EmergencyStop,
  halts: readonly StandingHalt[],
  named: readonly string[] | undefined,
): Promise<Outcome<void>> {
  if (named === undefined) return done(undefined);
  for (const halt of halts) {
    const symbols = (halt.symbols ?? stop.known()).filter((symbol) => !named.includes(symbol));
    if (symbols.length === 0) continue;
    const { latched } = await stop.set({ ...halt, haltId: deps.newId(), symbols });
    if (latched) continue;
    const detail = `the halt over ${symbols.join(', ')} could not be kept; nothing was resumed`;
    return refused({ code: 'LATCH_UNREADABLE', detail });
  }
  return done(undefined);
}
