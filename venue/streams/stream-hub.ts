/** WebSocket connections, their subscriptions, and what is sent to them. */
import { WebSocket } from 'ws';
import type { RawData } from 'ws';
import { z } from 'zod';
import type { MatchingEvent } from '../../core/matching/types.ts';
import type { VenueBar } from '../market/bars.ts';
import { framesOf, isChannel } from './market-frames.ts';
import { messageText, parseJson } from '../message-text.ts';
import type { ListenKeys } from './listen-keys.ts';
import type { SymbolTape } from '../market/tape.ts';
import { userFrame } from './user-frames.ts';

/** A reader that lets this much pile up is cut off, as the real venue does. */
const MAX_BUFFERED_BYTES = 32 * 1024 * 1024;
const MAX_STREAMS_PER_CONNECTION = 1_024;

const request = z.object({
  method: z.string(),
  params: z.array(z.unknown()).optional(),
  id: z.union([z.number(), z.string(), z.null()]).optional(),
});
type Request = z.output<typeof request>;

type Connection = {
  readonly socket: WebSocket;
  /** Combined streams wrap each payload as `{stream, data}`. */
  readonly combined: boolean;
  readonly streams: Set<string>;
};

export class StreamHub {
  readonly #tapes: ReadonlyMap<string, SymbolTape>;
  readonly #listenKeys: ListenKeys;
  /** Subscribers by stream name, e.g. `btcusdt@trade` or a listen key. */
  readonly #subscribers = new Map<string, Set<Connection>>();

  constructor(tapes: ReadonlyMap<string, SymbolTape>, listenKeys: ListenKeys) {
    this.#tapes = tapes;
    this.#listenKeys = listenKeys;
  }

  /** Takes over an accepted socket; its URL may already name streams or a listen key. */
  accept(socket: WebSocket, url: URL): void {
    const combined = /(^|\/)stream(\/|$)/.test(url.pathname) && !url.pathname.includes('/ws');
    const connection: Connection = { socket, combined, streams: new Set() };
    socket.on('message', (data) => this.#onMessage(connection, data));
    socket.on('close', () => this.#drop(connection));
    socket.on('error', () => socket.terminate());
    for (const stream of streamsOfUrl(url)) this.#subscribe(connection, stream);
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
      const name = stream.includes('@') ? stream : 'user';
      if (size > 0) counts[name] = (counts[name] ?? 0) + size;
    }
    return counts;
  }

  /** Sends what the newest step of a symbol means to its streams. */
  publishStep(tape: SymbolTape, closedBar: VenueBar | undefined): void {
    const prefix = `${tape.rules.symbol.toLowerCase()}@`;
    for (const [stream, subscribers] of this.#subscribers) {
      if (subscribers.size === 0 || !stream.startsWith(prefix)) continue;
      const frames = framesOf(stream.slice(prefix.length), tape, closedBar);
      for (const frame of frames) send(subscribers, stream, frame);
    }
  }

  publishEvents(events: readonly MatchingEvent[]): void {
    for (const event of events) {
      for (const [stream, subscribers] of this.#subscribers) {
        if (subscribers.size === 0 || stream.includes('@')) continue;
        if (this.#listenKeys.accountOf(stream) !== event.accountId) continue;
        send(subscribers, stream, userFrame(event));
      }
    }
  }

  /** Tells the holders of a listen key that it ended. */
  expire(listenKey: string, time: number): void {
    const subscribers = this.#subscribers.get(listenKey);
    if (subscribers === undefined) return;
    send(subscribers, listenKey, { e: 'listenKeyExpired', E: time, listenKey });
    this.#subscribers.delete(listenKey);
  }

  #onMessage(connection: Connection, data: RawData): void {
    const parsed = parseRequest(data);
    if (parsed === undefined) {
      connection.socket.send(
        JSON.stringify({ error: { code: 2, msg: 'Invalid request: not a JSON request' } }),
      );
      return;
    }
    const answer = this.#handle(connection, parsed);
    connection.socket.send(JSON.stringify({ ...answer, id: parsed.id ?? null }));
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
  for (const { socket, combined } of subscribers) {
    if (socket.readyState !== WebSocket.OPEN) continue;
    if (socket.bufferedAmount > MAX_BUFFERED_BYTES) socket.terminate();
    else socket.send(combined ? `{"stream":"${stream}","data":${raw}}` : raw);
  }
}
