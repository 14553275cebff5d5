/**
 * What the gate knows of the recent past, from the rows. Losses, refusals, stops and repeated fills are
 * left out: their limits end in waits for a market day or a person, which no seed lives to see.
 */
import { price, quantity } from '../../../core/money/units.ts';
import type { Money, Price } from '../../../core/money/units.ts';
import type { RecentActivity } from '../../../core/risk/recent-activity.ts';
import { quietActivity } from '../../../core/risk/testing/quiet-activity.ts';
import type { IntentRecord, LedgerState } from './ledger-state.ts';

const MINUTE_MS = 60_000;
const BURST_MS = 10_000;
const YOUNG_MS = 10_000;

export function recentActivity(state: LedgerState, equity: Money): RecentActivity {
  const open = [...state.live].filter(({ intent, filled }) => filled < quantity(intent.quantity));
  const sent = [...state.intents.values()].filter(({ sentAt }) => sentAt !== null);
  const within = (ms: number): number => {
    const since = state.now() - ms;
    const orders = sent.filter(({ recordedAtMs }) => recordedAtMs > since).length;
    return orders + state.changesAtMs.filter((at) => at > since).length;
  };
  const both = (count: number) => ({ symbol: count, account: count });
  return {
    ...quietActivity(equity),
    messagesPerMinute: both(within(MINUTE_MS)),
    messagesPerTenSeconds: both(within(BURST_MS)),
    ordersToday: sent.length,
    isFirstDay: true,
    unknownRequests: new Set(
      [...state.live].filter((one) => one.state === 'UNKNOWN').map(({ sentAt }) => sentAt),
    ).size,
    touch: touchOf(open),
    young: open
      .filter(({ recordedAtMs }) => recordedAtMs > state.now() - YOUNG_MS)
      .map((record) => ({
        slot: record.intent.slot,
        side: record.intent.side,
        quantity: quantity(record.intent.quantity),
        price: statedOf(record),
      })),
  };
}

function touchOf(open: readonly IntentRecord[]): RecentActivity['touch'] {
  const prices = (side: 'buy' | 'sell'): readonly Price[] =>
    open.flatMap(({ intent }) =>
      intent.side === side && intent.price !== null ? [price(intent.price)] : [],
    );
  return {
    highestBuy: prices('buy').reduce<Price | null>((a, b) => (a === null || b > a ? b : a), null),
    lowestSell: prices('sell').reduce<Price | null>((a, b) => (a === null || b < a ? b : a), null),
  };
}

function statedOf({ intent }: IntentRecord): Price | null {
  const stated = intent.price ?? intent.triggerPrice;
  return stated === null ? null : price(stated);
}
