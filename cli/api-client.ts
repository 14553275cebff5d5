/** The few calls that the command makes to its own API. */
import { z } from 'zod';

const REQUEST_TIMEOUT_MS = 10_000;

export type ApiReply = { readonly status: number; readonly body: unknown };

/** Undefined when nobody answers there in time. */
export async function callApi(
  origin: string,
  path: string,
  body?: unknown,
  timeoutMs = REQUEST_TIMEOUT_MS,
): Promise<ApiReply | undefined> {
  try {
    const response = await fetch(new URL(path, origin), {
      signal: AbortSignal.timeout(timeoutMs),
      ...(body === undefined
        ? {}
        : {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(body),
          }),
    });
    return { status: response.status, body: parsed(await response.text()) };
  } catch (error) {
    // Refused, cut off or too late: fetch tells them as these two.
    if (error instanceof TypeError || error instanceof DOMException) return undefined;
    throw error;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Not ours: a proxy's page, say. The status still counts.
    return text;
  }
}

const text = z.string().nullable().default(null).catch(null);
const count = z.number().nullable().default(null).catch(null);

/** Loose on purpose: what is missing or strange is shown as unknown, never invented. */
const symbolStatus = z.object({
  symbol: z.string(),
  running: z.boolean().nullable().default(null).catch(null),
  state: text,
  level: text,
  restraints: z.array(z.string()).catch([]),
  halt_reason: text,
  regime: text,
  decision: z.object({ code: text, reason: text }).nullable().default(null).catch(null),
  open_orders: count,
  position: z.object({ side: text, quantity: text }).nullable().default(null).catch(null),
  stop: z.object({ distance_pct: count }).nullable().default(null).catch(null),
  grid_profit: text,
  floating_profit: text,
  fees: text,
  last_fill: z
    .object({ time: text, side: text, price: text, quantity: text })
    .nullable()
    .default(null)
    .catch(null),
  market_time: text,
  age_ms: count,
});
export type SymbolStatusLine = z.output<typeof symbolStatus>;

const tradingStatus = z.object({
  account: text,
  equity: text,
  latch: text,
  symbols: z.array(symbolStatus).catch([]),
});
export type TradingStatus = z.output<typeof tradingStatus>;

/** Undefined when the API does not answer, or not with a status. */
export async function fetchStatus(origin: string): Promise<TradingStatus | undefined> {
  const reply = await callApi(origin, '/api/v1/profit-scraping/status');
  const read = tradingStatus.safeParse(reply?.body);
  return reply?.status === 200 && read.success ? read.data : undefined;
}
