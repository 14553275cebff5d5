/** Resume: clears the latch by the halt's own id, then tells the workflows. */
import { answerWithin } from './deadline.ts';
import type { EmergencyStop } from './emergency-stop.ts';
import type { ApiDeps } from './ports.ts';
import { done, refused } from './problem.ts';
import type { Outcome, Problem } from './problem.ts';
import type { ResumeBody } from './requests.ts';
import { isHalted, readRows, runningAmong, runningSymbols } from './running.ts';
import { signalEach } from './signal-each.ts';
import { haltsOver } from './standing-halts.ts';
import type { StandingHalt } from './standing-halts.ts';
import { notRunning } from './stop-symbols.ts';

const LATCH_ANSWER_MS = 3_000;

export type Resumed = {
  readonly haltIds: readonly string[];
  readonly signalled: readonly string[];
};

export async function resumeSymbols(
  deps: ApiDeps,
  stop: EmergencyStop,
  body: ResumeBody,
): Promise<Outcome<Resumed>> {
  if (stop.busy()) {
    const detail =
      'an emergency stop still waits for the venue or for PostgreSQL; resume when it is through';
    return refused({ code: 'STOP_IN_PROGRESS', detail });
  }
  const halts = await haltsOver(deps, body.symbols);
  if (halts.kind === 'refused') return halts;
  const targets = await resumable(deps, body.symbols, halts.value.length > 0);
  if (targets.kind === 'refused') return targets;
  const cleared = await clearAll(deps, halts.value, body);
  if (cleared.kind === 'refused') return cleared;
  const sent = await signalResumes(deps, targets.value, cleared.value, body.reason);
  return sent.kind === 'refused' ? sent : done({ haltIds: cleared.value, signalled: sent.value });
}

/** A machine leaves a halt that is named; with no latch set, its own halt, whatever that is. */
async function signalResumes(
  deps: ApiDeps,
  symbols: readonly string[],
  cleared: readonly string[],
  reason: string,
): Promise<Outcome<readonly string[]>> {
  const haltIds = cleared.length === 0 ? [null] : cleared;
  const signalled = new Set<string>();
  for (const haltId of haltIds) {
    const sent = await signalEach(deps, symbols, (ref) =>
      deps.workflows.signalResume(ref, { haltId, reason, by: 'api' }),
    );
    if (sent.kind === 'refused') return sent;
    for (const symbol of sent.value) signalled.add(symbol);
  }
  return done([...signalled]);
}

/** With a halt over them: whatever runs, because a status may be older than the halt. */
async function resumable(
  deps: ApiDeps,
  named: readonly string[] | undefined,
  latched: boolean,
): Promise<Outcome<readonly string[]>> {
  const running = await (named === undefined ? runningSymbols(deps) : runningAmong(deps, named));
  if (running.kind === 'refused') return running;
  const idle = (named ?? []).filter((symbol) => !running.value.includes(symbol));
  if (idle.length > 0) return refused(notRunning(idle));
  if (latched) return running;
  const rows = await readRows(deps);
  if (rows.kind === 'refused') return rows;
  const halted = rows.value.filter(({ status }) => isHalted(status)).map(({ ref }) => ref.symbol);
  const targets = running.value.filter((symbol) => halted.includes(symbol));
  const trading = (named ?? []).filter((symbol) => !targets.includes(symbol));
  if (targets.length > 0 && trading.length === 0) return done(targets);
  const detail =
    trading.length === 0 ? 'no running symbol is halted' : `not halted: ${trading.join(', ')}`;
  return refused({ code: 'NOT_HALTED', detail, symbols: trading });
}

/** Clears the halts that stood when it was asked for; one that came since keeps all halted. */
async function clearAll(
  deps: ApiDeps,
  halts: readonly StandingHalt[],
  { symbols, reason }: ResumeBody,
): Promise<Outcome<readonly string[]>> {
  for (const halt of halts) {
    const problem = await clear(deps, halt, reason);
    if (problem !== undefined) return refused(problem);
  }
  const left = await haltsOver(deps, symbols);
  if (left.kind === 'refused') return left;
  const [newer] = left.value;
  return newer === undefined
    ? done(halts.map(({ haltId }) => haltId))
    : refused(haltChanged(newer));
}

async function clear(
  { latch, clock, config, log }: ApiDeps,
  halt: StandingHalt,
  reason: string,
): Promise<Problem | undefined> {
  const request = { account: config.account.name, haltId: halt.haltId, reason, by: 'api' };
  const answer = await answerWithin(clock, LATCH_ANSWER_MS, () => latch.clear(request));
  if (answer.kind === 'answer') return answer.value ? undefined : haltChanged(halt);
  log('the halt latch could not be cleared', answer.error);
  return { code: 'LATCH_UNREADABLE', detail: 'the halt latch could not be cleared' };
}

const haltChanged = ({ haltId, reason }: StandingHalt): Problem => ({
  code: 'HALT_CHANGED',
  detail: `halt ${haltId} (${reason}) came or went meanwhile; look at status and resume again`,
});
