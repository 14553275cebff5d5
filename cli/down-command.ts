/** `down`: ends the processes of a run in order and changes no order. */
import { CommandError, EXIT } from './exit-codes.ts';
import { requireConfig } from './options.ts';
import type { Options } from './options.ts';
import { stopProcess } from './up/process-identity.ts';
import { liveSupervisor, readRunFile } from './up/run-file.ts';
import { runPaths } from './up/run-paths.ts';

/** Everything is stopped in order: worker, API, venue, Temporal, PostgreSQL, 20 s at most each. */
const DOWN_TIMEOUT_MS = 100_000;

export async function runDown(options: Options): Promise<number> {
  const { config } = requireConfig(options);
  const supervisor = liveSupervisor(readRunFile(runPaths(config.dataDir).run));
  if (supervisor === undefined) {
    throw new CommandError('nothing runs here', EXIT.notRunning);
  }
  const outcome = await stopProcess(supervisor, { signal: 'SIGTERM', timeoutMs: DOWN_TIMEOUT_MS });
  process.stdout.write(`supervisor ${supervisor.pid} ${outcome}\n`);
  return outcome === 'killed' ? EXIT.timeout : EXIT.ok;
}
