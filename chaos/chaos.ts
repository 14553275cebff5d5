/**
 * Kills real processes at chosen steps and compares the books afterwards, see docs/CHAOS.md.
 * Usage: npm run chaos -- [--trials 10] [--seed 1] [--points a,b] [--minutes 60] [--jobs 2]
 *   [--outage 60] [--json FILE]
 */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DefaultLogger, Runtime, makeTelemetryFilterString } from '@temporalio/worker';
import { describeMachine } from '../bench/harness/machine.ts';
import { say } from '../bench/harness/options.ts';
import { seeded } from '../test/support/seeded.ts';
import { KILL_POINTS } from './kill-points.ts';
import type { KillPoint } from './kill-points.ts';
import { chaosOptions } from './options.ts';
import type { ChaosOptions } from './options.ts';
import { startRig } from './rig.ts';
import type { Rig } from './rig.ts';
import { faultsOf, rowOf, showRows } from './rows.ts';
import { runTrial, untilTrading } from './trial.ts';
import type { Trial } from './trial.ts';
import { query } from './waiting.ts';

/** A journal that grows without end would make every look at it slower. */
const TRIALS_PER_STACK = 20;
/** Tries a counted trial may take on average. */
const TRIES_PER_TRIAL = 3;
const KEPT = '.build/chaos';
const TABLES = ['order_intents', 'fills', 'positions', 'symbol_status', 'risk_events', 'halts'];

// Replays are workers of their own, and every one of them would say when it starts and stops.
Runtime.install({
  logger: new DefaultLogger('ERROR'),
  // Ctrl-C ends the run, and the servers' guards end them.
  shutdownSignals: [],
  telemetryOptions: {
    logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }), forward: {} },
  },
});
const options = readOptions();
const endsAt = Date.now() + options.minutes * 60_000;
const results = new Map<string, Trial[]>(options.points.map((name) => [name, []]));
const waiting = KILL_POINTS.filter(({ name }) => options.points.includes(name));
const failures: string[] = [];

const write = (): void => {
  const rows = [...results].map(([name, trials]) => rowOf(name, trials));
  if (options.json !== undefined) {
    const { seed, outageS } = options;
    const report = { machine: describeMachine(), seed, outageS, rows, failures };
    writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
  }
};

/** The same seed and point draw the same delays and ways. */
const seedOf = (name: string, trial: number): number =>
  Buffer.from(name).reduce((sum, byte) => (sum * 31 + byte) >>> 0, options.seed) + trial;

await Promise.all(Array.from({ length: options.jobs }, () => job()));
const rows = [...results].map(([name, trials]) => rowOf(name, trials));
const wanted = Number.isFinite(options.trials) ? options.trials : 1;
for (const row of rows) {
  for (const words of faultsOf(row)) failures.push(`${row.killPoint}: ${words}`);
  if (row.trials < wanted)
    failures.push(
      `${row.killPoint}: ${row.trials} of ${wanted} trials hit, the rest is not proved`,
    );
}
write();
say(showRows(rows));
for (const failure of failures) say(failure);
process.exit(failures.length === 0 ? 0 : 1);

/** A stack's trials of one point, then of the next one, until all have enough. */
async function job(): Promise<void> {
  for (let point = waiting.shift(); point !== undefined; point = waiting.shift())
    if (await trialsAt(point)) waiting.push(point);
}

/** Answers whether more are due. */
async function trialsAt(point: KillPoint): Promise<boolean> {
  const trials = results.get(point.name) ?? [];
  const isDue = (): boolean =>
    trials.filter(({ hit }) => hit).length < options.trials &&
    trials.length < options.trials * TRIES_PER_TRIAL &&
    Date.now() < endsAt;
  if (!isDue()) return false;
  const random = seeded(seedOf(point.name, trials.length));
  const rig = await startRig({ random, outageMs: options.outageS * 1_000, ...point.setup });
  try {
    if (!(await untilTrading(rig, new Date(0)))) throw new Error('the symbols did not start');
    for (let i = 0; i < TRIALS_PER_STACK && isDue(); i += 1) {
      const trial = await runTrial(rig, point);
      trials.push(trial);
      await tell(point, trial, trials.length, rig);
      write();
      // A broken ledger would count in every later trial as well.
      if (trial.violations.length > 0) break;
    }
    return isDue();
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    failures.push(`${point.name}: ${text}`);
    say(`${point.name}: ${text}${await keep(point, rig)}`);
    return false;
  } finally {
    await rig.stop();
  }
}

async function tell(point: KillPoint, trial: Trial, number: number, rig: Rig): Promise<void> {
  const { hit, recoverySeconds, tradingSeconds, unprotected, violations } = trial;
  const time = new Date().toISOString().slice(11, 19);
  say(
    `${time} ${point.name} ${number} ${hit ? 'hit' : 'missed'}: recovery ${recoverySeconds} s, ` +
      `trading ${tradingSeconds} s, unprotected ${unprotected.grid} s grid, ${unprotected.scalp} s ` +
      `scalp; ${trial.evidence}`,
  );
  if (violations.length === 0) return;
  for (const { invariant, detail } of violations.slice(0, 10)) say(`  ${invariant} ${detail}`);
  const again = `npm run chaos -- --points ${point.name} --seed ${options.seed} --trials ${options.trials}`;
  const failure = `${point.name} ${number} failed; again: ${again}${await keep(point, rig)}`;
  failures.push(`${failure}; ${violations.map(({ invariant }) => invariant).join(', ')}`);
  say(`  ${failure}`);
}

/** The venue's journal, the rows, and what the workers said. */
async function keep(point: KillPoint, rig: Rig): Promise<string> {
  const folder = join(KEPT, `${point.name}-${options.seed}-${Date.now()}`);
  mkdirSync(folder, { recursive: true });
  copyFileSync(rig.stack.venue.journalPath, join(folder, 'journal.ndjson'));
  writeFileSync(join(folder, 'workers.log'), `${rig.stack.lines().join('\n')}\n`);
  for (const name of TABLES) {
    const rows = await query(rig, `SELECT * FROM ${name}`).catch((error: unknown) => String(error));
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(rows, null, 1));
  }
  return `; kept in ${folder}`;
}

function readOptions(): ChaosOptions {
  try {
    return chaosOptions(
      process.argv.slice(2),
      KILL_POINTS.map(({ name }) => name),
    );
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(2);
  }
}
