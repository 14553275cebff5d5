/**
 * One week of a synthetic market in 1m bars, a pure function of (seed, symbol, block). The price at
 * the block's two ends is fixed beforehand (`levelAt`); inside, each minute is drawn from the regime
 * and the volatility of the moment, and the whole is bent evenly so that it meets the far end. The
 * drift this adds is about a hundredth of a minute's volatility, a quarter of a trend's drift.
 */
import { createDecimalGrid } from './decimal-grid.ts';
import { instrumentOf } from './instruments.ts';
import { createRandom } from './random.ts';
import type { Random } from './random.ts';
import type { SyntheticProfile } from './synthetic-profiles.ts';
import { BLOCK_MINUTES, regimeSchedule } from './synthetic-regimes.ts';
import type { MarketRegime, RegimeSegment } from './synthetic-regimes.ts';
import { commonMinutes, createVolatility } from './synthetic-volatility.ts';
import type { CommonMinutes } from './synthetic-volatility.ts';

/** 1m bars of one block: prices in ticks, volume in quantity steps. Index 0 is its first minute. */
export type MinuteBlock = {
  readonly block: number;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
  /** Standard deviation of the minute's log return as the market knew it. */
  readonly volatility: Float64Array;
  readonly regimes: readonly RegimeSegment[];
};

/** Standard deviation of BTC's log return over one minute, before regime and hour. */
const MINUTE_VOLATILITY = 0.00078;
/** Pull towards the anchor in a range, and of the anchor towards the price, per minute. */
const RANGE_PULL = 1 / 90;
const ANCHOR_PULL = 1 / 900;
/** Drift of a trend in units of `MINUTE_VOLATILITY`, mean of a log-normal strength. */
const TREND_DRIFT = 0.045;
/** Variation inside a minute relative to that of its close, for highs and lows. */
const INSIDE_FACTOR = 0.9;
/** A bar holds at least this many quantity steps, so that each trade in it has one. */
const VOLUME_MIN_STEPS = 600;

const REGIME_VOLATILITY: Readonly<Record<MarketRegime, number>> = {
  ranging: 0.8,
  trendingUp: 1,
  trendingDown: 1.1,
  volatile: 2,
};

/** Weekly change of a symbol's level and how much of the distance from the centre stays. */
const WEEK_VOLATILITY = 0.05;
const WEEK_PERSISTENCE = 0.985;
const WEEKS_REMEMBERED = 200;

export function generateBlock(
  seed: number,
  profile: SyntheticProfile,
  block: number,
  common: CommonMinutes = commonMinutes(seed, block),
): MinuteBlock {
  const regimes = regimeSchedule(seed, profile, block);
  const walk = drawWalk(seed, profile, block, common, regimes);
  const from = levelAt(seed, profile, block);
  bend(walk.level, from, levelAt(seed, profile, block + 1));
  return { block, regimes, ...toBars(seed, profile, block, from, walk) };
}

/** Log price relative to the centre at the start of a block: a slow, stationary weekly walk. */
function levelAt(seed: number, profile: SyntheticProfile, block: number): number {
  const { commonShare, volatilityRatio, symbol } = profile;
  const own = Math.sqrt(1 - commonShare ** 2);
  let level = 0;
  for (let week = block - WEEKS_REMEMBERED; week < block; week++) {
    const shared = createRandom(seed, 'weeks', week).normal();
    const shock = commonShare * shared + own * createRandom(seed, 'weeks', symbol, week).normal();
    level = WEEK_PERSISTENCE * level + WEEK_VOLATILITY * volatilityRatio * shock;
  }
  return level;
}

type Walk = { readonly level: Float64Array; readonly volatility: Float64Array };

/** Log price after each minute, from 0, before bending. */
function drawWalk(
  seed: number,
  profile: SyntheticProfile,
  block: number,
  common: CommonMinutes,
  regimes: readonly RegimeSegment[],
): Walk {
  const random = createRandom(seed, 'minutes', profile.symbol, block);
  const walk = {
    level: new Float64Array(BLOCK_MINUTES),
    volatility: new Float64Array(BLOCK_MINUTES),
  };
  const base = MINUTE_VOLATILITY * profile.volatilityRatio;
  const volatilityOf = createVolatility(common, random);
  const own = Math.sqrt(1 - profile.commonShare ** 2);
  let level = 0;
  for (const { regime, startMinute, endMinute } of regimes) {
    const drift = base * TREND_DRIFT * trendStrength(regime, random);
    let anchor = level;
    for (let minute = startMinute; minute < endMinute; minute++) {
      const volatility = base * REGIME_VOLATILITY[regime] * volatilityOf(minute);
      const shock = profile.commonShare * (common.shock[minute] as number) + own * random.normal();
      const pull = regime === 'ranging' ? RANGE_PULL * (anchor - level) : 0;
      level += drift + pull + volatility * shock;
      anchor += ANCHOR_PULL * (level - anchor);
      walk.level[minute] = level;
      walk.volatility[minute] = volatility;
    }
  }
  return walk;
}

/** Signed strength of a trend, log-normal around 1; 0 outside trends. */
function trendStrength(regime: MarketRegime, random: Random): number {
  const strength = Math.exp(0.4 * random.normal());
  if (regime === 'trendingUp') return strength;
  return regime === 'trendingDown' ? -strength : 0;
}

/** Shifts a walk that starts at 0 to run from `from` to exactly `to`. */
function bend(level: Float64Array, from: number, to: number): void {
  const last = level.length - 1;
  const correction = (to - from - (level[last] as number)) / level.length;
  for (let i = 0; i <= last; i++) level[i] = from + (level[i] as number) + correction * (i + 1);
}

type Bars = Omit<MinuteBlock, 'block' | 'regimes'>;

/** Bars on the tick around the closes of a walk. */
function toBars(
  seed: number,
  profile: SyntheticProfile,
  block: number,
  from: number,
  walk: Walk,
): Bars {
  const random = createRandom(seed, 'bars', profile.symbol, block);
  const ticksPerUnit = ticksOf(profile);
  const bars = emptyBars(walk.volatility);
  const volumeOf = createVolume(profile, random);
  let before = ticksPerUnit * Math.exp(from);
  for (let i = 0; i < BLOCK_MINUTES; i++) {
    const volatility = walk.volatility[i] as number;
    const after = ticksPerUnit * Math.exp(walk.level[i] as number);
    const inside = before * volatility * INSIDE_FACTOR;
    const open = Math.round(before + 0.12 * inside * random.normal());
    const close = Math.round(after);
    const high = Math.max(open, close, Math.round(open + reach(close - open, inside, random)));
    const low = Math.min(open, close, Math.round(open - reach(open - close, inside, random)));
    bars.open[i] = open;
    bars.high[i] = high;
    bars.low[i] = Math.max(1, low);
    bars.close[i] = close;
    bars.volume[i] = volumeOf((high - low) / inside, volatility);
    before = after;
  }
  return bars;
}

/** How far a Brownian path that ends `change` away went in that direction: its exact maximum law. */
function reach(change: number, spread: number, random: Random): number {
  return (
    (change + Math.sqrt(change * change - 2 * spread * spread * Math.log(random.uniform()))) / 2
  );
}

/** Volume of a minute in quantity steps: rises with volatility and with the bar's own range. */
function createVolume(
  profile: SyntheticProfile,
  random: Random,
): (relativeRange: number, volatility: number) => number {
  const grid = createDecimalGrid(instrumentOf(profile.symbol).quantityStep);
  const perMinute = grid.nearest(profile.dailyVolume / 1440);
  const calm = MINUTE_VOLATILITY * profile.volatilityRatio;
  return (relativeRange, volatility) => {
    const activity = (volatility / calm) ** 1.2 * (0.15 + 0.35 * relativeRange);
    const noise = Math.exp(0.5 * random.normal());
    return Math.max(VOLUME_MIN_STEPS, Math.round(1.63 * perMinute * activity * noise));
  };
}

function ticksOf(profile: SyntheticProfile): number {
  return createDecimalGrid(instrumentOf(profile.symbol).tickSize).nearest(profile.centrePrice);
}

function emptyBars(volatility: Float64Array): Bars {
  const column = (): Float64Array => new Float64Array(BLOCK_MINUTES);
  return {
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    volume: column(),
    volatility,
  };
}
