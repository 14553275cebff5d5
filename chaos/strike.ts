/** What every strike is made of: the kill, the venue's faults, and what was seen at the instant. */
import { readJournalFile } from '../test/witness/journal-file.ts';
import type { Violation } from './invariants.ts';
import type { Rig } from './rig.ts';
import { query, until } from './waiting.ts';

export type Strike = {
  /** Wall ms. Recovery counts from here: the kill, or the end of an outage. */
  readonly from: number;
  /** Wall ms at which nothing of the killed process could write any more. */
  readonly goneAt: number;
  /** The worker has to be started again. */
  readonly killed: boolean;
  /** Journal and rows show that it hit its point. */
  readonly hit: boolean;
  /** What they show, in words. */
  readonly evidence: string;
  /** What only this strike can see. */
  readonly violations?: readonly Violation[];
};

/** `kill -9`; the sessions of the dead process end with it, as with its machine. */
export async function killWorker(rig: Rig): Promise<{ from: number; goneAt: number }> {
  const from = Date.now();
  await rig.stack.workers.kill();
  await endSessions(rig);
  return { from, goneAt: Date.now() };
}

const SESSIONS = `FROM pg_stat_activity
  WHERE datname = current_database() AND application_name = 'tidegate-worker'`;

async function endSessions(rig: Rig): Promise<void> {
  await query(rig, `SELECT pg_terminate_backend(pid) ${SESSIONS}`);
  const gone = async () =>
    (await query(rig, `SELECT 1 ${SESSIONS}`)).length === 0 ? true : undefined;
  await until(gone, 2_000, 2);
}

type Injection = { readonly call?: string; readonly kind: string; readonly wallTime: number };

/** Of the log since the faults were cleared; injections of other kinds are left out. */
export async function injectionOf({ stack }: Rig, kind: string): Promise<Injection | undefined> {
  const { injected } = await stack.venue.admin('GET', '/faults');
  return (injected as readonly Injection[]).find((injection) => injection.kind === kind);
}

export const addFault = async ({ stack }: Rig, fault: Row): Promise<void> => {
  const answer = await stack.venue.admin('POST', '/faults', fault);
  if (answer['id'] === undefined)
    throw new Error(`the venue took no fault: ${JSON.stringify(answer)}`);
};

export const clearFaults = async ({ stack }: Rig): Promise<void> => {
  await stack.venue.admin('DELETE', '/faults');
};

type Row = Readonly<Record<string, unknown>>;

export type SendingRow = {
  readonly id: string;
  readonly kind: string;
  /** Wall ms at which the venue accepted it; undefined: it has not. */
  readonly acceptedAt: number | undefined;
};

/** Rows in a state, each with what the venue's journal says of it. */
export async function rowsIn(rig: Rig, state: string): Promise<readonly SendingRow[]> {
  const rows = await query(
    rig,
    'SELECT client_order_id AS id, kind FROM order_intents WHERE state = $1',
    [state],
  );
  const accepted = acceptances(rig);
  return rows.map(({ id, kind }) => ({
    id: String(id),
    kind: String(kind),
    acceptedAt: accepted.get(String(id)),
  }));
}

/** Wall time of the first line that shows an order, by client id. */
function acceptances({ stack }: Rig): ReadonlyMap<string, number> {
  const first = new Map<string, number>();
  for (const { order, conditional, wallTime } of readJournalFile(stack.venue.journalPath)) {
    const id = order?.clientOrderId ?? conditional?.clientAlgoId;
    if (id !== undefined && !first.has(id)) first.set(id, wallTime);
  }
  return first;
}
