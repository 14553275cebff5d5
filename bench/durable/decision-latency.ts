/** Event to order beside the bare chain, in alternating blocks of one run. */
import type { Stack } from './stack.ts';
import { BARE_WORKFLOW_ID, BareChain } from './bare-chain.ts';
import { STAGES } from './decision-trace.ts';
import type { DecisionSample, DecisionTrace, Stage } from './decision-trace.ts';
import { fetchRuns, symbolFigures, taskTimes } from './history.ts';
import type { HistoryFigures, TaskTimes } from './history.ts';
import type { SymbolDriver } from './symbol-driver.ts';
import { alignWallClock, wallNow } from './wall-clock.ts';
import { cpuMs } from '../harness/machine.ts';
import { median, ratios, round, summarise } from '../harness/quantiles.ts';
import type { Quantile, Summary } from '../harness/quantiles.ts';
import type { BenchChild } from '../harness/bench-child.ts';
import type { WorkerMessage } from '../worker-messages.ts';

export type DecisionLatency = {
  /** Wall ms from the tick at the feed until the venue accepted the first order. */
  readonly eventToFirstOrder: Summary;
  readonly eventToEntry: Summary;
  /** Wall ms from the signal until the third empty activity runs. */
  readonly bare: Summary;
  /** First order over bare. */
  readonly ratio: Readonly<Record<Quantile, number>>;
  /** Median over the blocks of their own ratio of medians: what a disturbed block does not move. */
  readonly ratioOfBlocks: number;
  readonly stages: Readonly<Record<Stage, Summary>>;
  /** Processor time of the worker process: what a busy machine stretches. */
  readonly workerCpuMs: { readonly perRoundTrip: number; readonly perBareChain: number };
  readonly history: HistoryFigures;
  readonly bareWorkflowTask: TaskTimes;
};

export type LatencyPlan = {
  readonly blocks: number;
  /** Decisions, and chains, of one block. */
  readonly perBlock: number;
  /** Wall time after which no further block is begun. */
  readonly decisionsMs: number;
};

const WARM_UP = 4;

export async function measureDecisions(
  stack: Stack,
  parts: {
    readonly workflowId: string;
    readonly journalPath: string;
    readonly worker: BenchChild<WorkerMessage>;
    readonly driver: SymbolDriver;
    readonly trace: DecisionTrace;
  },
  plan: LatencyPlan,
): Promise<DecisionLatency> {
  alignWallClock();
  const { driver, trace, worker, journalPath } = parts;
  const bare = await BareChain.start(stack.client, worker);
  await driver.trade(() => trace.decided >= WARM_UP);
  await driver.idle(() => chains(bare, WARM_UP));

  const begunAt = wallNow();
  const blocks: Block[] = [];
  const cpu = { trading: 0, bare: 0 };
  for (let i = 0; i < plan.blocks && wallNow() - begunAt < plan.decisionsMs; i += 1) {
    const goal = trace.decided + plan.perBlock;
    const before = cpuMs(worker.pid);
    await driver.trade(() => trace.decided >= goal);
    const until = wallNow();
    const between = cpuMs(worker.pid);
    blocks.push({ until, bare: await driver.idle(() => chains(bare, plan.perBlock)) });
    cpu.trading += between - before;
    cpu.bare += cpuMs(worker.pid) - between;
  }
  await bare.stop();
  const samples = trace.samples(journalPath).filter((sample) => sample.begunAt >= begunAt);
  const runs = await fetchRuns(stack.client, parts.workflowId);
  const bareRuns = await fetchRuns(stack.client, BARE_WORKFLOW_ID);
  return {
    ...figuresOf(samples, blocks),
    workerCpuMs: {
      perRoundTrip: round(cpu.trading / samples.length),
      perBareChain: round(cpu.bare / (blocks.length * plan.perBlock)),
    },
    history: symbolFigures(runs, begunAt, samples.length),
    bareWorkflowTask: taskTimes(bareRuns, begunAt),
  };
}

type Block = { readonly until: number; readonly bare: readonly number[] };

async function chains(bare: BareChain, count: number): Promise<readonly number[]> {
  const times: number[] = [];
  for (let i = 0; i < count; i += 1) times.push(await bare.measure());
  return times;
}

function figuresOf(
  samples: readonly DecisionSample[],
  blocks: readonly Block[],
): Omit<DecisionLatency, 'workerCpuMs' | 'history' | 'bareWorkflowTask'> {
  const first = summarise(samples.map((sample) => sample.toFirstOrder));
  const bare = summarise(blocks.flatMap((block) => block.bare));
  const perBlock = blocks.flatMap(({ until, bare }, i) => {
    const from = blocks[i - 1]?.until ?? 0;
    const own = samples.filter(({ begunAt }) => begunAt >= from && begunAt < until);
    if (own.length === 0) return [];
    return [summarise(own.map((sample) => sample.toFirstOrder)).p50 / summarise(bare).p50];
  });
  const stage = (name: Stage): [Stage, Summary] => [
    name,
    summarise(samples.map((sample) => sample.stages[name])),
  ];
  return {
    eventToFirstOrder: first,
    eventToEntry: summarise(samples.flatMap(({ toEntry }) => toEntry ?? [])),
    bare,
    ratio: ratios(first, bare),
    ratioOfBlocks: round(median(perBlock)),
    stages: Object.fromEntries(STAGES.map(stage)) as Record<Stage, Summary>,
  };
}
