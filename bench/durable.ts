/** `npm run bench:durable`: what it costs that every decision is durable. */
import { join } from 'node:path';
import {
  startStack,
  refOf,
  startSymbol,
  startVenueChild,
  startWorkerChild,
} from './durable/stack.ts';
import type { Stack } from './durable/stack.ts';
import { measureDecisions } from './durable/decision-latency.ts';
import { DecisionTrace } from './durable/decision-trace.ts';
import { measureMemory } from './durable/memory.ts';
import type { MemoryFigures } from './durable/memory.ts';
import { measureRecovery } from './durable/recovery.ts';
import { showFigures } from './durable/report.ts';
import { SymbolDriver } from './durable/symbol-driver.ts';
import { describeMachine } from './harness/machine.ts';
import { benchOptions, say, writeFigures } from './harness/options.ts';
import { clonedSymbols } from './market/cloned-market.ts';
import { symbolWorkflowId } from '../workflows/messages.ts';

const options = benchOptions();
const SYMBOL = 'BTCUSDT';
/** Accounts of their own: what one venue knows of positions is not what the other one knows. */
const TRADER = 'bench-trader';
const HOLDER = 'bench-holder';
const DAY_MS = 86_400_000;
/** Wall time of the phases at most: on a busy machine there are fewer repetitions, never more time. */
const PLAN = options.quick
  ? { blocks: 4, perBlock: 8, decisionsMs: 20_000, kills: 5, recoveryMs: 20_000, symbols: [10] }
  : {
      blocks: 12,
      perBlock: 20,
      decisionsMs: 130_000,
      kills: 10,
      recoveryMs: 100_000,
      symbols: [10, 100],
    };

const stack = await startStack();
try {
  const oneSymbol = await measureOneSymbol(stack);
  const figures = { machine: describeMachine(), ...oneSymbol, memory: await measureMany(stack) };
  showFigures(figures);
  writeFigures(options, { ratio: figures.decisions.ratio, ...figures });
} finally {
  await stack.stop();
}

/** Latency and recovery: one symbol that trades, on a market that the bench moves. */
async function measureOneSymbol({ folder, configOf, bareBundle, client, sql }: Stack) {
  const journalPath = join(folder, 'held-venue.ndjson');
  const startTime = Date.now() - DAY_MS;
  const venue = await startVenueChild(TRADER, journalPath, {
    kind: 'held',
    symbol: SYMBOL,
    startTime,
  });
  const config = configOf(TRADER, venue.port, [SYMBOL]);
  const driver = new SymbolDriver(venue);
  const trace = new DecisionTrace();
  const start = async () => {
    const worker = await startWorkerChild({ config, bareBundle, liftReadBudget: false });
    driver.attach(worker);
    worker.onMessage((message) => trace.note(message));
    return worker;
  };
  let worker = await start();
  const ref = refOf(TRADER, SYMBOL);
  const workflowId = symbolWorkflowId(ref);
  try {
    await startSymbol(config.temporal, ref);
    const parts = { workflowId, journalPath, worker, driver, trace };
    const decisions = await measureDecisions(stack, parts, PLAN);
    say(`${decisions.eventToFirstOrder.n} decisions measured; now the worker is killed`);
    const recovered = await measureRecovery(sql, driver, worker, start, PLAN);
    worker = recovered.worker;
    await client.workflow.getHandle(workflowId).terminate('measured');
    return { decisions, recovery: recovered.recovery };
  } finally {
    await worker.stop();
    await venue.stop();
  }
}

/** Memory: many idle symbols, on a market that runs by itself in real time. */
async function measureMany(stack: Stack): Promise<MemoryFigures> {
  const { folder, configOf } = stack;
  const symbols = clonedSymbols(Math.max(...PLAN.symbols));
  const venue = await startVenueChild(HOLDER, join(folder, 'many-venue.ndjson'), {
    kind: 'cloned',
    symbols: symbols.length,
    seed: 1,
    startTime: Date.now() - DAY_MS,
    stepMs: 1_000,
    historyDays: 45,
    speed: 1,
  });
  const config = configOf(HOLDER, venue.port, symbols);
  const worker = await startWorkerChild({ config, bareBundle: null, liftReadBudget: true });
  try {
    return await measureMemory(stack, worker, HOLDER, symbols, PLAN.symbols);
  } finally {
    await worker.stop();
    await venue.stop();
  }
}
