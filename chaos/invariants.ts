/** What must hold after every trial, by the venue's journal, the rows and the histories. */
import { Worker } from '@temporalio/worker';
import { workflowBundle } from '../cli/worker/workflow-bundle.ts';
import { PAPER_RISK_LIMITS } from '../core/risk/risk-limits.ts';
import { readJournalFile } from '../test/witness/journal-file.ts';
import type { Difference } from '../test/witness/difference.ts';
import { verifyJournal } from '../venue/journal/verify.ts';
import { worstGross } from './exposure.ts';
import type { Rig } from './rig.ts';
import { query } from './waiting.ts';

export type Violation = { readonly invariant: string; readonly detail: string };

/** The witness's checks by the invariant that they belong to. */
const INVARIANT_OF: readonly (readonly [RegExp, string])[] = [
  [/^(trade|fill)/, 'I1'],
  [/^position/, 'I2'],
  [
    /^(order twice|order sent twice|order lost|order unknown to us|order (quantity|executed))/,
    'I3',
  ],
  [/^(order without intent|order (symbol|side|kind|price|trigger price|reduce only))/, 'I7'],
  [/^(intent unresolved|order status|refusal)/, 'I6'],
  [/^(cash|income)/, 'I10'],
];

export const violationsOf = (differences: readonly Difference[]): readonly Violation[] =>
  differences.map(({ check, subject, detail }) => ({
    invariant: INVARIANT_OF.find(([words]) => words.test(check))?.[1] ?? 'protection',
    detail: `${check}: ${subject} ${detail}`,
  }));

/** Each answers rows that break it. */
const QUERIES: Readonly<Record<string, string>> = {
  I2: `SELECT symbol, quantity FROM positions p WHERE quantity = 'NaN' OR cost = 'NaN' OR quantity <>
    (SELECT coalesce(sum(CASE side WHEN 'buy' THEN f.quantity ELSE -f.quantity END), 0) FROM fills f
      WHERE (f.account, f.venue, f.symbol) = (p.account, p.venue, p.symbol))`,
  I3: `SELECT client_order_id FROM order_intents i
    WHERE filled > quantity OR executed > quantity
      OR (SELECT count(*) FROM orders o WHERE o.intent_id = i.client_order_id
        AND NOT EXISTS (SELECT 1 FROM orders p WHERE p.child_order_id = o.venue_order_id
          AND p.symbol = o.symbol)) > 1`,
  I4: `SELECT client_order_id, sent_at FROM order_intents i JOIN halts h USING (account)
    WHERE NOT i.reduce_only AND i.sent_at > h.recorded_at
      AND i.sent_at < coalesce(h.cleared_at, 'infinity')
      AND (h.symbols IS NULL OR i.symbol = ANY (h.symbols))`,
  I6: `SELECT client_order_id, state, order_status FROM order_intents
    WHERE (order_status IS NOT NULL AND state NOT IN ('ACKED', 'REJECTED'))
      OR (state = 'ACKED' AND order_status IS NULL)
      OR NOT EXISTS (SELECT 1 FROM pg_trigger WHERE tgname = 'order_intents_change' AND tgenabled = 'O')`,
  I7: `SELECT client_order_id FROM order_intents
    WHERE '' IN (strategy, symbol, plan_id, build_id, slot) OR epoch < 1`,
};

/** I1, I2, I3, I6, I7 and I10 are also the witness's, see `violationsOf`. */
export async function checkInvariants(rig: Rig): Promise<readonly Violation[]> {
  const violations: Violation[] = [];
  for (const [invariant, sql] of Object.entries(QUERIES)) {
    for (const row of await query(rig, sql))
      violations.push({ invariant, detail: JSON.stringify(row) });
  }
  return [...violations, ...exposure(rig), ...(await replays(rig)), ...journal(rig)];
}

/** A market that moves between the check and the acceptance is not a breach of the gate. */
const PRICE_TOLERANCE = 1.02;

function exposure({ stack }: Rig): readonly Violation[] {
  const { gross, wallet, seq } = worstGross(
    readJournalFile(stack.venue.journalPath),
    stack.account,
  );
  const limit = (wallet * (PAPER_RISK_LIMITS.grossNotionalPct ?? 0)) / 100;
  if (gross <= limit * PRICE_TOLERANCE) return [];
  return [{ invariant: 'I5', detail: `gross ${gross} above ${limit} at record ${seq}` }];
}

async function replays({ stack, symbols }: Rig): Promise<readonly Violation[]> {
  const bundle = await workflowBundle();
  const violations: Violation[] = [];
  for (const symbol of symbols) {
    const history = await stack.workflow(symbol).fetchHistory();
    try {
      await inTurn(() => Worker.runReplayHistory({ workflowBundle: bundle }, history));
    } catch (error) {
      violations.push({ invariant: 'I8', detail: `${symbol}: ${String(error)}` });
    }
  }
  return violations;
}

let turn: Promise<unknown> = Promise.resolve();

/** The SDK's runtime ends with its last worker: one that begins in that moment fails. */
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const mine = turn.then(work, work);
  turn = mine.catch(() => undefined);
  return mine;
}

/** The journal is the only chain of records that there is: it must add up and replay. */
function journal({ stack }: Rig): readonly Violation[] {
  const { contradictions } = verifyJournal(stack.venue.journalPath);
  return contradictions.map(({ seq, check, detail }) => ({
    invariant: 'I9',
    detail: `record ${seq}: ${check}: ${detail}`,
  }));
}
