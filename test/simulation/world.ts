/** Everything that a seed simulates, put together; people and misfortune act on it from outside. */
import type { StrategyConfig } from '../../core/strategies/strategy-config.ts';
import { createDice } from './dice.ts';
import type { Dice } from './dice.ts';
import { Faults } from './faults.ts';
import { SimLedger } from './ledger/sim-ledger.ts';
import { createScenario } from './scenario.ts';
import type { Scenario } from './scenario.ts';
import { SimTemporal } from './temporal/sim-temporal.ts';
import type { TaskResult, WorkflowRun } from './temporal/workflow-run.ts';
import { Trace } from './trace.ts';
import { Lies } from './venue/lies.ts';
import { Market } from './venue/market.ts';
import { createPricePath } from './venue/price-path.ts';
import { SimVenue } from './venue/sim-venue.ts';
import { VirtualTime } from './virtual-time.ts';
import { startWorker } from './worker/sim-worker.ts';
import type { SimWorker } from './worker/sim-worker.ts';

export type Failure = { readonly rule: string; readonly detail: string };

export class World {
  readonly seed: number;
  readonly scenario: Scenario;
  readonly time: VirtualTime;
  readonly trace: Trace;
  readonly faults: Faults;
  readonly venue: SimVenue;
  readonly market: Market;
  readonly ledger: SimLedger;
  readonly temporal: SimTemporal;
  readonly workers: SimWorker[] = [];
  strategy: StrategyConfig;
  /** Called with every workflow task. */
  onTask: (run: WorkflowRun, result: TaskResult) => void = () => undefined;
  /** Machine states that were entered, and risk events that were noted. */
  readonly seen = new Set<string>();
  /** The longest that a position had no protection at the venue while we could act (wall). */
  nakedMs = 0;
  /** Wall times until which something is away. */
  readonly away = { venue: 0, database: 0, market: 0, temporal: 0 };
  #failure: Failure | undefined;
  #started = 0;
  readonly #lies: Lies;

  constructor(seed: number, keepLines: number) {
    this.seed = seed;
    this.scenario = createScenario(this.dice('scenario'));
    const { scenario } = this;
    this.strategy = scenario.strategy;
    this.time = new VirtualTime(scenario.wallStartMs, this.dice('order'));
    const now = (): number => this.time.now;
    this.trace = new Trace(keepLines, now);
    this.faults = new Faults(this.dice('faults'));
    this.venue = new SimVenue(scenario.rules, now);
    const path = createPricePath(this.dice('market'), scenario.rules, scenario.marketStartMs);
    this.market = new Market(scenario, path);
    this.#lies = new Lies(now, this.dice('lies'), this.faults);
    const broken = (detail: string): void => this.fail('I6 legal states', detail);
    this.ledger = new SimLedger({ now, limits: scenario.limits, broken });
    this.temporal = new SimTemporal({
      time: this.time,
      dice: this.dice('temporal'),
      faults: this.faults,
      workers: () => (this.time.now < this.away.temporal ? [] : this.workers),
      isServerAway: () => this.time.now < this.away.temporal,
      historyEventsMax: scenario.historyEventsMax,
      onTask: (run, result) => this.onTask(run, result),
      say: (text) => this.trace.say('temporal', text),
    });
  }

  dice(stream: string): Dice {
    return createDice(this.seed, stream);
  }

  /** The first rule that broke ends the run. */
  get failure(): Failure | undefined {
    return this.#failure;
  }

  fail(rule: string, detail: string): void {
    this.#failure ??= { rule, detail };
    this.trace.say('BROKEN', `${rule}: ${detail}`);
  }

  start(): void {
    this.market.run(this.time, (step) => {
      this.venue.step(step);
      if (this.time.now < this.away.market) return;
      for (const { process, feed } of this.workers) process.wake(() => feed.onStep(step));
    });
    for (let i = 0; i < this.scenario.workers; i++) this.startWorker();
    this.temporal.start();
  }

  startWorker(): void {
    this.#started += 1;
    const name = `worker-${this.#started}`;
    const { time, faults, venue, ledger, scenario } = this;
    this.workers.push(
      startWorker(
        {
          time,
          faults,
          venue,
          ledger,
          scenario,
          dice: this.dice(name),
          rules: scenario.rules,
          lies: this.#lies,
          venueNow: () => time.now + scenario.clockSkewMs,
          isVenueAway: () => time.now < this.away.venue,
          isDatabaseAway: () => time.now < this.away.database,
          readBars: async (query) => this.market.bars(query),
          strategy: () => this.strategy,
        },
        name,
      ),
    );
    this.trace.say(name, 'started');
  }

  /** The worker is gone; another one takes its place after a while. */
  killWorker(worker: SimWorker, downMs: number): void {
    if (!worker.process.isAlive) return;
    this.trace.say(worker.homeQueue, 'died');
    worker.process.kill();
    this.workers.splice(this.workers.indexOf(worker), 1);
    this.time.after(downMs, () => this.startWorker());
  }

  /** Whether anything can be done at all just now. */
  get canAct(): boolean {
    const isReachable = this.time.now >= Math.max(...Object.values(this.away));
    return isReachable && this.workers.some(({ process }) => process.isRunning);
  }
}
