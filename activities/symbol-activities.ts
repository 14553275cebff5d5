/** All activities of the symbol workflow, by the queue that they run on. */
import type { HomeActivities, SymbolActivities } from '../workflows/activity-contract.ts';
import type { ActivityDeps } from './activity-deps.ts';
import { createEpochActivities } from './epoch-activities.ts';
import { createEvaluateActivity } from './evaluate-activity.ts';
import { createOrderActivities } from './order-activities.ts';
import { createReconcileActivity } from './reconcile-activity.ts';
import { createResolveActivity } from './resolve-activity.ts';
import { withHeartbeat } from './with-heartbeat.ts';

export function createSymbolActivities(deps: ActivityDeps) {
  const { claimSymbol, openEpoch } = createEpochActivities(deps);
  const { checkRisk, submitOrders, amendOrders, cancelOrders } = createOrderActivities(deps);
  const beating = createBeating(deps);
  return {
    claimSymbol: beating(claimSymbol),
    openEpoch: beating(openEpoch),
    reconcile: beating(createReconcileActivity(deps).reconcile),
    evaluateSignal: beating(createEvaluateActivity(deps).evaluateSignal),
    checkRisk: beating(checkRisk),
    submitOrders: beating(submitOrders),
    amendOrders: beating(amendOrders),
    cancelOrders: beating(cancelOrders),
    resolveOrders: beating(createResolveActivity(deps).resolveOrders),
    record: beating(({ ref, entries }) => deps.journal.record(ref, entries)),
  } satisfies SymbolActivities;
}

export function createHomeActivities(deps: ActivityDeps) {
  return {
    watchMarket: createBeating(deps)((request) => deps.feed.watch(request)),
  } satisfies HomeActivities;
}

type Activity<Request, Result> = (request: Request) => Promise<Result>;

const createBeating =
  ({ heartbeat }: ActivityDeps) =>
  <Request, Result>(activity: Activity<Request, Result>): Activity<Request, Result> =>
  (request) =>
    withHeartbeat(heartbeat, () => activity(request));
