/** What decisions leave in the workflow's history, and where Temporal's own time goes. */
import type { Client } from '@temporalio/client';
import { round, summarise } from '../harness/quantiles.ts';
import type { Summary } from '../harness/quantiles.ts';

type History = Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>;
type HistoryEvent = NonNullable<History['events']>[number];

export type HistoryFigures = {
  readonly runs: number;
  /** Decisions with an order in that time. */
  readonly decisions: number;
  /** All events of the time in which these decisions fell, over their number: the way back to flat included. */
  readonly eventsPerRoundTrip: number;
  readonly workflowTasksPerRoundTrip: number;
  readonly activitiesPerRoundTrip: Readonly<Record<string, number>>;
  /** From the long-poll's completion until the first order's submit completed. */
  readonly eventsToFirstOrder: Summary;
  readonly workflowTasksToFirstOrder: Summary;
  readonly workflowTask: TaskTimes;
};

/** Wall ms of workflow tasks: waiting for a worker, and being worked on. */
export type TaskTimes = { readonly toStart: Summary; readonly toComplete: Summary };

/** Every run of a workflow, oldest first. */
export async function fetchRuns(client: Client, workflowId: string): Promise<HistoryEvent[][]> {
  const runs: HistoryEvent[][] = [];
  let runId: string | undefined;
  do {
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    runs.unshift(events ?? []);
    const started = events?.[0]?.workflowExecutionStartedEventAttributes;
    runId = started?.continuedExecutionRunId || undefined;
  } while (runId !== undefined);
  return runs;
}

export function symbolFigures(
  runs: readonly HistoryEvent[][],
  fromMs: number,
  decisions: number,
): HistoryFigures {
  const events = runs.flat().filter((event) => timeOf(event) >= fromMs);
  const paths = runs.flatMap((run) => pathsOf(run)).filter(({ at }) => at >= fromMs);
  const each = (total: number): number => round(total / decisions);
  return {
    runs: runs.length,
    decisions,
    eventsPerRoundTrip: each(events.length),
    workflowTasksPerRoundTrip: each(events.filter(isTaskDone).length),
    activitiesPerRoundTrip: countActivities(events, each),
    eventsToFirstOrder: summarise(paths.map((path) => path.events)),
    workflowTasksToFirstOrder: summarise(paths.map((path) => path.workflowTasks)),
    workflowTask: taskTimes(runs, fromMs),
  };
}

function countActivities(
  events: readonly HistoryEvent[],
  each: (total: number) => number,
): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const event of events) {
    const name = activityOf(event);
    if (name !== undefined) counts[name] = (counts[name] ?? 0) + 1;
  }
  return Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, each(count)]));
}

export function taskTimes(runs: readonly HistoryEvent[][], fromMs: number): TaskTimes {
  const toStart: number[] = [];
  const toComplete: number[] = [];
  for (const run of runs) {
    for (const [i, event] of run.entries()) {
      const started = event.workflowTaskStartedEventAttributes ?? undefined;
      if (started === undefined || timeOf(event) < fromMs) continue;
      const scheduled = run[Number(started.scheduledEventId) - 1];
      const done = run[i + 1];
      if (scheduled === undefined || done === undefined || !isTaskDone(done)) continue;
      toStart.push(timeOf(event) - timeOf(scheduled));
      toComplete.push(timeOf(done) - timeOf(event));
    }
  }
  return { toStart: summarise(toStart.map(round)), toComplete: summarise(toComplete.map(round)) };
}

type Path = { readonly at: number; readonly events: number; readonly workflowTasks: number };

/** From each decision back to the long-poll that brought it, on to its first submit. */
function pathsOf(run: readonly HistoryEvent[]): Path[] {
  return run.flatMap((event, i) => {
    if (activityOf(event) !== 'evaluateSignal') return [];
    const from = run.findLastIndex((other, j) => j < i && completes(other, run, 'watchMarket'));
    const to = run.findIndex((other, j) => j > i && completes(other, run, 'submitOrders'));
    const next = run.findIndex((other, j) => j > i && activityOf(other) === 'evaluateSignal');
    if (from < 0 || to < 0 || (next >= 0 && next < to)) return [];
    const part = run.slice(from, to + 1);
    const at = timeOf(event);
    return [{ at, events: part.length, workflowTasks: part.filter(isTaskDone).length }];
  });
}

const isTaskDone = (event: HistoryEvent): boolean =>
  (event.workflowTaskCompletedEventAttributes ?? undefined) !== undefined;

const activityOf = (event: HistoryEvent): string | undefined =>
  event.activityTaskScheduledEventAttributes?.activityType?.name ?? undefined;

function completes(event: HistoryEvent, run: readonly HistoryEvent[], name: string): boolean {
  const id = event.activityTaskCompletedEventAttributes?.scheduledEventId ?? undefined;
  const scheduled = id === undefined ? undefined : run[Number(id) - 1];
  return scheduled !== undefined && activityOf(scheduled) === name;
}

function timeOf({ eventTime }: HistoryEvent): number {
  return Number(eventTime?.seconds ?? 0) * 1_000 + (eventTime?.nanos ?? 0) / 1e6;
}
