/** One emergency stop on its way: everything begins at once, then the venue confirms. */
import { RECV_WINDOW_MS } from '../adapters/ports.ts';
import type { EpochMs } from '../core/market/market.ts';
import { answerWithin } from './deadline.ts';
import type { HaltSignals } from './halt-signals.ts';
import type { ApiDeps } from './ports.ts';
import type { HaltLevel, StandingHalt } from './standing-halts.ts';
import { sweepAccount, sweepEveryones, sweepSymbols } from './venue-sweep.ts';
import type { Sweep } from './venue-sweep.ts';

const LATCH_ANSWER_MS = 3_000;
const LIST_ANSWER_MS = 2_000;
const COUNT_ANSWER_MS = 1_000;
/** The submit's HTTP timeout and what the venue may still accept after it. */
const IN_TRANSITION_MS = 3_000 + RECV_WINDOW_MS;
/** From the start of the stop; an unconfirmed stop is reported as such, and goes on. */
const CONFIRM_LIMIT_MS = 12_000;
const ROUND_MS = 1_000;
/** While requests may arrive: what they place shall not stand for long. */
const IN_FLIGHT_ROUND_MS = 500;
const POLL_MS = 100;
const PAUSE_MAX_MS = 4_000;
/** Listing a whole account is dear (80 of the venue's 2,400 a minute), a symbol is not (2). */
const WHOLE_INTERVAL_MS = 5_000;
/** A stop that lasts longer than this lists the whole account less often. */
const SOON_MS = 30_000;
const WHOLE_INTERVAL_LATER_MS = 15_000;
/** With more symbols than this the whole account is the cheaper list. */
const SYMBOLS_MAX = 30;

/** What the venue confirms. Null: orders could not be listed, so nobody knows. */
export type StopReport = {
  readonly haltId: string;
  readonly level: HaltLevel;
  /** False: Postgres does not have the halt yet; this process keeps writing and cancelling. */
  readonly latched: boolean;
  /** Workflows that have the signal. */
  readonly signalled: number;
  /** Symbols whose workflow may run and could not be signalled. */
  readonly unsignalled: readonly string[];
  readonly cancelled: number | null;
  readonly stillOpen: number | null;
  readonly protectiveStopsKept: number | null;
  readonly foreignOrders: number | null;
  /** Wall time of the listing that showed none of the orders in question. */
  readonly confirmedAt: EpochMs | null;
};

export type StopRun = {
  readonly halt: StandingHalt;
  /** Resolves when the stop is through, or when it has waited long enough. */
  report(): Promise<StopReport>;
  /** What is known now. */
  view(): StopReport;
  /** Does what is missing, once: latch, signals, cancels. True when nothing is left to do. */
  again(): Promise<boolean>;
};

export type StopInput = {
  readonly deps: ApiDeps;
  readonly signals: HaltSignals;
  /** Every symbol that this process has heard of; grows with what the lists name. */
  readonly known: Set<string>;
  readonly halt: StandingHalt;
  /** Postgres has it already. */
  readonly isLatched: boolean;
  /** Also the orders of others, by the venue's own cancel; only for the whole account. */
  readonly allOrders: boolean;
};

export function beginStop({ deps, signals, known, halt, ...input }: StopInput): StopRun {
  const { clock, config, latch, reads, workflows, venueId } = deps;
  const { haltId, level, reason, by, symbols } = halt;
  const account = config.account.name;
  const startedAt = clock.now();
  const targets = new Set(symbols ?? known);
  const signalled = new Set<string>();
  const unsignalled = new Set<string>();
  const cancelAsked = new Set<string>();
  /** Client ids that stood at the venue: they are on their way no longer. */
  const arrived = new Set<string>();
  let latched = input.isLatched;
  let listed: Sweep | undefined;
  let listedAt: EpochMs = -Infinity;
  let confirmedAt: EpochMs | null = null;
  /** No request of before the latch can reach the venue any more: only now it confirms. */
  let settled = false;

  async function setLatch(): Promise<void> {
    if (latched) return;
    const answer = await answerWithin(clock, LATCH_ANSWER_MS, () =>
      latch.set({ account, haltId, level, reason, by, symbols }),
    );
    if (answer.kind === 'failed') deps.log('the halt latch could not be set', answer.error);
    else latched = answer.value.latched;
  }

  async function signal(symbol: string): Promise<void> {
    const sent = await signals.send(
      { account, venue: venueId, symbol },
      { haltId, level, reason, by },
    );
    if (sent === 'signalled') signalled.add(symbol);
    if (sent === 'failed') unsignalled.add(symbol);
    else unsignalled.delete(symbol);
  }

  /** Lists, cancels, and reaches the workflows of symbols that nobody had named. */
  async function cancelRound(isLast = false): Promise<Sweep> {
    const between = isLast ? undefined : await sweepBetween();
    if (between !== undefined) return between;
    listedAt = clock.now();
    const sweep = input.allOrders ? sweepEveryones : sweepAccount;
    const swept = await (symbols === null
      ? sweep(deps, [...targets])
      : sweepSymbols(deps, symbols));
    listed = swept;
    note(swept);
    const isEmpty = swept.open.length === 0 && swept.complete;
    confirmedAt = settled && isEmpty ? clock.now() : null;
    await reach(swept.symbols);
    return swept;
  }

  /**
   * By symbol, where orders of ours may stand, so that a stop that goes on for minutes leaves the
   * venue's limit to its cancels. Undefined when the whole account is due, or when nothing is left
   * there: only a list of everything confirms.
   */
  async function sweepBetween(): Promise<Sweep | undefined> {
    const isSoon = clock.now() - startedAt < SOON_MS;
    const intervalMs = isSoon ? WHOLE_INTERVAL_MS : WHOLE_INTERVAL_LATER_MS;
    const isDue = clock.now() - listedAt >= intervalMs;
    if (symbols !== null || input.allOrders || isDue) return undefined;
    const asked = targets.size <= SYMBOLS_MAX ? [...targets] : (listed?.symbols ?? []);
    const swept = await sweepSymbols(deps, asked);
    note(swept);
    if (swept.open.length === 0 && settled) return undefined;
    return swept;
  }

  function note({ open, ids }: Sweep): void {
    for (const name of open) cancelAsked.add(name);
    for (const id of ids) arrived.add(id);
  }

  async function reach(named: readonly string[]): Promise<void> {
    const found = named.filter((symbol) => !targets.has(symbol));
    for (const symbol of found) {
      targets.add(symbol);
      known.add(symbol);
    }
    await Promise.all(found.map(signal));
  }

  async function reachListed(list: () => Promise<readonly string[]>): Promise<void> {
    const answer = await answerWithin(clock, LIST_ANSWER_MS, list);
    if (answer.kind === 'failed') deps.log('symbols could not be listed', answer.error);
    else await reach(answer.value);
  }

  const inPostgres = async () => (await reads.symbols(account)).map(({ ref }) => ref.symbol);
  const running = async () => (await workflows.listRunning(account)).map(({ symbol }) => symbol);
  const latching = setLatch();
  const lists = symbols === null ? [reachListed(inPostgres), reachListed(running)] : [];
  const swept = cancelRound();
  const reached = Promise.all([...[...targets].map(signal), ...lists]);

  /**
   * Waits until no submit of before the latch can still reach the venue, and cancels meanwhile what
   * does. A request whose sender died counts until the venue itself would refuse it.
   */
  async function settle(): Promise<void> {
    await latching;
    let sweptAt = startedAt;
    while (clock.now() - startedAt < IN_TRANSITION_MS) {
      const sending = await answerWithin(clock, COUNT_ANSWER_MS, () =>
        reads.sendingCount(account, [...arrived]),
      );
      const countable = latched && sending.kind === 'answer';
      if (countable && sending.value === 0) return;
      if (!countable || clock.now() - sweptAt >= IN_FLIGHT_ROUND_MS) {
        await cancelRound();
        sweptAt = clock.now();
      }
      await clock.sleep(countable ? POLL_MS : ROUND_MS);
    }
  }

  /** Cancels and lists again until the venue shows nothing, or the time is over. */
  async function confirm(): Promise<void> {
    for (let pauseMs = POLL_MS; ; pauseMs = Math.min(2 * pauseMs, PAUSE_MAX_MS)) {
      const isLast = clock.now() - startedAt >= CONFIRM_LIMIT_MS;
      await cancelRound(isLast);
      if (confirmedAt !== null || isLast) return;
      await clock.sleep(pauseMs);
    }
  }

  async function through(): Promise<void> {
    await Promise.all([settle(), swept]);
    settled = true;
    // A Temporal that does not answer must not keep what has arrived meanwhile standing.
    await Promise.all([confirm(), reached]);
  }

  function view(): StopReport {
    const last = listed?.complete === true ? listed : undefined;
    return {
      haltId,
      level,
      latched,
      signalled: signalled.size,
      unsignalled: [...unsignalled].toSorted(),
      cancelled: last === undefined ? null : cancelAsked.size - last.open.length,
      stillOpen: last?.open.length ?? null,
      protectiveStopsKept: last?.protectiveStops ?? null,
      foreignOrders: last?.foreign ?? null,
      confirmedAt,
    };
  }

  return {
    halt,
    view,
    report: async () => {
      // Whoever pressed the button waits no longer, however long the calls under way still take.
      await Promise.race([through(), clock.sleep(CONFIRM_LIMIT_MS)]);
      return view();
    },
    again: async () => {
      const sweeping = confirmedAt === null || !latched;
      const missing = [...unsignalled].map(signal);
      await Promise.all([setLatch(), ...(sweeping ? [cancelRound()] : []), ...missing]);
      return isThrough(view());
    },
  };
}

/** Latched, signalled, and confirmed by the venue. */
export const isThrough = ({ latched, unsignalled, confirmedAt }: StopReport): boolean =>
  latched && unsignalled.length === 0 && confirmedAt !== null;
