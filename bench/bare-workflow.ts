/** What Temporal itself costs: after each signal three empty activities, one after the other. */
import { condition, continueAsNew, proxyActivities, setHandler } from '@temporalio/workflow';
import { defineSignal, workflowInfo } from '@temporalio/workflow';

export type BareActivities = {
  first(): Promise<void>;
  second(): Promise<void>;
  third(chain: number): Promise<void>;
};

export const goSignal = defineSignal<[number]>('go');
export const BARE_TASK_QUEUE = 'bench-bare';

const EVENTS_MAX = 2_000;

const { first, second, third } = proxyActivities<BareActivities>({
  startToCloseTimeout: '5s',
  retry: { maximumAttempts: 1 },
});

export async function bareWorkflow(): Promise<void> {
  const chains: number[] = [];
  setHandler(goSignal, (chain) => void chains.push(chain));
  for (;;) {
    await condition(() => chains.length > 0);
    const chain = chains.shift();
    if (chain === undefined) continue;
    await first();
    await second();
    await third(chain);
    if (chains.length === 0 && workflowInfo().historyLength > EVENTS_MAX) {
      await continueAsNew<typeof bareWorkflow>();
    }
  }
}
