/**
 * The account's own events. A connection that is lost, silent or out of its listen key is replaced
 * by a new ccxt instance: ccxt itself ignores an expired key and stays connected to nothing.
 */
import { once } from 'node:events';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import { parseUserFrame } from '../exchange/binance-usdm-frames.ts';
import type { UserEvent } from '../exchange/binance-usdm-frames.ts';
import type { Exchange } from '../exchange/exchange-client.ts';
import { backOff } from './back-off.ts';
import type { ExchangeSessions } from './exchange-session.ts';

export type UserListener = {
  onEvent(event: UserEvent): void;
  /** Money moved without a trade. */
  onIncome(): void;
  /** Events arrive from now on, or one could not be read: the venue has to be asked for those before. */
  onGap(): void;
  /** Events no longer arrive. */
  onLost(): void;
};

const BARRIER_LIMIT_MS = 1_000;
const MARKER = '/private/';

export class UserStream {
  readonly #sessions: ExchangeSessions;
  readonly #listener: UserListener;
  readonly #closed = new AbortController();
  #exchange: Exchange | undefined;
  #running: Promise<void> = Promise.resolve();
  #connected = Promise.withResolvers<void>();

  constructor(sessions: ExchangeSessions, listener: UserListener) {
    this.#sessions = sessions;
    this.#listener = listener;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Resolves when the stream is connected, at once if it is. */
  connected(): Promise<void> {
    return this.#connected.promise;
  }

  /**
   * Resolves when everything that the venue sent before now has been handed to the listener: a ping
   * is answered after it, on the same connection. Gives up after 1 s or without a connection.
   */
  async barrier(): Promise<void> {
    const client = this.#client();
    if (client === undefined) return;
    const { connection, duplex } = client;
    const over = new AbortController();
    const { signal } = over;
    const answered = [once(connection, 'pong', { signal }), once(connection, 'close', { signal })];
    const limit = delay(BARRIER_LIMIT_MS, undefined, { signal, ref: false });
    connection.ping();
    await Promise.race([...answered, limit]).catch(() => undefined);
    over.abort();
    while (duplex.readableLength > 0 && connection.readyState === connection.OPEN) await nextTurn();
    await nextTurn();
  }

  async close(): Promise<void> {
    this.#closed.abort();
    if (this.#exchange !== undefined) await this.#sessions.close(this.#exchange);
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closed;
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      const wasConnected = await this.#connectOnce();
      if (wasConnected) attempt = 0;
      if (!signal.aborted) await backOff(attempt, signal);
    }
  }

  /** Lasts as long as one connection; true when there was one. */
  async #connectOnce(): Promise<boolean> {
    let isConnected = false;
    const lost = new AbortController();
    try {
      const exchange = await this.#sessions.open({
        onFrame: (frame) => this.#onFrame(frame, lost),
        onConnected: (url) => {
          if (!url.includes(MARKER)) return;
          isConnected = true;
          this.#connected.resolve();
          this.#listener.onGap();
        },
      });
      this.#exchange = exchange;
      if (!this.#closed.signal.aborted)
        await Promise.race([
          exchange.watchOrders(),
          aborted(lost.signal),
          aborted(this.#closed.signal),
        ]);
    } catch {
      // A new connection follows, whatever the reason.
    }
    if (isConnected) this.#listener.onLost();
    if (this.#exchange !== undefined) await this.#sessions.close(this.#exchange);
    this.#exchange = undefined;
    if (isConnected) this.#connected = Promise.withResolvers<void>();
    return isConnected;
  }

  /** User events are ours alone; answers and whatever else go to ccxt. */
  #onFrame(frame: unknown, lost: AbortController): boolean {
    const event = parseUserFrame(frame);
    if (event === 'ended') lost.abort();
    else if (event === 'unreadable') this.#listener.onGap();
    else if (event === 'income') this.#listener.onIncome();
    else if (event !== undefined) this.#listener.onEvent(event);
    return typeof frame === 'object' && frame !== null && 'e' in frame;
  }

  #client(): StreamClient | undefined {
    const clients = Object.entries(this.#exchange?.clients ?? {}) as [string, StreamClient][];
    const [, client] = clients.find(([url]) => url.includes(MARKER)) ?? [];
    return client?.connection?.readyState === client?.connection?.OPEN ? client : undefined;
  }
}

/** What ccxt's client holds in Node: the socket, and the stream that hands its messages out. */
type StreamClient = {
  readonly connection: WebSocket;
  readonly duplex: { readonly readableLength: number };
};

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
