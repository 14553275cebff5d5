/** One child process: its lines, how it ends, and how it is stopped. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { identify, stopProcess } from './process-identity.ts';
import type { ProcessIdentity, StopOptions } from './process-identity.ts';

export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

export type ManagedProcess = {
  readonly identity: ProcessIdentity;
  /** Settles when it has ended, for whatever reason. */
  readonly exited: Promise<Exit>;
  /** The last lines that it wrote, for an error message. */
  lastLines(): readonly string[];
  stop(): Promise<void>;
};

/** Told as soon as the child runs, long before it is ready. */
export type OnSpawn = (child: ManagedProcess) => void;

export type Launch = {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly uid?: number;
  readonly gid?: number;
  readonly cwd?: string;
  /** True opens a channel whose end tells the child that we are gone. */
  readonly channel?: boolean;
  readonly stop: StopOptions;
  readonly onLine: (line: string) => void;
};

const LINES_KEPT = 20;

/**
 * Starts it in a process group of its own: Ctrl-C in the terminal reaches only us, so that the order
 * of stopping is ours. Throws when it cannot be started at all.
 */
export async function launch(request: Launch): Promise<ManagedProcess> {
  const { command, args, env = process.env, uid, gid, cwd } = request;
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe', ...(request.channel === true ? (['ipc'] as const) : [])],
    detached: true,
    env,
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
    ...(cwd === undefined ? {} : { cwd }),
  });
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  const lines: string[] = [];
  const keep = (line: string) => {
    lines.push(line);
    if (lines.length > LINES_KEPT) lines.shift();
    request.onLine(line);
  };
  for (const stream of [child.stdout, child.stderr]) {
    if (stream !== null) createInterface({ input: stream }).on('line', keep);
  }
  // It may have ended already; then no process has this identity, and none is ever signalled.
  const identity = identify(child.pid ?? 0) ?? { pid: child.pid ?? 0, startTime: 'ended' };
  return {
    identity,
    exited,
    lastLines: () => lines,
    stop: async () => {
      await stopProcess(identity, request.stop);
      await exited;
    },
  };
}

export const describeExit = ({ code, signal }: Exit): string =>
  signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;

/** Waits for `ready`; else stops it and throws with its last lines. */
export async function waitUntilReady(
  child: ManagedProcess,
  ready: (signal: AbortSignal) => Promise<void>,
  { name, timeoutMs }: { readonly name: string; readonly timeoutMs: number },
): Promise<void> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), timeoutMs);
  const ended = child.exited.then((exit) => describeExit(exit));
  const late = new Promise<string>((resolve) => {
    limit.signal.addEventListener('abort', () => resolve(`was not ready after ${timeoutMs} ms`));
  });
  try {
    const failure = await Promise.race([ready(limit.signal).then(() => undefined), ended, late]);
    if (failure === undefined) return;
    await child.stop();
    const lines = child.lastLines().map((line) => `\n  ${line}`);
    throw new Error(`${name} ${failure}${lines.join('')}`);
  } finally {
    clearTimeout(timer);
    limit.abort();
  }
}

/** Asks again and again until the answer is yes or the signal aborts. */
export async function poll(
  attempt: () => Promise<boolean>,
  signal: AbortSignal,
  intervalMs = 50,
): Promise<void> {
  while (!signal.aborted) {
    if (await attempt()) return;
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
}
