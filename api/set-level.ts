/** PAUSE, REDUCING and back to ACTIVE: levels that the workflows hold, not the halt latch. */
import type { ApiDeps } from './ports.ts';
import { done, refused } from './problem.ts';
import type { Outcome } from './problem.ts';
import type { LevelBody } from './requests.ts';
import { runningAmong, runningSymbols } from './running.ts';
import { signalEach } from './signal-each.ts';
import { covers, readHalts } from './standing-halts.ts';
import { notRunning } from './stop-symbols.ts';

export async function setLevel(
  deps: ApiDeps,
  { symbols: named, level, reason }: LevelBody,
): Promise<Outcome<{ signalled: readonly string[] }>> {
  const running = await (named === undefined ? runningSymbols(deps) : runningAmong(deps, named));
  if (running.kind === 'refused') return running;
  const idle = (named ?? []).filter((symbol) => !running.value.includes(symbol));
  if (idle.length > 0 || running.value.length === 0) return refused(notRunning(idle));
  const targets = await outsideHalts(deps, running.value, { named, level });
  if (targets.kind === 'refused') return targets;
  const sent = await signalEach(deps, targets.value, (ref) =>
    deps.workflows.signalLevel(ref, { level, reason, by: 'api' }),
  );
  return sent.kind === 'refused' ? sent : done({ signalled: sent.value });
}

/** A halted symbol takes no other level; doubt about the latch holds up ACTIVE only. */
async function outsideHalts(
  deps: ApiDeps,
  running: readonly string[],
  { named, level }: { readonly named: readonly string[] | undefined; readonly level: string },
): Promise<Outcome<readonly string[]>> {
  const { latch, halts } = await readHalts(deps);
  if (level === 'ACTIVE' && latch === 'unreadable') {
    const detail = 'the halt latch cannot be read, so it counts as set; is PostgreSQL up?';
    return refused({ code: 'LATCH_UNREADABLE', detail });
  }
  const halted = running.filter((symbol) => halts.some((halt) => covers(halt)(symbol)));
  const free = running.filter((symbol) => !halted.includes(symbol));
  if (halted.length === 0 || (named === undefined && free.length > 0)) return done(free);
  const detail = `halted: ${halted.join(', ')}; nothing was signalled, resume with a reason first`;
  return refused({ code: 'HALT_STANDS', detail, symbols: halted });
}
