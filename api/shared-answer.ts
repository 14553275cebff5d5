/** One answer for everybody who asks within a moment: looking must not use up the venue's limits. */
import type { EpochMs } from '../core/market/market.ts';
import type { ApiClock, ApiDeps } from './ports.ts';

/** Failures are shared as well while they are fresh. */
function createSharedAnswers<T>(
  clock: Pick<ApiClock, 'now'>,
  maxAgeMs: number,
  call: (key: string) => Promise<T>,
): (key: string) => Promise<T> {
  const answers = new Map<string, { readonly at: EpochMs; readonly answer: Promise<T> }>();
  return (key) => {
    const last = answers.get(key);
    if (last !== undefined && clock.now() - last.at < maxAgeMs) return last.answer;
    const answer = call(key);
    answers.set(key, { at: clock.now(), answer });
    return answer;
  };
}

const MARKET_AGE_MS = 1_000;

/** The same dependencies, with quotes and equity asked at most once a second. */
export function withSharedMarket(deps: ApiDeps): ApiDeps {
  const { venue, clock } = deps;
  const quote = createSharedAnswers(clock, MARKET_AGE_MS, (symbol) => venue.quote(symbol));
  const equity = createSharedAnswers(clock, MARKET_AGE_MS, () => venue.equity());
  return {
    ...deps,
    venue: {
      quote,
      equity: () => equity('account'),
      openOrders: (symbol) => venue.openOrders(symbol),
      openOrdersAll: () => venue.openOrdersAll(),
      cancel: (symbol, id, conditional) => venue.cancel(symbol, id, conditional),
      cancelAll: (symbol) => venue.cancelAll(symbol),
    },
  };
}
