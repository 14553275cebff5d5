/** A worker as `tidegate worker` composes it, with its ports timed, and the bare workflow beside it. */
import { NativeConnection, Worker } from '@temporalio/worker';
import { RequestBudget } from '../adapters/exchange/request-budget.ts';
import { startWorkerRole } from '../cli/worker.ts';
import { BARE_TASK_QUEUE } from './bare-workflow.ts';
import type { BareActivities } from './bare-workflow.ts';
import { createPortProbe } from './durable/port-probe.ts';
import { alignWallClock, wallNow } from './durable/wall-clock.ts';
import type { WorkerMessage, WorkerSetup } from './worker-messages.ts';

const setup = JSON.parse(process.argv[2] ?? '{}') as WorkerSetup;
alignWallClock();
const say = (message: WorkerMessage): void => {
  process.send?.(message);
};

if (setup.liftReadBudget) liftReadBudget();
const role = await startWorkerRole(setup.config, createPortProbe(say));
if (setup.bareBundle !== null) await startBareWorker(setup.bareBundle);
say({ kind: 'ready' });

const stop = (): void => {
  role.stop().then(
    () => process.exit(0),
    () => process.exit(1),
  );
};
process.once('SIGTERM', stop);
process.once('disconnect', stop);

function liftReadBudget(): void {
  let used = 0;
  RequestBudget.prototype.admitRead = async (weight) => {
    used += weight;
    say({ kind: 'readWeight', weight: used });
  };
}

/** The same options as the worker of the symbols, in the same process. */
async function startBareWorker(codePath: string): Promise<void> {
  const { address, namespace } = setup.config.temporal;
  const activities: BareActivities = {
    first: async () => {},
    second: async () => {},
    third: async (chain) => say({ kind: 'bare', chain, at: wallNow() }),
  };
  const worker = await Worker.create({
    connection: await NativeConnection.connect({ address }),
    namespace,
    taskQueue: BARE_TASK_QUEUE,
    workflowBundle: { codePath },
    activities,
    stickyQueueScheduleToStartTimeout: '1s',
  });
  worker.run().catch((error: unknown) => process.stderr.write(`${String(error)}\n`));
}
