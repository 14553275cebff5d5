/**
 * A market that stands still until the bench moves it: a steady trend in small minutes, so that an
 * entry is due at each close of a minute. The venue runs it in lockstep with the bench as the only
 * participant; whoever trades on it notices nothing of that.
 */
import { instrumentOf } from '../../core/market/instruments.ts';
import type { Bar, MarketSource, MarketStep } from '../../core/market/market.ts';
import type { PriceText, QuantityText } from '../../core/money/units.ts';
import type { Venue } from '../../venue/server.ts';
import type { HeldMarketSetup, VenueCommand } from '../venue-messages.ts';

const MINUTE_MS = 60_000;
const HISTORY_MINUTES = 3 * 1_440;
const START_PRICE = 60_000;
/** Three units up, one down: the momentum over 3 bars keeps its sign, the RSI stays at 75. */
const UNIT = 4;
const MOVES = [3 * UNIT, -UNIT] as const;
/** A reply that the venue touched an order meanwhile is answered by asking again. */
const ACK_ATTEMPTS = 50;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export type HeldMarket = {
  readonly source: MarketSource;
  /** Takes part in the lockstep; the first step is made. */
  open(venue: Venue): Promise<void>;
  advance(command: VenueCommand): Promise<void>;
};

export function createHeldMarket({ symbol, startTime }: HeldMarketSetup): HeldMarket {
  const begin = startTime - (startTime % MINUTE_MS);
  // The venue looks one step ahead: the step that it holds is filled in when it is due.
  let ahead: Mutable<MarketStep> = stepAt(symbol, begin, priceAt(0));
  let waiting = begin;
  const source: MarketSource = {
    instruments: [instrumentOf(symbol)],
    startTime: begin,
    historyTimeframe: '1m',
    history: () => historyBefore(begin),
    next: () => {
      ahead = { ...ahead };
      return ahead;
    },
  };
  let ask: Ask = () => Promise.reject(new Error('the market is not open yet'));
  return {
    source,
    open: async (venue) => {
      ask = askOf(venue);
      await ask('POST', '/lockstep/join', { symbol });
      await untilWaiting(ask, begin);
    },
    advance: async ({ kind, intoMinuteMs }) => {
      const minute = Math.floor(waiting / MINUTE_MS) + (kind === 'nextMinute' ? 1 : 0);
      const time = Math.max(waiting + 1, minute * MINUTE_MS + intoMinuteMs);
      const elapsed = Math.round((minute * MINUTE_MS - begin) / MINUTE_MS);
      Object.assign(ahead, stepAt(symbol, time, priceAt(elapsed)));
      await settle(ask, { symbol, time: waiting });
      waiting = time;
      await untilWaiting(ask, time);
    },
  };
}

/** Minute 0 is the first after the history; minutes before it are negative. */
function priceAt(minute: number): number {
  const pairs = Math.floor(minute / 2);
  const odd = minute - pairs * 2;
  return START_PRICE + pairs * (MOVES[0] + MOVES[1]) + (odd === 1 ? MOVES[0] : 0);
}

function historyBefore(begin: number): readonly Bar[] {
  return Array.from({ length: HISTORY_MINUTES }, (_, i) => {
    const minute = i - HISTORY_MINUTES;
    const close = priceAt(minute);
    return {
      openTime: begin + minute * MINUTE_MS,
      open: close,
      high: close,
      low: close,
      close,
      volume: 10,
    };
  });
}

function stepAt(symbol: string, time: number, price: number): Mutable<MarketStep> {
  const text = (value: number) => value.toFixed(1) as PriceText;
  const size = (value: string) => value as QuantityText;
  return {
    symbol,
    time,
    last: text(price),
    lastQuantity: size('1'),
    takerSide: 'buy',
    bid: text(price - 0.1),
    bidQuantity: size('50'),
    ask: text(price),
    askQuantity: size('50'),
    mark: text(price),
    index: text(price),
  };
}

type Ask = (method: string, path: string, body?: unknown) => Promise<Record<string, unknown>>;

const askOf =
  ({ adminUrl, adminToken }: Venue): Ask =>
  async (method, path, body) => {
    const response = await fetch(`${adminUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${adminToken}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return (await response.json()) as Record<string, unknown>;
  };

/** Shows the venue its own orders until it goes on. */
async function settle(ask: Ask, step: { symbol: string; time: number }): Promise<void> {
  const shown = new Map<unknown, Record<string, unknown>>();
  let reply: Record<string, unknown> = {};
  for (let i = 0; i < ACK_ATTEMPTS; i += 1) {
    reply = await ask('POST', '/lockstep/ack', {
      ...step,
      orders: [...shown.values()],
    });
    if (reply['accepted'] === true) return;
    const touched = (reply['waitingFor'] ?? []) as Record<string, unknown>[];
    for (const order of touched) shown.set(order['clientOrderId'], { executedQty: '0', ...order });
  }
  throw new Error(`the venue did not go on from ${step.time}: ${JSON.stringify(reply)}`);
}

async function untilWaiting(ask: Ask, time: number): Promise<void> {
  for (let i = 0; i < ACK_ATTEMPTS; i += 1) {
    const { waiting } = await ask('GET', '/lockstep/state');
    if ((waiting as { time: number } | null)?.time === time) return;
  }
  throw new Error(`the venue did not make the step of ${time}`);
}
