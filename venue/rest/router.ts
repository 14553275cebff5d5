/** From one HTTP request to one reply: route, limits, authentication, handler, error shape. */
import { orderOfAnyone } from '../../core/matching/queries.ts';
import { VenueError, unknownError } from '../errors.ts';
import { deny } from '../faults/denial.ts';
import { NO_SUFFERING } from '../faults/suffering.ts';
import type { Suffering } from '../faults/suffering.ts';
import { Parameters } from '../parameters.ts';
import type { Counted, RateLimits } from '../rate-limits.ts';
import { checkSignature, checkTimestamp, credentialOf } from '../signature.ts';
import { ACCOUNT_ROUTES } from './account.ts';
import { CONDITIONAL_ROUTES } from './conditionals.ts';
import { MARKET_ROUTES } from './market.ts';
import { NEIGHBOUR_ROUTES } from './neighbours.ts';
import { ORDER_ROUTES } from './orders.ts';
import type { Route, VenueParts } from './route.ts';

const ROUTES: ReadonlyMap<string, Route> = new Map(
  Object.entries({
    ...MARKET_ROUTES,
    ...ACCOUNT_ROUTES,
    ...ORDER_ROUTES,
    ...CONDITIONAL_ROUTES,
    ...NEIGHBOUR_ROUTES,
  }),
);

export type RestRequest = {
  readonly method: string;
  /** Path with the leading slash, without the query. */
  readonly path: string;
  /** The exact text after `?`, before decoding. */
  readonly query: string;
  readonly body: string;
  readonly apiKey: string | undefined;
  /** Where they come neither in the query nor in the body. */
  readonly parameters?: Parameters;
};

export type RestReply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
};

export class Router {
  readonly #parts: VenueParts;
  readonly #limits: RateLimits;
  readonly #wallClock: () => number;
  readonly #onBug: (error: unknown) => void;

  constructor(
    parts: VenueParts,
    limits: RateLimits,
    wallClock: () => number,
    onBug: (error: unknown) => void,
  ) {
    this.#parts = parts;
    this.#limits = limits;
    this.#wallClock = wallClock;
    this.#onBug = onBug;
  }

  /** Never throws: refusals and bugs become Binance-shaped replies. */
  answer(request: RestRequest, suffering: Suffering = NO_SUFFERING): RestReply {
    const headers: Record<string, string> = {};
    try {
      return { status: 200, headers, body: this.#handle(request, headers, suffering) };
    } catch (error) {
      return this.#refusal(error, headers);
    }
  }

  /** The counters of a request that is not handled. */
  countOnly(request: RestRequest): RestReply['headers'] {
    const { route } = findRoute(request) ?? {};
    if (route === undefined) return {};
    const parameters = request.parameters ?? parametersOf(request);
    return this.#limits.countRequest(weightOf(route, parameters), this.#wallClock()).headers;
  }

  #handle(request: RestRequest, headers: Record<string, string>, suffering: Suffering): unknown {
    const wallTime = this.#wallClock();
    const shownTime = wallTime + suffering.skewMs;
    const found = findRoute(request);
    if (found === undefined) throw noSuchPath(request);
    const { route, name, version } = found;
    const parameters = request.parameters ?? parametersOf(request);
    take(this.#limits.countRequest(weightOf(route, parameters), wallTime), headers);
    const account = this.#authenticate(route, request, parameters, shownTime);
    if (route.orders !== undefined) {
      take(this.#limits.countOrders(account, route.orders, wallTime), headers);
    }
    const { denied, fillShare } = suffering;
    const given = { parameters, account, version, wallTime, shownTime };
    const call = { parts: this.#parts, ...given, fillShare, denied };
    if (denied.length === 0) return route.handle(call);
    const clientIdOf = (id: number) => orderOfAnyone(this.#parts.exchange.state, id)?.clientOrderId;
    return deny({ call: name, denied, clientIdOf, answer: () => route.handle(call) });
  }

  #authenticate(
    route: Route,
    request: RestRequest,
    parameters: Parameters,
    shownTime: number,
  ): string {
    if (route.security === 'none') return '';
    const credential = credentialOf(request.apiKey, this.#parts.credentials);
    if (route.security === 'signed') {
      this.#parts.exchange.ensureDurable();
      checkSignature(credential.secret, request.query, request.body);
      checkTimestamp(parameters, shownTime);
    }
    return credential.account;
  }

  #refusal(error: unknown, headers: Record<string, string>): RestReply {
    if (!(error instanceof VenueError)) this.#onBug(error);
    const refusal = error instanceof VenueError ? error : unknownError();
    const { retryAfterSeconds } = refusal;
    const retry =
      retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) };
    return {
      status: refusal.httpStatus,
      headers: { ...headers, ...retry },
      body: { code: refusal.code, msg: refusal.message },
    };
  }
}

/** The name of a call, e.g. `POST order`, for routes and faults; undefined for a path that is none. */
export function callName(
  method: string,
  path: string,
): { name: string; version: number } | undefined {
  const match = /^\/fapi\/v([123])\/([\w/]+)$/.exec(path);
  if (match !== null) return { name: `${method} ${match[2]}`, version: Number(match[1]) };
  const whole = `${method} ${path}`;
  return Object.hasOwn(NEIGHBOUR_ROUTES, whole) ? { name: whole, version: 1 } : undefined;
}

function findRoute({
  method,
  path,
}: RestRequest): { route: Route; name: string; version: number } | undefined {
  const call = callName(method, path);
  const route = call === undefined ? undefined : ROUTES.get(call.name);
  return call === undefined || route === undefined ? undefined : { route, ...call };
}

const noSuchPath = ({ method, path }: RestRequest): VenueError =>
  new VenueError(-5000, `Path ${path}, Method ${method} is invalid`, 404);

const weightOf = ({ weight }: Route, parameters: Parameters): number =>
  typeof weight === 'number' ? weight : weight(parameters);

/** The counters go into the reply also where they are what refuses it. */
function take({ headers: counted, refusal }: Counted, headers: Record<string, string>): void {
  Object.assign(headers, counted);
  if (refusal !== undefined) throw refusal;
}

/** Query first, then form body: the first value of a name counts. */
export function parametersOf({ query, body }: Pick<RestRequest, 'query' | 'body'>): Parameters {
  return new Parameters([...new URLSearchParams(query), ...new URLSearchParams(body)]);
}
