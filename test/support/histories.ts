/** The histories of a symbol's workflow, run by run. */
import type { WorkflowHandle } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { SymbolCarry } from '../../state-machines/symbol-carry.ts';
import type { SymbolWorkflowInput } from '../../workflows/messages.ts';

export type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;

/** Of every run, newest first: each names the run that it continues. */
export async function historiesOf(
  handleOf: (runId?: string) => WorkflowHandle,
): Promise<readonly History[]> {
  const histories: History[] = [];
  let runId: string | undefined;
  do {
    const history = await handleOf(runId).fetchHistory();
    histories.push(history);
    const started = history.events?.[0]?.workflowExecutionStartedEventAttributes;
    runId = started?.continuedExecutionRunId ?? '';
  } while (runId !== '');
  return histories;
}

/** What a run was begun with; the first run of a workflow carries nothing. */
export function carryOf(history: History): SymbolCarry | undefined {
  const started = history.events?.[0]?.workflowExecutionStartedEventAttributes;
  const [payload] = started?.input?.payloads ?? [];
  if (payload === undefined) throw new Error('a run without input');
  return defaultPayloadConverter.fromPayload<SymbolWorkflowInput>(payload).carry;
}
