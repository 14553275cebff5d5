/** The HTTP side of REST: reads requests, lets faults happen, writes replies. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Faults } from '../faults.ts';
import { callName, parametersOf } from './router.ts';
import type { RestReply, Router } from './router.ts';

const MAX_BODY_BYTES = 256 * 1024;

/** A handler for `http.createServer`; `closing` ends injected waits. */
export function restHandler(
  router: Router,
  faults: Faults,
  closing: AbortSignal,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    serve(router, faults, closing, request, response).catch(() => response.destroy());
  };
}

async function serve(
  router: Router,
  faults: Faults,
  closing: AbortSignal,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request);
  if (body === undefined) return write(response, tooLarge());
  const [path, query] = splitOnce(request.url ?? '/', '?');
  const method = request.method ?? 'GET';
  const call = callName(method, path)?.name ?? `${method} ${path}`;
  const suffering = faults.hit(call, parametersOf({ query, body }).text('symbol'));
  if (suffering.dropBefore) return drop(response);
  if (suffering.holdMs > 0) await wait(suffering.holdMs, undefined, { signal: closing });
  const apiKey = request.headers['x-mbx-apikey'];
  const reply = router.answer({
    method,
    path,
    query,
    body,
    apiKey: Array.isArray(apiKey) ? apiKey[0] : apiKey,
  });
  if (suffering.dropAfter) return drop(response);
  if (suffering.delayMs > 0) await wait(suffering.delayMs, undefined, { signal: closing });
  write(response, reply);
}

function drop(response: ServerResponse): void {
  response.socket?.destroy();
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** The body as text; undefined when it is too long. */
export async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const tooLarge = (): RestReply => ({
  status: 413,
  headers: {},
  body: { code: -1130, msg: 'Request body is too large.' },
});

function write(response: ServerResponse, reply: RestReply): void {
  const text = JSON.stringify(reply.body);
  response.writeHead(reply.status, {
    ...reply.headers,
    'Content-Type': 'application/json;charset=UTF-8',
    'Content-Length': Buffer.byteLength(text),
  });
  response.end(text);
}
