/**
 * Simulates the platform under faults, a seed at a time.
 * Usage: node scripts/simulate.ts [--seeds 200] [--first-seed 1] [--json FILE] | --seed-trace SEED
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { runSeed } from '../test/simulation/run-seed.ts';
import type { SeedReport } from '../test/simulation/run-seed.ts';

const ALL_LINES = 1_000_000;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '200' },
    'first-seed': { type: 'string', default: '1' },
    json: { type: 'string' },
    'seed-trace': { type: 'string' },
  },
});
if (values['seed-trace'] !== undefined) {
  const report = await runSeed(Number(values['seed-trace']), { keepLines: ALL_LINES });
  for (const line of report.lines) console.log(line);
  process.exitCode = tell(report, []) ? 0 : 1;
} else {
  const cpuBefore = process.cpuUsage();
  const reports: Omit<SeedReport, 'lines'>[] = [];
  for (let i = 0; i < Number(values.seeds); i++) {
    const { lines, ...report } = await runSeed(Number(values['first-seed']) + i);
    reports.push(report);
    if (!tell({ ...report, lines }, lines)) process.exitCode = 1;
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  const sum = (of: (report: Omit<SeedReport, 'lines'>) => number): number =>
    reports.reduce((total, report) => total + of(report), 0);
  console.log(
    `${reports.length} seeds, ${reports.filter((r) => r.failure !== null).length} failed; ` +
      `${(sum((r) => r.virtualMs) / 3_600_000).toFixed(1)} virtual hours, ` +
      `${sum((r) => r.orders)} orders, ${sum((r) => r.trades)} trades, ` +
      `${((user + system) / 1e6).toFixed(1)} s of CPU`,
  );
  if (values.json !== undefined)
    writeFileSync(values.json, `${JSON.stringify({ reports }, null, 2)}\n`);
}

/** Prints what broke; true when nothing did. */
function tell({ seed, failure, faults }: SeedReport, lines: readonly string[]): boolean {
  if (failure === null) return true;
  for (const line of lines) console.log(line);
  console.log(`seed ${seed} broke ${failure.rule}: ${failure.detail}`);
  console.log(`  faults: ${faults.join(', ') || 'none'}\n`);
  return false;
}
