/** Starts services in order, starts a crashed one again, stops them in reverse order. */
import { describeExit } from './managed-process.ts';
import type { ManagedProcess, OnSpawn } from './managed-process.ts';
import type { ChildRecord } from './run-file.ts';

export type Service = {
  readonly name: string;
  readonly signal: ChildRecord['signal'];
  /** Hands the child over as soon as it runs; resolves when it is healthy, throws when it does not come up. */
  start(onSpawn: OnSpawn): Promise<unknown>;
};

export type Backoff = {
  /** Pause before the first new start; doubles each time. */
  readonly firstMs: number;
  readonly maxMs: number;
  /** A service that ran this long has recovered: the next pause is the first one again. */
  readonly steadyMs: number;
};

export type SupervisorOptions = {
  readonly services: readonly Service[];
  readonly backoff?: Backoff;
  /** Called on each change of what runs, with everything that runs. */
  readonly onChildren: (children: readonly ChildRecord[]) => void;
  readonly onEvent: (service: string, text: string) => void;
};

export type Supervisor = {
  /** In order, each after the one before is healthy. Throws when one does not come up. */
  start(): Promise<void>;
  /** In reverse order. Safe to call at any time and more than once. */
  stop(): Promise<void>;
};

const BACKOFF: Backoff = { firstMs: 500, maxMs: 30_000, steadyMs: 60_000 };

type Slot = {
  readonly service: Service;
  child: { readonly process: ManagedProcess; readonly startedAt: string } | null;
  /** The start that is under way, or the last one. */
  work: Promise<void>;
};

export function createSupervisor(options: SupervisorOptions): Supervisor {
  const { services, backoff = BACKOFF, onEvent } = options;
  const stopping = new AbortController();
  const slots = services.map((service): Slot => ({
    service,
    child: null,
    work: Promise.resolve(),
  }));
  let stopped: Promise<void> | undefined;

  const report = () => options.onChildren(slots.flatMap(recordOf));

  function adopt(slot: Slot, child: ManagedProcess): void {
    slot.child = { process: child, startedAt: new Date().toISOString() };
    report();
    void child.exited.then(() => {
      slot.child = null;
      report();
    });
    // Spawned by a start that was under way when everything was told to stop.
    if (stopping.signal.aborted) void child.stop();
  }

  async function bringUp(slot: Slot, failures: number): Promise<void> {
    let child: ManagedProcess | undefined;
    await slot.service.start((spawned) => {
      child = spawned;
      adopt(slot, spawned);
    });
    const healthySince = performance.now();
    void child?.exited.then((exit) => {
      if (stopping.signal.aborted) return;
      onEvent(slot.service.name, describeExit(exit));
      const steady = performance.now() - healthySince >= backoff.steadyMs;
      slot.work = bringUpAgain(slot, steady ? 0 : failures);
    });
  }

  async function bringUpAgain(slot: Slot, failures: number): Promise<void> {
    for (let attempt = failures; ; attempt += 1) {
      const pauseMs = Math.min(backoff.firstMs * 2 ** attempt, backoff.maxMs);
      onEvent(slot.service.name, `starts again in ${pauseMs} ms`);
      await pauseUnlessStopping(pauseMs, stopping.signal);
      if (stopping.signal.aborted) return;
      try {
        await bringUp(slot, attempt + 1);
        onEvent(slot.service.name, 'is up again');
        return;
      } catch (error) {
        // It did not come up: told here, tried again after a longer pause.
        onEvent(slot.service.name, error instanceof Error ? error.message : String(error));
      }
    }
  }

  async function stopAll(): Promise<void> {
    stopping.abort();
    for (const slot of slots.toReversed()) {
      await slot.child?.process.stop();
      await slot.work.catch(() => {});
      await slot.child?.process.stop();
    }
  }

  return {
    start: async () => {
      for (const slot of slots) {
        if (stopping.signal.aborted) return;
        slot.work = bringUp(slot, 0);
        await slot.work;
      }
    },
    stop: () => (stopped ??= stopAll()),
  };
}

function recordOf({ service, child }: Slot): ChildRecord[] {
  if (child === null) return [];
  const { startedAt, process } = child;
  return [{ name: service.name, signal: service.signal, startedAt, ...process.identity }];
}

function pauseUnlessStopping(durationMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, durationMs);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
    if (signal.aborted) resolve();
  });
}
