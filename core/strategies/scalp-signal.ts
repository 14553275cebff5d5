/**
 * The entry rules of the scalp strategy, judged on closed bars. The watcher asks them at each 1m
 * close and `evaluate` asks them again: one function, so the two cannot disagree.
 *
 * `confidence` is a weighted score of named conditions, not a probability: nothing was fitted.
 */
import type { MarketFeatures, TimeframeFeatures } from '../market/features.ts';
import type { Side } from '../market/market.ts';

export type ScalpRule = 'trendContinuation' | 'momentumBreakout';

export type ScalpSignal = {
  readonly side: Side;
  /** The rule that scores higher. */
  readonly rule: ScalpRule;
  /** 0 … 1. */
  readonly confidence: number;
  /** Each condition's degree of fulfilment, 0 … 1. */
  readonly conditions: Readonly<Record<string, number>>;
  readonly due: boolean;
};

export type ScalpThresholds = {
  readonly confidenceMin: number;
  readonly minTrendStrength: number;
};

type Condition = { readonly name: string; readonly weight: number; readonly degree: number };

/** RSI counted towards the side (100 - RSI for sells): the zone of momentum, and where it is spent. */
const RSI_MOMENTUM: readonly [number, number] = [52, 72];
const RSI_TOLERATED: readonly [number, number] = [46, 80];
/** Momentum over 3 bars that counts in full, in 1m ATRs. */
const MOMENTUM_ATRS = 1;
const VOLUME_STRONG = 1.5;
const VOLUME_SPIKE = 2;

/** The better of the two rules for a side; null while a reading that they need is missing. */
export function scalpSignal(
  features: MarketFeatures,
  side: Side,
  thresholds: ScalpThresholds,
): ScalpSignal | null {
  const minute = features.byTimeframe['1m'];
  const five = features.byTimeframe['5m'];
  if (minute === null || five === null) return null;
  if (minute.rsi === null || minute.momentumPct === null || five.adx === null) return null;
  const view: View = { side, minute, five, features, thresholds };
  const continuation = judge('trendContinuation', continuationConditions(view), view);
  const breakout = judge('momentumBreakout', breakoutConditions(view), view);
  return breakout.confidence > continuation.confidence ? breakout : continuation;
}

type View = {
  readonly side: Side;
  readonly minute: TimeframeFeatures;
  readonly five: TimeframeFeatures;
  readonly features: MarketFeatures;
  readonly thresholds: ScalpThresholds;
};

/** Due: confident enough, moving with the side now, and not spent. */
function judge(rule: ScalpRule, conditions: readonly Condition[], view: View): ScalpSignal {
  const score = conditions.reduce((total, { weight, degree }) => total + weight * degree, 0);
  const confidence = Math.round(score * 1_000) / 1_000;
  const moving = signed(view.minute.momentumPct ?? 0, view.side) > 0;
  const rsi = towards(view.minute.rsi ?? 50, view.side);
  const due = confidence >= view.thresholds.confidenceMin && moving && rsi <= RSI_TOLERATED[1];
  return {
    side: view.side,
    rule,
    confidence,
    conditions: Object.fromEntries(conditions.map(({ name, degree }) => [name, degree])),
    due,
  };
}

function continuationConditions(view: View): Condition[] {
  return [
    { name: 'trend5m', weight: 0.2, degree: trendDegree(view.five, view) },
    {
      name: 'trend15m',
      weight: 0.15,
      degree: averageDegree(view.features.byTimeframe['15m'], view),
    },
    {
      name: 'confirm1h',
      weight: 0.15,
      degree: averageDegree(view.features.byTimeframe['1h'], view),
    },
    { name: 'rsi1m', weight: 0.15, degree: rsiDegree(view) },
    { name: 'momentum1m', weight: 0.2, degree: momentumDegree(view) },
    {
      name: 'volume1m',
      weight: 0.15,
      degree: degreeOf(view.minute.volumeRatio ?? 0, 1, VOLUME_STRONG),
    },
  ];
}

function breakoutConditions(view: View): Condition[] {
  return [
    { name: 'bandBreak1m', weight: 0.3, degree: bandBreak(view) },
    {
      name: 'volumeSpike1m',
      weight: 0.25,
      degree: degreeOf(view.minute.volumeRatio ?? 0, VOLUME_STRONG, VOLUME_SPIKE),
    },
    { name: 'bias5m', weight: 0.25, degree: trendDegree(view.five, view) },
    {
      name: 'confirm1h',
      weight: 0.2,
      degree: averageDegree(view.features.byTimeframe['1h'], view),
    },
  ];
}

/** ADX at the trend threshold with the side's directional indicator ahead: 1; close to it: 0.5. */
function trendDegree(readings: TimeframeFeatures, view: View): number {
  const balance = signed((readings.plusDi ?? 0) - (readings.minusDi ?? 0), view.side);
  const { minTrendStrength } = view.thresholds;
  return balance > 0 ? degreeOf(readings.adx ?? 0, minTrendStrength * 0.8, minTrendStrength) : 0;
}

/** Fast average beyond the slow one: 1. Unknown: 0.5, neither for nor against. */
function averageDegree(readings: TimeframeFeatures | null, view: View): number {
  if (readings === null || readings.emaFast === null || readings.emaSlow === null) return 0.5;
  return signed(readings.emaFast - readings.emaSlow, view.side) > 0 ? 1 : 0;
}

function rsiDegree({ minute, side }: View): number {
  const rsi = towards(minute.rsi ?? 50, side);
  if (rsi >= RSI_MOMENTUM[0] && rsi <= RSI_MOMENTUM[1]) return 1;
  return rsi >= RSI_TOLERATED[0] && rsi <= RSI_TOLERATED[1] ? 0.5 : 0;
}

function momentumDegree({ minute, side }: View): number {
  if (minute.atr === null || minute.atr === 0) return 0;
  const atrPct = (minute.atr / minute.close) * 100;
  return degreeOf(signed(minute.momentumPct ?? 0, side) / atrPct, MOMENTUM_ATRS / 2, MOMENTUM_ATRS);
}

function bandBreak({ minute, side }: View): number {
  const band = side === 'buy' ? minute.bollingerUpper : minute.bollingerLower;
  return band !== null && signed(minute.close - band, side) > 0 ? 1 : 0;
}

/** 0 below `half`, 0.5 from there, 1 from `full`. */
function degreeOf(value: number, half: number, full: number): number {
  if (value >= full) return 1;
  return value >= half ? 0.5 : 0;
}

const signed = (value: number, side: Side): number => (side === 'buy' ? value : -value);
const towards = (rsi: number, side: Side): number => (side === 'buy' ? rsi : 100 - rsi);
