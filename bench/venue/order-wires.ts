/** The two ways of placing an order: REST, and Binance's WebSocket API. */
import { createHmac } from 'node:crypto';
import { Pool } from 'undici';
import { WebSocket } from 'ws';
import { messageText } from '../../venue/message-text.ts';
import type { PaperKeys } from '../../cli/paper-keys.ts';

export type OrderWire = {
  readonly name: string;
  /** Places the nth order; rejects when the venue refuses it. */
  place(nth: number): Promise<void>;
  close(): Promise<void>;
};

type Params = Readonly<Record<string, string>>;

const CONNECTIONS = 16;
const RECV_WINDOW_MS = '60000';

/**
 * Limit orders 2 % from `mid`, sides alternating, immediate or cancel: accepted, journaled and
 * expired in one request, so that no tidying disturbs the measurement.
 */
function orderOf(nth: number, mid: number): Params {
  const isBuy = nth % 2 === 0;
  return {
    symbol: 'BTCUSDT',
    side: isBuy ? 'BUY' : 'SELL',
    type: 'LIMIT',
    timeInForce: 'IOC',
    quantity: '0.01',
    price: (mid * (isBuy ? 0.98 : 1.02)).toFixed(0),
    recvWindow: RECV_WINDOW_MS,
    timestamp: String(Date.now()),
  };
}

const textOf = (params: Params): string =>
  Object.entries(params)
    .map(([name, value]) => `${name}=${value}`)
    .join('&');

const sign = (text: string, { secret }: PaperKeys): string =>
  createHmac('sha256', secret).update(text).digest('hex');

export function openRestWire(restUrl: string, keys: PaperKeys, mid: number): OrderWire {
  const pool = new Pool(restUrl, { connections: CONNECTIONS, pipelining: 1 });
  return {
    name: 'HTTP',
    place: async (nth) => {
      const query = textOf(orderOf(nth, mid));
      const { statusCode, body } = await pool.request({
        method: 'POST',
        path: `/fapi/v1/order?${query}&signature=${sign(query, keys)}`,
        headers: { 'X-MBX-APIKEY': keys.apiKey },
      });
      const text = await body.text();
      if (statusCode !== 200) throw new Error(`an order was refused: ${statusCode} ${text}`);
    },
    close: () => pool.close(),
  };
}

export async function openSocketWire(
  url: string,
  keys: PaperKeys,
  mid: number,
): Promise<OrderWire> {
  const socket = new WebSocket(url);
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  const waiting = new Map<number, (status: number) => void>();
  socket.on('message', (data) => {
    const { id, status } = JSON.parse(messageText(data)) as { id: number; status: number };
    waiting.get(id)?.(status);
    waiting.delete(id);
  });
  let lastId = 0;
  return {
    name: 'WebSocket',
    place: async (nth) => {
      lastId += 1;
      const id = lastId;
      const { promise, resolve } = Promise.withResolvers<number>();
      waiting.set(id, resolve);
      socket.send(JSON.stringify({ id, method: 'order.place', params: signed(nth, mid, keys) }));
      const status = await promise;
      if (status !== 200) throw new Error(`an order was refused: ${status}`);
    },
    close: async () => socket.close(),
  };
}

/** The WebSocket API signs the parameters by name. */
function signed(nth: number, mid: number, keys: PaperKeys): Params {
  const params: Params = { ...orderOf(nth, mid), apiKey: keys.apiKey };
  const sorted = Object.fromEntries(
    Object.entries(params).toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
  return { ...sorted, signature: sign(textOf(sorted), keys) };
}
