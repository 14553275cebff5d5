/** Rehearsals by schedule: `safety.rehearsal_interval_h`. */
import type { TidegateConfig } from '../../adapters/config/load-config.ts';
import { readConfig } from '../options.ts';

/** A timer of Node holds no longer than 24 days: the hours are waited for one by one. */
const HOUR_MS = 3_600_000;

export type Rehearsals = {
  /** As of `node:timers/promises`: rejects when the signal aborts. */
  readonly pause: (
    ms: number,
    value: undefined,
    options: { readonly signal: AbortSignal; readonly ref: boolean },
  ) => Promise<unknown>;
  /** Resolves to what a person reads. */
  readonly rehearse: () => Promise<string>;
  readonly say: (line: string) => void;
};

/** Until the signal aborts, on paper alone; the first one comes an interval after the start. */
export async function keepRehearsing(
  { mode, safety }: { readonly mode: string } & Pick<TidegateConfig, 'safety'>,
  stop: AbortSignal,
  { pause, rehearse, say }: Rehearsals,
): Promise<void> {
  const { rehearsalIntervalH: intervalH } = safety;
  if (intervalH === 0 || mode !== 'paper') return;
  for (let hours = 1; !stop.aborted; hours += 1) {
    await pause(HOUR_MS, undefined, { signal: stop, ref: false }).catch(() => undefined);
    if (stop.aborted || hours % intervalH !== 0) continue;
    say(await rehearse().catch((error: unknown) => `rehearsal FAILED: ${String(error)}`));
  }
}

/** `configPath`: what the children read, with the database of now. */
export async function rehearseNow(configPath: string): Promise<string> {
  const read = readConfig({ config: configPath });
  if (!read.ok) return `no rehearsal: ${configPath} cannot be read`;
  // Loaded when it is needed: the supervisor has no other use for clients.
  const { rehearsalLine, runRehearsal } = await import('../rehearse/run-rehearsal.ts');
  return rehearsalLine(await runRehearsal(read.config, null));
}
