/** WebSocket connections, their subscriptions, and what is sent to them. */
import type { RawData, WebSocket } from 'ws';
import { z } from 'zod';
import type { MatchingEvent } from '../../core/matching/types.ts';
import { EventGate } from '../faults/event-gate.ts';
import type { Faults } from '../faults/faults.ts';
import type { VenueBar } from '../market/bars.ts';
import { Connection } from './connection.ts';
import { framesOf, isChannel } from './market-frames.ts';
import { messageText, parseJson } from '../message-text.ts';
import type { ListenKeys } from './listen-keys.ts';
import type { SymbolTape } from '../market/tape.ts';
import { userFrame } from './user-frames.ts';

const MAX_STREAMS_PER_CONNECTION = 1_024;

const request = z.object({
  method: z.string(),
  params: z.array(z.unknown()).optional(),
  id: z.union([z.number(), z.string(), z.null()]).optional(),
});
type Request = z.output<typeof request>;

export type StreamHubParts = {
  readonly tapes: ReadonlyMap<string, SymbolTape>;
  readonly listenKeys: ListenKeys;
  readonly faults: Faults;
  /** Wall time after which a connection is closed, as the real venue does after a day. */
  readonly socketLifetimeMs: number;
};

/** What a connection for calls is listed as. */
const CALLS = 'ws-api';

/** What a fault calls a stream: a listen key is `user`. */
const nameOf = (stream: string): string =>
  stream.includes('@') || stream === CALLS ? stream : 'user';
const symbolOf = (stream: string): string | undefined =>
  stream.includes('@') ? stream.slice(0, stream.indexOf('@')).toUpperCase() : undefined;

export class StreamHub {
  readonly #tapes: ReadonlyMap<string, SymbolTape>;
  readonly #listenKeys: ListenKeys;
  readonly #faults: Faults;
  readonly #gate: EventGate;
  readonly #socketLifetimeMs: number;
  readonly #connections = new Set<Connection>();
  #takeCall: ((connection: Connection, text: string) => void) | undefined;
  /** Subscribers by stream name, e.g. `btcusdt@trade` or a listen key. */
  readonly #subscribers = new Map<string, Set<Connection>>();

  constructor({ tapes, listenKeys, faults, socketLifetimeMs }: StreamHubParts) {
    this.#tapes = tapes;
    this.#listenKeys = listenKeys;
    this.#faults = faults;
    this.#gate = new EventGate(faults);
    this.#socketLifetimeMs = socketLifetimeMs;
    faults.onChange(() => this.#afflictAgain());
  }

  close(): void {
    this.#gate.close();
  }

  /** Who answers the messages of the connections for calls. */
  onCall(take: (connection: Connection, text: string) => void): void {
    this.#takeCall = take;
  }

  /** Takes over an accepted socket; its URL may already name streams or a listen key. */
  accept(socket: WebSocket, url: URL): void {
    const combined = /(^|\/)stream(\/|$)/.test(url.pathname) && !url.pathname.includes('/ws');
    const connection = new Connection(socket, combined);
    this.#connections.add(connection);
    const expiry = setTimeout(() => socket.close(1008, 'disconnected'), this.#socketLifetimeMs);
    expiry.unref();
    socket.on('message', (data) => this.#onMessage(connection, data));
    socket.on('close', () => {
      clearTimeout(expiry);
      this.#drop(connection);
    });
    socket.on('error', () => socket.terminate());
    if (url.pathname.startsWith('/ws-fapi')) {
      connection.streams.add(CALLS);
      this.#afflict(connection, [CALLS]);
    } else for (const stream of streamsOfUrl(url)) this.#subscribe(connection, stream);
  }

  /** Whether anyone listens to a stream of the symbol. */
  listensTo(symbol: string): boolean {
    const prefix = `${symbol.toLowerCase()}@`;
    for (const [stream, subscribers] of this.#subscribers) {
      if (subscribers.size > 0 && stream.startsWith(prefix)) return true;
    }
    return false;
  }

  /** How many connections listen to each stream; user streams count as `user`. */
  subscriptions(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const [stream, { size }] of this.#subscribers) {
      const name = nameOf(stream);
      if (size > 0) counts[name] = (counts[name] ?? 0) + size;
    }
    return counts;
  }

  /** Sends what the newest step of a symbol means to its streams. */
  publishStep(tape: SymbolTape, closedBar: VenueBar | undefined): void {
    this.#publish(tape, closedBar, `${tape.rules.symbol.toLowerCase()}@`);
  }

  /** Sends no more than its mark. */
  publishMark(tape: SymbolTape): void {
    this.#publish(tape, undefined, `${tape.rules.symbol.toLowerCase()}@markPrice`);
  }

  #publish(tape: SymbolTape, closedBar: VenueBar | undefined, head: string): void {
    const prefix = head.slice(0, head.indexOf('@') + 1);
    for (const [stream, subscribers] of this.#subscribers) {
      if (subscribers.size === 0 || !stream.startsWith(head)) continue;
      const frames = framesOf(stream.slice(prefix.length), tape, closedBar);
      if (frames.length > 0 && this.#faults.losesFrame(stream, tape.rules.symbol)) continue;
      for (const frame of frames) send(subscribers, stream, frame);
    }
  }

  publishEvents(events: readonly MatchingEvent[]): void {
    for (const event of events) this.#gate.pass(event, () => this.#tellUser(event));
  }

  #tellUser(event: MatchingEvent): void {
    for (const [stream, subscribers] of this.#subscribers) {
      if (subscribers.size === 0 || stream.includes('@')) continue;
      if (this.#listenKeys.accountOf(stream) !== event.accountId) continue;
      send(subscribers, stream, userFrame(event));
    }
  }

  /** Closes the connections that listen to a stream, or all of them; answers how many. */
  disconnect(stream: string | undefined): number {
    const hit = [...this.#connections].filter(
      ({ streams }) => stream === undefined || [...streams].some((own) => nameOf(own) === stream),
    );
    for (const { socket } of hit) socket.terminate();
    return hit.length;
  }

  /** Tells the holders of a listen key that it ended. */
  expire(listenKey: string, time: number): void {
    const subscribers = this.#subscribers.get(listenKey);
    if (subscribers === undefined) return;
    send(subscribers, listenKey, { e: 'listenKeyExpired', E: time, listenKey });
    this.#subscribers.delete(listenKey);
  }

  #onMessage(connection: Connection, data: RawData): void {
    if (connection.streams.has(CALLS)) return this.#takeCall?.(connection, messageText(data));
    const parsed = parseRequest(data);
    if (parsed === undefined) {
      connection.answer(
        JSON.stringify({ error: { code: 2, msg: 'Invalid request: not a JSON request' } }),
      );
      return;
    }
    const answer = this.#handle(connection, parsed);
    connection.answer(JSON.stringify({ ...answer, id: parsed.id ?? null }));
  }

  #handle(connection: Connection, { method, params }: Request): Record<string, unknown> {
    const names = (params ?? []).filter((entry) => typeof entry === 'string');
    if (method === 'LIST_SUBSCRIPTIONS') return { result: [...connection.streams] };
    if (method !== 'SUBSCRIBE' && method !== 'UNSUBSCRIBE') {
      return { error: { code: 2, msg: `Invalid request: unknown method ${method}` } };
    }
    if (connection.streams.size + names.length > MAX_STREAMS_PER_CONNECTION) {
      return { error: { code: 2, msg: 'Invalid request: too many streams' } };
    }
    for (const name of names) {
      if (method === 'SUBSCRIBE') this.#subscribe(connection, name);
      else this.#unsubscribe(connection, name);
    }
    return { result: null };
  }

  /** Unknown streams are accepted and stay silent, as on the real venue. */
  #subscribe(connection: Connection, stream: string): void {
    if (!this.#exists(stream)) return;
    connection.streams.add(stream);
    const subscribers = this.#subscribers.get(stream) ?? new Set();
    this.#subscribers.set(stream, subscribers.add(connection));
    this.#afflict(connection, [stream]);
  }

  /** A connection suffers when one of its streams is hit. */
  #afflict(connection: Connection, streams: Iterable<string>): void {
    if (!this.#faults.has('silentSocket') && !this.#faults.has('frozenSocket')) return;
    if (connection.affliction !== undefined) return;
    for (const stream of streams) {
      const affliction = this.#faults.hitSocket(nameOf(stream), symbolOf(stream));
      if (affliction !== undefined) return connection.afflict(affliction);
    }
  }

  /** A fault came or went: those without one are asked again, and without any all recover. */
  #afflictAgain(): void {
    const isOver = !this.#faults.has('silentSocket') && !this.#faults.has('frozenSocket');
    for (const connection of this.#connections) {
      if (isOver) connection.recover();
      else this.#afflict(connection, connection.streams);
    }
  }

  #unsubscribe(connection: Connection, stream: string): void {
    connection.streams.delete(stream);
    this.#subscribers.get(stream)?.delete(connection);
  }

  #exists(stream: string): boolean {
    const at = stream.indexOf('@');
    if (at < 0) return this.#listenKeys.accountOf(stream) !== undefined;
    return this.#tapes.has(stream.slice(0, at).toUpperCase()) && isChannel(stream.slice(at + 1));
  }

  #drop(connection: Connection): void {
    this.#connections.delete(connection);
    for (const stream of connection.streams) this.#unsubscribe(connection, stream);
  }
}

function parseRequest(data: RawData): Request | undefined {
  const parsed = request.safeParse(parseJson(messageText(data)));
  return parsed.success ? parsed.data : undefined;
}

/** `/private/ws?listenKey=…`, `/ws/<listenKey>`, `/ws/a@trade/b@trade`, `/stream?streams=…`. */
function streamsOfUrl(url: URL): string[] {
  const listenKey = url.searchParams.get('listenKey');
  const listed = url.searchParams.get('streams')?.split('/') ?? [];
  const afterWs = /\/ws\/(.+)$/.exec(url.pathname)?.[1]?.split('/') ?? [];
  return [...(listenKey === null ? [] : [listenKey]), ...listed, ...afterWs];
}

function send(subscribers: ReadonlySet<Connection>, stream: string, data: object): void {
  const raw = JSON.stringify(data);
  for (const connection of subscribers) connection.tell(stream, raw);
}
