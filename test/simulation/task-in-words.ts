/** A workflow task as a line of the trace: what came in, what it asked for, where it stands. */
import { stateName } from '../../state-machines/advance.ts';
import type { ProcessCommand, ProcessInput } from '../../state-machines/process-types.ts';
import type { WatchBatch } from '../../core/market/watch.ts';
import type { TaskResult } from './temporal/workflow-run.ts';

type Completed = Extract<ProcessInput, { kind: 'completed' }>;
type Run = Extract<ProcessCommand, { kind: 'run' }>;

export function taskInWords({ inputs, commands, carry }: TaskResult): string {
  const { context, value } = carry.snapshot;
  const where = `${stateName(value)} ${context.level} ${context.position.quantity}`;
  const asked = commands.map(commandInWords).join('; ');
  return `[${inputs.map(inputInWords).join('; ')}] -> ${asked || '-'} {${where}}`;
}

function inputInWords(input: ProcessInput): string {
  switch (input.kind) {
    case 'message':
      return input.message.type;
    case 'completed':
      return `${input.opId} ${input.result.name}${resultInWords(input.result)}`;
    case 'failed':
      return `${input.opId} failed: ${input.message}`;
    case 'watched':
      return batchInWords(input.batch);
    default:
      return input.kind;
  }
}

function batchInWords({ watchSeq, outcome, events, ledger }: WatchBatch): string {
  const rows = ledger.map((row) =>
    row.kind === 'fill'
      ? `fill ${row.fill.clientOrderId} ${row.fill.quantity}`
      : `${row.order.clientOrderId} ${row.order.status}`,
  );
  return `watched ${watchSeq} ${outcome} ${[...events.map((e) => e.kind), ...rows].join(', ')}`;
}

function resultInWords(result: Completed['result']): string {
  switch (result.name) {
    case 'submitOrders':
    case 'resolveOrders':
    case 'amendOrders':
    case 'cancelOrders':
      return ` ${result.value.map((o) => `${o.clientOrderId} ${o.kind}`).join(', ')}`;
    case 'checkRisk': {
      const denied = result.value.denied.map((d) => `${d.clientOrderId} ${d.reason.code}`);
      return ` denied ${denied.join() || 'none'}`;
    }
    case 'reconcile': {
      const { value } = result;
      if (value.kind === 'notClean') return ` ${value.code}`;
      return ` clean ${value.positionQuantity}, ${value.standing.length} standing`;
    }
    case 'evaluateSignal':
      return ` ${result.value.strategy} ${result.value.code}`;
    default:
      return '';
  }
}

function commandInWords(command: ProcessCommand): string {
  if (command.kind === 'watch') return `watch ${command.watchSeq}`;
  if (command.kind !== 'run') return command.kind;
  return `${command.opId} ${command.call.name}${ordersInWords(command.call)}`;
}

function ordersInWords(call: Run['call']): string {
  switch (call.name) {
    case 'checkRisk': {
      const orders = call.intents.map(
        (i) =>
          `${i.clientOrderId} ${i.slot} ${i.side} ${i.quantity}@${i.price ?? i.triggerPrice ?? 'market'}`,
      );
      return `(${orders.join(', ')})`;
    }
    case 'submitOrders':
    case 'resolveOrders':
      return `(${call.clientOrderIds.join()})`;
    case 'amendOrders':
      return `(${call.orders.map((o) => `${o.clientOrderId}@${o.price}`).join()})`;
    case 'cancelOrders':
      return `(${call.orders.map((o) => o.clientOrderId).join()})`;
    default:
      return '';
  }
}
