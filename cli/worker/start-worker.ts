/** The worker: order activities on the shared queue, feeds on a queue of its own. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { activityInfo, heartbeat } from '@temporalio/activity';
import { Connection } from '@temporalio/client';
import { NativeConnection, Runtime, Worker, DefaultLogger } from '@temporalio/worker';
import type { WorkflowBundleOption } from '@temporalio/worker';
import {
  createHomeActivities,
  createSymbolActivities,
} from '../../activities/symbol-activities.ts';
import type { ActivityDeps } from '../../activities/activity-deps.ts';
import { SHARED_TASK_QUEUE } from '../../workflows/messages.ts';
import { forgetStickyQueues } from './predecessor.ts';
import { registerSearchAttributes } from './search-attributes.ts';

export type WorkerRequest = {
  readonly temporalAddress: string;
  readonly namespace: string;
  /** Symbols that one process may hold; each needs a slot for its long-poll, and one to spare. */
  readonly symbolsMax: number;
  readonly workflowBundle: WorkflowBundleOption;
  /** The worker before this one was killed: what it had cached is taken over at once. */
  readonly predecessorDied: boolean;
  readonly deps: Omit<ActivityDeps, 'homeQueue' | 'searchable' | 'heartbeat' | 'sleep'>;
  /** Called first on shutdown: pending long-polls answer `handover`. */
  readonly closeFeed: () => Promise<void>;
  readonly log: (line: string) => void;
};

export type RunningWorker = {
  readonly homeQueue: string;
  /** Settles when the worker ended by itself; rejects when it failed. */
  readonly done: Promise<void>;
  stop(): Promise<void>;
};

/** Answers once both workers poll. Rejects when Temporal cannot be reached. */
export async function startWorker(request: WorkerRequest): Promise<RunningWorker> {
  installRuntime(request.log);
  const { temporalAddress: address, namespace } = request;
  const client = await Connection.connect({ address });
  const searchable = await registerSearchAttributes(client, namespace);
  if (request.predecessorDied)
    await forgetStickyQueues(client, namespace).catch((error: unknown) =>
      request.log(`the dead worker's tasks come a second later: ${String(error)}`),
    );
  await client.close();
  if (!searchable)
    request.log('search attributes are not available: the Web UI shows fewer columns');
  const connection = await NativeConnection.connect({ address });
  const homeQueue = `tidegate-home-${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`;
  const deps = {
    ...request.deps,
    homeQueue,
    searchable,
    heartbeat: beat,
    sleep: (ms: number) => delay(ms),
  };
  const shared = await createSharedWorker(request, connection, deps);
  const home = await createHomeWorker(request, connection, deps);
  const runs = Promise.all([shared.run(), home.run()]);
  const done = runs.then(() => connection.close());
  done.catch(() => {});
  return {
    homeQueue,
    done,
    stop: async () => {
      await request.closeFeed();
      if (home.getState() === 'RUNNING') home.shutdown();
      if (shared.getState() === 'RUNNING') shared.shutdown();
      await done;
    },
  };
}

/** Everything that decides, and the order path: eager, beside its workflows. */
const createSharedWorker = (
  { namespace, workflowBundle, symbolsMax }: WorkerRequest,
  connection: NativeConnection,
  deps: ActivityDeps,
): Promise<Worker> =>
  Worker.create({
    connection,
    namespace,
    taskQueue: SHARED_TASK_QUEUE,
    workflowBundle,
    activities: createSymbolActivities(deps),
    maxCachedWorkflows: Math.max(200, symbolsMax * 2),
    // A recovery replays every symbol at once, and one that replays must not hold up the others.
    workflowThreadPoolSize: 2,
    // A killed worker's tasks come free after this long, where its successor has not said so.
    stickyQueueScheduleToStartTimeout: '1s',
    shutdownGraceTime: '5s',
  });

const createHomeWorker = (
  { namespace, symbolsMax }: WorkerRequest,
  connection: NativeConnection,
  deps: ActivityDeps,
): Promise<Worker> =>
  Worker.create({
    connection,
    namespace,
    taskQueue: deps.homeQueue,
    activities: createHomeActivities(deps),
    maxConcurrentActivityTaskExecutions: symbolsMax * 2,
    shutdownGraceTime: '2s',
  });

/** An activity that Temporal gave up on learns it here and ends. */
function beat(): void {
  heartbeat(activityInfo().attempt);
}

const EXPECTED = [
  // The long-poll of a run that continued as new ends on nobody's behalf.
  'Activity not found on completion',
  // The home worker has none, on purpose.
  'No workflows registered',
];

let installed = false;

/** Once a process: Temporal's runtime cannot be installed twice. */
function installRuntime(log: (line: string) => void): void {
  if (installed) return;
  installed = true;
  const logger = new DefaultLogger('WARN', ({ level, message }) => {
    if (EXPECTED.some((expected) => message.includes(expected))) return;
    log(`${level} ${message}`);
  });
  Runtime.install({ logger, shutdownSignals: [] });
}
