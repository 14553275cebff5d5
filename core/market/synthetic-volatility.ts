/**
 * Stochastic volatility: two time scales, partly common to all symbols, and the hour of the day. It
 * is what makes the tails of returns heavy: the shocks themselves are normal.
 */
import { createRandom } from './random.ts';
import type { Random } from './random.ts';
import { BLOCK_MINUTES } from './synthetic-regimes.ts';

/** What all symbols share in one block, a value per minute. */
export type CommonMinutes = {
  /** Standard normal shock. */
  readonly shock: Float64Array;
  /** Logarithm of the common volatility factor. */
  readonly logVolatility: Float64Array;
};

/** A log-volatility component: standard deviation and mean life in minutes. */
type Component = { readonly spread: number; readonly lifeMinutes: number };

const FAST: Component = { spread: 0.6, lifeMinutes: 20 };
const SLOW: Component = { spread: 0.4, lifeMinutes: 1_800 };
const COMMON_SHARE = 0.92;
const OWN_SHARE = 0.39;
/** Swing of the day: busiest when London and New York overlap, at 15:00 UTC. */
const DAY_SWING = 0.25;

/** The common shocks and volatility of a block. */
export function commonMinutes(seed: number, block: number): CommonMinutes {
  const random = createRandom(seed, 'minutes', block);
  const shock = new Float64Array(BLOCK_MINUTES);
  const logVolatility = new Float64Array(BLOCK_MINUTES);
  const next = createLogVolatility(random);
  for (let minute = 0; minute < BLOCK_MINUTES; minute++) {
    shock[minute] = random.normal();
    logVolatility[minute] = next();
  }
  return { shock, logVolatility };
}

/** A symbol's volatility factor, minute after minute, mean square near 1. */
export function createVolatility(
  common: CommonMinutes,
  random: Random,
): (minute: number) => number {
  const own = createLogVolatility(random);
  const variance = FAST.spread ** 2 + SLOW.spread ** 2;
  return (minute) => {
    const log = COMMON_SHARE * (common.logVolatility[minute] as number) + OWN_SHARE * own();
    return Math.exp(log - variance) * hourFactor(minute);
  };
}

/** Blocks start at midnight UTC, so the minute of the block gives the hour. */
function hourFactor(minute: number): number {
  const hour = Math.floor(minute / 60) % 24;
  return 1 + DAY_SWING * Math.cos((2 * Math.PI * (hour - 15)) / 24);
}

/** Sum of two autoregressive processes, started from their stationary law. */
function createLogVolatility(random: Random): () => number {
  const fast = createComponent(FAST, random);
  const slow = createComponent(SLOW, random);
  return () => fast() + slow();
}

function createComponent({ spread, lifeMinutes }: Component, random: Random): () => number {
  const keep = Math.exp(-1 / lifeMinutes);
  const fresh = spread * Math.sqrt(1 - keep * keep);
  let value = spread * random.normal();
  return () => {
    value = keep * value + fresh * random.normal();
    return value;
  };
}
