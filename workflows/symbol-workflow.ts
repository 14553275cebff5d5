/** The Temporal driver of the symbol process: inputs in, commands out, nothing else decided here. */
import {
  ApplicationFailure,
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import { migrate, initialCarry } from '../state-machines/symbol-carry.ts';
import { stepSymbol } from '../state-machines/symbol-process.ts';
import type {
  ProcessCommand,
  ProcessInput,
  ProcessMessage,
} from '../state-machines/process-types.ts';
import { symbolStatus } from '../state-machines/watch-spec.ts';
import {
  haltSignal,
  levelSignal,
  resumeSignal,
  stopSignal,
  symbolStatusQuery,
} from './messages.ts';
import type { SymbolWorkflowInput } from './messages.ts';
import { runOperation, runWatch } from './operations.ts';
import { createPresence } from './presence.ts';

/** Of starts that did not say it. */
const HISTORY_EVENTS_DEFAULT = 2_000;

type Unclocked<T> = T extends unknown ? Omit<T, 'wallMs'> : never;
type Input = Unclocked<ProcessInput>;

/** One entity per account, venue and symbol; runs until it is stopped. */
export async function symbolWorkflow(input: SymbolWorkflowInput): Promise<void> {
  let carry = input.carry === undefined ? initialCarry() : migrate(input.carry);
  const inbox: Input[] = [{ kind: 'started' }];
  const wake = createWake(() => inbox.push({ kind: 'woken' }));
  const presence = createPresence(input.ref);
  let draining = false;

  const say = (message: ProcessMessage): void => {
    // Ahead of results and timers, so that a halt waits for none of them, and behind the messages
    // before it: a halt that overtook the resume of an older one would be undone by it.
    const isAhead = ({ kind }: Input): boolean => kind === 'started' || kind === 'message';
    const at = inbox.findIndex((waiting) => !isAhead(waiting));
    inbox.splice(at < 0 ? inbox.length : at, 0, { kind: 'message', message });
  };
  setHandler(haltSignal, (m) => say({ ...m, type: 'halt', wallMs: now() }));
  setHandler(resumeSignal, (m) => say({ ...m, type: 'resume' }));
  setHandler(levelSignal, (m) => say({ ...m, type: 'level' }));
  setHandler(stopSignal, (m) => say({ ...m, type: 'stop' }));
  setHandler(symbolStatusQuery, () => symbolStatus(carry.snapshot));
  onCancelRequested(() =>
    say({ type: 'stop', flatten: false, reason: 'cancelled in Temporal', by: 'temporal' }),
  );

  const execute = (command: ProcessCommand): void => {
    switch (command.kind) {
      case 'run':
        void runOperation(input.ref, command.call, workflowInfo().workflowId).then(
          (result) => inbox.push({ kind: 'completed', opId: command.opId, result }),
          (error: unknown) =>
            inbox.push({ kind: 'failed', opId: command.opId, message: words(error) }),
        );
        return;
      case 'watch':
        void runWatch(input.ref, command).then(
          (batch) => inbox.push({ kind: 'watched', batch }),
          (error: unknown) =>
            inbox.push({ kind: 'watchFailed', watchSeq: command.watchSeq, message: words(error) }),
        );
        return;
      case 'wakeAt':
        wake(command.at);
        return;
      case 'refuse':
        throw ApplicationFailure.nonRetryable(command.reason, command.code);
      case 'continueAsNew':
      case 'complete':
        return;
    }
  };

  await CancellationScope.nonCancellable(async () => {
    for (;;) {
      await condition(() => inbox.length > 0);
      const next = inbox.shift();
      if (next === undefined) continue;
      const step = stepSymbol(carry, { ...next, wallMs: now() });
      carry = step.carry;
      step.commands.forEach(execute);
      presence(carry);
      if (inbox.length > 0) continue;
      if (step.commands.some((c) => c.kind === 'complete')) return;
      if (step.commands.some((c) => c.kind === 'continueAsNew')) {
        await continueAsNew<typeof symbolWorkflow>({ ...input, carry });
      }
      if (!draining && historyIsLong(input)) {
        draining = true;
        inbox.push({ kind: 'drain' });
      }
    }
  });
}

/** Workflow time: recorded in history, the same on every replay. */
// oxlint-disable-next-line no-restricted-globals
const now = (): number => Date.now();

const historyIsLong = (input: SymbolWorkflowInput): boolean =>
  workflowInfo().continueAsNewSuggested ||
  workflowInfo().historyLength >= (input.historyEventsMax ?? HISTORY_EVENTS_DEFAULT);

function words(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}

/** One timer at a time, moved when the nearest deadline moves. */
function createWake(onDue: () => void): (at: number | null) => void {
  let scope: CancellationScope | undefined;
  return (at) => {
    scope?.cancel();
    scope = undefined;
    if (at === null) return;
    const timer = new CancellationScope({ cancellable: true });
    scope = timer;
    void timer
      .run(() => sleep(Math.max(1, at - now()), { summary: 'nearest deadline' }))
      .then(onDue, (error: unknown) => {
        if (!isCancellation(error)) throw error;
      });
  };
}

/** Cancel in the Web UI asks for a stop; it never drops the position. */
function onCancelRequested(ask: () => void): void {
  void CancellationScope.current().cancelRequested.catch(ask);
}
