/** Seconds without a stop since a trial began, grid and scalp apart. */
import { readJournalFile } from '../test/witness/journal-file.ts';
import type { JournalLine } from '../test/witness/journal-file.ts';
import { protectionOf } from '../test/witness/protection.ts';
import { violationsOf } from './invariants.ts';
import type { Violation } from './invariants.ts';
import type { Rig } from './rig.ts';
import { query } from './waiting.ts';

/** `other`: positions that are worked out after a plan has ended, and what nobody's order opened. */
export type Guarded = Readonly<Record<'grid' | 'scalp' | 'other', number>>;
type Strategy = keyof Guarded;

type Report = {
  /** Wall seconds. */
  readonly unprotected: Guarded;
  /** Trades. */
  readonly fills: Guarded;
  readonly unguardedEntries: readonly Violation[];
};

/** The witness reads the journal from its beginning; what ended before `startSeq` is left out. */
export async function protectionSince(rig: Rig, startSeq: number): Promise<Report> {
  const lines = readJournalFile(rig.stack.venue.journalPath);
  const strategies = await strategiesOf(rig);
  const { spans, unguardedEntries } = protectionOf(lines, rig.stack.account);
  const unprotected = { grid: 0, scalp: 0, other: 0 };
  for (const { symbol, fromSeq, toSeq, wallMs } of spans) {
    if (toSeq !== null && toSeq <= startSeq) continue;
    unprotected[openedBy(lines, symbol, fromSeq, strategies)] += wallMs / 1_000;
  }
  const fills = { grid: 0, scalp: 0, other: 0 };
  for (const line of lines)
    if (line.seq > startSeq && line.trade !== undefined) fills[strategyOf(line, strategies)] += 1;
  const accepted = acceptedAt(lines);
  const since = unguardedEntries.filter(({ subject }) => (accepted.get(subject) ?? 0) > startSeq);
  return { unprotected, fills, unguardedEntries: violationsOf(since) };
}

async function strategiesOf(rig: Rig): Promise<ReadonlyMap<string, Strategy>> {
  const rows = await query(rig, 'SELECT client_order_id AS id, strategy FROM order_intents');
  return new Map(
    rows.map(({ id, strategy }) => [
      String(id),
      strategy === 'grid' || strategy === 'scalp' ? strategy : 'other',
    ]),
  );
}

type Strategies = ReadonlyMap<string, Strategy>;

const strategyOf = ({ order }: JournalLine, strategies: Strategies): Strategy =>
  strategies.get(order?.clientOrderId ?? '') ?? 'other';

/** The last trade of the symbol up to the record where protection began to be missing. */
function openedBy(
  lines: readonly JournalLine[],
  symbol: string,
  seq: number,
  strategies: Strategies,
): Strategy {
  const last = lines.findLast(
    (line) => line.seq <= seq && line.trade?.symbol === symbol && !line.order?.reduceOnly,
  );
  return last === undefined ? 'other' : strategyOf(last, strategies);
}

/** First record of each order, by client id. */
function acceptedAt(lines: readonly JournalLine[]): ReadonlyMap<string, number> {
  const seqOf = new Map<string, number>();
  for (const { order, seq } of lines)
    if (order !== undefined && !seqOf.has(order.clientOrderId)) seqOf.set(order.clientOrderId, seq);
  return seqOf;
}
