/** The market data and account events of one worker process, for the symbols that it holds. */
import type { QuantityText } from '../../core/money/units.ts';
import { assert } from '../../core/assert.ts';
import type { Quote } from '../../core/market/market.ts';
import type { PriceMoves } from '../../core/market/price-watch.ts';
import type { WatchBatch } from '../../core/market/watch.ts';
import { createBarReader } from '../exchange/bar-reader.ts';
import { AccountFeed } from './account-feed.ts';
import { ExchangeSessions } from './exchange-session.ts';
import type { FeedOptions } from './feed-options.ts';
import { LockstepLink } from './lockstep-link.ts';
import { MarketStreams } from './market-streams.ts';
import { createSymbolSlot } from './symbol-slot.ts';
import type { SymbolSlot } from './symbol-slot.ts';
import type { WatchContext, WatchRequest } from './watch-call.ts';

export type Feed = {
  /** Answers the long-poll of a symbol; the first call of a symbol starts its feed. */
  watch(request: WatchRequest, context?: WatchContext): Promise<WatchBatch>;
  /** The newest prices of a symbol; null when this process does not hold it, or has none yet. */
  latestQuote(symbol: string): Quote | null;
  /** Wall age of its prices; null without any. */
  dataAgeMs(symbol: string): number | null;
  /** How its mid moved in the last minute of market time; null as above, and in lockstep. */
  priceMoves(symbol: string): PriceMoves | null;
  /** Traded in the last 24 hours of market time, base units; null as above, or with less history. */
  dayVolume(symbol: string): QuantityText | null;
  /**
   * Whether the ledger holds what the venue did to a symbol of the account, held here or not; asking
   * begins the look that is missing. Always in lockstep, where the venue waits for the ledger.
   */
  isReconciled(symbol: string): boolean;
  /** Answers `handover` to every call and ends the connections. */
  close(): Promise<void>;
};

const HOUSEKEEPING_MS = 500;
/** A new connection gets several times the allowed silence before it is replaced too. */
const REBUILD_INTERVAL = 4;
/** A symbol that nobody watches for this long lives elsewhere. */
const UNWATCHED_LIMIT_MS = 600_000;

export async function createFeed(options: FeedOptions): Promise<Feed> {
  const readBars = await createBarReader(options.transport, options.wallClock);
  const sessions = new ExchangeSessions(options.transport);
  const slots = new Map<string, SymbolSlot>();
  const streams = new MarketStreams(sessions);
  const account = new AccountFeed(options, sessions, slots);
  const link = options.lockstep === undefined ? undefined : new LockstepLink(options.lockstep);
  account.start();
  const parts = { options, readBars, streams, account, link };

  let isClosed = false;
  let rebuiltAt = options.wallClock();
  const slotOf = (symbol: string): SymbolSlot => {
    const known = slots.get(symbol);
    if (known !== undefined) return known;
    const slot = createSymbolSlot(parts, symbol);
    slots.set(symbol, slot);
    slot.start();
    return slot;
  };
  const rebuildIfSilent = (): void => {
    const { silentMs = 15_000, wallClock } = options;
    const isSilent = [...slots.values()].some((slot) => slot.feed.silentMs > silentMs);
    if (!isSilent || link !== undefined || wallClock() - rebuiltAt < REBUILD_INTERVAL * silentMs)
      return;
    rebuiltAt = wallClock();
    void streams.rebuild();
  };
  const housekeeping = setInterval(() => {
    for (const [symbol, slot] of slots) {
      slot.feed.checkFreshness();
      if (slot.feed.unwatchedMs <= UNWATCHED_LIMIT_MS) continue;
      slots.delete(symbol);
      void slot.close();
    }
    rebuildIfSilent();
  }, HOUSEKEEPING_MS);
  housekeeping.unref();

  return {
    watch: (request, context = {}) => {
      const { ref } = request;
      assert(ref.account === options.account && ref.venue === options.venue, 'another account');
      return isClosed
        ? Promise.resolve(handover(request))
        : slotOf(ref.symbol).feed.watch(request, context);
    },
    latestQuote: (symbol) => slots.get(symbol)?.feed.quote ?? null,
    dataAgeMs: (symbol) => slots.get(symbol)?.feed.dataAgeMs ?? null,
    priceMoves: (symbol) => slots.get(symbol)?.feed.priceMoves ?? null,
    dayVolume: (symbol) => slots.get(symbol)?.feed.dayVolume ?? null,
    isReconciled: (symbol) => link !== undefined || account.isCurrent(symbol),
    close: async () => {
      isClosed = true;
      clearInterval(housekeeping);
      await Promise.all([...slots.values()].map((slot) => slot.close()));
      await Promise.all([link?.close(), streams.close(), account.close()]);
    },
  };
}

const handover = ({ watchSeq, cursor }: WatchRequest): WatchBatch => ({
  watchSeq,
  outcome: 'handover',
  events: [],
  ledger: [],
  quote: null,
  cursor,
});
