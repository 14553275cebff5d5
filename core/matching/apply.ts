/** One command in, one reply and its events out: the whole venue. */
import type { Applied, Command } from './commands.ts';
import type { MatchingState } from './state.ts';

/** Applies a command; the state is changed in place. Same state and command, same result. */
export function apply<C extends Command>(_state: MatchingState, _command: C): Applied<C['type']> {
  throw new Error('to come');
}
