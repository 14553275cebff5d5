/** The API: guards, routes with their handlers, and what is left over. */
import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { answerWithin } from './deadline.ts';
import { docsPage } from './docs-page.ts';
import { createEmergencyStop } from './emergency-stop.ts';
import type { EmergencyStop } from './emergency-stop.ts';
import { emergencyStopViewOf } from './emergency-stop-view.ts';
import { fieldErrors } from './field-errors.ts';
import {
  answerHeaders,
  jsonOnly,
  loopbackHost,
  loopbackOrigin,
  plainJson,
  securityHeaders,
  smallBody,
} from './guard.ts';
import { readRootHealth, readTradingHealth } from './health.ts';
import type { TradeRow } from '../adapters/postgres/api-reads.ts';
import type { ApiDeps } from './ports.ts';
import { invalidRequest, problemResponse } from './problem.ts';
import type { Outcome } from './problem.ts';
import { resumeSymbols } from './resume-symbols.ts';
import * as routes from './routes.ts';
import { withSharedMarket } from './shared-answer.ts';
import { setLevel } from './set-level.ts';
import { startSymbols } from './start-symbols.ts';
import { readStatus, readSymbolStatus } from './status-view.ts';
import type { TradesView } from './status-schemas.ts';
import { isThrough } from './stop-run.ts';
import { stopSymbols } from './stop-symbols.ts';
import { isoTime } from './symbol-view.ts';
import { unknownStopSymbols } from './unknown-stop-symbols.ts';

const INFO = {
  openapi: '3.1.0',
  info: {
    title: 'Tidegate',
    version: '0.1.0',
    description: 'Control and watch symbols. Money is decimal text, times are ISO 8601 in UTC.',
  },
};
const READ_ANSWER_MS = 3_000;

export function createApi(deps: ApiDeps, stop = createEmergencyStop(deps)): OpenAPIHono {
  const app = new OpenAPIHono({
    defaultHook: async (result, c) => {
      if (result.success) return undefined;
      const input = await inputOf(c, result.target);
      return problemResponse(invalidRequest(fieldErrors(result.error.issues, input)));
    },
  });
  app.use(securityHeaders, answerHeaders, loopbackHost, loopbackOrigin);
  app.use(jsonOnly, smallBody, plainJson);
  addCommands(app, deps, stop);
  addReads(app, withSharedMarket(deps), stop);
  addReference(app);
  addLeftovers(app, deps);
  return app;
}

async function inputOf(c: Context, target: string): Promise<unknown> {
  if (target === 'json') return c.req.json();
  return target === 'query' ? c.req.query() : c.req.param();
}

function addCommands(app: OpenAPIHono, deps: ApiDeps, stop: EmergencyStop): void {
  app.openapi(routes.startRoute, async (c) =>
    answer(await startSymbols(deps, c.req.valid('json')), ({ started }) =>
      c.json({ started: [...started] }, 202),
    ),
  );
  app.openapi(routes.stopRoute, async (c) => {
    const body = c.req.valid('json');
    const { flatten, reason } = body;
    return answer(await stopSymbols(deps, body), ({ signalled }) =>
      c.json({ signalled: [...signalled], flatten, reason }, 202),
    );
  });
  app.openapi(routes.emergencyStopRoute, async (c) => {
    const { symbols = null, level, reason } = c.req.valid('json');
    const problem = await unknownStopSymbols(deps, symbols ?? []);
    if (problem !== undefined) return problemResponse(problem) as never;
    const report = await stop.run({ symbols, level, reason, by: 'api' });
    return c.json(emergencyStopViewOf(report), isThrough(report) ? 200 : 202);
  });
  app.openapi(routes.levelRoute, async (c) => {
    const body = c.req.valid('json');
    const { level, reason } = body;
    return answer(await setLevel(deps, body), ({ signalled }) =>
      c.json({ level, signalled: [...signalled], reason }, 202),
    );
  });
  app.openapi(routes.resumeRoute, async (c) => {
    const body = c.req.valid('json');
    return answer(await resumeSymbols(deps, stop, body), ({ haltIds, signalled }) =>
      c.json({ halt_ids: [...haltIds], signalled: [...signalled], reason: body.reason }, 202),
    );
  });
}

function addReads(app: OpenAPIHono, deps: ApiDeps, stop: EmergencyStop): void {
  const account = deps.config.account.name;

  app.openapi(routes.statusRoute, async (c) => c.json(await readStatus(deps, stop.pending()), 200));
  app.openapi(routes.symbolStatusRoute, async (c) => {
    const { symbol } = c.req.valid('param');
    const view = await readSymbolStatus(deps, symbol);
    if (view.kind === 'failed') return databaseDown(deps, view.error);
    if (view.value !== undefined) return c.json(view.value, 200);
    const detail = `symbol: ${symbol} has never traded here`;
    return problemResponse({ code: 'SYMBOL_NOT_FOUND', detail, symbols: [symbol] }) as never;
  });
  app.openapi(routes.recentTradesRoute, async (c) => {
    const { limit } = c.req.valid('query');
    const trades = await answerWithin(deps.clock, READ_ANSWER_MS, () =>
      deps.reads.recentTrades(account, limit),
    );
    if (trades.kind === 'failed') return databaseDown(deps, trades.error);
    return c.json({ trades: trades.value.map(tradeView) }, 200);
  });
  app.openapi(routes.tradingHealthRoute, async (c) => {
    const health = await readTradingHealth(deps);
    return c.json(health, health.status === 'down' ? 503 : 200);
  });
  app.openapi(routes.rootHealthRoute, async (c) => {
    const health = await readRootHealth(deps);
    return c.json(health, health.status === 'down' ? 503 : 200);
  });
}

function addReference(app: OpenAPIHono): void {
  // The document's own type is richer than JSON, so it is named as an object of anything.
  const document = () => app.getOpenAPI31Document(INFO) as unknown as { openapi: string };
  app.openapi(routes.openApiRoute, (c) => c.json(document(), 200));
  app.openapi(routes.docsRoute, (c) => {
    const page = docsPage(app.getOpenAPI31Document(INFO));
    c.header('Content-Security-Policy', page.contentSecurityPolicy);
    return c.html(page.html, 200);
  });
}

/** Wrong verbs, unknown paths and bugs, all as problems. */
function addLeftovers(app: OpenAPIHono, { log }: ApiDeps): void {
  for (const [path, allowed] of methodsByPath(app)) {
    app.all(path, (c) => {
      const detail = `${c.req.method} is not answered here; allowed: ${allowed}`;
      return problemResponse({ code: 'METHOD_NOT_ALLOWED', detail }, { allow: allowed });
    });
  }
  app.notFound(() =>
    problemResponse({ code: 'NOT_FOUND', detail: 'no such page; see the reference at /docs' }),
  );
  app.onError((error) => {
    log('unexpected error', error);
    return problemResponse({ code: 'INTERNAL_ERROR', detail: 'unexpected error' });
  });
}

function methodsByPath(app: OpenAPIHono): Map<string, string> {
  const methods = new Map<string, string>();
  for (const definition of app.openAPIRegistry.definitions) {
    if (definition.type !== 'route') continue;
    const { method, path } = definition.route;
    const verbs = method === 'get' ? 'GET, HEAD' : method.toUpperCase();
    const routingPath = path.replaceAll(/\{(\w+)\}/g, ':$1');
    const before = methods.get(routingPath);
    methods.set(routingPath, before === undefined ? verbs : `${before}, ${verbs}`);
  }
  return methods;
}

/**
 * The success, or the problem. Problems are typed as `never`: they carry their own status and
 * content type, which each route declares through `problems()`.
 */
const answer = <T, R>(outcome: Outcome<T>, success: (value: T) => R): R =>
  outcome.kind === 'done' ? success(outcome.value) : (problemResponse(outcome.problem) as never);

function databaseDown({ log }: ApiDeps, error: unknown): never {
  log('PostgreSQL does not answer', error);
  const detail = 'PostgreSQL does not answer';
  return problemResponse({ code: 'DATABASE_UNAVAILABLE', detail }) as never;
}

const tradeView = (trade: TradeRow): TradesView['trades'][number] => ({
  trade_id: trade.tradeId,
  time: isoTime(trade.time),
  symbol: trade.symbol,
  side: trade.side,
  price: trade.price,
  quantity: trade.quantity,
  fee: trade.fee,
  fee_asset: trade.feeAsset,
  client_order_id: trade.clientOrderId,
  strategy: trade.strategy,
});
