/** A process that hangs has not ended: the supervisor asks the API how it is, and tells what changed. */
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { callApi } from '../api-client.ts';

export type ApiWatch = {
  /** Empty when all is well, else what is wrong. Bounded in time; must not throw. */
  readonly probe: () => Promise<string>;
  /** Wall time between two questions. */
  readonly intervalMs?: number;
  readonly say: (text: string) => void;
};

const INTERVAL_MS = 10_000;
const ANSWER_MS = 5_000;

/** Until the signal aborts. One notice when something is wrong, one when it is well again. */
export async function watchApi(watch: ApiWatch, stop: AbortSignal): Promise<void> {
  const { probe, intervalMs = INTERVAL_MS, say } = watch;
  let told = '';
  while (!stop.aborted) {
    await pause(intervalMs, undefined, { signal: stop, ref: false }).catch(() => {});
    if (stop.aborted) return;
    const wrong = await probe();
    if (stop.aborted || wrong === told) continue;
    say(wrong === '' ? 'answers again, all is well' : wrong);
    told = wrong;
  }
}

const health = z.object({ down: z.array(z.string()) });

/** Asks `/health`, which names what it needs and does not get. */
export async function probeApi(origin: string, timeoutMs = ANSWER_MS): Promise<string> {
  const reply = await callApi(origin, '/health', undefined, timeoutMs);
  if (reply === undefined) return 'does not answer';
  if (reply.status < 300) return '';
  const down = health.safeParse(reply.body).data?.down ?? [];
  return down.length === 0
    ? `answers with status ${reply.status}`
    : `gets no answer from ${down.join(' and ')}`;
}
