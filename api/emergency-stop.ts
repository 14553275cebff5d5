/** The emergency stop: latch, signals and venue cancel start at once, none waits for another. */
import { answerWithin } from './deadline.ts';
import { createHaltSignals } from './halt-signals.ts';
import type { ApiDeps } from './ports.ts';
import { covers, isAsSevere, readHalts } from './standing-halts.ts';
import type { HaltLevel, StandingHalt } from './standing-halts.ts';
import { beginStop, isThrough } from './stop-run.ts';
import type { StopReport, StopRun } from './stop-run.ts';

export type StopRequest = {
  /** Null: every symbol. */
  readonly symbols: readonly string[] | null;
  readonly level: HaltLevel;
  readonly reason: string;
  readonly by: string;
};

export type EmergencyStop = {
  /** Stops asked for while one that includes them is at work share its report. */
  run(request: StopRequest): Promise<StopReport>;
  /** Every symbol that was ever heard of here. */
  known(): readonly string[];
  /** Sets a halt that is never shared with another. */
  set(halt: StandingHalt): Promise<StopReport>;
  /** Stops that still wait for the venue, for Postgres or for Temporal. */
  pending(): readonly StopReport[];
  /** Carries out the halts that stand and were set by nobody here; resolves when that began. */
  adopt(): Promise<void>;
  /** What is still to do for these halts is left: they were cleared. */
  drop(haltIds: readonly string[]): void;
  /** One after the other with every other work that goes through here. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
};

/** Rounds in which a stop that is not through goes on; the pauses between them grow. */
const ROUNDS = 120;
const ROUND_MS = 1_000;
const ROUND_MAX_MS = 5_000;
/** A rehearsal clears its own halt, so nobody else's stop may share that one. */
export const REHEARSAL_REASON = 'rehearsal of the kill switch';
/** How long a repeated stop may take to learn whether its halt still stands. */
const SAME_HALT_MS = 250;

export function createEmergencyStop(deps: ApiDeps): EmergencyStop {
  const { clock, config } = deps;
  const signals = createHaltSignals(deps);
  const known = new Set([...config.symbols, ...config.limits.allowedSymbols]);
  const inFlight = new Map<StopRequest, Promise<StopReport>>();
  /** Of this process, oldest first; cleared ones are dropped when it shows. */
  let halts: StandingHalt[] = [];
  const unfinished = new Set<StopRun>();
  let turn: Promise<unknown> = Promise.resolve();

  function run(request: StopRequest): Promise<StopReport> {
    const running = [...inFlight].find(([other]) => isShared(other, request));
    if (running !== undefined) return running[1];
    const report = carryOut(request).finally(() => inFlight.delete(request));
    inFlight.set(request, report);
    return report;
  }

  async function carryOut(request: StopRequest): Promise<StopReport> {
    const since = new Date(clock.now()).toISOString();
    const halt = (await standingHalt(request)) ?? { ...request, haltId: deps.newId(), since };
    return through(begin(halt, false));
  }

  function begin(halt: StandingHalt, isLatched: boolean): StopRun {
    halts = [...halts.filter(({ haltId }) => haltId !== halt.haltId), halt];
    const stop = beginStop({ deps, signals, known, halt, isLatched, allOrders: false });
    unfinished.add(stop);
    return stop;
  }

  /** Repeated stops are one halt while it stands. A first stop waits for nothing. */
  async function standingHalt(request: StopRequest): Promise<StandingHalt | undefined> {
    const last = halts.findLast((halt) => isShared(halt, request));
    if (last === undefined) return undefined;
    if ([...unfinished].some(({ halt }) => halt.haltId === last.haltId)) return last;
    const stored = await answerWithin(clock, SAME_HALT_MS, () =>
      deps.reads.halts(config.account.name),
    );
    // In doubt it is the same halt: setting it again also revives one that was cleared elsewhere.
    const isStanding =
      stored.kind === 'failed' || stored.value.some(({ haltId }) => haltId === last.haltId);
    if (!isStanding) halts = halts.filter((halt) => halt !== last);
    return isStanding ? last : undefined;
  }

  async function through(stop: StopRun): Promise<StopReport> {
    const report = await stop.report();
    if (isThrough(report)) unfinished.delete(stop);
    else void goOn(stop);
    return report;
  }

  /** After the answer, until Postgres has the halt, the workflows know and the venue confirms. */
  async function goOn(stop: StopRun): Promise<void> {
    let pauseMs = ROUND_MS;
    for (let round = 0; round < ROUNDS && !deps.closing.aborted; round += 1) {
      await clock.sleep(pauseMs);
      const isOver = await inTurn(async () => !unfinished.has(stop) || (await stop.again()));
      if (isOver) break;
      pauseMs = Math.min(pauseMs * 1.2, ROUND_MAX_MS);
    }
    unfinished.delete(stop);
  }

  /** Set by another process, or before this one started. */
  async function adopt(): Promise<void> {
    const standing = await readHalts(deps);
    const isOpen = ({ haltId }: StandingHalt): boolean =>
      standing.halts.some((halt) => halt.haltId === haltId) ||
      [...unfinished].some(({ halt }) => halt.haltId === haltId);
    if (standing.latch !== 'unreadable') halts = halts.filter(isOpen);
    const foreign = standing.halts.filter((halt) => !halts.some(isSame(halt)));
    for (const halt of foreign) void through(begin(halt, standing.stored.has(halt.haltId)));
  }

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = turn.then(work);
    turn = next.catch(() => undefined);
    return next;
  }

  return {
    run,
    known: () => [...known],
    set: (halt) => through(begin(halt, false)),
    pending: () => [...unfinished].map((stop) => stop.view()),
    adopt: () => inTurn(adopt),
    drop: (haltIds) => {
      halts = halts.filter(({ haltId }) => !haltIds.includes(haltId));
      for (const stop of unfinished) {
        if (haltIds.includes(stop.halt.haltId)) unfinished.delete(stop);
      }
    },
    inTurn,
  };
}

const isSame =
  (halt: StandingHalt) =>
  ({ haltId }: StandingHalt): boolean =>
    haltId === halt.haltId;

type Asked = Pick<StandingHalt, 'symbols' | 'level' | 'reason'>;

const isShared = (halt: Asked, request: Asked): boolean =>
  includes(halt, request) &&
  (halt.reason !== REHEARSAL_REASON || request.reason === REHEARSAL_REASON);

/** Whether a halt does all that another one asks for. */
function includes(
  halt: Pick<StandingHalt, 'symbols' | 'level'>,
  other: Pick<StandingHalt, 'symbols' | 'level'>,
): boolean {
  const everywhere =
    other.symbols === null ? halt.symbols === null : other.symbols.every(covers(halt));
  return everywhere && isAsSevere(halt.level, other.level);
}
