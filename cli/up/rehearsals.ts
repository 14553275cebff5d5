/** Rehearsals by schedule: `safety.rehearsal_interval_h`. */
import { setTimeout as pause } from 'node:timers/promises';
import { readConfig } from '../options.ts';

const HOUR_MS = 3_600_000;

/**
 * Until the signal aborts; the first one comes an interval after the start. `configPath`: what the
 * children read, with the database of now.
 */
export async function keepRehearsing(
  { intervalH, configPath }: { readonly intervalH: number; readonly configPath: string },
  stop: AbortSignal,
  say: (line: string) => void,
): Promise<void> {
  if (intervalH === 0) return;
  while (!stop.aborted) {
    await pause(intervalH * HOUR_MS, undefined, { signal: stop, ref: false }).catch(() => {});
    if (stop.aborted) return;
    const read = readConfig({ config: configPath });
    // Loaded when it is needed: the supervisor has no other use for clients.
    const { rehearsalLine, runRehearsal } = await import('../rehearse/run-rehearsal.ts');
    if (!read.ok) say(`no rehearsal: ${configPath} cannot be read`);
    else
      say(
        await runRehearsal(read.config, null).then(
          rehearsalLine,
          (error: unknown) => `rehearsal FAILED: ${String(error)}`,
        ),
      );
  }
}
