/** The yardstick: a signal, then three empty activities one after the other. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { BARE_TASK_QUEUE, goSignal } from '../bare-workflow.ts';
import type { bareWorkflow } from '../bare-workflow.ts';
import type { BenchChild } from '../harness/bench-child.ts';
import type { WorkerMessage } from '../worker-messages.ts';
import { wallNow } from './wall-clock.ts';

export const BARE_WORKFLOW_ID = 'bench-bare';
const CHAIN_LIMIT_MS = 10_000;

export class BareChain {
  readonly #handle: WorkflowHandle<typeof bareWorkflow>;
  readonly #worker: BenchChild<WorkerMessage>;
  #chain = 0;

  static async start(client: Client, worker: BenchChild<WorkerMessage>): Promise<BareChain> {
    const handle = await client.workflow.start<typeof bareWorkflow>('bareWorkflow', {
      workflowId: BARE_WORKFLOW_ID,
      taskQueue: BARE_TASK_QUEUE,
    });
    return new BareChain(handle, worker);
  }

  private constructor(
    handle: WorkflowHandle<typeof bareWorkflow>,
    worker: BenchChild<WorkerMessage>,
  ) {
    this.#handle = handle;
    this.#worker = worker;
  }

  /** Wall milliseconds from sending the signal until the third activity runs. */
  async measure(): Promise<number> {
    await delay(20 + Math.random() * 60);
    this.#chain += 1;
    const chain = this.#chain;
    const done = this.#worker.next(
      (message): message is Extract<WorkerMessage, { kind: 'bare' }> =>
        message.kind === 'bare' && message.chain === chain,
      CHAIN_LIMIT_MS,
      'the bare chain runs',
    );
    const begunAt = wallNow();
    await this.#handle.signal(goSignal, chain);
    return (await done).at - begunAt;
  }

  async stop(): Promise<void> {
    await this.#handle.terminate('measured');
  }
}
