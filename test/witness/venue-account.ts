/** One account by the venue's own account: what its journal says of orders, trades and money. */
import type {
  JournalConditional,
  JournalLine,
  JournalOrder,
  JournalTrade,
} from './journal-file.ts';

export type VenueOrderSeen = JournalOrder & { readonly acceptedSeq: number };
export type VenueConditionalSeen = JournalConditional & { readonly acceptedSeq: number };

/** A change of the wallet without a trade, the opening deposit too. */
export type WalletChangeSeen = {
  readonly reason: string;
  readonly symbol: string | null;
  readonly amount: bigint;
  readonly timeMs: number;
};

export type VenueAccount = {
  readonly opening: bigint;
  readonly wallet: bigint;
  /** What moved the wallet without a trade, after the opening: funding and the like. */
  readonly otherChanges: bigint;
  readonly incomes: readonly WalletChangeSeen[];
  /** By symbol and order id. */
  readonly orders: ReadonlyMap<string, VenueOrderSeen>;
  /** By algo id. */
  readonly conditionals: ReadonlyMap<number, VenueConditionalSeen>;
  readonly trades: readonly JournalTrade[];
  /** Signed, by symbol. */
  readonly positions: ReadonlyMap<string, bigint>;
  /** Client ids of placements that the venue refused, with its code. */
  readonly refused: readonly { readonly clientOrderId: string; readonly code: number }[];
};

type Building = { -readonly [K in keyof VenueAccount]: Mutable<VenueAccount[K]> };
type Mutable<T> =
  T extends ReadonlyMap<infer K, infer V> ? Map<K, V> : T extends readonly (infer E)[] ? E[] : T;

export const orderKey = (order: { readonly symbol: string; readonly orderId: number }): string =>
  `${order.symbol}/${order.orderId}`;

export function venueAccount(lines: readonly JournalLine[], account: string): VenueAccount {
  const seen: Building = {
    opening: 0n,
    wallet: 0n,
    otherChanges: 0n,
    incomes: [],
    orders: new Map(),
    conditionals: new Map(),
    trades: [],
    positions: new Map(),
    refused: [],
  };
  let command: JournalLine['command'];
  for (const line of lines) {
    if (line.kind === 'command') command = line.command;
    if (line.kind === 'rejected' && command?.accountId === account && isPlacement(command.type)) {
      const clientOrderId = command.newClientOrderId ?? command.clientAlgoId;
      if (clientOrderId !== undefined) {
        seen.refused.push({ clientOrderId, code: line.code ?? 0 });
      }
    }
    if (line.account === account) take(seen, line);
  }
  return seen;
}

const isPlacement = (type: string): boolean => type === 'place' || type === 'placeConditional';

function take(seen: Building, line: JournalLine): void {
  const { seq, order, trade, conditional, walletBalance } = line;
  if (order !== undefined) {
    const acceptedSeq = seen.orders.get(orderKey(order))?.acceptedSeq ?? seq;
    seen.orders.set(orderKey(order), { ...order, acceptedSeq });
  }
  if (trade !== undefined) seen.trades.push(trade);
  if (conditional !== undefined) {
    const acceptedSeq = seen.conditionals.get(conditional.algoId)?.acceptedSeq ?? seq;
    seen.conditionals.set(conditional.algoId, { ...conditional, acceptedSeq });
  }
  if (walletBalance === undefined) return;
  seen.wallet = walletBalance;
  if (line.kind === 'accountOpened') seen.opening = walletBalance;
  else seen.otherChanges += line.balanceChange ?? 0n;
  if (line.balanceChange !== undefined && line.balanceChange !== 0n)
    seen.incomes.push({
      reason: line.reason ?? '',
      symbol: line.positions?.[0]?.symbol ?? null,
      amount: line.balanceChange,
      timeMs: line.marketTime,
    });
  for (const { symbol, quantity } of line.positions ?? []) seen.positions.set(symbol, quantity);
}
