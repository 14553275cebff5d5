/** `tidegate rehearse`: tries the kill switch out on the paper account. */
import { EXIT } from './exit-codes.ts';
import type { Options } from './options.ts';
import { rehearsalLine, runRehearsal } from './rehearse/run-rehearsal.ts';
import { runningConfig } from './stop/running-config.ts';
import { symbolsOf } from './stop/stop-request.ts';

const CODES = { passed: EXIT.ok, failed: EXIT.error, refused: EXIT.notRunning };

export async function runRehearse(options: Options): Promise<number> {
  const result = await runRehearsal(runningConfig(options), symbolsOf(options) ?? null);
  const line = options.json === true ? JSON.stringify(result, undefined, 2) : rehearsalLine(result);
  process.stdout.write(`${line}\n`);
  return CODES[result.kind];
}
