/** One signal to each of several workflows. */
import type { SymbolRef } from '../core/orders/order.ts';
import type { ApiDeps, Signalled } from './ports.ts';
import { done, refused } from './problem.ts';
import type { Outcome } from './problem.ts';

/** The symbols that were signalled; one that ended meanwhile is left out. */
export async function signalEach(
  { config, venueId, log }: ApiDeps,
  symbols: readonly string[],
  signal: (ref: SymbolRef) => Promise<Signalled>,
): Promise<Outcome<readonly string[]>> {
  const account = config.account.name;
  const settled = await Promise.allSettled(
    symbols.map((symbol) => signal({ account, venue: venueId, symbol })),
  );
  const at = (index: number) => settled[index];
  const signalled = symbols.filter((_, index) => {
    const result = at(index);
    return result?.status === 'fulfilled' && result.value === 'signalled';
  });
  const failed = symbols.filter((_, index) => at(index)?.status === 'rejected');
  if (failed.length === 0) return done(signalled);
  log(`signals to ${failed.join(', ')} failed`, settled);
  const detail = `Temporal did not take the signal for ${failed.join(', ')}; send it again`;
  return refused({
    code: 'TEMPORAL_UNAVAILABLE',
    detail,
    symbols: failed,
    done: signalled,
  });
}
