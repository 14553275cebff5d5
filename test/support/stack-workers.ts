/** Worker processes of a stack, as `up` starts them: to be killed and started again. */
import { join } from 'node:path';
import { startNodeRole } from '../../cli/up/node-role.ts';
import type { ManagedProcess } from '../../cli/up/managed-process.ts';
import { isSameProcess, stopProcess } from '../../cli/up/process-identity.ts';
import type { StackVenue } from './stack-venue.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'cli', 'main.ts');
const READY_TIMEOUT_MS = 60_000;
const LINES_KEPT = 200;
const KILL = { signal: 'SIGKILL', timeoutMs: 5_000 } as const;

export class StackWorkers {
  readonly #configPath: string;
  readonly #lockstep: StackVenue | undefined;
  readonly #lines: string[] = [];
  #running: ManagedProcess[] = [];

  /** With a venue in lockstep, workers take part in it. */
  constructor(configPath: string, lockstep: StackVenue | undefined) {
    this.#configPath = configPath;
    this.#lockstep = lockstep;
  }

  /** Resolves when it polls. */
  async start(): Promise<void> {
    const child = await startNodeRole({
      name: 'worker',
      args: [MAIN, 'worker', '--config', this.#configPath],
      env: { ...process.env, ...this.#environment() },
      readyTimeoutMs: READY_TIMEOUT_MS,
      onLine: (line) => {
        this.#lines.push(line);
        if (this.#lines.length > LINES_KEPT) this.#lines.shift();
      },
    });
    this.#running.push(child);
  }

  /** Starts one in the place of each that has ended by itself, as `up` does. */
  async revive(): Promise<void> {
    const ended = this.#running.filter(({ identity }) => !isSameProcess(identity));
    this.#running = this.#running.filter((child) => !ended.includes(child));
    for (const _ of ended) await this.start();
  }

  /** `kill -9` of all of them; resolves when they are gone. */
  async kill(): Promise<void> {
    const killed = this.#running;
    this.#running = [];
    await Promise.all(killed.map(({ identity }) => stopProcess(identity, KILL)));
  }

  async stop(): Promise<void> {
    const stopped = this.#running;
    this.#running = [];
    await Promise.all(stopped.map((child) => child.stop()));
  }

  lines(): readonly string[] {
    return this.#lines;
  }

  #environment(): NodeJS.ProcessEnv {
    if (this.#lockstep === undefined) return {};
    const { adminUrl, adminToken } = this.#lockstep;
    return { TIDEGATE_LOCKSTEP_URL: adminUrl, TIDEGATE_VENUE_ADMIN_TOKEN: adminToken };
  }
}
