/** What a request must fulfil before any route sees it: host, origin, content type, size, shape. */
import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { secureHeaders } from 'hono/secure-headers';
import { problemResponse } from './problem.ts';

const BODY_BYTES_MAX = 64 * 1024;
const DEPTH_MAX = 16;

/** `127.0.0.1`, `[::1]`, `localhost` with or without a port. */
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i;
const JSON_TYPE = /^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;

export const securityHeaders: MiddlewareHandler = secureHeaders({
  xFrameOptions: 'DENY',
  // Plain HTTP on loopback: a promise of TLS would only break other local servers.
  strictTransportSecurity: false,
});

const NOTHING_ALLOWED =
  "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Answers are data and never stored; a page that is more brings its own policy. */
export const answerHeaders: MiddlewareHandler = async (c, next) => {
  await next();
  c.header('Cache-Control', 'no-store');
  if (c.res.headers.has('Content-Security-Policy')) return;
  c.header('Content-Security-Policy', NOTHING_ALLOWED);
};

/** Against DNS rebinding: a foreign name that points here is refused. */
export const loopbackHost: MiddlewareHandler = async (c, next) => {
  const host = c.req.header('host') ?? new URL(c.req.url).host;
  if (LOOPBACK.test(host)) return next();
  const detail = 'Host must be localhost, 127.0.0.1 or [::1]';
  return problemResponse({ code: 'HOST_NOT_ALLOWED', detail });
};

/** Pages of other origins may not act, whatever the browser lets them send. */
export const loopbackOrigin: MiddlewareHandler = async (c, next) => {
  const origin = c.req.header('origin');
  if (isSafe(c.req.method) || origin === undefined || isLoopbackOrigin(origin)) return next();
  const detail = 'Origin must be absent or a page of this machine, e.g. http://localhost:8000';
  return problemResponse({ code: 'ORIGIN_NOT_ALLOWED', detail });
};

function isLoopbackOrigin(origin: string): boolean {
  const [scheme, authority] = origin.split('://');
  return (scheme === 'http' || scheme === 'https') && LOOPBACK.test(authority ?? '');
}

const isSafe = (method: string): boolean => method === 'GET' || method === 'HEAD';

/** No form and no script of a foreign page can send this header without asking first. */
export const jsonOnly: MiddlewareHandler = async (c, next) => {
  if (c.req.method !== 'POST' || JSON_TYPE.test(c.req.header('content-type') ?? '')) return next();
  const detail =
    'POST needs the header Content-Type: application/json, also without a body: it keeps pages of ' +
    'other sites from acting here';
  return problemResponse({ code: 'JSON_REQUIRED', detail });
};

export const smallBody: MiddlewareHandler = bodyLimit({
  maxSize: BODY_BYTES_MAX,
  onError: () =>
    problemResponse({
      code: 'BODY_TOO_LARGE',
      detail: `the body must be at most ${BODY_BYTES_MAX} bytes`,
    }),
});

/** An empty body means `{}`; anything else must be JSON of bounded depth. */
export const plainJson: MiddlewareHandler = async (c, next) => {
  if (c.req.method !== 'POST') return next();
  const text = await c.req.raw.clone().text();
  if (text.trim() === '') {
    const { method, headers } = c.req.raw;
    c.req.raw = new Request(c.req.url, { method, headers, body: '{}' });
    return next();
  }
  const problem = jsonProblem(text);
  return problem === undefined
    ? next()
    : problemResponse({ code: 'MALFORMED_JSON', detail: problem });
};

function jsonProblem(text: string): string | undefined {
  if (depthOf(text) > DEPTH_MAX) return `body: nests deeper than ${DEPTH_MAX} levels`;
  try {
    JSON.parse(text);
    return undefined;
  } catch {
    // The parser's own words quote the body; ours do not.
    return 'body: not JSON; allowed: a JSON object, or nothing';
  }
}

function depthOf(text: string): number {
  let [depth, deepest, quoted] = [0, 0, false];
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (quoted && char === '\\') at += 1;
    else if (char === '"') quoted = !quoted;
    else if (!quoted && (char === '{' || char === '[')) deepest = Math.max(deepest, (depth += 1));
    else if (!quoted && (char === '}' || char === ']')) depth -= 1;
  }
  return deepest;
}
