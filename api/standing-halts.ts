/** Which halts stand, over the account and over single symbols. What cannot be read counts as set. */
import type { HaltState } from '../adapters/ports.ts';
import type { TradingLevel } from '../core/market/watch.ts';
import { answerWithin } from './deadline.ts';
import type { ApiDeps } from './ports.ts';
import { done, refused } from './problem.ts';
import type { Outcome } from './problem.ts';

export type StandingHalt = {
  readonly haltId: string;
  readonly level: TradingLevel;
  readonly reason: string;
  readonly by: string;
  /** Wall time, ISO-8601. */
  readonly since: string;
  /** Null: every symbol of the account. */
  readonly symbols: readonly string[] | null;
};

export type Halts = {
  /** The latch over the whole account. */
  readonly latch: HaltState['kind'];
  /** As far as they could be read. */
  readonly halts: readonly StandingHalt[];
};

const ANSWER_MS = 3_000;

export async function readHalts({ latch, reads, clock, config, log }: ApiDeps): Promise<Halts> {
  const account = config.account.name;
  const [state, stored] = await Promise.all([
    answerWithin(clock, ANSWER_MS, () => latch.read(account)),
    answerWithin(clock, ANSWER_MS, () => reads.halts(account)),
  ]);
  if (state.kind === 'failed') log('the halt latch could not be read', state.error);
  const over: HaltState =
    state.kind === 'answer' ? state.value : { kind: 'unreadable', message: 'no answer' };
  const halts = new Map<string, StandingHalt>();
  if (over.kind === 'set') halts.set(over.haltId, { ...over, symbols: null });
  for (const { setAt, ...halt } of stored.kind === 'answer' ? stored.value : []) {
    halts.set(halt.haltId, { ...halt, since: setAt });
  }
  // The halts of single symbols are only in Postgres.
  const partly = over.kind === 'clear' && stored.kind === 'failed';
  return { latch: partly ? 'unreadable' : over.kind, halts: [...halts.values()] };
}

/** The halts over any of the symbols, or over anything when none is named. */
export async function haltsOver(
  deps: ApiDeps,
  symbols: readonly string[] | undefined,
): Promise<Outcome<readonly StandingHalt[]>> {
  const { latch, halts } = await readHalts(deps);
  if (latch === 'unreadable') {
    const detail = 'the halt latch cannot be read, so it counts as set; is PostgreSQL up?';
    return refused({ code: 'LATCH_UNREADABLE', detail });
  }
  return done(halts.filter((halt) => (symbols ?? []).some(covers(halt)) || symbols === undefined));
}

export const covers =
  (halt: Pick<StandingHalt, 'symbols'>) =>
  (symbol: string): boolean =>
    halt.symbols === null || halt.symbols.includes(symbol);
