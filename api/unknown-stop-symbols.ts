/** A typing error in an emergency stop must not read as success; doubt must not hold it up. */
import { answerWithin } from './deadline.ts';
import type { ApiDeps } from './ports.ts';
import type { Problem } from './problem.ts';
import { tradable } from './start-symbols.ts';

const ANSWER_MS = 1_000;

/** Undefined when each symbol is configured, runs or has traded, or when nobody can tell. */
export async function unknownStopSymbols(
  deps: ApiDeps,
  symbols: readonly string[],
): Promise<Problem | undefined> {
  const { config, reads, workflows, clock } = deps;
  const account = config.account.name;
  const configured = [...config.symbols, ...tradable(deps)];
  const strange = symbols.filter((symbol) => !configured.includes(symbol));
  if (strange.length === 0) return undefined;
  const [rows, running] = await Promise.all([
    answerWithin(clock, ANSWER_MS, () => reads.symbols(account)),
    answerWithin(clock, ANSWER_MS, () => workflows.listRunning(account)),
  ]);
  if (rows.kind === 'failed' || running.kind === 'failed') return undefined;
  const known = [...rows.value.map(({ ref }) => ref.symbol), ...running.value.map(nameOf)];
  const unknown = strange.filter((symbol) => !known.includes(symbol));
  if (unknown.length === 0) return undefined;
  const allowed = [...new Set([...configured, ...known])].join(', ');
  const detail = `symbols: ${unknown.join(', ')} never traded here, nothing was stopped; allowed: ${allowed}`;
  return { code: 'UNKNOWN_SYMBOL', detail, symbols: unknown };
}

const nameOf = ({ symbol }: { readonly symbol: string }): string => symbol;
