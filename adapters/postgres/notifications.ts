/** What a commit tells the other processes: one LISTEN connection a process, reconnected for ever. */
import pg from 'pg';
import { z } from 'zod';
import type { SymbolRef } from '../../core/orders/order.ts';
import type { Statement, Transaction } from './transaction.ts';

const CHANNEL = 'tidegate';
const RECONNECT_MS = 500;

/** `rows`: fills or order changes of a symbol. The others name what a dashboard reads again. */
const TOPICS = ['rows', 'status', 'decisions', 'switches', 'risk', 'halts'] as const;
export type Topic = (typeof TOPICS)[number];

const message = z.object({
  topic: z.enum(TOPICS),
  account: z.string(),
  /** Empty for what concerns the whole account. */
  venue: z.string(),
  symbol: z.string(),
});
export type Message = z.output<typeof message>;

const messageText = z
  .string()
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: String(error) });
      return z.NEVER;
    }
  })
  .pipe(message);

export type Notifications = {
  /**
   * Calls back for every message, and once with `undefined` after each (re)connection: what was
   * said meanwhile is lost, so everything is read again. Resolves when LISTEN stands.
   */
  subscribe(onMessage: (message: Message | undefined) => void): Promise<() => void>;
  close(): Promise<void>;
};

const NOTIFY: Statement = { name: 'notify', text: `SELECT pg_notify('${CHANNEL}', $1)` };

/** Sent when the transaction commits, never when it rolls back. */
export function notify(transaction: Transaction, topic: Topic, ref: SymbolRef): void {
  const { account, venue, symbol } = ref;
  transaction.write(NOTIFY, [JSON.stringify({ topic, account, venue, symbol })]);
}

export function createNotifications(connectionString: string): Notifications {
  const listeners = new Set<(message: Message | undefined) => void>();
  let client: pg.Client | undefined;
  let connected: Promise<void> | undefined;
  let retry: NodeJS.Timeout | undefined;
  let closed = false;

  const tell = (said: Message | undefined): void => listeners.forEach((listener) => listener(said));

  async function connect(): Promise<void> {
    const next = new pg.Client({
      connectionString,
      application_name: 'tidegate-listen',
      keepAlive: true,
      connectionTimeoutMillis: 2_000,
    });
    client = next;
    next.on('error', () => undefined);
    next.on('end', reconnectLater);
    next.on('notification', ({ payload }) => {
      const parsed = messageText.safeParse(payload);
      // Anybody may notify on a channel: what is not ours is passed over.
      if (parsed.success) tell(parsed.data);
    });
    await next.connect();
    await next.query(`LISTEN ${CHANNEL}`);
    tell(undefined);
  }

  function reconnectLater(): void {
    if (closed) return;
    clearTimeout(retry);
    retry = setTimeout(() => {
      connected = connect();
      connected.catch(reconnectLater);
    }, RECONNECT_MS).unref();
  }

  return {
    subscribe: async (listener) => {
      listeners.add(listener);
      connected ??= connect();
      try {
        await connected;
      } catch (error) {
        listeners.delete(listener);
        connected = undefined;
        throw error;
      }
      return () => void listeners.delete(listener);
    },
    close: async () => {
      closed = true;
      clearTimeout(retry);
      listeners.clear();
      await client?.end();
    },
  };
}
