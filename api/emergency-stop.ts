/** The emergency stop: latch, signals and venue cancel start at once, none waits for another. */
import type { EpochMs } from '../core/market/market.ts';
import { answerWithin } from './deadline.ts';
import { createHaltSignals } from './halt-signals.ts';
import type { ApiDeps } from './ports.ts';
import { beginStop, ROUND_MS } from './stop-run.ts';
import type { StopRun } from './stop-run.ts';

export type StopRequest = {
  /** Null: every symbol. */
  readonly symbols: readonly string[] | null;
  readonly reason: string;
  readonly by: string;
};

/** What the venue confirms. Null: a symbol's orders could not be listed, so nobody knows. */
export type StopReport = {
  readonly haltId: string;
  /** False: Postgres does not have the halt yet; this process keeps writing and cancelling. */
  readonly latched: boolean;
  /** Workflows that have the signal. */
  readonly signalled: number;
  /** Symbols whose workflow may run and could not be signalled. */
  readonly unsignalled: readonly string[];
  readonly cancelled: number | null;
  readonly stillOpen: number | null;
  readonly protectiveStopsKept: number | null;
  readonly foreignOrders: number | null;
  /** Wall time of the listing that showed none of our ordinary orders. */
  readonly confirmedAt: EpochMs | null;
};

export type EmergencyStop = {
  /** Stops asked for while one of the same scope is at work share its report. */
  run(request: StopRequest): Promise<StopReport>;
  /** True while a stop waits for the venue or for Postgres; a resume then comes too early. */
  busy(): boolean;
};

/** Rounds, a second each, in which a halt that Postgres lacks is written and enforced. */
const ENFORCED_ROUNDS = 600;
/** How long a repeated stop may take to learn whether its halt still stands. */
const SAME_HALT_MS = 250;
const ALL = 'all';

export function createEmergencyStop(deps: ApiDeps): EmergencyStop {
  const inFlight = new Map<string, Promise<StopReport>>();
  /** The halt of each scope that this process set last. */
  const haltIds = new Map<string, string>();
  const signals = createHaltSignals(deps);
  const known = new Set([...deps.config.symbols, ...deps.config.limits.allowedSymbols]);
  const enforced = new Set<string>();

  function run(request: StopRequest): Promise<StopReport> {
    const scope = request.symbols === null ? ALL : request.symbols.toSorted().join();
    const running = inFlight.get(ALL) ?? inFlight.get(scope);
    if (running !== undefined) return running;
    const report = carryOut(scope, request).finally(() => inFlight.delete(scope));
    inFlight.set(scope, report);
    return report;
  }

  async function carryOut(scope: string, request: StopRequest): Promise<StopReport> {
    const haltId = (await standingHalt(scope)) ?? deps.newId();
    haltIds.set(scope, haltId);
    const stop = beginStop({ deps, signals, known, request, haltId });
    const report = await stop.report();
    if (!report.latched) void enforce(stop);
    return report;
  }

  /** Repeated stops are one halt while it stands. A first stop waits for nothing. */
  async function standingHalt(scope: string): Promise<string | undefined> {
    const last = haltIds.get(scope);
    if (last === undefined || enforced.has(last)) return last;
    const account = deps.config.account.name;
    const halts = await answerWithin(deps.clock, SAME_HALT_MS, () => deps.reads.halts(account));
    const stands = halts.kind === 'answer' && halts.value.some(({ haltId }) => haltId === last);
    // A cleared id is never used again; when in doubt a new halt, which is only one more to clear.
    return stands ? last : undefined;
  }

  /** Goes on after the answer `latched: false`, until Postgres has the halt. */
  async function enforce(stop: StopRun): Promise<void> {
    if (enforced.has(stop.haltId)) return;
    enforced.add(stop.haltId);
    for (let round = 0; round < ENFORCED_ROUNDS && !deps.closing.aborted; round += 1) {
      await deps.clock.sleep(ROUND_MS);
      const [latched] = await Promise.all([stop.setLatch(), stop.cancelRound()]);
      if (latched) break;
    }
    enforced.delete(stop.haltId);
  }

  return {
    run,
    busy: () => inFlight.size > 0 || enforced.size > 0,
  };
}
