/** The matching engine's events as journal entries (docs/VENUE-JOURNAL.md). */
import { assertNever } from '../../core/assert.ts';
import type { Command, Rejection } from '../../core/matching/commands.ts';
import type {
  AccountUpdate,
  AlgoStatus,
  ExecutionType,
  MatchingEvent,
} from '../../core/matching/types.ts';
import type { JournalEntry } from './file.ts';

const ORDER_KINDS: Readonly<Record<ExecutionType, string>> = {
  NEW: 'orderAccepted',
  TRADE: 'trade',
  CALCULATED: 'trade',
  CANCELED: 'orderCancelled',
  EXPIRED: 'orderExpired',
  AMENDMENT: 'orderAmended',
};

const ALGO_KINDS: Readonly<Record<AlgoStatus, string>> = {
  NEW: 'conditionalAccepted',
  TRIGGERING: 'conditionalTriggering',
  TRIGGERED: 'conditionalTriggered',
  FINISHED: 'conditionalFinished',
  CANCELED: 'conditionalCancelled',
  EXPIRED: 'conditionalExpired',
  REJECTED: 'conditionalRejected',
};

const BALANCE_KINDS: Readonly<Record<AccountUpdate['reason'], string>> = {
  DEPOSIT: 'accountOpened',
  ORDER: 'balance',
  FUNDING_FEE: 'funding',
  MARGIN_TYPE_CHANGE: 'marginTypeSet',
  INSURANCE_CLEAR: 'balance',
};

/** One entry per event, in the engine's order. */
function entryOf(event: MatchingEvent): JournalEntry {
  switch (event.type) {
    case 'orderUpdate':
      return {
        kind: ORDER_KINDS[event.executionType],
        account: event.accountId,
        order: event.order,
        ...(event.trade === undefined ? {} : { trade: event.trade }),
      };
    case 'algoUpdate':
      return {
        kind: ALGO_KINDS[event.algo.status],
        account: event.accountId,
        conditional: event.algo,
      };
    case 'accountUpdate':
      return {
        kind: BALANCE_KINDS[event.reason],
        account: event.accountId,
        reason: event.reason,
        walletBalance: event.walletBalance,
        crossWalletBalance: event.crossWalletBalance,
        balanceChange: event.balanceChange,
        positions: event.positions,
      };
    case 'leverageUpdate':
      return {
        kind: 'leverageSet',
        account: event.accountId,
        symbol: event.symbol,
        leverage: event.leverage,
      };
    default:
      return assertNever(event);
  }
}

/** What a command or step led to: a refusal, or the events. */
export function outcomeEntries(
  command: Command,
  reply: Rejection | { readonly ok: true },
  events: readonly MatchingEvent[],
): JournalEntry[] {
  const entries = events.map(entryOf);
  if (reply.ok) return entries;
  const { code, message } = reply;
  return [...entries, { kind: 'rejected', commandType: command.type, code, message }];
}
