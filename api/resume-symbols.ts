/** Resume: clears the halts over the symbols by their ids, then tells the workflows. */
import { answerWithin } from './deadline.ts';
import type { EmergencyStop } from './emergency-stop.ts';
import { keepOthersHalted } from './keep-others-halted.ts';
import type { ApiDeps } from './ports.ts';
import { done, refused } from './problem.ts';
import type { Outcome, Problem } from './problem.ts';
import type { ResumeBody } from './requests.ts';
import { isActive, readRows, runningAmong, runningSymbols } from './running.ts';
import { signalEach } from './signal-each.ts';
import { covers, haltsOver } from './standing-halts.ts';
import type { StandingHalt } from './standing-halts.ts';
import { notRunning } from './stop-symbols.ts';

const LATCH_ANSWER_MS = 3_000;

export type Resumed = {
  readonly haltIds: readonly string[];
  readonly signalled: readonly string[];
};

/** Without symbols: everything. Also leaves PAUSE and REDUCING, where no halt stands. */
export const resumeSymbols = (
  deps: ApiDeps,
  stop: EmergencyStop,
  body: ResumeBody,
): Promise<Outcome<Resumed>> => stop.inTurn(() => resume(deps, stop, body));

async function resume(
  deps: ApiDeps,
  stop: EmergencyStop,
  body: ResumeBody,
): Promise<Outcome<Resumed>> {
  if (stop.pending().some(({ latched, confirmedAt }) => !latched || confirmedAt === null)) {
    const detail =
      'an emergency stop still waits for the venue or for PostgreSQL; resume when it is through';
    return refused({ code: 'STOP_IN_PROGRESS', detail });
  }
  const halts = await haltsOver(deps, body.symbols);
  if (halts.kind === 'refused') return halts;
  const changed = otherThan(body.halt_id, halts.value);
  if (changed !== undefined) return refused(changed);
  const targets = await resumable(deps, body.symbols, halts.value);
  if (targets.kind === 'refused') return targets;
  const kept = await keepOthersHalted(deps, stop, halts.value, body.symbols);
  if (kept.kind === 'refused') return kept;
  const problem = await clearAll(deps, halts.value, body);
  if (problem !== undefined) return refused(problem);
  const haltIds = halts.value.map(({ haltId }) => haltId);
  stop.drop(haltIds);
  const sent = await signalResumes(deps, targets.value, halts.value, body.reason);
  return sent.kind === 'refused' ? sent : done({ haltIds, signalled: sent.value });
}

/** Whoever names a halt resumes from that one alone, and never from what another person set. */
function otherThan(
  haltId: string | undefined,
  halts: readonly StandingHalt[],
): Problem | undefined {
  if (haltId === undefined) return undefined;
  const other = halts.find((halt) => halt.haltId !== haltId);
  if (other !== undefined) return haltChanged(other);
  if (halts.length > 0) return undefined;
  return { code: 'HALT_CHANGED', detail: `halt ${haltId} stands no longer over the symbols` };
}

/**
 * A machine is released by the name of the halt that reached it last, and only it knows which that
 * is: it is told of every halt over it that was cleared. With none, of its own halt or pause.
 */
async function signalResumes(
  deps: ApiDeps,
  symbols: readonly string[],
  cleared: readonly StandingHalt[],
  reason: string,
): Promise<Outcome<readonly string[]>> {
  const signalled = new Set<string>();
  for (const halt of cleared.length === 0 ? [undefined] : cleared) {
    const under = halt === undefined ? symbols : symbols.filter(covers(halt));
    const sent = await signalEach(deps, under, (ref) =>
      deps.workflows.signalResume(ref, { haltId: halt?.haltId ?? null, reason, by: 'api' }),
    );
    if (sent.kind === 'refused') return sent;
    for (const symbol of sent.value) signalled.add(symbol);
  }
  return done([...signalled]);
}

/** With halts over them: whatever runs beneath, because a status may be older than the halt. */
async function resumable(
  deps: ApiDeps,
  named: readonly string[] | undefined,
  halts: readonly StandingHalt[],
): Promise<Outcome<readonly string[]>> {
  const running = await (named === undefined ? runningSymbols(deps) : runningAmong(deps, named));
  if (running.kind === 'refused') return running;
  const idle = (named ?? []).filter((symbol) => !running.value.includes(symbol));
  if (idle.length > 0) return refused(notRunning(idle));
  if (halts.length > 0) return done(running.value);
  const rows = await readRows(deps);
  if (rows.kind === 'refused') return rows;
  const stopped = rows.value.filter(({ status }) => !isActive(status)).map(({ ref }) => ref.symbol);
  const targets = running.value.filter((symbol) => stopped.includes(symbol));
  const trading = (named ?? []).filter((symbol) => !targets.includes(symbol));
  if (targets.length > 0 && trading.length === 0) return done(targets);
  const detail =
    trading.length === 0
      ? 'no running symbol is halted or paused'
      : `neither halted nor paused: ${trading.join(', ')}`;
  return refused({ code: 'NOT_HALTED', detail, symbols: trading });
}

/** Clears the halts that stood when it was asked for; one that came since keeps all halted. */
async function clearAll(
  deps: ApiDeps,
  halts: readonly StandingHalt[],
  { symbols, reason }: ResumeBody,
): Promise<Problem | undefined> {
  for (const halt of halts) {
    const problem = await clear(deps, halt, reason);
    if (problem !== undefined) return problem;
  }
  const left = await haltsOver(deps, symbols);
  if (left.kind === 'refused') return left.problem;
  const [newer] = left.value;
  return newer === undefined ? undefined : haltChanged(newer);
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
