/** What every child process of the supervisor shares: it says when it is ready, and it never outlives its parent. */
import { flushCompileCache } from 'node:module';

export type Role = {
  /** Facts for the line that says that the role is ready, e.g. its port. */
  readonly ready: Readonly<Record<string, unknown>>;
  /** Ends the work in order; must settle. */
  stop(): Promise<void>;
};

/** Stopping may take this long (wall), then the process ends anyway. */
const STOP_LIMIT_MS = 15_000;

/**
 * Starts a role and keeps the process alive until it is told to stop: by SIGTERM, by SIGINT, or by the
 * end of the channel to the supervisor, which is how it notices that the supervisor was killed.
 */
export async function runRole(start: () => Promise<Role>): Promise<void> {
  surviveClosedOutput();
  const asked = stopAsked();
  const role = await start().catch((error: unknown) => {
    // Listening to the channel keeps a process alive; one that cannot start must end.
    process.disconnect?.();
    throw error;
  });
  process.stdout.write(`${JSON.stringify({ ready: true, ...role.ready })}\n`);
  // A process that is killed would never write it.
  flushCompileCache();
  await asked;
  setTimeout(() => process.exit(1), STOP_LIMIT_MS).unref();
  await role.stop();
  process.exit(0);
}

function stopAsked(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
    process.once('disconnect', resolve);
  });
}

/** With the supervisor gone nobody reads our output; that must not end us before we have stopped. */
function surviveClosedOutput(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}
