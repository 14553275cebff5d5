/** One run of the symbol workflow: the loop of `workflows/symbol-workflow.ts` over recorded inputs. */
import type { ProcessCommand, ProcessInput } from '../../../state-machines/process-types.ts';
import type { SymbolCarry } from '../../../state-machines/symbol-carry.ts';
import { stepSymbol } from '../../../state-machines/symbol-process.ts';

type Unclocked<T> = T extends unknown ? Omit<T, 'wallMs'> : never;
export type Input = Unclocked<ProcessInput>;

export type RunEnd = 'continueAsNew' | 'complete' | 'refuse';

/** What one workflow task comes to. */
export type TaskResult = {
  readonly carry: SymbolCarry;
  readonly inputs: readonly ProcessInput[];
  readonly commands: readonly ProcessCommand[];
  readonly isDraining: boolean;
  readonly end: RunEnd | undefined;
};

export class WorkflowRun {
  readonly id: number;
  readonly #start: string;
  readonly #historyMax: number;
  readonly #inputs: ProcessInput[] = [];
  carry: SymbolCarry;
  historyLength = 0;
  #isDraining = false;

  constructor(id: number, carry: SymbolCarry, historyMax: number) {
    this.id = id;
    this.#start = JSON.stringify(carry);
    this.#historyMax = historyMax;
    this.carry = JSON.parse(this.#start) as SymbolCarry;
  }

  /** Handles the events of one task; nothing is kept until it is committed. */
  handle(events: readonly Input[], wallMs: number): TaskResult {
    const inbox = inOrder(events);
    const inputs: ProcessInput[] = [];
    const commands: ProcessCommand[] = [];
    let carry = this.carry;
    let isDraining = this.#isDraining;
    for (let next = inbox.shift(); next !== undefined; next = inbox.shift()) {
      const input: ProcessInput = { ...next, wallMs };
      const step = stepSymbol(carry, input);
      carry = step.carry;
      inputs.push(input);
      commands.push(...step.commands);
      const has = (kind: ProcessCommand['kind']): boolean =>
        step.commands.some((c) => c.kind === kind);
      const done = (end: RunEnd | undefined) => ({ carry, inputs, commands, isDraining, end });
      if (has('refuse')) return done('refuse');
      if (inbox.length > 0) continue;
      if (has('complete')) return done('complete');
      if (has('continueAsNew')) return done('continueAsNew');
      if (isDraining || this.historyLength < this.#historyMax) continue;
      isDraining = true;
      inbox.push({ kind: 'drain' });
    }
    return { carry, inputs, commands, isDraining, end: undefined };
  }

  commit(result: TaskResult): void {
    this.carry = result.carry;
    this.#isDraining = result.isDraining;
    this.#inputs.push(...result.inputs);
  }

  /** The carry that the recorded inputs give again, as JSON; equal to the one committed. */
  replay(): { readonly again: string; readonly committed: string } {
    const inputs = JSON.parse(JSON.stringify(this.#inputs)) as ProcessInput[];
    let carry = JSON.parse(this.#start) as SymbolCarry;
    for (const input of inputs) carry = stepSymbol(carry, input).carry;
    return { again: JSON.stringify(carry), committed: JSON.stringify(this.carry) };
  }
}

/** The start, then signals in the order in which they were sent, then results and timers. */
function inOrder(events: readonly Input[]): Input[] {
  const started = events.filter((event) => event.kind === 'started');
  const signals = events.filter((event) => event.kind === 'message');
  const others = events.filter((event) => event.kind !== 'message' && event.kind !== 'started');
  return [...started, ...signals, ...others];
}
