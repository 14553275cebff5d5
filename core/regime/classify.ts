/**
 * The regime that the closed bars show right now, by weighted vote of 5m, 15m and 1h.
 * Each timeframe votes by Wilder's ADX: at or above the threshold for the side of the larger
 * directional indicator, below it for ranging. 4h and 1d are context: reported, without a vote.
 */
import type { Regime, RegimeReading, VolatilityClass } from './regime.ts';
import type { RegimeThresholds } from './regime-config.ts';
import { dailyVolatilityPct, volatilityClass } from './volatility.ts';
import type { FeatureTimeframe, MarketFeatures, TimeframeFeatures } from '../market/features.ts';

type Vote = 'trendingUp' | 'trendingDown' | 'ranging';

const WEIGHTS: readonly (readonly [FeatureTimeframe, number])[] = [
  ['5m', 0.4],
  ['15m', 0.35],
  ['1h', 0.25],
];
/** Share of the weight that carries a regime: any two of the three timeframes reach it. */
const MAJORITY = 0.6;
/** Current Bollinger width among the widest tenth of its recent past. */
const EXPANDED_SQUEEZE = 0.1;

type Ballot = {
  readonly votes: Partial<Record<FeatureTimeframe, Vote>>;
  readonly winner: Vote;
  readonly share: number;
};

/**
 * Classifies the market. `confirmed` is the regime in force: a trend goes on down to
 * `leaveTrendStrength`, while a new one needs `enterTrendStrength`.
 */
export function classifyRegime(
  features: MarketFeatures,
  thresholds: RegimeThresholds,
  confirmed: Regime | null,
): RegimeReading {
  const daily = dailyVolatilityPct(features);
  const volatility = volatilityClass(daily, thresholds.volatilityBandsPct);
  const ballot = countVotes(features, thresholds, confirmed);
  const [regime, why] = decide(ballot, volatility, features);
  return {
    regime,
    volatility,
    confidence: volatility === 'extreme' ? 1 : round(ballot?.share ?? 0),
    reasons: {
      why,
      volatilityDailyPct: round(daily ?? 0),
      ...timeframeReasons(features, ballot),
    },
  };
}

function decide(
  ballot: Ballot | null,
  volatility: VolatilityClass,
  features: MarketFeatures,
): readonly [Regime, string] {
  if (volatility === 'extreme') return ['volatile', 'extreme volatility'];
  if (ballot === null) return ['undecided', 'too few bars'];
  const { winner, share, votes } = ballot;
  if (share < MAJORITY) return ['undecided', 'timeframes disagree'];
  if (winner === 'ranging') {
    const expanding = (features.byTimeframe['15m']?.squeeze ?? 1) <= EXPANDED_SQUEEZE;
    if (volatility === 'high' && expanding) return ['volatile', 'high and expanding volatility'];
    return ['ranging', 'no trend in most timeframes'];
  }
  const hour = votes['1h'];
  const opposed = hour !== undefined && hour !== 'ranging' && hour !== winner;
  return opposed ? ['undecided', '1h trends the other way'] : [winner, 'trend in most timeframes'];
}

/** Counts the timeframes that have readings; null without 5m. */
function countVotes(
  features: MarketFeatures,
  thresholds: RegimeThresholds,
  confirmed: Regime | null,
): Ballot | null {
  const votes: Partial<Record<FeatureTimeframe, Vote>> = {};
  const weights: Record<Vote, number> = { trendingUp: 0, trendingDown: 0, ranging: 0 };
  let total = 0;
  for (const [timeframe, weight] of WEIGHTS) {
    const vote = voteOf(features.byTimeframe[timeframe], thresholds, confirmed);
    if (vote === null) continue;
    votes[timeframe] = vote;
    weights[vote] += weight;
    total += weight;
  }
  if (votes['5m'] === undefined) return null;
  const winner = (['ranging', 'trendingUp', 'trendingDown'] as const).reduce((best, vote) =>
    weights[vote] > weights[best] ? vote : best,
  );
  return { votes, winner, share: weights[winner] / total };
}

function voteOf(
  readings: TimeframeFeatures | null,
  thresholds: RegimeThresholds,
  confirmed: Regime | null,
): Vote | null {
  if (readings === null) return null;
  const { adx, plusDi, minusDi } = readings;
  if (adx === null || plusDi === null || minusDi === null) return null;
  const direction = plusDi >= minusDi ? 'trendingUp' : 'trendingDown';
  const threshold =
    confirmed === direction ? thresholds.leaveTrendStrength : thresholds.enterTrendStrength;
  return adx >= threshold ? direction : 'ranging';
}

const REPORTED: readonly FeatureTimeframe[] = ['5m', '15m', '1h', '4h', '1d'];

/** ADX, directional balance and vote of each timeframe, as flat data. */
function timeframeReasons(
  features: MarketFeatures,
  ballot: Ballot | null,
): Record<string, string | number> {
  const reasons: Record<string, string | number> = {};
  for (const timeframe of REPORTED) {
    const readings = features.byTimeframe[timeframe];
    if (readings === null) continue;
    const vote = ballot?.votes[timeframe];
    if (vote !== undefined) reasons[`vote${timeframe}`] = vote;
    if (readings.adx !== null) reasons[`adx${timeframe}`] = round(readings.adx);
    if (readings.plusDi !== null && readings.minusDi !== null) {
      reasons[`diBalance${timeframe}`] = round(readings.plusDi - readings.minusDi);
    }
    if (readings.squeeze !== null) reasons[`squeeze${timeframe}`] = round(readings.squeeze);
  }
  return reasons;
}

const round = (value: number): number => Math.round(value * 1_000) / 1_000;
