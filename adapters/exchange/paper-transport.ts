/**
 * The paper transport: ccxt keeps its production URLs (its error classes depend on them) and signs
 * as it would for Binance; below it, every request goes to the paper venue on this machine, and
 * nothing can go anywhere else.
 */
import { Agent } from 'undici';
import type { Dispatcher } from 'undici';
import { VenueRejected, readError } from './errors.ts';
import { createExchangeClient } from './exchange-client.ts';
import type { ClientObservers, Exchange, ExchangeKeys } from './exchange-client.ts';

/** Every answer of the paper venue carries it; no exchange does. */
const PAPER_VENUE_HEADER = 'X-Tidegate-Venue';

/** Opens instances of ccxt on one account. */
export type ExchangeTransport = {
  open(observers?: ClientObservers): Promise<Exchange>;
  close(): Promise<void>;
};

export type PaperTransportOptions = ExchangeKeys & {
  /** e.g. `http://127.0.0.1:8010`; must be loopback. */
  readonly origin: string;
};

/**
 * Throws VenueRejected when the origin is not loopback or whoever answers there is not the paper
 * venue, VenueUnavailable when nobody answers.
 */
export async function createPaperTransport(
  options: PaperTransportOptions,
): Promise<ExchangeTransport> {
  const origin = loopbackOrigin(options.origin);
  const agent = new Agent({ keepAliveTimeout: 30_000, pipelining: 1, connections: 64 });
  const dispatcher = agent.compose(redirectTo(origin));
  const transport: ExchangeTransport = {
    open: (observers) => openPaperClient(options, origin, dispatcher, observers),
    close: () => agent.destroy(),
  };
  try {
    await assertPaperVenue(transport);
  } catch (error) {
    await agent.destroy();
    throw error;
  }
  return transport;
}

async function openPaperClient(
  keys: ExchangeKeys,
  origin: URL,
  dispatcher: Dispatcher,
  observers: ClientObservers | undefined,
): Promise<Exchange> {
  const exchange = await createExchangeClient(keys, observers);
  await exchange.loadFetchImplementation();
  exchange.fetchDispatcher = dispatcher;
  const socketBase = `ws://${origin.host}/ws`;
  exchange.urls['api'] = {
    ...(exchange.urls['api'] as object),
    ws: Object.fromEntries(SOCKET_KINDS.map((kind) => [kind, socketBase])),
  };
  // ccxt refuses ws:// URLs until this was called once.
  await exchange.loadHttpProxyAgent();
  return exchange;
}

/** Only what is used exists: any other kind of stream has no address. */
const SOCKET_KINDS = ['future'];

/** Swaps the origin of each request and refuses, below ccxt, whatever is not loopback after it. */
function redirectTo(target: URL): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (request, handler) => {
    const swapped = { ...request, origin: target.origin };
    if (!isLoopback(new URL(swapped.origin).hostname))
      throw new Error(`paper trading only talks to this machine, not to ${target.hostname}`);
    return dispatch(swapped, handler);
  };
}

function loopbackOrigin(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' && isLoopback(url.hostname)) return url;
  const shown = url?.origin ?? 'not a URL';
  throw new VenueRejected(
    'LOCAL',
    `the paper venue must be http on a loopback address such as http://127.0.0.1:8010, not ${shown}`,
  );
}

const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);

async function assertPaperVenue(transport: ExchangeTransport): Promise<void> {
  let venue: string | undefined;
  const exchange = await transport.open({
    onResponse: (_status, headers) => (venue = headers[PAPER_VENUE_HEADER]),
  });
  try {
    await exchange.fapiPublicGetTime();
  } catch (error) {
    throw readError(error);
  }
  if (venue === undefined) {
    const reason = `the server does not answer with ${PAPER_VENUE_HEADER}: it is not the paper venue`;
    throw new VenueRejected('LOCAL', reason);
  }
}
