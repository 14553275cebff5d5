/**
 * The kill switch, tried out: halt, wait for the exchange to confirm, resume, wait until every symbol
 * has reconciled. It acts for real, so it is for the paper account only.
 */
import type { StopOutcome } from '../stop/stop-outcome.ts';
import type { TradingStatus } from '../api-client.ts';

export type RehearsalParts = {
  readonly mode: string;
  /** Undefined: the API does not answer. */
  readonly status: () => Promise<TradingStatus | undefined>;
  readonly stop: (symbols: readonly string[]) => Promise<StopOutcome>;
  /** From this halt alone; resolves to why it was refused, null when it was not. */
  readonly resume: (symbols: readonly string[], haltId: string) => Promise<string | null>;
  /** Wall milliseconds. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
};

/** Wall milliseconds from the request on; what was not reached is missing. */
export type RehearsalFigures = {
  readonly symbols: string;
  readonly haltId?: string;
  readonly cancelled?: number;
  readonly protectiveStopsKept?: number;
  readonly confirmedMs?: number;
  /** Every workflow says so. */
  readonly haltedMs?: number;
  readonly resumedMs?: number;
  readonly reconciledMs?: number;
};

export type RehearsalResult =
  /** Nothing was touched. */
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'passed'; readonly figures: RehearsalFigures }
  /** Symbols may be halted still: a person looks, and resumes. */
  | { readonly kind: 'failed'; readonly reason: string; readonly figures: RehearsalFigures };

const STATE_LIMIT_MS = 60_000;
const POLL_MS = 250;

/** `wanted`: null for every symbol that runs. Rejects with what `stop` rejects with. */
export async function rehearse(
  parts: RehearsalParts,
  wanted: readonly string[] | null,
): Promise<RehearsalResult> {
  const begun = await readyToRehearse(parts, wanted);
  if ('reason' in begun) return begun;
  const { symbols } = begun;
  const startedAt = parts.now();
  const sinceStart = () => parts.now() - startedAt;
  const outcome = await parts.stop(symbols);
  const stopped = { symbols: symbols.join(','), ...figuresOf(outcome) };
  if (outcome.confirmed_at === null || !outcome.latched || outcome.unsignalled.length > 0)
    return { kind: 'failed', reason: 'the stop is not through: it stands', figures: stopped };
  const confirmed = { ...stopped, confirmedMs: sinceStart() };
  const failed = (reason: string, figures: RehearsalFigures) =>
    ({ kind: 'failed', reason, figures }) as const;
  if (!(await until(parts, symbols, isHalted)))
    return failed('not every workflow has halted', confirmed);
  const halted = { ...confirmed, haltedMs: sinceStart() };
  // Somebody's own stop may have come meanwhile: it is not ours to clear.
  const refusal = await parts.resume(symbols, outcome.halt_id);
  if (refusal !== null) return failed(`resume refused: ${refusal}`, halted);
  const resumed = { ...halted, resumedMs: sinceStart() };
  if (!(await until(parts, symbols, isTrading)))
    return failed('not every symbol has reconciled', resumed);
  return { kind: 'passed', figures: { ...resumed, reconciledMs: sinceStart() } };
}

type Ready = { readonly symbols: readonly string[] };

/** A rehearsal ends with a resume, so nothing may be halted that it has not halted itself. */
async function readyToRehearse(
  { mode, status }: RehearsalParts,
  wanted: readonly string[] | null,
): Promise<Ready | Extract<RehearsalResult, { kind: 'refused' }>> {
  const refused = (reason: string) => ({ kind: 'refused', reason }) as const;
  if (mode !== 'paper') return refused(`the mode is ${mode}: rehearsals are for paper only`);
  const trading = await status();
  if (trading === undefined) return refused('the API does not answer');
  if (trading.latch !== 'clear') return refused('a halt stands, or the latch cannot be read');
  const running = trading.symbols.filter((one) => one.running === true);
  const meant = running.filter(({ symbol }) => wanted?.includes(symbol) ?? true);
  const missing = wanted?.filter((symbol) => !meant.some((one) => one.symbol === symbol)) ?? [];
  if (missing.length > 0) return refused(`not running: ${missing.join(', ')}`);
  if (meant.length === 0) return refused('no symbol runs');
  const halted = meant.filter((one) => !isTrading(one.state));
  if (halted.length > 0)
    return refused(`not trading now: ${halted.map(({ symbol }) => symbol).join(', ')}`);
  return { symbols: meant.map(({ symbol }) => symbol) };
}

const isHalted = (state: string | null): boolean => state !== null && /^halt/i.test(state);
const isTrading = (state: string | null): boolean =>
  state !== null && !/^(halt|reconcil|stop|flatten)/i.test(state);

function figuresOf(outcome: StopOutcome): Omit<RehearsalFigures, 'symbols'> {
  const { halt_id: haltId, cancelled, protective_stops_kept: kept } = outcome;
  return {
    haltId,
    ...(cancelled !== null && { cancelled }),
    ...(kept !== null && { protectiveStopsKept: kept }),
  };
}

/** False when the time is over: workflows tell their state a moment later. */
async function until(
  { status, now, sleep }: RehearsalParts,
  symbols: readonly string[],
  isThere: (state: string | null) => boolean,
): Promise<boolean> {
  const limit = now() + STATE_LIMIT_MS;
  while (now() < limit) {
    const trading = await status();
    const stateOf = (symbol: string) =>
      trading?.symbols.find((one) => one.symbol === symbol)?.state ?? null;
    if (symbols.map(stateOf).every(isThere)) return true;
    await sleep(POLL_MS);
  }
  return false;
}
