/** The journal held against itself: what docs/VENUE-JOURNAL.md says that a reader may rely on. */
import { words } from './decimal.ts';
import type { Difference } from './difference.ts';
import type { JournalLine, JournalOrder } from './journal-file.ts';
import { orderKey } from './venue-account.ts';

type Sums = {
  /** What the wallet must hold: opening, other changes, realised profit, less fees. */
  cash: bigint;
  wallet: bigint;
  readonly positions: Map<string, bigint>;
  /** By symbol, as the balance records say. */
  readonly told: Map<string, bigint>;
  readonly executed: Map<string, bigint>;
  readonly ended: Set<string>;
};

const TERMINAL: ReadonlySet<string> = new Set(['FILLED', 'CANCELED', 'EXPIRED']);

export function journalDifferences(lines: readonly JournalLine[], account: string): Difference[] {
  const sums: Sums = {
    cash: 0n,
    wallet: 0n,
    positions: new Map(),
    told: new Map(),
    executed: new Map(),
    ended: new Set(),
  };
  return lines
    .filter((line) => line.account === account)
    .flatMap((line) =>
      take(sums, line).map(([check, detail]) => ({ check, subject: `seq ${line.seq}`, detail })),
    );
}

type Finding = readonly [check: string, detail: string];

function take(sums: Sums, line: JournalLine): Finding[] {
  const { order, trade, walletBalance } = line;
  if (walletBalance !== undefined) {
    sums.wallet = walletBalance;
    sums.cash += line.balanceChange ?? 0n;
    for (const { symbol, quantity } of line.positions ?? []) sums.told.set(symbol, quantity);
  }
  if (trade !== undefined) {
    const { symbol, quantity, side } = trade;
    sums.cash += trade.realizedProfit - trade.fee;
    add(sums.positions, symbol, side === 'buy' ? quantity : -quantity);
    add(sums.executed, orderKey(trade), quantity);
  }
  const ofOrder = order === undefined ? [] : orderFindings(sums, order);
  // A balance comes right before its trade: only after the trade do both tell the same.
  const isWhole = trade !== undefined || (walletBalance !== undefined && line.reason !== 'ORDER');
  return isWhole ? [...ofOrder, ...moneyFindings(sums)] : ofOrder;
}

function orderFindings(sums: Sums, order: JournalOrder): Finding[] {
  const key = orderKey(order);
  const executed = sums.executed.get(key) ?? 0n;
  const ended = sums.ended.has(key);
  if (TERMINAL.has(order.status)) sums.ended.add(key);
  return [
    ...(ended ? [['journal: order after its end', key] as const] : []),
    ...differs('journal: executed', order.executedQty, executed),
  ];
}

const moneyFindings = (sums: Sums): Finding[] => [
  ...differs('journal: wallet', sums.wallet, sums.cash),
  ...[...sums.told].flatMap(([symbol, quantity]) =>
    differs(`journal: position of ${symbol}`, quantity, sums.positions.get(symbol) ?? 0n),
  ),
];

const differs = (check: string, told: bigint, summed: bigint): Finding[] =>
  told === summed ? [] : [[check, `told ${words(told)}, summed ${words(summed)}`]];

const add = (map: Map<string, bigint>, key: string, value: bigint): void =>
  void map.set(key, (map.get(key) ?? 0n) + value);
