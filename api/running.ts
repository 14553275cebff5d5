/** Which symbols run: Temporal's word for named ones, Postgres and Temporal together for all. */
import type { SymbolStatus } from '../core/market/watch.ts';
import { answerWithin } from './deadline.ts';
import type { SymbolRow } from '../adapters/postgres/api-reads.ts';
import type { ApiDeps } from './ports.ts';
import { done, refused } from './problem.ts';
import type { Outcome } from './problem.ts';

const TEMPORAL_ANSWER_MS = 5_000;
const DATABASE_ANSWER_MS = 3_000;

const HALTED_LEVELS: readonly string[] = ['HALT', 'HALT_AND_FLATTEN', 'LOCKOUT'];

export const isHalted = ({ state, level }: Pick<SymbolStatus, 'state' | 'level'>): boolean =>
  state.split('.')[0] === 'halted' || HALTED_LEVELS.includes(level);

/** Neither halted nor paused. */
export const isActive = ({ state, level }: Pick<SymbolStatus, 'state' | 'level'>): boolean =>
  level === 'ACTIVE' && state.split('.')[0] !== 'halted';

/** The named symbols whose workflow runs. */
export async function runningAmong(
  deps: ApiDeps,
  symbols: readonly string[],
): Promise<Outcome<readonly string[]>> {
  const { clock, workflows, config, venueId, log } = deps;
  const answer = await answerWithin(clock, TEMPORAL_ANSWER_MS, () =>
    Promise.all(
      symbols.map((symbol) =>
        workflows.describe({ account: config.account.name, venue: venueId, symbol }),
      ),
    ),
  );
  if (answer.kind === 'answer') {
    return done(symbols.filter((_, index) => answer.value[index] === 'running'));
  }
  log('Temporal could not be asked', answer.error);
  return refused({ code: 'TEMPORAL_UNAVAILABLE', detail: 'Temporal does not answer' });
}

/** Every symbol that runs: visibility lags, so symbols with a status row are asked as well. */
export async function runningSymbols(deps: ApiDeps): Promise<Outcome<readonly string[]>> {
  const { clock, workflows, config, reads } = deps;
  const account = config.account.name;
  const [rows, listed] = await Promise.all([
    answerWithin(clock, DATABASE_ANSWER_MS, () => reads.symbols(account)),
    answerWithin(clock, TEMPORAL_ANSWER_MS, () => workflows.listRunning(account)),
  ]);
  const named = [
    ...config.symbols,
    ...(rows.kind === 'answer' ? rows.value.map(({ ref }) => ref.symbol) : []),
    ...(listed.kind === 'answer' ? listed.value.map(({ symbol }) => symbol) : []),
  ];
  return runningAmong(deps, [...new Set(named)].toSorted());
}

export async function readRows(deps: ApiDeps): Promise<Outcome<readonly SymbolRow[]>> {
  const { clock, reads, config, log } = deps;
  const answer = await answerWithin(clock, DATABASE_ANSWER_MS, () =>
    reads.symbols(config.account.name),
  );
  if (answer.kind === 'answer') return done(answer.value);
  log('the status of the symbols could not be read', answer.error);
  return refused({ code: 'DATABASE_UNAVAILABLE', detail: 'PostgreSQL does not answer' });
}
