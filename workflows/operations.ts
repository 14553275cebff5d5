/** Calls of the symbol process as activities, each with the timeouts that its meaning needs. */
import { proxyActivities } from '@temporalio/workflow';
import type { WatchBatch } from '../core/market/watch.ts';
import type { SymbolRef } from '../core/orders/order.ts';
import type { RecordEntry } from '../core/orders/records.ts';
import type {
  OperationCall,
  OperationResult,
  ProcessCommand,
} from '../state-machines/process-types.ts';
import type { HomeActivities, SymbolActivities } from './activity-contract.ts';

const ONCE = { maximumAttempts: 1 } as const;

/** Every activity beats, so that what a dead worker had in hand goes on elsewhere within seconds. */
const LOST_AFTER = '2s';

/** Repeated for ever: nothing starts without them, and repeating them changes nothing. */
const PATIENT = {
  startToCloseTimeout: '60s',
  heartbeatTimeout: LOST_AFTER,
  retry: { initialInterval: '200ms', maximumInterval: '5s' },
} as const;

/** Decisions: one that comes late is worth nothing. */
const DECIDE = {
  startToCloseTimeout: '5s',
  scheduleToStartTimeout: '10s',
  heartbeatTimeout: LOST_AFTER,
  retry: { initialInterval: '100ms', maximumAttempts: 2 },
} as const;

/** Writes to the venue and what prepares them: at most once, then the outcome is unknown. */
const WRITE = {
  startToCloseTimeout: '5s',
  scheduleToStartTimeout: '5s',
  heartbeatTimeout: LOST_AFTER,
  retry: ONCE,
} as const;

/** Questions: one that died with its worker is asked again as soon as another is there. */
const READ = {
  startToCloseTimeout: '60s',
  scheduleToStartTimeout: '60s',
  heartbeatTimeout: LOST_AFTER,
  retry: { initialInterval: '100ms', maximumAttempts: 2 },
} as const;

type Timeouts = typeof PATIENT | typeof DECIDE | typeof WRITE | typeof READ;

/** Each call carries a line of its own for the Web UI. */
const activities = (timeouts: Timeouts, summary: string) =>
  proxyActivities<SymbolActivities>({ ...timeouts, summary: summary.slice(0, SUMMARY_MAX) });

/** Temporal allows 200 bytes. */
const SUMMARY_MAX = 160;

export async function runOperation(
  ref: SymbolRef,
  call: OperationCall,
  workflowId: string,
): Promise<OperationResult> {
  const { name } = call;
  switch (name) {
    case 'openEpoch': {
      const { openEpoch } = activities(PATIENT, 'ids, leverage and margin mode of this start');
      return { name, value: await openEpoch({ ref, workflowId }) };
    }
    case 'claimSymbol': {
      const { claimSymbol } = activities(PATIENT, 'a worker that holds the feed');
      return { name, value: await claimSymbol({ ref }) };
    }
    case 'record': {
      const { entries } = call;
      await activities(PATIENT, entries.map(entryWords).join(', ')).record({ ref, entries });
      return { name, value: null };
    }
    case 'evaluateSignal': {
      const { request } = call;
      const { evaluateSignal } = activities(DECIDE, `${request.trigger} in ${request.state}`);
      return { name, value: await evaluateSignal({ ref, request }) };
    }
    case 'checkRisk': {
      const { intents, quote, level, epoch } = call;
      const { checkRisk } = activities(WRITE, intents.map((intent) => intent.slot).join(', '));
      return { name, value: await checkRisk({ ref, intents, quote, level, epoch }) };
    }
    case 'submitOrders': {
      const { clientOrderIds } = call;
      const { submitOrders } = activities(WRITE, clientOrderIds.join(', '));
      return { name, value: await submitOrders({ ref, clientOrderIds }) };
    }
    case 'amendOrders': {
      const { orders } = call;
      const { amendOrders } = activities(WRITE, orders.map((o) => o.clientOrderId).join(', '));
      return { name, value: await amendOrders({ ref, orders }) };
    }
    case 'cancelOrders': {
      const { orders } = call;
      const { cancelOrders } = activities(WRITE, orders.map((o) => o.clientOrderId).join(', '));
      return { name, value: await cancelOrders({ ref, orders }) };
    }
    case 'resolveOrders': {
      const { clientOrderIds } = call;
      const { resolveOrders } = activities(READ, clientOrderIds.join(', '));
      return { name, value: await resolveOrders({ ref, clientOrderIds }) };
    }
    case 'reconcile': {
      const { reconcile } = activities(READ, 'orders, fills and position as the venue has them');
      return { name, value: await reconcile({ ref, prefix: call.prefix }) };
    }
  }
}

const entryWords = (entry: RecordEntry): string =>
  entry.kind === 'strategySwitch'
    ? `${entry.from} to ${entry.to}`
    : entry.kind === 'riskEvent'
      ? entry.code
      : 'last status';

/** The long-poll, on the queue of the process that holds the symbol's feed. */
export function runWatch(
  ref: SymbolRef,
  command: Extract<ProcessCommand, { kind: 'watch' }>,
): Promise<WatchBatch> {
  const { homeQueue, watchSeq, prefix, spec, cursor } = command;
  const home = proxyActivities<HomeActivities>({
    taskQueue: homeQueue,
    startToCloseTimeout: '5m',
    scheduleToStartTimeout: '1s',
    heartbeatTimeout: LOST_AFTER,
    retry: ONCE,
    summary: `${spec.status.state}, call ${watchSeq}`.slice(0, SUMMARY_MAX),
  });
  return home.watchMarket({ ref, prefix, watchSeq, spec, cursor });
}
