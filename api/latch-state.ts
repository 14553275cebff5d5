/** Reading and clearing the halt latch; what cannot be read counts as set. */
import type { HaltState } from '../adapters/ports.ts';
import { answerWithin } from './deadline.ts';
import type { ApiDeps } from './ports.ts';
import { done, refused } from './problem.ts';
import type { Outcome } from './problem.ts';

export type SetHalt = Extract<HaltState, { kind: 'set' }>;

const LATCH_ANSWER_MS = 3_000;

/** The latch, `unreadable` when it does not answer. */
export async function latchState({ latch, clock, config, log }: ApiDeps): Promise<HaltState> {
  const answer = await answerWithin(clock, LATCH_ANSWER_MS, () => latch.read(config.account.name));
  if (answer.kind === 'answer') return answer.value;
  log('the halt latch could not be read', answer.error);
  return { kind: 'unreadable', message: 'no answer' };
}

/** The halt that is set, null when it is clear. */
export async function readLatch(deps: ApiDeps): Promise<Outcome<SetHalt | null>> {
  const state = await latchState(deps);
  if (state.kind === 'unreadable') {
    const detail = 'the halt latch cannot be read, so it counts as set; is PostgreSQL up?';
    return refused({ code: 'LATCH_UNREADABLE', detail });
  }
  return done(state.kind === 'set' ? state : null);
}
