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

/** As long as a scalp without a fault may be unprotected. */
const CROSSING_MS = 1_000;

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
  const since = unguardedEntries.filter(({ subject }) => {
    const line = accepted.get(subject);
    return line !== undefined && line.seq > startSeq && !crossed(lines, line, strategies);
  });
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

/**
 * A scalp's stop may fire while its entry is on its way; the news cannot arrive in time. The seconds
 * count as unprotected all the same.
 */
function crossed(lines: readonly JournalLine[], entry: JournalLine, strategies: Strategies) {
  if (strategyOf(entry, strategies) !== 'scalp') return false;
  const ended = lines.findLast(
    ({ seq, conditional }) =>
      seq < entry.seq &&
      conditional?.symbol === entry.order?.symbol &&
      conditional?.status === 'EXPIRED',
  );
  return ended !== undefined && entry.wallTime - ended.wallTime <= CROSSING_MS;
}

/**
 * The trade of the symbol that opened what lacks protection from this record on. A trade's balance
 * is the record before it.
 */
function openedBy(
  lines: readonly JournalLine[],
  symbol: string,
  seq: number,
  strategies: Strategies,
): Strategy {
  const last = lines.findLast(
    (line) => line.seq <= seq + 1 && line.trade?.symbol === symbol && !line.order?.reduceOnly,
  );
  return last === undefined ? 'other' : strategyOf(last, strategies);
}

/** First record of each order, by client id. */
function acceptedAt(lines: readonly JournalLine[]): ReadonlyMap<string, JournalLine> {
  const firstOf = new Map<string, JournalLine>();
  for (const line of lines) {
    const id = line.order?.clientOrderId;
    if (id !== undefined && !firstOf.has(id)) firstOf.set(id, line);
  }
  return firstOf;
}
