/** One trial: strike, start again, wait until it trades again, and compare the books. */
import { readJournalFile } from '../test/witness/journal-file.ts';
import { venueTruth } from '../test/support/venue-truth.ts';
import { checkInvariants, violationsOf } from './invariants.ts';
import type { Violation } from './invariants.ts';
import { protectionSince } from './guarded.ts';
import type { Guarded } from './guarded.ts';
import type { KillPoint } from './kill-points.ts';
import type { Rig } from './rig.ts';
import type { Strike } from './strike.ts';
import { query, until, untilRows } from './waiting.ts';

export type Trial = {
  /** The kill hit its point; otherwise only what it broke counts. */
  readonly hit: boolean;
  readonly evidence: string;
  readonly duplicates: number;
  readonly lost: number;
  /** Of the venue's journal since the trial began, by the strategy that opened the position. */
  readonly unprotected: Guarded;
  /** Orders filled in the trial, by strategy: without any there was nothing to protect. */
  readonly fills: Guarded;
  /** Until the first decision on warm data; null when there was none within the limit. */
  readonly recoverySeconds: number | null;
  /** Until every symbol traded and no order was of unknown outcome. */
  readonly tradingSeconds: number | null;
  readonly violations: readonly Violation[];
};

const RECOVERY_LIMIT_MS = 60_000;
/** Differences that a moving market explains are gone at the next look. */
const BOOKS_LIMIT_MS = 20_000;
const TRADING = `SELECT s.symbol FROM symbol_status s WHERE s.recorded_at > $1
  AND s.state ~ '^(standby|rangingGrid|trendingScalp)' AND s.status->>'unknownOrders' = '0'
  AND NOT EXISTS (SELECT 1 FROM order_intents WHERE state IN ('SENDING', 'UNKNOWN'))`;
const DECIDED = `SELECT min(at) AS at FROM (
    SELECT recorded_at AS at FROM decisions
      WHERE recorded_at > $1 AND inputs #>> '{features,byTimeframe,15m}' IS NOT NULL
    UNION ALL SELECT sent_at FROM order_intents WHERE sent_at > $1) AS first
  HAVING min(at) IS NOT NULL`;

/** The symbols trade before the first strike too. */
export async function untilTrading(rig: Rig, since: Date): Promise<boolean> {
  const all = async () => {
    const rows = await query(rig, TRADING, [since]).catch(() => []);
    return rows.length === rig.symbols.length ? true : undefined;
  };
  return (await until(all, RECOVERY_LIMIT_MS, 20)) === true;
}

/** When a resume was taken: while a stop still goes on, it is refused. */
async function resumed({ stack }: Rig): Promise<number> {
  const ask = async (): Promise<number | undefined> => {
    const at = Date.now();
    const { status } = await stack.api('POST', '/resume', { reason: 'chaos' });
    return status === 202 ? at : undefined;
  };
  return (await until(ask, RECOVERY_LIMIT_MS, 500)) ?? Date.now();
}

export async function runTrial(rig: Rig, point: KillPoint): Promise<Trial> {
  const startSeq = readJournalFile(rig.stack.venue.journalPath).length;
  const strike = await point.strike(rig);
  if (strike.killed) await rig.stack.workers.start();
  else await rig.stack.workers.revive();
  const halted = point.halts === true ? await haltHeld(rig, strike) : [];
  // A person ends a halt, so recovery counts from there.
  const from = point.halts === true ? await resumed(rig) : strike.from;
  const since = new Date(Math.max(strike.goneAt, point.halts === true ? from : 0));
  const [first] =
    (await untilRows(rig, DECIDED, {
      values: [since],
      timeoutMs: RECOVERY_LIMIT_MS,
      everyMs: 20,
    })) ?? [];
  const trades = await untilTrading(rig, since);
  const tradingAt = Date.now();
  const books = await settledBooks(rig);
  const decidedAt = first?.['at'] as Date | undefined;
  const { unprotected, fills, unguardedEntries } = await protectionSince(rig, startSeq);
  return {
    hit: strike.hit,
    evidence: strike.evidence,
    duplicates: count(books, /^order (twice|sent twice)|^fill twice/),
    lost: count(books, /^order (lost|unknown to us|without intent)|^trade without fill/),
    unprotected,
    fills,
    recoverySeconds: decidedAt === undefined ? null : (decidedAt.getTime() - from) / 1_000,
    tradingSeconds: trades ? (tradingAt - from) / 1_000 : null,
    violations: [
      ...(strike.violations ?? []),
      ...halted,
      ...(trades ? [] : [await notTrading(rig, since)]),
      ...books.violations,
      ...unguardedEntries,
      ...(await checkInvariants(rig)),
    ],
  };
}

/** The halt stands after the restart and nothing ordinary is left at the venue. */
async function haltHeld(rig: Rig, { goneAt }: Strike): Promise<readonly Violation[]> {
  const halted = `SELECT 1 WHERE (SELECT count(*) FROM symbol_status
    WHERE state ~ '^halted' AND recorded_at > $1) = ${rig.symbols.length}`;
  const rows = await untilRows(rig, halted, {
    values: [new Date(goneAt)],
    timeoutMs: RECOVERY_LIMIT_MS,
    everyMs: 20,
  });
  const { ordinary } = venueTruth(rig.stack);
  const left = ordinary.filter(({ reduceOnly }) => !reduceOnly);
  return [
    ...(rows === undefined ? [{ invariant: 'I4', detail: 'not halted after the restart' }] : []),
    ...left.map(({ clientOrderId }) => ({
      invariant: 'I4',
      detail: `${clientOrderId} stands while halted`,
    })),
  ];
}

type Books = { readonly checks: readonly string[]; readonly violations: readonly Violation[] };

const count = ({ checks }: Books, words: RegExp): number =>
  checks.filter((check) => words.test(check)).length;

/** The market goes on while the books are compared: only what stays different is different. */
async function settledBooks({ stack }: Rig): Promise<Books> {
  let differences: Awaited<ReturnType<typeof stack.witness>>['differences'] = [];
  await until(
    async () => {
      differences = (await stack.witness()).differences.filter(
        ({ check }) => check !== 'entry before its stop',
      );
      return differences.length === 0 ? true : undefined;
    },
    BOOKS_LIMIT_MS,
    200,
  );
  return {
    checks: differences.map(({ check }) => check),
    violations: violationsOf(differences),
  };
}

async function notTrading(rig: Rig, since: Date): Promise<Violation> {
  const rows = await query(
    rig,
    `SELECT symbol, state, level, halt_reason, status->>'unknownOrders' AS unknown,
      recorded_at > $1 AS fresh,
      (SELECT string_agg(client_order_id || ' ' || state, ', ') FROM order_intents
        WHERE state IN ('SENDING', 'UNKNOWN')) AS unresolved FROM symbol_status`,
    [since],
  ).catch((error: unknown) => [{ error: String(error) }]);
  return { invariant: 'trades again', detail: JSON.stringify(rows) };
}
