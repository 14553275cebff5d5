/** What a run did: its orders in a form that can be compared, and a few lines for people. */
import type { JournalLine } from '../witness/journal-file.ts';
import { readJournalFile } from '../witness/journal-file.ts';
import { words } from '../witness/decimal.ts';
import type { Stack } from './stack.ts';

/** Installations differ in four characters of each id; everything else must be equal. */
const withoutInstance = (id: string): string =>
  /^tg[0-9a-z]{21}$/.test(id) ? `tg----${id.slice(6)}` : id;

/** Every order and trade as the venue wrote them down: text, sorted by market time and id. */
export function ordersOf(stack: Stack): readonly string[] {
  const lines = readJournalFile(stack.venue.journalPath);
  return lines.flatMap((line) => describe(line)).toSorted();
}

function describe({ kind, marketTime, order, conditional, trade }: JournalLine): string[] {
  const at = new Date(marketTime).toISOString();
  if (conditional !== undefined) {
    const { symbol, clientAlgoId, side, quantity, triggerPrice, status } = conditional;
    const what = `${side} ${words(quantity)} at ${words(triggerPrice)} ${status}`;
    return [`${at} ${symbol} ${withoutInstance(clientAlgoId)} ${kind} ${what}`];
  }
  if (order === undefined) return [];
  const { symbol, clientOrderId, side, origQty, price, status, executedQty } = order;
  const what = `${side} ${words(origQty)} at ${words(price)} ${status} ${words(executedQty)}`;
  const traded =
    trade === undefined
      ? ''
      : ` traded ${words(trade.quantity)} at ${words(trade.price)} fee ${words(trade.fee)}`;
  return [`${at} ${symbol} ${withoutInstance(clientOrderId)} ${kind} ${what}${traded}`];
}

const COUNTS = {
  decisions: 'SELECT code AS name, count(*)::int AS n FROM decisions GROUP BY 1 ORDER BY 2 DESC',
  switches: `SELECT from_state || ' > ' || to_state AS name, count(*)::int AS n
    FROM strategy_switches GROUP BY 1 ORDER BY 2 DESC`,
  'filled orders': `SELECT strategy || ' ' || role AS name, count(*)::int AS n FROM order_intents
    WHERE executed > 0 GROUP BY 1 ORDER BY 2 DESC`,
  'round trips': `SELECT kind || ' ' || side AS name, count(*)::int AS n FROM flow_trades
    GROUP BY 1 ORDER BY 2 DESC`,
  'risk events':
    'SELECT code AS name, count(*)::int AS n FROM risk_events GROUP BY 1 ORDER BY 2 DESC',
  'denied or refused': `SELECT state || ' ' || coalesce(denied_code, venue_code) AS name,
    count(*)::int AS n FROM order_intents WHERE state IN ('DENIED', 'REJECTED', 'EXPIRED', 'ABSENT')
    GROUP BY 1 ORDER BY 2 DESC`,
} as const;

export type RunCounts = Readonly<Record<keyof typeof COUNTS, Readonly<Record<string, number>>>>;

export async function countsOf(stack: Stack): Promise<RunCounts> {
  const entries: [string, Record<string, number>][] = [];
  for (const [name, sql] of Object.entries(COUNTS)) {
    const rows = await stack.database.query<{ name: string; n: number }>(sql);
    entries.push([name, Object.fromEntries(rows.map((row) => [row.name, row.n]))]);
  }
  return Object.fromEntries(entries) as RunCounts;
}

/** For the console of the test run: what happened, without judging it. */
export async function printRun(title: string, stack: Stack): Promise<void> {
  const { cash, counts, protection } = await stack.witness();
  const lines = Object.entries(await countsOf(stack)).map(
    ([name, figures]) =>
      `  ${name}: ${Object.entries(figures)
        .map(([what, n]) => `${what} ${n}`)
        .join(', ')}`,
  );
  process.stdout.write(
    `${title}\n${lines.join('\n')}\n  ${counts.orders} orders, ${counts.fills} fills; ` +
      `wallet ${cash.opening} -> ${cash.wallet} USDT, profit before fees ${cash.realisedProfit}, ` +
      `fees ${cash.fees}, funding ${cash.otherChanges}; ` +
      `${protection.positions} positions, unprotected ${protection.unprotectedSeconds} s\n`,
  );
}
