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
  return {
    ...createEpochActivities(deps),
    ...createReconcileActivity(deps),
    ...createEvaluateActivity(deps),
    ...createOrderActivities(deps),
    ...createResolveActivity(deps),
    record: ({ ref, entries }) => deps.journal.record(ref, entries),
  } satisfies SymbolActivities;
}

export function createHomeActivities(deps: ActivityDeps) {
  return {
    watchMarket: (request) => withHeartbeat(deps.heartbeat, () => deps.feed.watch(request)),
  } satisfies HomeActivities;
}
