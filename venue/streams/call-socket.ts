/** Binance's WebSocket API for USD-M: the REST calls as messages `{id, method, params}`. */
import { z } from 'zod';
import type { VenueSettings } from '../options.ts';
import { Parameters } from '../parameters.ts';
import { parseJson } from '../message-text.ts';
import type { CallService } from '../rest/call-service.ts';
import type { RestReply, RestRequest } from '../rest/router.ts';
import type { Connection } from './connection.ts';

const value = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const message = z.object({
  id: z.union([z.string().max(36), z.number(), z.null()]).optional(),
  method: z.string(),
  params: z.record(z.string(), value).default({}),
});
type Message = z.output<typeof message>;

/** REST method and path of each method. */
const METHODS: Readonly<Record<string, readonly [method: string, path: string]>> = {
  ping: ['GET', '/fapi/v1/ping'],
  time: ['GET', '/fapi/v1/time'],
  depth: ['GET', '/fapi/v1/depth'],
  'ticker.price': ['GET', '/fapi/v1/ticker/price'],
  'ticker.book': ['GET', '/fapi/v1/ticker/bookTicker'],
  'order.place': ['POST', '/fapi/v1/order'],
  'order.modify': ['PUT', '/fapi/v1/order'],
  'order.cancel': ['DELETE', '/fapi/v1/order'],
  'order.status': ['GET', '/fapi/v1/order'],
  'algoOrder.place': ['POST', '/fapi/v1/algoOrder'],
  'algoOrder.cancel': ['DELETE', '/fapi/v1/algoOrder'],
  'account.position': ['GET', '/fapi/v2/positionRisk'],
  'v2/account.position': ['GET', '/fapi/v3/positionRisk'],
  'account.balance': ['GET', '/fapi/v2/balance'],
  'v2/account.balance': ['GET', '/fapi/v3/balance'],
  'account.status': ['GET', '/fapi/v2/account'],
  'v2/account.status': ['GET', '/fapi/v3/account'],
  'userDataStream.start': ['POST', '/fapi/v1/listenKey'],
  'userDataStream.ping': ['PUT', '/fapi/v1/listenKey'],
  'userDataStream.stop': ['DELETE', '/fapi/v1/listenKey'],
};

export class CallSocket {
  readonly #calls: CallService;
  readonly #limits: VenueSettings['limits'];

  constructor(calls: CallService, limits: VenueSettings['limits']) {
    this.#calls = calls;
    this.#limits = limits;
  }

  /** Answers a message; cuts the connection where a fault wants it. */
  async take(connection: Connection, text: string): Promise<void> {
    const parsed = message.safeParse(parseJson(text));
    if (!parsed.success) {
      connection.answer(refusal(null, 400, -1135, 'Invalid JSON Request'));
      return;
    }
    const { id = null, method, params } = parsed.data;
    const route = Object.hasOwn(METHODS, method) ? METHODS[method] : undefined;
    if (route === undefined) {
      connection.answer(refusal(id, 400, -1020, `Method '${method}' is not supported.`));
      return;
    }
    const reply = await this.#calls.answer(requestOf(route, params));
    if (reply === undefined) connection.socket.terminate();
    else connection.answer(this.#answer(id, params, reply));
  }

  #answer(id: Message['id'], params: Message['params'], reply: RestReply): string {
    const { status, body } = reply;
    if (typeof body === 'string') return body;
    const shown = params['returnRateLimits'] === false ? {} : this.#rateLimits(reply);
    const outcome = status === 200 ? { result: body } : { error: body };
    return JSON.stringify({ id, status, ...outcome, ...shown });
  }

  #rateLimits({ headers }: RestReply) {
    const weight = limit('REQUEST_WEIGHT', 'MINUTE', 1, this.#limits.weightPerMinute);
    const count = Number(headers['X-MBX-USED-WEIGHT-1M'] ?? 0);
    return { rateLimits: [{ ...weight, count }] };
  }
}

const limit = (rateLimitType: string, interval: string, intervalNum: number, max: number) => ({
  rateLimitType,
  interval,
  intervalNum,
  limit: max,
});

const refusal = (id: Message['id'], status: number, code: number, msg: string): string =>
  JSON.stringify({ id: id ?? null, status, error: { code, msg } });

/** The signed text is the parameters by name, as they are, without the signature. */
function requestOf(
  [method, path]: readonly [string, string],
  params: Message['params'],
): RestRequest {
  const given = Object.entries(params).flatMap(([name, entry]) =>
    entry === null ? [] : [[name, String(entry)] as const],
  );
  const { signature, apiKey } = Object.fromEntries(given);
  const signed = given
    .filter(([name]) => name !== 'signature')
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, text]) => `${name}=${text}`)
    .join('&');
  return {
    method,
    path,
    query: signature === undefined ? signed : `${signed}&signature=${signature}`,
    body: '',
    apiKey,
    parameters: new Parameters(given),
  };
}
