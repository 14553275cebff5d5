/** What one command's handlers share: the state, the venue time, and the events so far. */
import type { EpochMs } from '../market/market.ts';
import type { MatchingState } from './state.ts';
import type { MatchingEvent } from './types.ts';

export type Run = {
  readonly state: MatchingState;
  readonly time: EpochMs;
  readonly events: MatchingEvent[];
};
