/** The way to the venue and back: slow, lossy, and gone when the venue is away. */
import type { Dice } from '../dice.ts';
import type { Faults } from '../faults.ts';
import type { VirtualTime } from '../virtual-time.ts';
import type { SimProcess } from '../worker/sim-process.ts';

/** Of the HTTP client. */
const REQUEST_TIMEOUT_MS = 3_000;

export type Network = {
  /** What the venue answers; rejects when it cannot be reached or does not answer in time. */
  read<T>(atVenue: () => T): Promise<T>;
  /** `atVenue` runs at most once, perhaps long after the caller gave up. */
  write<T>(atVenue: () => T): Promise<T>;
};

export type NetworkParts = {
  readonly time: VirtualTime;
  readonly dice: Dice;
  readonly faults: Faults;
  readonly isVenueAway: () => boolean;
};

export function createNetwork(parts: NetworkParts, process: SimProcess): Network {
  const { time, dice, faults, isVenueAway } = parts;
  const hopMs = (): number => dice.between(2, 40);

  /** A request that is on its way is not called back by the death of its sender. */
  const ask = <T>(outMs: number, backMs: number, isLost: boolean, atVenue: () => T): Promise<T> =>
    process.wait<T>(({ resolve, reject }) => {
      time.after(REQUEST_TIMEOUT_MS, () => reject(new Error('request timed out')));
      if (isLost) return;
      time.after(outMs, () => {
        if (isVenueAway()) {
          time.after(backMs, () => reject(new Error('connection refused')));
          return;
        }
        const answer = attempt(atVenue);
        time.after(backMs, () => (answer.ok ? resolve(answer.value) : reject(answer.error)));
      });
    });

  return {
    read: (atVenue) => {
      const backMs = faults.hits('replyDelayed') ? dice.between(200, 2_500) : hopMs();
      return ask(hopMs(), backMs, faults.hits('readLost'), atVenue);
    },
    write: (atVenue) => {
      const outMs = faults.hits('requestDelayed') ? dice.between(300, 9_000) : hopMs();
      const lostReply = faults.hits('replyLost');
      const slowReply = faults.hits('replyDelayed') ? dice.between(300, 5_000) : hopMs();
      const backMs = lostReply ? 10 * REQUEST_TIMEOUT_MS : slowReply;
      return ask(outMs, backMs, faults.hits('requestLost'), atVenue);
    },
  };
}

type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; error: Error };

function attempt<T>(run: () => T): Answer<T> {
  try {
    return { ok: true, value: run() };
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error : new Error(String(error)) };
  }
}
