/** A role of ours (`worker`, `api`, `venue`) as a child process. */
import { launch, waitUntilReady } from './managed-process.ts';
import type { ManagedProcess, OnSpawn } from './managed-process.ts';

export type NodeRoleOptions = {
  readonly name: string;
  /** Script and its arguments. */
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Wall time until it must have said that it is ready. */
  readonly readyTimeoutMs: number;
  /** Every line but the one that says that it is ready. */
  readonly onLine: (line: string) => void;
  readonly onSpawn?: OnSpawn;
};

export const NODE_ROLE_STOP = { signal: 'SIGTERM', timeoutMs: 20_000 } as const;

/** Resolves when the child has written `{"ready":true,…}`; throws with its last lines otherwise. */
export async function startNodeRole(options: NodeRoleOptions): Promise<ManagedProcess> {
  const { name, args, env = process.env, readyTimeoutMs, onLine } = options;
  let isReady = () => {};
  const ready = new Promise<void>((resolve) => (isReady = resolve));
  const child = await launch({
    command: process.execPath,
    args,
    env,
    channel: true,
    stop: NODE_ROLE_STOP,
    onLine: (line) => {
      if (saysReady(line)) isReady();
      else onLine(line);
    },
  });
  options.onSpawn?.(child);
  await waitUntilReady(child, () => ready, { name, timeoutMs: readyTimeoutMs });
  return child;
}

function saysReady(line: string): boolean {
  if (!line.startsWith('{"ready":true')) return false;
  try {
    return (JSON.parse(line) as { ready?: unknown }).ready === true;
  } catch {
    // A line that only begins like it.
    return false;
  }
}
