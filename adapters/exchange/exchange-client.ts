/** An instance of ccxt's own USD-M class, with observers where ccxt leaves room for them. */
import type * as ccxt from 'ccxt';
import { loadCcxt } from './ccxt-modules.ts';

type Exchange = InstanceType<(typeof ccxt.pro)['binanceusdm']>;

/** What a caller may look at. ccxt's behaviour is the same with and without. */
export type ClientObservers = {
  /** Status and headers (title case) of every REST response, before ccxt judges it. */
  readonly onResponse?: (status: number, headers: Readonly<Record<string, string>>) => void;
  /**
   * Every decoded WebSocket frame, in order of arrival. True means that it was taken: ccxt does not
   * see it, so its caches stay empty and the promise of the watch call stays pending until the
   * connection is lost.
   */
  readonly onFrame?: (frame: unknown, url: string) => boolean;
  /** A WebSocket connection is open. */
  readonly onConnected?: (url: string) => void;
};

export type ExchangeKeys = { readonly apiKey: string; readonly secret: string };

/** Requests that change something get no retries: ccxt would sign and send the order again. */
const OPTIONS = {
  fetchCurrencies: false,
  fetchMargins: false,
  fetchMarkets: { types: ['linear'] },
  /** Of what places no order: such a request may wait for the venue's rate limit after it is signed. */
  recvWindow: 5_000,
  maxRetriesOnFailure: 0,
  /** Snapshots come from the gateway, not from ccxt's caches. */
  watchPositions: { fetchPositionsSnapshot: false, awaitPositionsSnapshot: false },
  /** Streams share this many connections per category instead of opening one each. */
  streamLimits: { future: 8 },
  /** Dial again soon: the adapter has its own back-off. */
  ws: { backoff: { base: 250, factor: 2, max: 5_000, stableAfter: 5_000 } },
};

const REQUEST_TIMEOUT_MS = 3_000;
/** Two pongs missed and the connection is given up. */
const PING_INTERVAL_MS = 10_000;

export async function createExchangeClient(
  keys: ExchangeKeys,
  observers: ClientObservers = {},
): Promise<Exchange> {
  const { Exchange } = await loadCcxt();
  const exchange = new Exchange({
    apiKey: keys.apiKey,
    secret: keys.secret,
    timeout: REQUEST_TIMEOUT_MS,
    enableRateLimit: false,
    number: String,
    options: structuredClone(OPTIONS),
    streaming: { keepAlive: PING_INTERVAL_MS },
  });
  observe(exchange, observers);
  return exchange;
}

/** ccxt binds these when it needs them, so they are replaced on the instance before that. */
function observe(exchange: Exchange, { onFrame, onResponse, onConnected }: ClientObservers): void {
  if (onConnected !== undefined)
    exchange.onConnected = (client: { url: string }) => onConnected(client.url);
  if (onFrame !== undefined) {
    const handle = exchange.handleMessage.bind(exchange);
    exchange.handleMessage = (client, frame: unknown) => {
      if (!onFrame(frame, client.url)) handle(client, frame);
    };
  }
  if (onResponse !== undefined) {
    const read = exchange.onRestResponse.bind(exchange);
    exchange.onRestResponse = (status, reason, url, method, headers, ...rest) => {
      onResponse(Number(status), headers as Record<string, string>);
      return read(status, reason, url, method, headers, ...rest) as string;
    };
  }
}

export type { Exchange };
