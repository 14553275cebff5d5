/** A feed on a real venue, with a ledger and a journal in memory. */
import { vi } from 'vitest';
import { createExchangeGateway } from '../../adapters/exchange/gateway.ts';
import { createPaperTransport } from '../../adapters/exchange/paper-transport.ts';
import type { ExchangeTransport } from '../../adapters/exchange/paper-transport.ts';
import { createFeed } from '../../adapters/feed/feed.ts';
import type { FeedOptions } from '../../adapters/feed/feed-options.ts';
import type { Feed } from '../../adapters/feed/feed.ts';
import type { WatchContext, WatchRequest } from '../../adapters/feed/watch-call.ts';
import type { ExchangeGateway, Journal, Ledger, PlaceReply } from '../../adapters/ports.ts';
import type { SymbolStatus, WatchBatch, WatchCursor, WatchSpec } from '../../core/market/watch.ts';
import type { PriceText, QuantityText } from '../../core/money/units.ts';
import { clientOrderId } from '../../core/orders/client-order-id.ts';
import type { OrderIntent } from '../../core/orders/order.ts';
import { DEFAULT_STRATEGY_CONFIG } from '../../core/strategies/strategy-config.ts';
import { KEYS } from '../../venue/testing/keys.ts';
import { startBench } from '../../venue/testing/venue-bench.ts';
import type { Bench, BenchOptions } from '../../venue/testing/venue-bench.ts';
import { FakeIncomeBook, FakeJournal, FakeLedger, INSTANCE, SYMBOL_CODE } from './fakes.ts';
import { startTcpCutter } from './tcp-cutter.ts';
import type { TcpCutter } from './tcp-cutter.ts';

export const SYMBOL = 'BTCUSDT';
const PREFIX = { instance: INSTANCE, symbolCode: SYMBOL_CODE, epoch: 1 };

const STATUS: SymbolStatus = {
  epoch: 1,
  state: 'standby',
  level: 'ACTIVE',
  haltReason: null,
  regime: null,
  strategy: 'none',
  decisionCode: null,
  decisionReason: null,
  positionQuantity: '0',
  entryPrice: null,
  openOrders: 0,
  protectiveStops: [],
  gridProfit: '0',
  unknownOrders: 0,
  restraints: [],
  marketTime: 0,
};
const SPEC: WatchSpec = {
  entryRule: null,
  breakout: null,
  trail: null,
  touch: null,
  deadlines: [],
  collar: null,
  settled: true,
  status: STATUS,
};

export type FeedBench = {
  readonly venue: Bench;
  readonly network: TcpCutter;
  readonly gateway: ExchangeGateway;
  readonly ledger: FakeLedger;
  readonly journal: FakeJournal;
  readonly incomes: FakeIncomeBook;
  readonly feed: Feed;
  /** Calls with the next watchSeq and the cursor of the batch before. */
  watch(
    spec?: Partial<WatchSpec>,
    request?: Partial<WatchRequest>,
    context?: WatchContext,
  ): Promise<WatchBatch>;
  /**
   * Resolves when the feed has heard that it is subscribed to all three channels, once more than at
   * the call before, and the venue sends it the account's events.
   */
  listening(): Promise<void>;
  place(fields: Partial<OrderIntent>): Promise<PlaceReply | undefined>;
  close(): Promise<void>;
};

export async function startFeedBench(
  venueOptions: BenchOptions,
  feedOptions: (venue: Bench) => Partial<FeedOptions> = () => ({}),
): Promise<FeedBench> {
  const venue = await startBench(venueOptions);
  const network = await startTcpCutter(venue.venue.restUrl);
  const plain = await createPaperTransport({ ...KEYS, origin: network.origin });
  const { transport, acknowledged } = countingAcknowledgements(plain);
  const gateway = await createExchangeGateway({ transport, wallClock: Date.now });
  const ledger = new FakeLedger();
  const journal = new FakeJournal();
  const incomes = new FakeIncomeBook();
  const feed = await createFeed({
    account: 'paper',
    venue: 'binance-usdm',
    transport,
    gateway,
    ledger: ledger as unknown as Ledger,
    incomes,
    journal: journal as unknown as Journal,
    strategyConfig: () => DEFAULT_STRATEGY_CONFIG,
    wallClock: Date.now,
    ...feedOptions(venue),
  });
  let watchSeq = 0;
  let cursor: WatchCursor = { ledgerSeq: 0, marketTime: 0 };
  let sequence = 0;
  let expected = 0;
  return {
    venue,
    network,
    gateway,
    ledger,
    journal,
    incomes,
    feed,
    watch: async (spec = {}, request = {}, context = {}) => {
      watchSeq += 1;
      const call = {
        ref: { account: 'paper', venue: 'binance-usdm', symbol: SYMBOL },
        prefix: PREFIX,
        watchSeq,
        spec: { ...SPEC, ...spec },
        cursor,
        ...request,
      };
      const batch = await feed.watch(call, context);
      if (batch.outcome === 'events') cursor = batch.cursor;
      return batch;
    },
    listening: async () => {
      expected += CHANNELS;
      await vi.waitUntil(() => acknowledged() >= expected, { timeout: 30_000, interval: 5 });
      await venue.listening('user');
    },
    place: async (fields) => {
      sequence += 1;
      const [reply] = await gateway.place(SYMBOL, [intent(sequence, fields)], gateway.venueTime());
      return reply;
    },
    close: async () => {
      await feed.close();
      await gateway.close();
      await transport.close();
      await network.close();
      await venue.close();
    },
  };
}

const CHANNELS = 3;

/** Counts the subscriptions whose acknowledgement the owner of an instance has taken in. */
function countingAcknowledgements(plain: ExchangeTransport) {
  let count = 0;
  const transport: ExchangeTransport = {
    ...plain,
    open: (observers = {}) =>
      plain.open({
        ...observers,
        onFrame: (frame, url) => {
          const isTaken = observers.onFrame?.(frame, url) ?? false;
          if (typeof frame === 'object' && frame !== null && 'result' in frame) count += 1;
          return isTaken;
        },
      }),
  };
  return { transport, acknowledged: () => count };
}

const intent = (sequence: number, fields: Partial<OrderIntent>): OrderIntent => ({
  clientOrderId: clientOrderId(PREFIX, sequence),
  role: 'entry',
  slot: `S${sequence}`,
  planId: 'plan',
  strategy: 'scalp',
  side: 'buy',
  kind: 'market',
  quantity: '0.01' as QuantityText,
  price: null,
  triggerPrice: null as PriceText | null,
  targetPrice: null,
  reduceOnly: false,
  postOnly: false,
  timeInForce: 'GTC',
  decisionId: null,
  ...fields,
});
