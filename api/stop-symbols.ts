/** Stop: entries are cancelled, positions are managed to flat or closed at market. */
import type { ApiDeps } from './ports.ts';
import { done, refused } from './problem.ts';
import type { Outcome, Problem } from './problem.ts';
import type { StopBody } from './requests.ts';
import { runningAmong, runningSymbols } from './running.ts';
import { signalEach } from './signal-each.ts';

export async function stopSymbols(
  deps: ApiDeps,
  { symbols, flatten, reason }: StopBody,
): Promise<Outcome<{ signalled: readonly string[] }>> {
  const running =
    symbols === undefined ? await runningSymbols(deps) : await runningAmong(deps, symbols);
  if (running.kind === 'refused') return running;
  const idle = (symbols ?? []).filter((symbol) => !running.value.includes(symbol));
  if (idle.length > 0 || running.value.length === 0) return refused(notRunning(idle));
  const message = { flatten, reason, by: 'api' };
  const sent = await signalEach(deps, running.value, (ref) =>
    deps.workflows.signalStop(ref, message),
  );
  return sent.kind === 'refused' ? sent : done({ signalled: sent.value });
}

export const notRunning = (idle: readonly string[]): Problem => ({
  code: 'NOT_RUNNING',
  detail:
    idle.length === 0 ? 'no symbol runs' : `not running: ${idle.join(', ')}; nothing was signalled`,
  symbols: idle,
});
