/** One seed: faults on, then off; it must come to rest, trade again, and its books must agree. */
import { resume, start, startChaos } from './chaos.ts';
import { differences, trades } from './convergence.ts';
import { checkAbsence, checkBooks, checkReplay, watchInvariants } from './invariants.ts';
import type { Failure } from './world.ts';
import { World } from './world.ts';

export type SeedReport = {
  readonly seed: number;
  readonly failure: Failure | null;
  readonly faults: readonly string[];
  /** Equal for equal runs. */
  readonly fingerprint: string;
  readonly lines: readonly string[];
  readonly virtualMs: number;
  /** Wall time from the end of the faults until it was at rest and traded. */
  readonly convergedMs: number | null;
  /** States that were entered, risk events that were noted. */
  readonly seen: readonly string[];
  /** The longest that the venue held a position without protection while we could act (wall). */
  readonly nakedMs: number;
  readonly orders: number;
  readonly trades: number;
};

const CONVERGE_MAX_MS = 180_000;
const LOOK_EVERY_MS = 500;
const PERSON_EVERY_MS = 5_000;
/** Longer than the interval of the periodic reconcile. */
const REST_MS = 35_000;

export type SeedOptions = {
  /** Lines of the trace to report; 30 unless said otherwise. */
  readonly keepLines?: number;
  /** Called before the start: a way to break something. */
  readonly prepare?: (world: World) => void;
};

export async function runSeed(
  seed: number,
  { keepLines = 30, prepare = () => undefined }: SeedOptions = {},
): Promise<SeedReport> {
  const world = new World(seed, keepLines);
  prepare(world);
  const startMs = world.time.now;
  let convergedMs: number | null = null;
  try {
    watchInvariants(world);
    world.start();
    startChaos(world);
    await runFor(world, world.scenario.safetyMs, () => false);
    convergedMs = await converge(world);
    if (convergedMs !== null) await rest(world);
  } catch (error) {
    world.fail(
      'exception',
      error instanceof Error ? (error.stack ?? error.message) : String(error),
    );
  }
  for (const { process } of world.workers) process.kill();
  return {
    seed,
    failure: world.failure ?? null,
    faults: world.faults.names,
    fingerprint: world.trace.fingerprint,
    lines: world.trace.lines,
    virtualMs: world.time.now - startMs,
    convergedMs,
    seen: [...world.seen, ...world.ledger.state.riskEvents.values()].toSorted(),
    nakedMs: world.nakedMs,
    orders: world.venue.placed.length,
    trades: world.venue.trades({}).length,
  };
}

const runFor = (world: World, forMs: number, done: () => boolean): Promise<void> =>
  world.time.runUntil(world.time.now + forMs, () => world.failure !== undefined || done());

/** Faults off, a calm market, and a person who resumes what may be resumed. */
async function converge(world: World): Promise<number | null> {
  if (world.failure !== undefined) return null;
  const { time, faults, scenario, trace } = world;
  faults.isOn = false;
  const offMs = time.now;
  world.market.path.calm('range');
  const { scalping, regime } = scenario.strategy;
  world.strategy = {
    ...scenario.strategy,
    scalping: { ...scalping, minTrendStrength: 60 },
    regime: {
      ...regime,
      leaveTrendStrength: 55,
      volatilityBandsPct: { medium: 1_000, high: 2_000, extreme: 3_000 },
    },
  };
  trace.say('seed', 'faults are off');
  time.every(PERSON_EVERY_MS, () => {
    const wasEnded = world.temporal.endedBy === 'terminated';
    if (scenario.resumes || wasEnded) resume(world);
    if (wasEnded) start(world);
    return !isAtRest;
  });
  let isAtRest = false;
  time.every(LOOK_EVERY_MS, () => {
    isAtRest = differences(world).length === 0 && trades(world, offMs);
    return !isAtRest;
  });
  await runFor(world, CONVERGE_MAX_MS, () => isAtRest);
  if (isAtRest) return time.now - offMs;
  if (world.failure === undefined) {
    const left = [...differences(world), ...(trades(world, offMs) ? [] : ['it does not trade'])];
    world.fail('liveness', left.join('; '));
  }
  return null;
}

/** Nothing moves any more: now everything must be equal. */
async function rest(world: World): Promise<void> {
  world.market.path.calm('flat');
  await runFor(world, REST_MS, () => false);
  if (world.failure !== undefined) return;
  let left: readonly string[] = [];
  // A bar may just be closing: look again for a while.
  for (let look = 0; look < 40; look++) {
    left = differences(world);
    if (left.length === 0) break;
    await runFor(world, LOOK_EVERY_MS, () => false);
  }
  if (left.length > 0) world.fail('at rest', left.join('; '));
  checkBooks(world);
  checkAbsence(world);
  const { run } = world.temporal;
  if (run !== undefined) checkReplay(world, run);
}
