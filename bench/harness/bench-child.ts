/** A script of the bench as a child process that talks over its channel. */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';

export type BenchChild<Message> = {
  readonly pid: number;
  send(message: unknown): void;
  /** Hears every message from now on; answers how to stop. */
  onMessage(listener: (message: Message) => void): () => void;
  /** The next message that `wanted` accepts; rejects when the child ends or time (wall) is up. */
  next<M extends Message>(
    wanted: (message: Message) => message is M,
    timeoutMs: number,
    what: string,
  ): Promise<M>;
  /** SIGKILL, and resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM, SIGKILL after 10 s. */
  stop(): Promise<void>;
};

const BENCH = join(import.meta.dirname, '..');
const STOP_LIMIT_MS = 10_000;

/** `script` is a file of `bench/`; the setup arrives there as JSON in `process.argv[2]`. */
export function startChild<Message>(script: string, setup: unknown): BenchChild<Message> {
  const child = fork(join(BENCH, script), [JSON.stringify(setup)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const onMessage = (listener: (message: Message) => void): (() => void) => {
    child.on('message', listener);
    return () => child.off('message', listener);
  };
  return {
    pid: child.pid ?? 0,
    send: (message) => child.send(message as object),
    onMessage,
    next: (wanted, timeoutMs, what) => nextMessage(child, wanted, timeoutMs, what),
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
    stop: async () => {
      child.kill('SIGTERM');
      const limit = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
      await exited;
      clearTimeout(limit);
    },
  };
}

function nextMessage<Message, M extends Message>(
  child: ChildProcess,
  wanted: (message: Message) => message is M,
  timeoutMs: number,
  what: string,
): Promise<M> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: Message): void => {
      if (wanted(message)) settle(() => resolve(message));
    };
    const onExit = (): void => settle(() => reject(new Error(`a child ended before: ${what}`)));
    const limit = setTimeout(
      () => settle(() => reject(new Error(`not within ${timeoutMs} ms: ${what}`))),
      timeoutMs,
    );
    const settle = (finish: () => void): void => {
      clearTimeout(limit);
      child.off('message', onMessage);
      child.off('exit', onExit);
      finish();
    };
    child.on('message', onMessage);
    child.once('exit', onExit);
  });
}
