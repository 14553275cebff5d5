/**
 * What a watch spec waits for beside bars: breakout, trailing stop, touch and deadlines. Held as
 * numbers for the comparison at every tick; decimal text only when something is reported.
 */
import type { EpochMs, Side } from '../market/market.ts';
import type { WatchSpec } from '../market/watch.ts';
import { roundToTick } from '../money/arithmetic.ts';
import { price, priceText } from '../money/units.ts';
import type { Price, PriceText } from '../money/units.ts';

/** Market time between two reports of a touch that keeps moving away. */
const TOUCH_INTERVAL_MS = 3_000;

type Breakout = { readonly key: string; readonly lower: number; readonly upper: number };

type Trail = {
  readonly key: string;
  readonly long: boolean;
  readonly activateAt: number;
  readonly distance: Price;
  readonly step: Price;
  /** The stop at the venue or reported already, whichever is better. */
  stop: Price;
  /** The mark from which the stop gains a step. Below it no mark matters, so no best is kept. */
  nextMark: number;
};

type Touch = {
  readonly side: Side;
  readonly price: number;
  reportedAt: EpochMs;
  reportedTouch: number;
};

type Deadline = { readonly id: string; readonly at: EpochMs };

export type WatchRules = {
  breakout: Breakout | null;
  breakoutReported: boolean;
  trail: Trail | null;
  touch: Touch | null;
  /** Not reported yet, by time and id. */
  deadlines: readonly Deadline[];
  /** Keys of deadlines of the spec that were reported. */
  reported: ReadonlySet<string>;
};

export function createWatchRules(): WatchRules {
  return {
    breakout: null,
    breakoutReported: false,
    trail: null,
    touch: null,
    deadlines: [],
    reported: new Set(),
  };
}

/** Takes a new spec and remembers what of it was reported already. */
export function replaceRules(rules: WatchRules, spec: WatchSpec): void {
  replaceBreakout(rules, spec.breakout);
  replaceTrail(rules, spec.trail);
  replaceTouch(rules, spec.touch);
  const keys = new Set(spec.deadlines.map(keyOf));
  rules.reported = new Set([...rules.reported].filter((key) => keys.has(key)));
  rules.deadlines = spec.deadlines
    .filter((deadline) => !rules.reported.has(keyOf(deadline)))
    .toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
}

/** The side on which the mark left the corridor; reported once per corridor. */
export function breakoutOf(rules: WatchRules, mark: number): 'up' | 'down' | null {
  if (rules.breakout === null || rules.breakoutReported) return null;
  if (mark >= rules.breakout.lower && mark <= rules.breakout.upper) return null;
  rules.breakoutReported = true;
  return mark > rules.breakout.upper ? 'up' : 'down';
}

/** A stop that is better by at least a step, rounded away from the mark; null without one. */
export function betterStop(rules: WatchRules, mark: PriceText, tick: Price): PriceText | null {
  const { trail } = rules;
  if (trail === null) return null;
  const value = Number(mark);
  if (trail.long ? value < trail.nextMark : value > trail.nextMark) return null;
  const stop = trail.long
    ? roundToTick((price(mark) - trail.distance) as Price, tick, 'down')
    : roundToTick((price(mark) + trail.distance) as Price, tick, 'up');
  const gain = trail.long ? stop - trail.stop : trail.stop - stop;
  if (gain < trail.step) return null;
  trail.stop = stop;
  trail.nextMark = nextMarkOf(trail);
  return priceText(stop);
}

/** True when the touch stands better than our exit: at once, then while it moves, every 3 s. */
export function touchMoved(rules: WatchRules, bid: number, ask: number, now: EpochMs): boolean {
  const { touch } = rules;
  if (touch === null) return false;
  const current = touch.side === 'sell' ? ask : bid;
  const isBehind = touch.side === 'sell' ? current < touch.price : current > touch.price;
  if (!isBehind || current === touch.reportedTouch) return false;
  if (now - touch.reportedAt < TOUCH_INTERVAL_MS) return false;
  touch.reportedAt = now;
  touch.reportedTouch = current;
  return true;
}

/** Ids of the deadlines that market time has reached, by time and id; each is given once. */
export function dueDeadlines(rules: WatchRules, now: EpochMs): readonly string[] {
  const first = rules.deadlines[0];
  if (first === undefined || now < first.at) return [];
  const due = rules.deadlines.filter((deadline) => deadline.at <= now);
  rules.deadlines = rules.deadlines.slice(due.length);
  rules.reported = new Set([...rules.reported, ...due.map(keyOf)]);
  return due.map((deadline) => deadline.id);
}

function replaceBreakout(rules: WatchRules, spec: WatchSpec['breakout']): void {
  const key = spec === null ? null : `${spec.lower}|${spec.upper}`;
  if (key !== (rules.breakout?.key ?? null)) rules.breakoutReported = false;
  rules.breakout =
    spec === null || key === null
      ? null
      : { key, lower: Number(spec.lower), upper: Number(spec.upper) };
}

/** The same trail goes on from the better of the stop reported and the spec's. */
function replaceTrail(rules: WatchRules, spec: WatchSpec['trail']): void {
  const before = rules.trail;
  if (spec === null) {
    rules.trail = null;
    return;
  }
  const key = [spec.positionSide, spec.activateAt, spec.distance, spec.step].join('|');
  const same = before?.key === key ? before : null;
  const long = spec.positionSide === 'buy';
  const given = price(spec.stopPrice);
  const trail: Trail = {
    key,
    long,
    activateAt: Number(spec.activateAt),
    distance: price(spec.distance),
    step: price(spec.step),
    stop: same === null || (long ? given > same.stop : given < same.stop) ? given : same.stop,
    nextMark: 0,
  };
  trail.nextMark = nextMarkOf(trail);
  rules.trail = trail;
}

/** Never before activation; else where the stop gains a step, a hair early against rounding. */
function nextMarkOf(trail: Trail): number {
  const offset = trail.distance + trail.step;
  const exact = trail.long ? trail.stop + offset : trail.stop - offset;
  const value = Number(exact) / 1e12;
  const early = value * (trail.long ? 1 - 1e-12 : 1 + 1e-12);
  return trail.long ? Math.max(early, trail.activateAt) : Math.min(early, trail.activateAt);
}

function replaceTouch(rules: WatchRules, spec: WatchSpec['touch']): void {
  if (spec === null) {
    rules.touch = null;
    return;
  }
  const at = Number(spec.price);
  const same = rules.touch?.side === spec.side && rules.touch.price === at;
  if (!same) rules.touch = { side: spec.side, price: at, reportedAt: -Infinity, reportedTouch: 0 };
}

const keyOf = ({ id, at }: Deadline): string => `${id}@${at}`;
