/** The paper venue as one value: REST and WebSocket on one port, the admin interface on another. */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { ensureDefined } from '../core/assert.ts';
import type { EpochMs } from '../core/market/market.ts';
import { acceptLockstepSocket, adminHandler, isAuthorised } from './admin.ts';
import type { Injection } from './faults/faults.ts';
import type { FaultScript } from './faults/script.ts';
import { openVenue } from './opening.ts';
import type { MarketInput, OpenVenue } from './opening.ts';
import { parseVenueSettings } from './options.ts';
import type { VenueSettings, VenueSettingsInput } from './options.ts';
import { RateLimits } from './rate-limits.ts';
import { CallSocket } from './streams/call-socket.ts';
import { CallService } from './rest/call-service.ts';
import { restHandler } from './rest/http-handler.ts';
import { Router } from './rest/router.ts';

export type VenueOptions = VenueSettingsInput & {
  readonly source: MarketInput;
  readonly wallClock: () => EpochMs;
  /** For faults with a probability; default `Math.random`. */
  readonly random?: () => number;
  /** Hears of everything that a fault hits and of all that the admin port makes happen. */
  readonly onInjected?: (injection: Injection) => void;
  /** Begins with the market. */
  readonly faultScript?: FaultScript;
  /** Hears that a paced market has no step left, now or at the start, and at what market time. */
  readonly onMarketEnd?: (marketTime: EpochMs) => void;
  /** Hears of bugs that became a -1000 reply. */
  readonly onBug?: (error: unknown) => void;
};

export type Venue = {
  /** Origin of REST, e.g. `http://127.0.0.1:8010`. */
  readonly restUrl: string;
  /** What ccxt's `urls.api.ws.future` must be. */
  readonly wsUrl: string;
  /** What ccxt's `urls.api.ws['ws-api'].future` must be. */
  readonly wsApiUrl: string;
  readonly adminUrl: string;
  readonly adminToken: string;
  /** Stops the market, ends connections, closes the journal. A second call changes nothing. */
  close(): Promise<void>;
};

/** Idle connections outlive the client's own 60 s, or a reused socket would fail ambiguously. */
const KEEP_ALIVE_MS = 75_000;
const LISTEN_KEY_CHECK_MS = 250;
const COUNTDOWN_CHECK_MS = 10;

/**
 * Starts a paper venue; it answers as soon as the promise resolves. Throws an Error on options out
 * of range, on a port that is taken, on a journal that is not whole, and on one that belongs to other
 * instruments.
 */
export async function startVenue(options: VenueOptions): Promise<Venue> {
  const settings = parseVenueSettings(options);
  const [rest, admin] = [createServer(), createServer()];
  const adminPort = await listen(admin, settings, settings.adminPort);
  const restPort = await listen(rest, settings, settings.restPort).catch((error: unknown) => {
    admin.close();
    throw error;
  });
  // Only who has the ports touches the journal: two venues must not write one. Nothing is awaited
  // from here on, so that no call comes before there is somebody to answer it.
  const running = run(options, settings, rest, admin);
  return {
    restUrl: `http://${settings.host}:${restPort}`,
    wsUrl: `ws://${settings.host}:${restPort}/ws`,
    wsApiUrl: `ws://${settings.host}:${restPort}/ws-fapi/v1`,
    adminUrl: `http://${settings.host}:${adminPort}`,
    ...running,
  };
}

/** Opens the venue behind servers that listen already; they are closed when it cannot be opened. */
function run(
  options: VenueOptions,
  settings: VenueSettings,
  rest: Server,
  admin: Server,
): Pick<Venue, 'adminToken' | 'close'> {
  try {
    return serve(options, settings, rest, admin);
  } catch (error) {
    rest.close();
    admin.close();
    throw error;
  }
}

function serve(options: VenueOptions, settings: VenueSettings, rest: Server, admin: Server) {
  const { source, wallClock, random, onBug = () => {}, onInjected, onMarketEnd } = options;
  const { faultScript } = options;
  const venue = openVenue(settings, source, wallClock, random, onMarketEnd);
  if (onInjected !== undefined) venue.faults.onInjected(onInjected);
  const closing = new AbortController();
  const router = new Router(venue, new RateLimits(settings.limits), wallClock, onBug);
  const adminToken = settings.adminToken ?? randomBytes(24).toString('hex');
  const served = [
    serveRest(rest, venue, router, closing.signal),
    serveAdmin(admin, venue, adminToken),
  ];
  const expiry = setInterval(() => venue.expireListenKeys(), LISTEN_KEY_CHECK_MS);
  const countdowns = setInterval(() => venue.elapseCountdowns(), COUNTDOWN_CHECK_MS);
  if (faultScript !== undefined) venue.script.run(faultScript);
  venue.start();
  const shutDown = async (): Promise<void> => {
    clearInterval(expiry);
    clearInterval(countdowns);
    closing.abort();
    venue.halt();
    await Promise.all(served.map(shut));
    venue.closeFiles();
  };
  let closed: Promise<void> | undefined;
  return { adminToken, close: () => (closed ??= shutDown()) };
}

type Served = { readonly server: Server; readonly sockets: WebSocketServer };

/** REST, streams and the WebSocket API. */
function serveRest(server: Server, venue: OpenVenue, router: Router, closing: AbortSignal): Served {
  const { faults, hub, settings } = venue;
  const state = () => venue.exchange.state;
  const calls = new CallService({ router, faults, state, closing });
  const callSocket = new CallSocket(calls, settings.limits);
  hub.onCall((connection, text) => {
    callSocket.take(connection, text).catch(() => connection.socket.terminate());
  });
  server.on(
    'request',
    restHandler(calls, () => venue.exchange.marketTime),
  );
  const sockets = attachSockets(
    server,
    (socket, url) => hub.accept(socket, url),
    () => (faults.has('maintenance') ? '503 Service Unavailable' : undefined),
  );
  return { server, sockets };
}

function serveAdmin(server: Server, venue: OpenVenue, token: string): Served {
  const { lockstep } = venue;
  const state = () => venue.describe();
  server.on('request', adminHandler({ ...venue, token, state }));
  const sockets = attachSockets(
    server,
    (socket) => acceptLockstepSocket(ensureDefined(lockstep, 'lockstep is on'), socket),
    (request) =>
      lockstep !== undefined && isAuthorised(token, request) ? undefined : '401 Unauthorized',
  );
  return { server, sockets };
}

/** Accepts WebSocket upgrades of a server where `refusal` gives no status to refuse them with. */
function attachSockets(
  server: Server,
  accept: (socket: WebSocket, url: URL) => void,
  refusal: (request: IncomingMessage) => string | undefined,
): WebSocketServer {
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    const status = refusal(request);
    if (status !== undefined) {
      socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (upgraded) => {
      accept(upgraded, new URL(request.url ?? '/', 'http://venue'));
    });
  });
  return sockets;
}

/** Listens and answers the port that was taken. */
function listen(server: Server, { host }: VenueSettings, port: number): Promise<number> {
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.headersTimeout = KEEP_ALIVE_MS + 5_000;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function shut({ server, sockets }: Served): Promise<void> {
  for (const socket of sockets.clients) socket.terminate();
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
