/** The connection to a paper venue in lockstep: who takes part, and which steps are settled. */
import { z } from 'zod';
import { WebSocket } from 'ws';
import type { EpochMs } from '../../core/market/market.ts';
import { backOff } from './back-off.ts';

export type LockstepOptions = {
  /** Origin of the venue's admin port, e.g. `http://127.0.0.1:8011`. */
  readonly adminUrl: string;
  readonly adminToken: string;
};

/** An order as the venue's user stream last told of it, in the venue's words. */
export type HeardOrder = {
  readonly clientOrderId: string;
  readonly status: string;
  readonly executedQty: string;
};

const replySchema = z.object({
  id: z.number(),
  accepted: z.boolean().optional(),
  time: z.number().optional(),
  waitingFor: z
    .array(
      z.object({
        clientOrderId: z.string(),
        status: z.string(),
        /** Conditional orders have none. */
        executedQty: z.string().default('0'),
      }),
    )
    .default([]),
  /** Answer to `state`: the step that is not settled yet. */
  waiting: z.object({ symbol: z.string(), time: z.number() }).nullish(),
});
export type LockstepReply = z.output<typeof replySchema>;

const REPLY_LIMIT_MS = 3_000;

/** One socket for all symbols. When it closes the venue drops them; they join again. */
export class LockstepLink {
  readonly #url: URL;
  readonly #token: string;
  readonly #joined = new Set<string>();
  readonly #waiting = new Map<number, (reply: LockstepReply | undefined) => void>();
  readonly #closed = new AbortController();
  #socket: Promise<WebSocket> | undefined;
  #nextId = 1;
  #rejoining = false;

  constructor({ adminUrl, adminToken }: LockstepOptions) {
    this.#url = new URL('/lockstep', adminUrl.replace(/^http/, 'ws'));
    this.#token = adminToken;
  }

  /** The symbol takes part from the venue's next step on. */
  async join(symbol: string): Promise<void> {
    this.#joined.add(symbol);
    await this.#ask({ op: 'join', symbol });
  }

  async leave(symbol: string): Promise<void> {
    if (this.#joined.delete(symbol)) await this.#ask({ op: 'leave', symbol });
  }

  /** Undefined when the venue did not answer: the step is still open. */
  ack(
    symbol: string,
    time: EpochMs,
    orders: readonly HeardOrder[],
  ): Promise<LockstepReply | undefined> {
    return this.#ask({ op: 'ack', symbol, time, orders });
  }

  /** Market time of the step of this symbol that the venue waits for. */
  async openStep(symbol: string): Promise<EpochMs | undefined> {
    const waiting = (await this.#ask({ op: 'state' }))?.waiting;
    return waiting?.symbol === symbol ? waiting.time : undefined;
  }

  async close(): Promise<void> {
    this.#closed.abort();
    const socket = await this.#socket?.catch(() => undefined);
    socket?.close();
  }

  async #ask(message: object): Promise<LockstepReply | undefined> {
    if (this.#closed.signal.aborted) return undefined;
    const socket = await this.#connected().catch(() => undefined);
    if (socket === undefined) return undefined;
    const id = this.#nextId;
    this.#nextId += 1;
    const { promise, resolve } = Promise.withResolvers<LockstepReply | undefined>();
    const limit = setTimeout(() => resolve(undefined), REPLY_LIMIT_MS);
    this.#waiting.set(id, resolve);
    socket.send(JSON.stringify({ id, ...message }));
    const reply = await promise;
    clearTimeout(limit);
    this.#waiting.delete(id);
    return reply;
  }

  #connected(): Promise<WebSocket> {
    this.#socket ??= this.#open();
    this.#socket.catch(() => (this.#socket = undefined));
    return this.#socket;
  }

  #open(): Promise<WebSocket> {
    const { promise, resolve, reject } = Promise.withResolvers<WebSocket>();
    const headers = { authorization: `Bearer ${this.#token}` };
    const socket = new WebSocket(this.#url, { headers });
    socket.on('open', () => resolve(socket));
    socket.on('error', reject);
    socket.on('message', (data: Buffer) => this.#onMessage(data.toString()));
    socket.on('close', () => void this.#onClose());
    return promise;
  }

  #onMessage(text: string): void {
    const reply = replySchema.safeParse(parseJson(text));
    if (reply.success) this.#waiting.get(reply.data.id)?.(reply.data);
  }

  async #onClose(): Promise<void> {
    this.#socket = undefined;
    for (const resolve of this.#waiting.values()) resolve(undefined);
    if (this.#rejoining) return;
    this.#rejoining = true;
    await this.#rejoin();
    this.#rejoining = false;
  }

  async #rejoin(): Promise<void> {
    for (let attempt = 0; this.#joined.size > 0; attempt += 1) {
      await backOff(attempt, this.#closed.signal);
      if (this.#closed.signal.aborted) return;
      const replies = await Promise.all(
        [...this.#joined].map((symbol) => this.#ask({ op: 'join', symbol })),
      );
      if (replies.every((reply) => reply !== undefined)) return;
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
