/** Halt signals, one in 5 s of each halt and workflow: a flood of them would disarm the stop. */
import type { EpochMs } from '../core/market/market.ts';
import type { SymbolRef } from '../core/orders/order.ts';
import { symbolWorkflowId } from '../workflows/messages.ts';
import type { HaltMessage } from '../workflows/messages.ts';
import { answerWithin } from './deadline.ts';
import type { ApiDeps } from './ports.ts';

/** A signal that arrived is durable; repeating it only helps a workflow that was started anew. */
const SIGNAL_INTERVAL_MS = 5_000;
const SIGNAL_ANSWER_MS = 5_000;

export type HaltSignals = {
  /** `signalled` also where the same workflow had the same halt a moment ago. */
  send(ref: SymbolRef, message: HaltMessage): Promise<'signalled' | 'notRunning' | 'failed'>;
};

export function createHaltSignals({
  workflows,
  clock,
  log,
}: Pick<ApiDeps, 'workflows' | 'clock' | 'log'>): HaltSignals {
  const sentAt = new Map<string, EpochMs>();

  async function send(ref: SymbolRef, message: HaltMessage) {
    const id = symbolWorkflowId(ref);
    const key = `${message.haltId} ${id}`;
    const last = sentAt.get(key);
    if (last !== undefined && clock.now() - last < SIGNAL_INTERVAL_MS) return 'signalled';
    forgetOld();
    sentAt.set(key, clock.now());
    const answer = await answerWithin(clock, SIGNAL_ANSWER_MS, () =>
      workflows.signalHalt(ref, message),
    );
    if (answer.kind === 'answer' && answer.value === 'signalled') return 'signalled';
    // Only a signal that arrived may hold the next one back.
    sentAt.delete(key);
    if (answer.kind === 'answer') return 'notRunning';
    log(`halt signal to ${id} failed`, answer.error);
    return 'failed';
  }

  function forgetOld(): void {
    const since = clock.now() - SIGNAL_INTERVAL_MS;
    for (const [key, at] of sentAt) if (at < since) sentAt.delete(key);
  }

  return { send };
}
