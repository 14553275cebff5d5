/** The figures of a run as tables. */
import { say } from '../harness/options.ts';
import type { Summary } from '../harness/quantiles.ts';
import { table } from '../harness/table.ts';
import type { DecisionLatency } from './decision-latency.ts';
import { STAGES } from './decision-trace.ts';
import type { MemoryFigures } from './memory.ts';
import type { Recovery } from './recovery.ts';

type Figures = {
  readonly decisions: DecisionLatency;
  readonly recovery: Recovery;
  readonly memory: MemoryFigures;
};

const HEAD = ['', 'n', 'p50 ms', 'p90 ms', 'p99 ms'];
const row = (name: string, s: Summary): (string | number)[] => [name, s.n, s.p50, s.p90, s.p99];

export function showFigures({ decisions, recovery, memory }: Figures): void {
  showLatency(decisions);
  showHistory(decisions);
  say(
    table('Recovery after kill -9 of the worker', HEAD, [
      row('until the new process polls', recovery.killToPolling),
      row('until its first decision', recovery.killToDecision),
    ]),
  );
  const { perSymbolMiB, readWeightPerSymbol, points } = memory;
  say(
    table(
      `Memory of the worker: ${perSymbolMiB} MiB a symbol (read weight to start one: ${readWeightPerSymbol})`,
      ['symbols', 'MiB', 'up in s'],
      points.map((point) => [
        point.symbols,
        point.residentMiB,
        Math.round(point.startMs / 100) / 10,
      ]),
    ),
  );
}

function showLatency(decisions: DecisionLatency): void {
  const { eventToFirstOrder, eventToEntry, bare, ratio, ratioOfBlocks, stages } = decisions;
  say(
    table('Market event to order', HEAD, [
      row('event to first order', eventToFirstOrder),
      row('event to entry', eventToEntry),
      row('bare: signal to third activity', bare),
      ['ratio of first order to bare', '', ratio.p50, ratio.p90, ratio.p99],
      ['median ratio of the blocks', '', ratioOfBlocks, '', ''],
    ]),
  );
  say(
    table(
      'Where it goes',
      HEAD,
      STAGES.map((name) => row(name, stages[name])),
    ),
  );
}

function showHistory({ history, bareWorkflowTask, workerCpuMs }: DecisionLatency): void {
  const { perRoundTrip, perBareChain } = workerCpuMs;
  say(
    `\nWorker's processor time: ${perRoundTrip} ms a round trip, ${perBareChain} ms a bare chain`,
  );
  const { workflowTask, activitiesPerRoundTrip } = history;
  say(
    table('Workflow tasks', HEAD, [
      row('symbol: waiting', workflowTask.toStart),
      row('symbol: at work', workflowTask.toComplete),
      row('bare: waiting', bareWorkflowTask.toStart),
      row('bare: at work', bareWorkflowTask.toComplete),
    ]),
  );
  say(
    table(
      `History (${history.runs} runs)`,
      ['', 'events', 'workflow tasks', 'activities'],
      [
        [
          'event to first order, p50',
          history.eventsToFirstOrder.p50,
          history.workflowTasksToFirstOrder.p50,
          '',
        ],
        [
          'decision to flat again, mean',
          history.eventsPerRoundTrip,
          history.workflowTasksPerRoundTrip,
          Object.entries(activitiesPerRoundTrip)
            .map(([name, count]) => `${name} ${count}`)
            .join(', '),
        ],
      ],
    ),
  );
}
