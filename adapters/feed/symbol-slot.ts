/** Puts the parts of one symbol's feed together. */
import type { BarReader } from '../exchange/bar-reader.ts';
import type { AccountFeed, AccountListener } from './account-feed.ts';
import type { FeedOptions } from './feed-options.ts';
import { Freshness } from './freshness.ts';
import type { StaleSteps } from './freshness.ts';
import { HeardOrders } from './heard-orders.ts';
import { LedgerTail } from './ledger-tail.ts';
import type { LockstepLink } from './lockstep-link.ts';
import { LockstepPacing } from './lockstep-pacing.ts';
import type { MarketStreams } from './market-streams.ts';
import { StatusWriter } from './status-writer.ts';
import { SymbolFeed } from './symbol-feed.ts';

export type SymbolSlot = AccountListener & {
  readonly feed: SymbolFeed;
  start(): void;
  close(): Promise<void>;
};

export type SlotParts = {
  readonly options: FeedOptions;
  readonly readBars: BarReader;
  readonly streams: MarketStreams;
  readonly account: AccountFeed;
  readonly link: LockstepLink | undefined;
};

const IDLE_MS = 60_000;
/** P17: entries are taken off, then a person is told; `staleHaltMs` halts. */
const STALE_AT_MS = [30_000, 60_000];

export function createSymbolSlot(parts: SlotParts, symbol: string): SymbolSlot {
  const { options, streams, account, link } = parts;
  const heard = new HeardOrders();
  const pacing =
    link === undefined ? undefined : createPacing(parts, link, symbol, heard, () => feed);
  const feed = createSymbolFeed(parts, symbol, pacing);
  return {
    feed,
    onRowsWritten: () => feed.onRowsWritten(),
    onOrderHeard: (order) => {
      if (options.lockstep !== undefined) heard.note(order);
    },
    start: () => {
      streams.add(symbol, feed);
      void account.reconcile(symbol);
      if (link !== undefined) void joinWhenReady(link, account, feed, symbol);
    },
    close: async () => {
      streams.remove(symbol);
      pacing?.close();
      await feed.close();
      await link?.leave(symbol);
    },
  };
}

/** Nothing of the first step may be missed. */
async function joinWhenReady(
  link: LockstepLink,
  account: AccountFeed,
  feed: SymbolFeed,
  symbol: string,
): Promise<void> {
  await Promise.all([account.connected(), feed.subscribed()]);
  await link.join(symbol);
}

function createPacing(
  { account, options }: SlotParts,
  link: LockstepLink,
  symbol: string,
  heard: HeardOrders,
  feed: () => SymbolFeed,
): LockstepPacing {
  return new LockstepPacing({
    symbol,
    link,
    feed,
    heard,
    ordersRecorded: () => account.recorded(),
    readQuote: () => options.gateway.quote(symbol),
    reconcile: () => account.reconcile(symbol),
  });
}

const STALE_HALT = { reason: 'DATA_STALE', by: 'gate' };

function staleSteps({ staleAtMs, staleHaltMs }: FeedOptions, isLockstep: boolean): StaleSteps {
  const steps = staleAtMs ?? (isLockstep ? [] : STALE_AT_MS);
  return staleHaltMs === undefined ? steps : [...steps, staleHaltMs].toSorted((a, b) => a - b);
}

function createSymbolFeed(
  { options, readBars, link }: SlotParts,
  symbol: string,
  pacing: LockstepPacing | undefined,
): SymbolFeed {
  const { account, venue, ledger, journal, wallClock } = options;
  const ref = { account, venue, symbol };
  return new SymbolFeed({
    intake: {
      symbol,
      readBars,
      tickSize: async () => (await options.gateway.rules(symbol)).tickSize,
      config: () => options.strategyConfig(symbol),
      isLockstep: link !== undefined,
    },
    tail: (onRows) => new LedgerTail(ledger, ref, onRows),
    status: new StatusWriter(journal, ref),
    freshness: new Freshness(wallClock, staleSteps(options, link !== undefined)),
    onStale: (ageMs) => {
      if (ageMs < (options.staleHaltMs ?? Infinity)) return;
      // A latch that can be written nowhere stands in the memory of this process.
      options.onHalt?.(ref, STALE_HALT).catch(() => undefined);
    },
    wallClock,
    idleMs: options.idleMs ?? IDLE_MS,
    ...(pacing !== undefined && { pacing }),
  });
}
