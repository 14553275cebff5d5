/** The HTTP side of REST: reads requests, writes replies. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { EpochMs } from '../../core/market/market.ts';
import type { CallService } from './call-service.ts';
import type { RestReply } from './router.ts';

const MAX_BODY_BYTES = 256 * 1024;

/** A handler for `http.createServer`; every reply says what it is from, and the market time. */
export function restHandler(
  calls: CallService,
  marketTime: () => EpochMs,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    serve(calls, request)
      .then((reply) => {
        if (reply === undefined) response.socket?.destroy();
        else write(response, reply, marketTime());
      })
      .catch(() => response.destroy());
  };
}

async function serve(calls: CallService, request: IncomingMessage): Promise<RestReply | undefined> {
  const body = await readBody(request);
  if (body === undefined) return tooLarge();
  const [path, query] = splitOnce(request.url ?? '/', '?');
  const apiKey = request.headers['x-mbx-apikey'];
  return calls.answer({
    method: request.method ?? 'GET',
    path,
    query,
    body,
    apiKey: Array.isArray(apiKey) ? apiKey[0] : apiKey,
  });
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** The body as text; undefined when it is too long. Rejects when the caller goes away before its end. */
export function readBody(request: IncomingMessage): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MAX_BODY_BYTES) resolve(undefined);
      else chunks.push(chunk);
    });
    request.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    request.on('error', reject);
  });
}

const tooLarge = (): RestReply => ({
  status: 413,
  headers: {},
  body: { code: -1130, msg: 'Request body is too large.' },
});

/** A body that is text already goes out as it is. */
function write(
  response: ServerResponse,
  { status, headers, body }: RestReply,
  marketTime: EpochMs,
): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, {
    'Content-Type': 'application/json;charset=UTF-8',
    'X-Tidegate-Venue': 'paper',
    'X-Tidegate-Market-Time': String(marketTime),
    ...headers,
    'Content-Length': Buffer.byteLength(text),
  });
  response.end(text);
}
