/** Start: everything is checked before the first symbol is started. */
import type { SymbolRef } from '../core/orders/order.ts';
import type { ApiDeps } from './ports.ts';
import { done, refused } from './problem.ts';
import type { Outcome, Problem } from './problem.ts';
import type { StartBody } from './requests.ts';
import { isHalted, readRows, runningAmong } from './running.ts';
import { covers, haltsOver } from './standing-halts.ts';

const FEATURES = ['use_ml_signals', 'use_advanced_risk', 'use_grid_optimization'] as const;

export async function startSymbols(
  deps: ApiDeps,
  body: StartBody,
): Promise<Outcome<{ started: readonly string[] }>> {
  const symbols = body.symbols ?? deps.config.symbols;
  const problem = badRequest(deps, body, symbols) ?? (await blocked(deps, symbols));
  if (problem !== undefined) return refused(problem);
  return startAll(deps, symbols);
}

function badRequest(
  deps: ApiDeps,
  body: StartBody,
  symbols: readonly string[],
): Problem | undefined {
  return (
    featureProblem(body) ?? unknownSymbols(deps, symbols) ?? tooMany(symbols, body.max_symbols)
  );
}

function featureProblem(body: StartBody): Problem | undefined {
  const asked = FEATURES.filter((feature) => body[feature]);
  if (asked.length === 0) return undefined;
  return {
    code: 'FEATURE_NOT_AVAILABLE',
    detail: `${asked.join(', ')}: not available yet; leave out or send false`,
    errors: asked.map((field) => ({ field, value: 'true', allowed: 'false' })),
  };
}

/** The symbols that may be traded: the allow-list, or those of the configuration. */
export const tradable = ({ config }: ApiDeps): readonly string[] =>
  config.limits.allowedSymbols.length > 0 ? config.limits.allowedSymbols : config.symbols;

function unknownSymbols(deps: ApiDeps, symbols: readonly string[]): Problem | undefined {
  const allowed = tradable(deps);
  const unknown = symbols.filter((symbol) => !allowed.includes(symbol));
  if (unknown.length === 0) return undefined;
  const range = `one of ${allowed.join(', ')}`;
  return {
    code: 'UNKNOWN_SYMBOL',
    detail: `symbols: ${unknown.join(', ')} may not be traded here; allowed: ${range}`,
    symbols: unknown,
    errors: unknown.map((value) => ({ field: 'symbols', value, allowed: range })),
  };
}

function tooMany(symbols: readonly string[], max: number): Problem | undefined {
  if (symbols.length <= max) return undefined;
  const detail = `symbols: ${symbols.length} given; allowed: at most ${max} (max_symbols)`;
  return { code: 'TOO_MANY_SYMBOLS', detail, symbols };
}

/** What stands against a start now: a halt, a halted symbol, a running one. */
async function blocked(deps: ApiDeps, symbols: readonly string[]): Promise<Problem | undefined> {
  const halts = await haltsOver(deps, symbols);
  if (halts.kind === 'refused') return halts.problem;
  const [halt] = halts.value;
  if (halt !== undefined) return useResume(symbols.filter(covers(halt)), halt.reason);
  const rows = await readRows(deps);
  if (rows.kind === 'refused') return rows.problem;
  const running = await runningAmong(deps, symbols);
  if (running.kind === 'refused') return running.problem;
  const halted = rows.value
    .filter(({ ref, status }) => running.value.includes(ref.symbol) && isHalted(status))
    .map(({ ref }) => ref.symbol);
  if (halted.length > 0) return useResume(halted, 'the symbol is halted');
  if (running.value.length === 0) return undefined;
  const detail = `already running: ${running.value.join(', ')}; nothing was started`;
  return { code: 'ALREADY_RUNNING', detail, symbols: running.value };
}

const useResume = (symbols: readonly string[], reason: string): Problem => ({
  code: 'USE_RESUME',
  detail: `halted (${reason}): ${symbols.join(', ')}; resume with a reason instead`,
  symbols,
});

async function startAll(
  { workflows, config, venueId, log }: ApiDeps,
  symbols: readonly string[],
): Promise<Outcome<{ started: readonly string[] }>> {
  const started: string[] = [];
  for (const symbol of symbols) {
    const ref: SymbolRef = { account: config.account.name, venue: venueId, symbol };
    try {
      const answer = await workflows.startSymbol(ref);
      if (answer === 'started') started.push(symbol);
      else return refused(startedMeanwhile(symbol, started));
    } catch (error) {
      log(`start of ${symbol} failed`, error);
      const detail = `${symbol} could not be started; Temporal does not answer`;
      return refused({ code: 'TEMPORAL_UNAVAILABLE', detail, symbols: [symbol], done: started });
    }
  }
  return done({ started });
}

const startedMeanwhile = (symbol: string, started: readonly string[]): Problem => ({
  code: 'ALREADY_RUNNING',
  detail: `${symbol} was started by somebody else meanwhile; see done for what was started`,
  symbols: [symbol],
  done: started,
});
