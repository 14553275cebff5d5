/** Calls with an end: a dependency that hangs must not hang the API with it. */
import type { ApiClock } from './ports.ts';

export type Answer<T> =
  | { readonly kind: 'answer'; readonly value: T }
  | { readonly kind: 'failed'; readonly error: unknown };

/** The answer of a call, or `failed` when it throws or takes longer than `timeoutMs` (wall). */
export async function answerWithin<T>(
  clock: ApiClock,
  timeoutMs: number,
  call: () => Promise<T>,
): Promise<Answer<T>> {
  const late = clock
    .sleep(timeoutMs)
    .then((): Answer<T> => ({ kind: 'failed', error: new Error(`no answer in ${timeoutMs} ms`) }));
  return Promise.race([attempt(call), late]);
}

async function attempt<T>(call: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { kind: 'answer', value: await call() };
  } catch (error) {
    // Whatever it was, the dependency gave no answer; the caller says what that means.
    return { kind: 'failed', error };
  }
}
