/** Which faults a seed has and how often they strike: a random subset, each with its own rate. */
import type { Dice } from './dice.ts';

/** Highest chance per occasion; for the last group, highest rate per virtual minute. */
const KNOBS = {
  // Requests to the venue.
  requestLost: 0.12,
  replyLost: 0.15,
  requestDelayed: 0.1,
  replyDelayed: 0.1,
  serverError: 0.08,
  rateLimited: 0.05,
  readLost: 0.1,
  // What the venue does by itself.
  findLies: 0.4,
  listsLag: 0.5,
  listsLie: 0.15,
  stopRejected: 0.15,
  orderRejected: 0.08,
  // The account's event stream.
  eventDropped: 0.15,
  eventDuplicated: 0.2,
  eventDelayed: 0.15,
  eventReordered: 0.2,
  // The database.
  queryFails: 0.03,
  commitReplyLost: 0.03,
  querySlow: 0.04,
  noticeLost: 0.3,
  gateDenies: 0.1,
  // Workers and Temporal.
  activityFails: 0.04,
  taskSlow: 0.04,
  resultSlow: 0.04,
  // Per minute.
  crash: 4,
  freeze: 3,
  venueOutage: 1.5,
  databaseOutage: 1.5,
  temporalOutage: 1,
  streamCut: 3,
  marketSilence: 2,
  venueCancels: 3,
  stopsCancelled: 3,
  halt: 1.5,
  flatten: 1,
  lockout: 0.5,
  level: 2,
  stop: 0.4,
  restart: 0.7,
} as const satisfies Record<string, number>;

export type Fault = keyof typeof KNOBS;

/** Share of the faults that a seed has; without any, the seed is a check of the simulator. */
const SHARES = [0, 0.15, 0.3, 0.5, 0.8];
/** A seed with a few faults has them hard. */
const FEW = 4;
const CHANCE_MAX = 0.5;

export class Faults {
  readonly #dice: Dice;
  readonly #rates: Readonly<Partial<Record<Fault, number>>>;
  /** Faults end with the safety phase. */
  isOn = true;

  constructor(dice: Dice) {
    this.#dice = dice;
    const share = dice.pick(SHARES);
    const names = (Object.keys(KNOBS) as Fault[]).filter(() => dice.chance(share));
    const few = names.length <= FEW || dice.chance(0.15) ? names.slice(0, FEW) : undefined;
    this.#rates = Object.fromEntries(
      (few ?? names).map((name) => [name, rateOf(name, few !== undefined, dice)]),
    );
  }

  hits(fault: Fault): boolean {
    const rate = this.#rates[fault];
    return this.isOn && rate !== undefined && this.#dice.chance(rate);
  }

  /** Strikes per virtual minute; 0 where the seed does not have the fault. */
  rate(fault: Fault): number {
    return this.#rates[fault] ?? 0;
  }

  get names(): readonly string[] {
    return Object.keys(this.#rates);
  }
}

function rateOf(name: Fault, isHard: boolean, dice: Dice): number {
  const most: number = KNOBS[name];
  const rate = most * dice.uniform(0.2, 1) * (isHard ? 3 : 1);
  return most < 1 ? Math.min(CHANCE_MAX, rate) : rate;
}
