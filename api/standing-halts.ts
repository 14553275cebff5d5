/** Which halts stand, over the account and over single symbols. What cannot be read counts as set. */
import type { HaltState } from '../adapters/ports.ts';
import { TRADING_LEVELS } from '../core/market/watch.ts';
import type { TradingLevel } from '../core/market/watch.ts';
import type { HaltMessage } from '../workflows/messages.ts';
import { answerWithin } from './deadline.ts';
import type { ApiDeps } from './ports.ts';
import { done, refused } from './problem.ts';
import type { Outcome } from './problem.ts';

export type HaltLevel = HaltMessage['level'];
export const HALT_LEVELS = [
  'HALT',
  'HALT_AND_FLATTEN',
  'LOCKOUT',
] as const satisfies readonly HaltLevel[];

export type StandingHalt = {
  readonly haltId: string;
  readonly level: HaltLevel;
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
  /** As far as they could be read, oldest first. */
  readonly halts: readonly StandingHalt[];
  /** Ids of those that Postgres has. */
  readonly stored: ReadonlySet<string>;
};

const ANSWER_MS = 3_000;

export async function readHalts({ latch, reads, clock, config, log }: ApiDeps): Promise<Halts> {
  const account = config.account.name;
  // Reading the latch writes to Postgres what only this host had; the list is read after that.
  const state = await answerWithin(clock, ANSWER_MS, () => latch.read(account));
  const stored = await answerWithin(clock, ANSWER_MS, () => reads.halts(account));
  if (state.kind === 'failed') log('the halt latch could not be read', state.error);
  const over: HaltState =
    state.kind === 'answer' ? state.value : { kind: 'unreadable', message: 'no answer' };
  const rows = stored.kind === 'answer' ? stored.value : [];
  const halts = rows.map(({ setAt: since, ...halt }): Halt => ({ ...halt, since }));
  const isListed = over.kind !== 'set' || halts.some(({ haltId }) => haltId === over.haltId);
  if (over.kind === 'set' && !isListed) halts.push({ ...over, symbols: null });
  // The halts of single symbols are only in Postgres.
  const partly = over.kind === 'clear' && stored.kind === 'failed';
  return {
    latch: partly ? 'unreadable' : over.kind,
    halts: halts.filter(isHalt),
    stored: new Set(rows.map(({ haltId }) => haltId)),
  };
}

type Halt = Omit<StandingHalt, 'level'> & { readonly level: TradingLevel };

/** Nothing below HALT is ever latched. */
const isHalt = (halt: Halt): halt is StandingHalt =>
  HALT_LEVELS.some((level) => level === halt.level);

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

/** Whether a level forbids at least as much as another one. */
export const isAsSevere = (level: HaltLevel, other: HaltLevel): boolean =>
  TRADING_LEVELS.indexOf(level) >= TRADING_LEVELS.indexOf(other);

export const covers =
  (halt: Pick<StandingHalt, 'symbols'>) =>
  (symbol: string): boolean =>
    halt.symbols === null || halt.symbols.includes(symbol);
