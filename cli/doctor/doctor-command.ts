/** `tidegate doctor`: is this machine ready, and what is missing? Changes nothing. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { TidegateConfig } from '../../adapters/config/load-config.ts';
import { describeProblem } from '../../adapters/config/problems.ts';
import { EXIT } from '../exit-codes.ts';
import { readMarket } from '../market.ts';
import { readConfig } from '../options.ts';
import type { Options } from '../options.ts';
import { neededPorts } from '../up/needed-ports.ts';
import type { NeededPort } from '../up/needed-ports.ts';
import { isPortFree, portOwner } from '../up/port-owner.ts';
import { liveSupervisor, readRunFile } from '../up/run-file.ts';
import { runPaths } from '../up/run-paths.ts';
import { fail, ok } from './check.ts';
import type { Check } from './check.ts';
import { checkClock, checkDisk, checkMemory, checkPermissions } from './host-checks.ts';
import { checkNode, checkPostgres, checkTemporal } from './version-checks.ts';

/** Exit code 0 when nothing failed, 4 when the configuration is not valid, 1 otherwise. */
export async function runDoctor(options: Options): Promise<number> {
  const loaded = readConfig(options);
  const market = loaded.ok ? readMarket(loaded) : loaded;
  if (!loaded.ok || !market.ok) {
    const problems = market.ok ? [] : market.problems;
    const checks = problems.map((problem) => fail('config', describeProblem(problem)));
    print(checks, options);
    return EXIT.config;
  }
  const checks = await examine(loaded.config);
  print(checks, options);
  return checks.some(({ status }) => status === 'fail') ? EXIT.error : EXIT.ok;
}

async function examine(config: TidegateConfig): Promise<Check[]> {
  const manifest = join(import.meta.dirname, '../../package.json');
  return [
    ok('config', 'valid'),
    checkNode(),
    checkPostgres(config),
    checkTemporal(config),
    checkDisk(config),
    checkPermissions(config),
    checkMemory(),
    await checkClock(statSync(manifest).mtime),
    ...(await checkPorts(config)),
  ];
}

async function checkPorts(config: TidegateConfig): Promise<Check[]> {
  const supervisor = liveSupervisor(readRunFile(runPaths(config.dataDir).run));
  if (supervisor !== undefined) {
    return [ok('ports', `in use by Tidegate itself, supervisor ${supervisor.pid}`)];
  }
  return Promise.all(neededPorts(config).map(checkPort));
}

async function checkPort({ name, path, port }: NeededPort): Promise<Check> {
  const label = `port ${port}`;
  if (await isPortFree(port)) return ok(label, `free, for ${name}`);
  const owner = portOwner(port);
  const who = owner === undefined ? 'another process' : `process ${owner.pid} (${owner.command})`;
  return fail(label, `taken by ${who}; stop it, or use --set ${path}=<port>`);
}

const MARKS = { ok: 'ok  ', warn: 'warn', fail: 'FAIL' } as const;

function print(checks: readonly Check[], { json }: Options): void {
  if (json === true) {
    const healthy = !checks.some(({ status }) => status === 'fail');
    process.stdout.write(`${JSON.stringify({ ok: healthy, checks }, undefined, 2)}\n`);
    return;
  }
  for (const { name, status, detail } of checks) {
    process.stdout.write(`${MARKS[status]}  ${name.padEnd(12)} ${detail}\n`);
  }
}
