/** Calls of the symbol process as activities, each with the timeouts that its meaning needs. */
import { proxyActivities } from '@temporalio/workflow';
import type { WatchBatch } from '../core/market/watch.ts';
import type { SymbolRef } from '../core/orders/order.ts';
import type {
  OperationCall,
  OperationResult,
  ProcessCommand,
} from '../state-machines/process-types.ts';
import type { HomeActivities, SymbolActivities } from './activity-contract.ts';

const ONCE = { maximumAttempts: 1 } as const;
const PATIENT = { initialInterval: '200ms', maximumInterval: '5s' } as const;

/** Repeated for ever: nothing starts without them, and repeating them changes nothing. */
const patient = proxyActivities<SymbolActivities>({
  startToCloseTimeout: '60s',
  retry: PATIENT,
});

/** Decisions: one that comes late is worth nothing. */
const decide = proxyActivities<SymbolActivities>({
  startToCloseTimeout: '5s',
  scheduleToStartTimeout: '10s',
  retry: { maximumAttempts: 2 },
});

/** Writes to the venue and what prepares them: at most once, then the outcome is unknown. */
const write = proxyActivities<SymbolActivities>({
  startToCloseTimeout: '5s',
  scheduleToStartTimeout: '5s',
  heartbeatTimeout: '2s',
  retry: ONCE,
});

const read = proxyActivities<SymbolActivities>({
  startToCloseTimeout: '60s',
  scheduleToStartTimeout: '60s',
  heartbeatTimeout: '5s',
  retry: ONCE,
});

export async function runOperation(
  ref: SymbolRef,
  call: OperationCall,
  workflowId: string,
): Promise<OperationResult> {
  const { name } = call;
  switch (name) {
    case 'openEpoch':
      return { name, value: await patient.openEpoch({ ref, workflowId }) };
    case 'claimSymbol':
      return { name, value: await patient.claimSymbol({ ref }) };
    case 'record':
      await patient.record({ ref, entries: call.entries });
      return { name, value: null };
    case 'evaluateSignal':
      return { name, value: await decide.evaluateSignal({ ref, request: call.request }) };
    case 'checkRisk': {
      const { intents, quote, level, epoch } = call;
      return { name, value: await write.checkRisk({ ref, intents, quote, level, epoch }) };
    }
    case 'submitOrders': {
      const { clientOrderIds } = call;
      return { name, value: await write.submitOrders({ ref, clientOrderIds }) };
    }
    case 'cancelOrders':
      return { name, value: await write.cancelOrders({ ref, orders: call.orders }) };
    case 'resolveOrders': {
      const { clientOrderIds } = call;
      return { name, value: await read.resolveOrders({ ref, clientOrderIds }) };
    }
    case 'reconcile':
      return { name, value: await read.reconcile({ ref, prefix: call.prefix }) };
  }
}

/** The long-poll, on the queue of the process that holds the symbol's feed. */
export function runWatch(
  ref: SymbolRef,
  command: Extract<ProcessCommand, { kind: 'watch' }>,
): Promise<WatchBatch> {
  const { homeQueue, watchSeq, prefix, spec, cursor } = command;
  const home = proxyActivities<HomeActivities>({
    taskQueue: homeQueue,
    startToCloseTimeout: '5m',
    scheduleToStartTimeout: '2s',
    heartbeatTimeout: '2s',
    retry: ONCE,
  });
  return home.watchMarket({ ref, prefix, watchSeq, spec, cursor });
}
