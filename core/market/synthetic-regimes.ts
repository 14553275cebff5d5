/**
 * Which regime rules when: a semi-Markov sequence for the whole market, and each symbol's own
 * version of it. Schedules are made block by block (one week), each block a pure function of
 * (seed, block), so that any time can be reached without its past.
 */
import { ensureDefined } from '../assert.ts';
import type { Regime } from '../regime/regime.ts';
import { createRandom } from './random.ts';
import type { Random } from './random.ts';
import type { SyntheticProfile } from './synthetic-profiles.ts';

export type MarketRegime = Exclude<Regime, 'undecided'>;

/** A regime from `startMinute` up to `endMinute`, counted from the start of its block. */
export type RegimeSegment = {
  readonly regime: MarketRegime;
  readonly startMinute: number;
  readonly endMinute: number;
};

/** Minutes of one block: a week, much longer than any regime. */
export const BLOCK_MINUTES = 10_080;

type Weights = readonly (readonly [MarketRegime, number])[];

/** Share of segments, used for the first of a block and for a symbol that goes its own way. */
const SHARES: Weights = [
  ['ranging', 0.45],
  ['trendingUp', 0.2],
  ['trendingDown', 0.2],
  ['volatile', 0.15],
];

const NEXT: Readonly<Record<MarketRegime, Weights>> = {
  ranging: [
    ['trendingUp', 0.38],
    ['trendingDown', 0.38],
    ['volatile', 0.24],
  ],
  trendingUp: [
    ['ranging', 0.7],
    ['trendingDown', 0.15],
    ['volatile', 0.15],
  ],
  trendingDown: [
    ['ranging', 0.65],
    ['trendingUp', 0.15],
    ['volatile', 0.2],
  ],
  volatile: [
    ['ranging', 0.5],
    ['trendingUp', 0.25],
    ['trendingDown', 0.25],
  ],
};

const MEAN_DWELL_MINUTES: Readonly<Record<MarketRegime, number>> = {
  ranging: 720,
  trendingUp: 420,
  trendingDown: 360,
  volatile: 150,
};

const DWELL_LOG_SPREAD = 0.6;
const DWELL_MIN_MINUTES = 60;
/** A symbol enters a regime of the whole market up to this much later; below the shortest dwell. */
const LAG_MAX_MINUTES = 40;

/** The symbol's regimes over one block, in order, without gaps. */
export function regimeSchedule(
  seed: number,
  profile: SyntheticProfile,
  block: number,
): readonly RegimeSegment[] {
  const random = createRandom(seed, 'regimes', profile.symbol, block);
  const segments: RegimeSegment[] = [];
  for (const common of commonSchedule(seed, block)) {
    const follows = random.uniform() < profile.regimeCoupling;
    const regime = follows ? common.regime : draw(SHARES, random);
    const lag = Math.floor(random.uniform() * LAG_MAX_MINUTES * (1 - profile.regimeCoupling) * 2);
    append(segments, regime, common.startMinute === 0 ? 0 : common.startMinute + lag);
  }
  return segments;
}

/** Opens a segment, closing the one before it; a repeated regime only lengthens it. */
function append(segments: RegimeSegment[], regime: MarketRegime, startMinute: number): void {
  const last = segments.at(-1);
  if (last?.regime === regime) return;
  if (last !== undefined) segments[segments.length - 1] = { ...last, endMinute: startMinute };
  segments.push({ regime, startMinute, endMinute: BLOCK_MINUTES });
}

/** The regimes of the market as a whole. */
function commonSchedule(seed: number, block: number): readonly RegimeSegment[] {
  const random = createRandom(seed, 'regimes', block);
  const segments: RegimeSegment[] = [];
  let regime = draw(SHARES, random);
  for (let minute = 0; minute < BLOCK_MINUTES;) {
    append(segments, regime, minute);
    minute += dwellMinutes(regime, random);
    regime = draw(NEXT[regime], random);
  }
  return segments;
}

/** A log-normal dwell with the regime's mean. */
function dwellMinutes(regime: MarketRegime, random: Random): number {
  const factor = Math.exp(DWELL_LOG_SPREAD * random.normal() - DWELL_LOG_SPREAD ** 2 / 2);
  return Math.max(DWELL_MIN_MINUTES, Math.round(MEAN_DWELL_MINUTES[regime] * factor));
}

function draw(weights: Weights, random: Random): MarketRegime {
  let rest = random.uniform();
  for (const [regime, weight] of weights) {
    rest -= weight;
    if (rest < 0) return regime;
  }
  return ensureDefined(weights.at(-1), 'no regime to draw')[0];
}
