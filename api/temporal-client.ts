/** The symbol workflows behind the port, over Temporal's client. */
import {
  Client,
  Connection,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  defaultGrpcRetryOptions,
  makeGrpcRetryInterceptor,
} from '@temporalio/client';
import type { SignalDefinition } from '@temporalio/common';
import type { SymbolRef } from '../core/orders/order.ts';
import {
  SHARED_TASK_QUEUE,
  HISTORY_EVENTS_MAX,
  SYMBOL_WORKFLOW,
  WORKFLOW_TASK_TIMEOUT,
  haltSignal,
  levelSignal,
  resumeSignal,
  stopSignal,
  symbolWorkflowId,
} from '../workflows/messages.ts';
import type { SymbolWorkflowInput } from '../workflows/messages.ts';
import type { Signalled, SymbolWorkflows } from './ports.ts';

const CALL_TIMEOUT_MS = 5_000;
const PING_TIMEOUT_MS = 2_000;
const CONNECT_TIMEOUT_MS = 3_000;
const RETRY = { maxIntervalMs: () => 1_000 };
/** While a run closes the server refuses signals; the client's own first retry is a second later. */
const URGENT_RETRY = { initialIntervalMs: () => 20, maxIntervalMs: () => 250, maxAttempts: 30 };
const RUNNING = `WorkflowType = '${SYMBOL_WORKFLOW}' AND ExecutionStatus = 'Running'`;

export type TemporalOptions = {
  /** `host:port`. */
  readonly address: string;
  readonly namespace: string;
};

export type TemporalClient = SymbolWorkflows & { readonly close: () => Promise<void> };

/** Connects on first use, so the API starts, and says what is down, while Temporal is away. */
export function createTemporalClient({ address, namespace }: TemporalOptions): TemporalClient {
  const connection = connectLazily(address, RETRY);
  // A connection of its own: the stop shares no stream, no queue and no back-off with the rest.
  const urgentConnection = connectLazily(address, URGENT_RETRY);
  const client = new Client({ connection, namespace });
  const urgent = new Client({ connection: urgentConnection, namespace });
  const inFlight = new Set<Promise<unknown>>();
  let isClosed = false;

  /** Ends at the deadline, retries included. */
  async function call<T>(on: Client, work: () => Promise<T>, timeoutMs = CALL_TIMEOUT_MS) {
    if (isClosed) throw new Error('the connection to Temporal is closed');
    const answer = on.withDeadline(Date.now() + timeoutMs, work);
    inFlight.add(answer);
    try {
      return await answer;
    } finally {
      inFlight.delete(answer);
    }
  }

  return {
    startSymbol: (ref) => call(client, () => start(client, ref)),
    describe: (ref) => call(client, () => describe(client, ref)),
    listRunning: (account) => call(client, () => listRunning(client, account)),
    signalHalt: (ref, message) => call(urgent, () => signal(urgent, ref, haltSignal, message)),
    signalResume: (ref, message) => call(client, () => signal(client, ref, resumeSignal, message)),
    signalLevel: (ref, message) => call(client, () => signal(client, ref, levelSignal, message)),
    signalStop: (ref, message) => call(client, () => signal(client, ref, stopSignal, message)),
    ping: async () => {
      const ask = () => connection.workflowService.describeNamespace({ namespace });
      await call(client, ask, PING_TIMEOUT_MS);
    },
    close: async () => {
      // A retry on a closed channel throws out of its timer, where nobody can catch it.
      isClosed = true;
      await Promise.allSettled(inFlight);
      await Promise.all([connection.close(), urgentConnection.close()]);
    },
  };
}

type Retry = Parameters<typeof defaultGrpcRetryOptions>[0];

const connectLazily = (address: string, retry: Retry): Connection =>
  Connection.lazy({
    address,
    connectTimeout: CONNECT_TIMEOUT_MS,
    interceptors: [makeGrpcRetryInterceptor(defaultGrpcRetryOptions(retry))],
  });

async function start(client: Client, ref: SymbolRef): Promise<'started' | 'alreadyRunning'> {
  const input: SymbolWorkflowInput = { ref, historyEventsMax: HISTORY_EVENTS_MAX };
  try {
    await client.workflow.start(SYMBOL_WORKFLOW, {
      workflowId: symbolWorkflowId(ref),
      taskQueue: SHARED_TASK_QUEUE,
      args: [input],
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      workflowIdConflictPolicy: 'FAIL',
      workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
      staticSummary: `${ref.symbol} on ${ref.venue}, account ${ref.account}`,
    });
    return 'started';
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return 'alreadyRunning';
    throw error;
  }
}

async function describe(client: Client, ref: SymbolRef): Promise<'running' | 'notRunning'> {
  try {
    const { status } = await client.workflow.getHandle(symbolWorkflowId(ref)).describe();
    return status.name === 'RUNNING' ? 'running' : 'notRunning';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'notRunning';
    throw error;
  }
}

async function listRunning(client: Client, account: string): Promise<SymbolRef[]> {
  const refs: SymbolRef[] = [];
  for await (const { workflowId } of client.workflow.list({ query: RUNNING })) {
    const ref = parseWorkflowId(workflowId);
    if (ref !== undefined && ref.account === account) refs.push(ref);
  }
  return refs;
}

/** The inverse of `symbolWorkflowId`; no part of an id holds a colon. */
function parseWorkflowId(workflowId: string): SymbolRef | undefined {
  const [kind, account, venue, symbol, ...rest] = workflowId.split(':');
  if (kind !== 'symbol' || rest.length > 0) return undefined;
  if (account === undefined || venue === undefined || symbol === undefined) return undefined;
  return { account, venue, symbol };
}

/** Durable on return, with no worker alive too. */
async function signal<Message>(
  client: Client,
  ref: SymbolRef,
  definition: SignalDefinition<[Message]>,
  message: Message,
): Promise<Signalled> {
  try {
    await client.workflow.getHandle(symbolWorkflowId(ref)).signal(definition, message);
    return 'signalled';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'notRunning';
    throw error;
  }
}
