/** A feed on a real venue, with a ledger and a journal in memory. */
import { createExchangeGateway } from '../../adapters/exchange/gateway.ts';
import { createPaperTransport } from '../../adapters/exchange/paper-transport.ts';
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
import { FakeJournal, FakeLedger, INSTANCE, SYMBOL_CODE } from './fakes.ts';
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
  marketTime: 0,
};
const SPEC: WatchSpec = {
  entryRule: null,
  breakout: null,
  trail: null,
  touch: null,
  deadlines: [],
  settled: true,
  status: STATUS,
};

export type FeedBench = {
  readonly venue: Bench;
  readonly network: TcpCutter;
  readonly gateway: ExchangeGateway;
  readonly ledger: FakeLedger;
  readonly journal: FakeJournal;
  readonly feed: Feed;
  /** Calls with the next watchSeq and the cursor of the batch before. */
  watch(
    spec?: Partial<WatchSpec>,
    request?: Partial<WatchRequest>,
    context?: WatchContext,
  ): Promise<WatchBatch>;
  /** Resolves when the venue sends the feed all three channels and the account's events. */
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
  const transport = await createPaperTransport({ ...KEYS, origin: network.origin });
  const gateway = await createExchangeGateway({ transport, wallClock: Date.now });
  const ledger = new FakeLedger();
  const journal = new FakeJournal();
  const feed = await createFeed({
    account: 'paper',
    venue: 'binance-usdm',
    transport,
    gateway,
    ledger: ledger as unknown as Ledger,
    journal: journal as unknown as Journal,
    strategyConfig: () => DEFAULT_STRATEGY_CONFIG,
    wallClock: Date.now,
    ...feedOptions(venue),
  });
  let watchSeq = 0;
  let cursor: WatchCursor = { ledgerSeq: 0, marketTime: 0 };
  let sequence = 0;
  return {
    venue,
    network,
    gateway,
    ledger,
    journal,
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
      const streams = ['trade', 'bookTicker', 'markPrice@1s'].map((name) => `btcusdt@${name}`);
      await Promise.all([...streams, 'user'].map((stream) => venue.listening(stream)));
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
  reduceOnly: false,
  postOnly: false,
  timeInForce: 'GTC',
  decisionId: null,
  ...fields,
});
