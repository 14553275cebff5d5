/** One emergency stop on its way: everything begins at once, then the venue confirms. */
import { RECV_WINDOW_MS } from '../adapters/ports.ts';
import { answerWithin } from './deadline.ts';
import type { StopReport, StopRequest } from './emergency-stop.ts';
import type { HaltSignals } from './halt-signals.ts';
import type { ApiDeps } from './ports.ts';
import { sweep } from './venue-sweep.ts';
import type { Sweep } from './venue-sweep.ts';

const LATCH_ANSWER_MS = 3_000;
const LIST_ANSWER_MS = 2_000;
const COUNT_ANSWER_MS = 1_000;
/** The submit's HTTP timeout and what the venue may still accept after it. */
const IN_TRANSITION_MS = 3_000 + RECV_WINDOW_MS;
/** From the start of the stop; an unconfirmed stop is reported as such. */
const CONFIRM_LIMIT_MS = 15_000;
export const ROUND_MS = 1_000;
const POLL_MS = 100;

export type StopRun = {
  readonly haltId: string;
  report(): Promise<StopReport>;
  /** True once Postgres has the halt. */
  setLatch(): Promise<boolean>;
  cancelRound(): Promise<Sweep>;
};

type Begin = {
  readonly deps: ApiDeps;
  readonly signals: HaltSignals;
  /** Every symbol that this process has heard of; grows with what the lists name. */
  readonly known: Set<string>;
  readonly request: StopRequest;
  readonly haltId: string;
};

export function beginStop({ deps, signals, known, request, haltId }: Begin): StopRun {
  const { clock, config, latch, reads, workflows, venueId } = deps;
  const { symbols, reason, by } = request;
  const account = config.account.name;
  const startedAt = clock.now();
  const targets = new Set(symbols ?? known);
  const signalled = new Set<string>();
  const unsignalled = new Set<string>();
  const cancelAsked = new Set<string>();

  async function setLatch(): Promise<boolean> {
    const halt = { account, haltId, level: 'HALT' as const, reason, by, symbols };
    const answer = await answerWithin(clock, LATCH_ANSWER_MS, () => latch.set(halt));
    if (answer.kind === 'failed') deps.log('the halt latch could not be set', answer.error);
    return answer.kind === 'answer' && answer.value.latched;
  }

  async function signal(symbol: string): Promise<void> {
    const message = { haltId, level: 'HALT' as const, reason, by };
    const sent = await signals.send({ account, venue: venueId, symbol }, message);
    if (sent === 'signalled') signalled.add(symbol);
    if (sent === 'failed') unsignalled.add(symbol);
  }

  async function cancelRound(of: Iterable<string> = targets): Promise<Sweep> {
    const swept = await sweep(deps, [...of]);
    for (const id of swept.open) cancelAsked.add(id);
    return swept;
  }

  const reach = (of: readonly string[]) => Promise.all([...of.map(signal), cancelRound(of)]);

  /** Signals and cancels what a list names beyond the targets, as soon as the list is there. */
  async function reachListed(list: () => Promise<readonly string[]>): Promise<void> {
    const answer = await answerWithin(clock, LIST_ANSWER_MS, list);
    if (answer.kind === 'failed') return deps.log('symbols could not be listed', answer.error);
    const found = answer.value.filter((symbol) => !targets.has(symbol));
    for (const symbol of found) {
      targets.add(symbol);
      known.add(symbol);
    }
    await reach(found);
  }

  const listed = async () => (await reads.symbols(account)).map(({ ref }) => ref.symbol);
  const running = async () => (await workflows.listRunning(account)).map(({ symbol }) => symbol);
  const latching = setLatch();
  const lists = symbols === null ? [reachListed(listed), reachListed(running)] : [];
  const reached = Promise.all([reach([...targets]), ...lists]);

  /** Waits until no submit of before the latch can still reach the venue. */
  async function settle(latched: boolean): Promise<void> {
    while (clock.now() - startedAt < IN_TRANSITION_MS) {
      const sending = await answerWithin(clock, COUNT_ANSWER_MS, () => reads.sendingCount(account));
      const countable = latched && sending.kind === 'answer';
      if (countable && sending.value === 0) return;
      if (!countable) await cancelRound();
      await clock.sleep(countable ? POLL_MS : ROUND_MS);
    }
  }

  /** Cancels and lists again until the venue shows none of ours, or the time is over. */
  async function confirm(): Promise<{ last: Sweep; confirmed: boolean }> {
    // Soon at first, then rarely: listing too often would use up the venue's request limit.
    let pauseMs = POLL_MS;
    for (;;) {
      const last = await cancelRound();
      const confirmed = last.open.length === 0 && last.unlisted.length === 0;
      if (confirmed || clock.now() - startedAt >= CONFIRM_LIMIT_MS) return { last, confirmed };
      await clock.sleep(pauseMs);
      pauseMs = Math.min(2 * pauseMs, ROUND_MS);
    }
  }

  async function report(): Promise<StopReport> {
    const latched = await latching;
    await reached;
    await settle(latched);
    const { last, confirmed } = await confirm();
    const complete = last.unlisted.length === 0;
    return {
      haltId,
      latched,
      signalled: signalled.size,
      unsignalled: [...unsignalled].toSorted(),
      cancelled: complete ? cancelAsked.size - last.open.length : null,
      stillOpen: complete ? last.open.length : null,
      protectiveStopsKept: complete ? last.protectiveStops : null,
      foreignOrders: complete ? last.foreign : null,
      confirmedAt: confirmed ? clock.now() : null,
    };
  }

  return { haltId, report, setLatch, cancelRound };
}
