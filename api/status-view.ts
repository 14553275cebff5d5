/** The status of the platform from Postgres, Temporal, the venue and the latch, each if it answers. */
import type { SymbolRow } from '../adapters/postgres/api-reads.ts';
import { addMoney } from '../core/money/arithmetic.ts';
import { ZERO_MONEY, money, moneyText } from '../core/money/units.ts';
import type { MoneyText } from '../core/money/units.ts';
import { answerWithin } from './deadline.ts';
import type { Answer } from './deadline.ts';
import { emergencyStopViewOf } from './emergency-stop-view.ts';
import { limitsUse } from './limits-use.ts';
import type { ApiDeps } from './ports.ts';
import { readHalts } from './standing-halts.ts';
import type { StandingHalt } from './standing-halts.ts';
import type { StatusView, SymbolView } from './status-schemas.ts';
import type { StopReport } from './stop-run.ts';
import { isoTime, symbolViewOf } from './symbol-view.ts';
import type { KnownSymbol } from './symbol-view.ts';

const ANSWER_MS = 2_000;

/** `pending`: the emergency stops that are not through. */
export async function readStatus(
  deps: ApiDeps,
  pending: readonly StopReport[],
): Promise<StatusView> {
  const { config, clock, reads, venue, workflows } = deps;
  const account = config.account.name;
  const [rows, use, figures, running, funds, { latch, halts }] = await Promise.all([
    answerWithin(clock, ANSWER_MS, () => reads.symbols(account)),
    answerWithin(clock, ANSWER_MS, () => reads.accountUse(account)),
    answerWithin(clock, ANSWER_MS, () => reads.limitFigures(account)),
    answerWithin(clock, ANSWER_MS, () => workflows.listRunning(account)),
    answerWithin(clock, ANSWER_MS, () => venue.equity()),
    readHalts(deps),
  ]);
  const known = valueOf(rows) ?? [];
  const runningNames = valueOf(running)?.map(({ symbol }) => symbol) ?? null;
  const names = [...config.symbols, ...known.map(({ ref }) => ref.symbol), ...(runningNames ?? [])];
  const symbols = await Promise.all(
    [...new Set(names)].map((symbol) =>
      readSymbol(deps, {
        symbol,
        row: known.find(({ ref }) => ref.symbol === symbol),
        runningNames,
      }),
    ),
  );
  const unavailable = [
    ...([rows, use, figures].some(({ kind }) => kind === 'failed') ? (['postgres'] as const) : []),
    ...(running.kind === 'failed' ? (['temporal'] as const) : []),
    ...(funds.kind === 'failed' ? (['venue'] as const) : []),
  ];
  return {
    mode: config.mode,
    account,
    venue: deps.venueId,
    time: isoTime(clock.now()),
    flags: flagsOf(deps),
    latch,
    halts: halts.map(haltView),
    stops_in_progress: pending.map(emergencyStopViewOf),
    equity: valueOf(funds)?.equity ?? null,
    wallet: valueOf(funds)?.wallet ?? null,
    limits: limitsUse(config, {
      equity: valueOf(funds)?.equity ?? null,
      use: valueOf(use),
      figures: valueOf(figures),
      rows: valueOf(rows),
      floatingProfit: rows.kind === 'failed' ? null : totalFloating(symbols, known),
    }),
    symbols,
    unavailable,
  };
}

/** The view of one symbol; undefined when neither configuration, Postgres nor Temporal knows it. */
export async function readSymbolStatus(
  deps: ApiDeps,
  symbol: string,
): Promise<Answer<SymbolView | undefined>> {
  const { config, clock, reads, workflows, venueId } = deps;
  const account = config.account.name;
  const [rows, running] = await Promise.all([
    answerWithin(clock, ANSWER_MS, () => reads.symbols(account)),
    answerWithin(clock, ANSWER_MS, () => workflows.describe({ account, venue: venueId, symbol })),
  ]);
  const row = valueOf(rows)?.find(({ ref }) => ref.symbol === symbol);
  const runs = valueOf(running) === 'running';
  const configured = config.symbols.includes(symbol);
  if (rows.kind === 'failed' && !configured && !runs) return rows;
  if (row === undefined && !configured && !runs) return { kind: 'answer', value: undefined };
  const runningNames = running.kind === 'failed' ? null : runs ? [symbol] : [];
  return { kind: 'answer', value: await readSymbol(deps, { symbol, row, runningNames }) };
}

/** Null while the profit of one symbol with a status is not known. */
function totalFloating(
  symbols: readonly SymbolView[],
  known: readonly SymbolRow[],
): MoneyText | null {
  let total = ZERO_MONEY;
  for (const { symbol, floating_profit: profit } of symbols) {
    if (!known.some(({ ref }) => ref.symbol === symbol)) continue;
    if (profit === null) return null;
    total = addMoney(total, money(profit));
  }
  return moneyText(total);
}

async function readSymbol(deps: ApiDeps, known: KnownSymbol): Promise<SymbolView> {
  const quote = await answerWithin(deps.clock, ANSWER_MS, () => deps.venue.quote(known.symbol));
  return symbolViewOf(known, valueOf(quote)?.mark ?? null, deps.clock.now());
}

const flagsOf = ({ config }: ApiDeps): StatusView['flags'] => ({
  enabled: config.flowTrading.enabled,
  use_ml_signals: false,
  use_advanced_risk: false,
  use_grid_optimization: false,
});

const haltView = (halt: StandingHalt): StatusView['halts'][number] => ({
  halt_id: halt.haltId,
  level: halt.level,
  reason: halt.reason,
  by: halt.by,
  since: halt.since,
  symbols: halt.symbols === null ? null : [...halt.symbols],
});

const valueOf = <T>(answer: Answer<T>): T | null =>
  answer.kind === 'answer' ? answer.value : null;
