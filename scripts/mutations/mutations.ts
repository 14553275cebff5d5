/** The safeguards that a test must miss when they are gone: what is taken away, and who should notice. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Mutation = {
  readonly name: string;
  /** From the root of the project. */
  readonly file: string;
  /** The file without the safeguard. Throws when the text to change is not there exactly once. */
  readonly change: (text: string) => string;
  /** The narrowest tests that should fail. */
  readonly tests: readonly string[];
  readonly project: 'unit' | 'system';
};

/** The files that hold the gate's table. */
const TABLE = [
  'moment-rules',
  'venue-rules',
  'limit-rules',
  'liquidity-rules',
  'edge-rules',
  'activity-rules',
].map((name) => `core/risk/${name}.ts`);

/** One mutation for each row of the gate's table. */
export function controlMutations(root: string): Mutation[] {
  return TABLE.flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/control: '([^']+)'/g)].map(
      ([row, name]): Mutation => ({
        name: `control ${name}`,
        file,
        change: (text) => withoutRow(text, row),
        tests: ['core/risk'],
        project: 'unit',
      }),
    ),
  );
}

/** Cuts the object around `row` out of the list in which it stands, its comma included. */
function withoutRow(text: string, row: string): string {
  const at = onlyIndex(text, row);
  const begin = text.lastIndexOf('{', at);
  let depth = 0;
  for (let end = begin; end < text.length; end += 1) {
    if (text[end] === '{') depth += 1;
    if (text[end] === '}') depth -= 1;
    if (depth === 0) return text.slice(0, begin) + text.slice(end + 1).replace(/^,/, '');
  }
  throw new Error(`the row of ${row} does not end`);
}

function onlyIndex(text: string, part: string): number {
  const first = text.indexOf(part);
  if (first < 0) throw new Error(`not found: ${part}`);
  if (text.includes(part, first + 1)) throw new Error(`found twice: ${part}`);
  return first;
}

const swap =
  (part: string, other: string) =>
  (text: string): string => {
    const at = onlyIndex(text, part);
    return text.slice(0, at) + other + text.slice(at + part.length);
  };

const HALTS = 'core/risk/activity-rules.ts';
const halting = (code: string, scope: 'symbol' | 'account'): Mutation => ({
  name: `halting: ${code}`,
  file: HALTS,
  change: swap(`  ${code}: '${scope}',\n`, ''),
  tests: ['test/postgres/halt-on-denial.test.ts'],
  project: 'system',
});

const WALK = ['state-machines/symbol-machine.walk.test.ts'];
const DESIRED = 'state-machines/desired-orders.ts';
const STOPS = 'state-machines/protective-stops.ts';
const SENDING = 'adapters/postgres/begin-sending.ts';

/**
 * Not here: `AND i.state = 'PREPARED'` of the update that begins to send. The rows are locked and judged in
 * the same transaction, so it is never false while the lock is there; without the lock it saves
 * nobody, for the answer does not come from the update.
 */
export const SAFEGUARDS: readonly Mutation[] = [
  {
    name: 'level: only ACTIVE lets risk in',
    file: 'core/risk/check-intents.ts',
    change: swap('tradingLevel(order, context) ??', ''),
    tests: ['core/risk'],
    project: 'unit',
  },
  halting('SYMBOL_DAILY_LOSS_EXCEEDED', 'symbol'),
  halting('DAILY_LOSS_EXCEEDED', 'account'),
  halting('DRAWDOWN_EXCEEDED', 'account'),
  halting('EXECUTION_REPEATED', 'symbol'),
  halting('REJECT_STORM_ACCOUNT', 'account'),
  {
    name: 'halting: asked after every denial',
    file: 'adapters/postgres/ledger.ts',
    change: swap('await haltOnDenial(latch, request.ref, prepared.denied);', ''),
    tests: ['test/postgres/activity.test.ts'],
    project: 'system',
  },
  {
    name: 'prepared: expires',
    file: SENDING,
    change: swap('row.overdue || row.epoch', 'row.epoch'),
    tests: ['test/postgres/submit.test.ts'],
    project: 'system',
  },
  {
    name: 'prepared: by the workflow start of now',
    file: SENDING,
    change: swap('row.overdue || row.epoch !== epoch', 'row.overdue'),
    tests: ['test/postgres/submit.test.ts'],
    project: 'system',
  },
  {
    name: 'latch: read before sending',
    file: SENDING,
    change: swap(
      "latch: hostView.kind === 'clear' ? latchView(state.halts) : hostView,",
      "latch: { kind: 'clear' },",
    ),
    tests: ['test/postgres/latch.test.ts'],
    project: 'system',
  },
  {
    name: 'latch: read when approving',
    file: 'adapters/postgres/prepare-intents.ts',
    change: swap(
      "latch: hostView.kind === 'clear' ? latchView(state.halts) : hostView,",
      "latch: { kind: 'clear' },",
    ),
    tests: ['test/postgres/latch.test.ts'],
    project: 'system',
  },
  {
    name: 'latch: its lock',
    file: SENDING,
    change: swap(' WHERE account = $1 FOR SHARE', ' WHERE account = $1'),
    tests: ['test/postgres/latch.test.ts'],
    project: 'system',
  },
  {
    name: 'compare-and-set: one winner sends',
    file: SENDING,
    change: swap('ORDER BY i.client_order_id FOR UPDATE', 'ORDER BY i.client_order_id'),
    tests: ['test/postgres/submit.test.ts'],
    project: 'system',
  },
  {
    name: 'account lock: no limit is overdrawn',
    file: 'adapters/postgres/account-row.ts',
    change: swap('WHERE account = $1 FOR UPDATE', 'WHERE account = $1'),
    tests: ['test/postgres/submit.test.ts', 'test/postgres/fills.test.ts'],
    project: 'system',
  },
  {
    name: 'fills: their unique key',
    file: 'db/migrations/0001_ledger.sql',
    change: swap('PRIMARY KEY (account, venue, symbol, trade_id, order_id),', ''),
    tests: ['test/postgres/fills.test.ts'],
    project: 'system',
  },
  {
    name: 'stops: placed for a grid',
    file: DESIRED,
    change: swap('return protection(context, [...stops, ...levels]);', 'return levels;'),
    tests: WALK,
    project: 'unit',
  },
  {
    name: 'stops: placed for a scalp',
    file: DESIRED,
    change: swap('[stop, scalpEntry(scalp)] : [stop]', '[scalpEntry(scalp)] : []'),
    tests: WALK,
    project: 'unit',
  },
  {
    name: 'stops: before the levels',
    file: DESIRED,
    change: swap(
      'stops.every((stop) => inSlot(context, stop.slot).some(guards))',
      'stops.length > 0',
    ),
    tests: WALK,
    project: 'unit',
  },
  {
    name: 'stops: for what a grid holds beside its plan',
    file: DESIRED,
    change: swap(', ...stopBesidePlan(context, grid)]', ']'),
    tests: ['state-machines/symbol-machine.test.ts'],
    project: 'unit',
  },
  {
    name: 'stops: a fallback for what is uncovered',
    file: STOPS,
    change: swap('if (lacking <= 0n ||', 'if (lacking <= 0n || lacking > 0n ||'),
    tests: WALK,
    project: 'unit',
  },
  {
    name: 'stops: for what orders that are going may still add',
    file: STOPS,
    change: swap('+ total(adding)) as Quantity', ') as Quantity'),
    tests: WALK,
    project: 'unit',
  },
  {
    name: 'stops: one goes once the others suffice',
    file: 'state-machines/diff-orders.ts',
    change: swap('|| worstCase(context, side) <= total(left)', '|| left.length >= 0'),
    tests: WALK,
    project: 'unit',
  },
  {
    name: 'restraints: REDUCING while they last',
    file: 'state-machines/restraints.ts',
    change: swap(
      "restraints.length > 0 ? 'REDUCING' : level",
      "restraints.length < 0 ? 'REDUCING' : level",
    ),
    tests: WALK,
    project: 'unit',
  },
  {
    name: 'restraints: an outcome that stays unknown',
    file: 'state-machines/arrange.ts',
    change: swap('unchanged(reviewUnknown(reviewed, wallMs))', 'unchanged(reviewed)'),
    tests: ['state-machines/symbol-machine.test.ts'],
    project: 'unit',
  },
  {
    name: 'halting: requests that stay unknown',
    file: 'adapters/postgres/halt-on-unknown.ts',
    change: swap('if ((overdue?.requests ?? 0) < most) return;', 'if (most > 0) return;'),
    tests: ['test/postgres/activity.test.ts'],
    project: 'system',
  },
  {
    name: 'halting: requests that stay unknown, asked after every question',
    file: 'activities/resolve-activity.ts',
    change: swap('if (isOpen) await', 'if (isOpen && !isOpen) await'),
    tests: ['activities/resolve-order.test.ts'],
    project: 'unit',
  },
  {
    name: 'halting: prices that are too old',
    file: 'adapters/feed/symbol-slot.ts',
    change: swap('options.onHalt?.(ref, STALE_HALT).catch(() => undefined);', 'void STALE_HALT;'),
    tests: ['test/feed/reconnect.test.ts'],
    project: 'system',
  },
  {
    name: 'message rate: cancels count',
    file: 'activities/order-activities.ts',
    change: swap('deps.ledger.noteCancels(ref, ids).catch(() => undefined),', ''),
    tests: ['activities/order-activities.test.ts'],
    project: 'unit',
  },
];
