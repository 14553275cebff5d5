/**
 * Trades, best bid and ask and mark prices of many symbols over one ccxt instance. Frames are taken
 * before ccxt caches them, so the promise of each watch call lasts as long as its subscription.
 */
import type { Exchange } from '../exchange/exchange-client.ts';
import { parseMarketFrame } from '../exchange/binance-usdm-frames.ts';
import type { StreamTick } from '../exchange/binance-usdm-frames.ts';
import { backOff } from './back-off.ts';
import type { ExchangeSessions } from './exchange-session.ts';

/** Named by the ticks that they carry. */
export type Channel = StreamTick['kind'];

export type MarketListener = {
  onTick(tick: StreamTick): void;
  /** The venue acknowledged the subscription: from now on nothing is missed. */
  onLive(channel: Channel): void;
  onLost(channel: Channel): void;
};

type ChannelRoute = {
  readonly watch: (exchange: Exchange, market: string) => Promise<unknown>;
  /** ccxt's name of the subscription. */
  readonly hash: (market: string) => string;
};

const CHANNELS: Readonly<Record<Channel, ChannelRoute>> = {
  trade: {
    watch: (exchange, market) => exchange.watchTrades(market),
    hash: (market) => `trade::${market}`,
  },
  quote: {
    watch: (exchange, market) => exchange.watchBidsAsks([market]),
    hash: (market) => `bidask:bookTicker@${market}`,
  },
  mark: {
    watch: (exchange, market) => exchange.watchMarkPrice(market),
    hash: (market) => `markPrice:markPrice@${market}`,
  },
};

/** One symbol with whoever wants its ticks. */
type Subscription = {
  readonly symbol: string;
  readonly listener: MarketListener;
  readonly live: Set<Channel>;
  readonly ended: AbortController;
};
type Route = { readonly subscription: Subscription; readonly channel: Channel };

/** One ccxt instance; both maps are by ccxt's name of the subscription. */
type Session = {
  readonly exchange: Promise<Exchange>;
  /** The same, once it is there. */
  opened: Exchange | undefined;
  readonly routes: Map<string, Route>;
  readonly acknowledged: Set<string>;
};

export class MarketStreams {
  readonly #sessions: ExchangeSessions;
  readonly #subscriptions = new Map<string, Subscription>();
  #session: Session | undefined;

  constructor(sessions: ExchangeSessions) {
    this.#sessions = sessions;
  }

  add(symbol: string, listener: MarketListener): void {
    const subscription = {
      symbol,
      listener,
      live: new Set<Channel>(),
      ended: new AbortController(),
    };
    this.#subscriptions.set(symbol, subscription);
    for (const channel of ['trade', 'quote', 'mark'] as const)
      void this.#keep(subscription, channel);
  }

  /** The venue may go on sending; its frames are dropped. */
  remove(symbol: string): void {
    this.#subscriptions.get(symbol)?.ended.abort();
    this.#subscriptions.delete(symbol);
  }

  /** Replaces the ccxt instance: for sockets that stay open and say nothing. */
  async rebuild(): Promise<void> {
    const old = this.#session;
    this.#session = undefined;
    for (const { symbol, listener, live, ended } of [...this.#subscriptions.values()]) {
      ended.abort();
      for (const channel of live) listener.onLost(channel);
      this.add(symbol, listener);
    }
    await this.#end(old);
  }

  async close(): Promise<void> {
    for (const { ended } of this.#subscriptions.values()) ended.abort();
    this.#subscriptions.clear();
    const old = this.#session;
    this.#session = undefined;
    await this.#end(old);
  }

  async #end(session: Session | undefined): Promise<void> {
    const exchange = await session?.exchange.catch(() => undefined);
    if (exchange !== undefined) await this.#sessions.close(exchange);
  }

  /** Watches until the subscription ends; each pass ends with a lost connection or a failure. */
  async #keep(subscription: Subscription, channel: Channel): Promise<void> {
    const { signal } = subscription.ended;
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      await this.#watchOnce(subscription, channel).catch(() => undefined);
      if (signal.aborted) return;
      if (subscription.live.delete(channel)) {
        subscription.listener.onLost(channel);
        attempt = 0;
      }
      await backOff(attempt, signal);
    }
  }

  async #watchOnce(subscription: Subscription, channel: Channel): Promise<void> {
    const session = this.#current();
    const exchange = await session.exchange;
    session.opened = exchange;
    if (subscription.ended.signal.aborted) return;
    const market = marketOf(exchange, subscription.symbol);
    const hash = CHANNELS[channel].hash(market);
    const route = { subscription, channel };
    session.routes.set(hash, route);
    // Subscribed before and left alone since: the venue will not acknowledge it again.
    if (session.acknowledged.has(hash)) goLive(route);
    try {
      await CHANNELS[channel].watch(exchange, market);
    } finally {
      session.acknowledged.delete(hash);
    }
  }

  #current(): Session {
    if (this.#session !== undefined) return this.#session;
    const session: Session = {
      exchange: this.#sessions.open({
        onFrame: (frame, url) => this.#onFrame(session, frame, url),
      }),
      opened: undefined,
      routes: new Map(),
      acknowledged: new Set(),
    };
    this.#session = session;
    session.exchange.catch(() => {
      if (this.#session === session) this.#session = undefined;
    });
    return session;
  }

  #onFrame(session: Session, frame: unknown, url: string): boolean {
    if (session !== this.#session) return true;
    const parsed = parseMarketFrame(frame);
    if (parsed !== undefined) {
      const subscription = this.#subscriptions.get(parsed.symbol);
      if (subscription !== undefined) handOver(subscription, parsed.tick);
      return true;
    }
    const id = acknowledgedId(frame);
    if (id !== undefined) acknowledge(session, id, url);
    return isMarketData(frame);
  }
}

/** ccxt would take a bug of ours for a broken connection, and go on: the process must end instead. */
function handOver({ listener }: Subscription, tick: StreamTick): void {
  try {
    listener.onTick(tick);
  } catch (error) {
    setImmediate(() => {
      throw error;
    });
  }
}

function acknowledge(session: Session, id: string, url: string): void {
  const client = session.opened?.clients[url] as SocketClient | undefined;
  for (const [hash, value] of Object.entries(client?.subscriptions ?? {})) {
    if (String(value.id) !== id) continue;
    session.acknowledged.add(hash);
    const route = session.routes.get(hash);
    if (route !== undefined) goLive(route);
  }
}

function goLive({ subscription, channel }: Route): void {
  if (subscription.ended.signal.aborted || subscription.live.has(channel)) return;
  subscription.live.add(channel);
  subscription.listener.onLive(channel);
}

type SocketClient = {
  readonly subscriptions: Readonly<Record<string, { readonly id?: unknown }>>;
};

/** ccxt's name of a market, e.g. `BTC/USDT:USDT`. */
function marketOf(exchange: Exchange, symbol: string): string {
  const markets = exchange.markets_by_id?.[symbol] as { symbol: string }[] | undefined;
  const market = markets?.[0];
  if (market === undefined) throw new Error(`${symbol} is not listed`);
  return market.symbol;
}

/** The answer to a SUBSCRIBE: `{result: null, id}`. */
function acknowledgedId(frame: unknown): string | undefined {
  if (typeof frame !== 'object' || frame === null || !('id' in frame)) return undefined;
  return 'result' in frame && frame.result === null ? String(frame.id) : undefined;
}

const MARKET_EVENTS: ReadonlySet<unknown> = new Set(['bookTicker', 'trade', 'markPriceUpdate']);

/** Frames of our channels that could not be read are dropped, not handed to ccxt. */
const isMarketData = (frame: unknown): boolean =>
  typeof frame === 'object' && frame !== null && 'e' in frame && MARKET_EVENTS.has(frame.e);
