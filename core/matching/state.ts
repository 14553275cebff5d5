/** The venue's state as a value that the engine changes in place. */
import type { MatchingConfig } from './types.ts';

export type MatchingState = { readonly config: MatchingConfig };

/** An empty venue: no accounts, no market step yet. */
export function createMatching(config: MatchingConfig): MatchingState {
  return { config };
}
