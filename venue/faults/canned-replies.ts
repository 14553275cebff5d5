/**
 * Replies that hide or replace what happened, as the real venue and what stands before it give them.
 * The three meanings of 503 are those of Binance's "General Info": the text tells them apart.
 */
import { SERVICE_UNAVAILABLE, UNKNOWN_EXECUTION } from '../errors.ts';
import type { RestReply } from '../rest/router.ts';

export const CANNED_REPLIES = [
  'unknown503',
  'unavailable503',
  'internal503',
  'throttled503',
  'badGateway502',
  'timeout408',
  '-1000',
  '-1001',
  '-1006',
  '-1007',
  'rateLimited429',
  'banned418',
  'html',
  'empty',
] as const;
export type CannedReply = (typeof CANNED_REPLIES)[number];

/** Replies that mean that nothing was done; all others leave it open. */
export const DEFINITE_REPLIES: ReadonlySet<CannedReply> = new Set([
  'unavailable503',
  'internal503',
  'throttled503',
  'rateLimited429',
  'banned418',
]);

/** Replies of the limits themselves, which show their counters. */
export const LIMITING: ReadonlySet<CannedReply> = new Set(['rateLimited429', 'banned418']);

type Row = readonly [status: number, code: number, msg: string];

const JSON_REPLIES: Readonly<
  Record<Exclude<CannedReply, 'html' | 'empty' | 'badGateway502'>, Row>
> = {
  unknown503: [503, 0, UNKNOWN_EXECUTION],
  unavailable503: [503, 0, SERVICE_UNAVAILABLE],
  internal503: [503, -1001, 'Internal error; unable to process your request. Please try again.'],
  throttled503: [
    503,
    -1008,
    'Request throttled by system-level protection. Reduce-only/close-position orders are exempt. Please try again.',
  ],
  timeout408: [408, -1007, 'Timeout waiting for response from backend server.'],
  '-1000': [500, -1000, 'An unknown error occurred while processing the request.'],
  '-1001': [500, -1001, 'Internal error; unable to process your request. Please try again.'],
  '-1006': [
    504,
    -1006,
    'An unexpected response was received from the message bus. Execution status unknown.',
  ],
  '-1007': [
    504,
    -1007,
    'Timeout waiting for response from backend server. Send status unknown; execution status unknown.',
  ],
  rateLimited429: [429, -1003, 'Too many requests; please use the websocket for live updates.'],
  banned418: [418, -1003, 'Way too many requests; IP banned. Please back off.'],
};

const DEFAULT_RETRY_S: Readonly<Partial<Record<CannedReply, number>>> = {
  rateLimited429: 1,
  banned418: 120,
};

const page = (title: string): string =>
  `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`;

const htmlReply = (status: number, title: string): RestReply => ({
  status,
  headers: { 'Content-Type': 'text/html' },
  body: page(title),
});

export function cannedReply(reply: CannedReply, retryAfterS?: number): RestReply {
  if (reply === 'html') return htmlReply(200, 'Just a moment...');
  if (reply === 'badGateway502') return htmlReply(502, '502 Bad Gateway');
  if (reply === 'empty') return { status: 200, headers: {}, body: {} };
  const [status, code, msg] = JSON_REPLIES[reply];
  const retry = retryAfterS ?? DEFAULT_RETRY_S[reply];
  const headers = retry === undefined ? {} : { 'Retry-After': String(retry) };
  return { status, headers, body: { code, msg } };
}

export const underMaintenance = (): RestReply => ({
  status: 503,
  headers: {},
  body: { code: 1, msg: 'System is under maintenance.' },
});
