/** The Temporal server for one symbol: history, workflow tasks, timers, activities, signals. */
import type {
  OperationCall,
  ProcessCommand,
  ProcessMessage,
} from '../../../state-machines/process-types.ts';
import { initialCarry } from '../../../state-machines/symbol-carry.ts';
import type { SymbolCarry } from '../../../state-machines/symbol-carry.ts';
import { REF } from '../scenario.ts';
import { runActivity } from './activity-runner.ts';
import type { RunnerParts } from './activity-runner.ts';
import { POLICIES, WATCH } from './operation-policy.ts';
import { runOperation } from './run-operation.ts';
import { WorkflowRun } from './workflow-run.ts';
import type { Input, RunEnd, TaskResult } from './workflow-run.ts';

export type TemporalParts = RunnerParts & {
  readonly historyEventsMax: number;
  /** Called with every task that was committed. */
  readonly onTask: (run: WorkflowRun, result: TaskResult) => void;
  readonly say: (text: string) => void;
};

/** A task whose worker died is given to another one after this. */
const TASK_TIMEOUT_MS = 3_000;
const NO_WORKER_MS = 200;

export class SimTemporal {
  readonly #parts: TemporalParts;
  #run: WorkflowRun | undefined;
  #events: Input[] = [];
  #hasTask = false;
  #runs = 0;
  #forgetTimer: () => void = () => undefined;

  constructor(parts: TemporalParts) {
    this.#parts = parts;
  }

  /** How the last execution ended; undefined while one runs. */
  endedBy: 'terminated' | RunEnd | undefined;

  /** Undefined before the start and after the end. */
  get run(): WorkflowRun | undefined {
    return this.#run;
  }

  get isQuiet(): boolean {
    return this.#events.length === 0 && !this.#hasTask;
  }

  start(carry: SymbolCarry = initialCarry()): void {
    this.#runs += 1;
    this.endedBy = undefined;
    this.#run = new WorkflowRun(this.#runs, carry, this.#parts.historyEventsMax);
    this.#forgetTimer();
    this.#events = [];
    this.#add({ kind: 'started' });
  }

  /** Ends the execution without a word to it; its activities go on. */
  terminate(): void {
    this.#end('terminated');
  }

  signal(message: ProcessMessage): void {
    if (this.#run !== undefined) this.#add({ kind: 'message', message });
  }

  #end(how: 'terminated' | RunEnd): void {
    this.#parts.say(`workflow ended: ${how}`);
    this.endedBy = how;
    this.#run = undefined;
    this.#events = [];
    this.#forgetTimer();
  }

  #add(event: Input): void {
    if (this.#run === undefined) return;
    this.#events.push(event);
    this.#run.historyLength += 2;
    this.#needTask(0);
  }

  #needTask(delayMs: number): void {
    if (this.#hasTask || this.#events.length === 0) return;
    this.#hasTask = true;
    const { time, dice } = this.#parts;
    time.after(delayMs + dice.between(1, 15), () => this.#pickUp());
  }

  #pickUp(): void {
    const { time, dice, workers } = this.#parts;
    const able = workers().filter(({ process }) => process.isRunning);
    const run = this.#run;
    if (able.length === 0 || run === undefined) {
      this.#hasTask = false;
      if (run !== undefined) this.#needTask(NO_WORKER_MS);
      return;
    }
    const { process } = dice.pick(able);
    const taken = this.#events.length;
    const startedAt = time.now;
    time.after(dice.between(1, 15), () => {
      this.#hasTask = false;
      if (process.isAlive && !process.isFrozen && this.#run === run)
        this.#execute(run, taken, startedAt);
      else if (this.#run !== undefined) this.#needTask(this.#run === run ? TASK_TIMEOUT_MS : 0);
    });
  }

  #execute(run: WorkflowRun, taken: number, wallMs: number): void {
    const result = run.handle(this.#events.slice(0, taken), wallMs);
    // A run does not end over events that it has not seen.
    const isEarly = result.end !== undefined && this.#events.length > taken;
    if (isEarly) return this.#needTask(0);
    this.#events.splice(0, taken);
    run.historyLength += 3;
    run.commit(result);
    this.#parts.onTask(run, result);
    if (result.end === 'continueAsNew') {
      this.#parts.say(`continues as new after ${run.historyLength} events`);
      return this.start(result.carry);
    }
    for (const command of result.commands) this.#carryOut(run, command, wallMs);
    if (result.end !== undefined) return this.#end(result.end);
    this.#needTask(0);
  }

  #carryOut(run: WorkflowRun, command: ProcessCommand, wallMs: number): void {
    switch (command.kind) {
      case 'run':
        return this.#runOperation(run, command.opId, command.call);
      case 'watch':
        return this.#runWatch(run, command);
      case 'wakeAt':
        return this.#setTimer(command.at, wallMs);
      case 'refuse':
      case 'continueAsNew':
      case 'complete':
        return;
    }
  }

  #runOperation(run: WorkflowRun, opId: string, call: OperationCall): void {
    run.historyLength += 1;
    runActivity(this.#parts, {
      policy: POLICIES[call.name],
      run: ({ activities }) => runOperation(activities, call),
      onEnd: (end) => {
        if (this.#run !== run) return;
        if ('value' in end) this.#add({ kind: 'completed', opId, result: payload(end.value) });
        else this.#add({ kind: 'failed', opId, message: end.failure });
      },
    });
  }

  #runWatch(run: WorkflowRun, command: Extract<ProcessCommand, { kind: 'watch' }>): void {
    run.historyLength += 1;
    const { homeQueue, watchSeq, prefix, spec, cursor } = command;
    runActivity(this.#parts, {
      policy: WATCH,
      homeQueue,
      run: ({ home }) => home.watchMarket({ ref: REF, prefix, watchSeq, spec, cursor }),
      onEnd: (end) => {
        if (this.#run !== run) return;
        if ('value' in end) this.#add({ kind: 'watched', batch: payload(end.value) });
        else this.#add({ kind: 'watchFailed', watchSeq, message: end.failure });
      },
    });
  }

  #setTimer(at: number | null, wallMs: number): void {
    this.#forgetTimer();
    this.#forgetTimer = () => undefined;
    if (at === null) return;
    this.#forgetTimer = this.#parts.time.at(Math.max(wallMs + 1, at), () =>
      this.#add({ kind: 'woken' }),
    );
  }
}

/** What history keeps of a result. */
const payload = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
