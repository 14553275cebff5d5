/** `tidegate stop` is the emergency stop; `tidegate down` ends the processes and changes no order. */
import { z } from 'zod';
import { callApi } from './api-client.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import { apiOrigin, requireConfig } from './options.ts';
import type { Options } from './options.ts';
import { stopProcess } from './up/process-identity.ts';
import { liveSupervisor, readRunFile } from './up/run-file.ts';
import { runPaths } from './up/run-paths.ts';

/** Everything is stopped in order: worker, API, venue, Temporal, PostgreSQL, 20 s at most each. */
const DOWN_TIMEOUT_MS = 100_000;

const stopReply = z.object({ latched: z.boolean().optional() });

/** Exit code 0 only when the API says that the stop is latched. */
export async function runStop(options: Options): Promise<number> {
  const { config } = requireConfig(options);
  const reason = options.reason ?? 'emergency stop from the command line';
  const reply = await callApi(apiOrigin(config), '/api/v1/profit-scraping/emergency-stop', {
    reason,
  });
  if (reply === undefined) {
    throw new CommandError(
      `the API at ${apiOrigin(config)} does not answer: nothing was stopped`,
      EXIT.notRunning,
    );
  }
  process.stdout.write(`${JSON.stringify(reply.body, undefined, 2)}\n`);
  const { latched } = stopReply.safeParse(reply.body).data ?? {};
  return reply.status < 300 && latched !== false ? EXIT.ok : EXIT.error;
}

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
