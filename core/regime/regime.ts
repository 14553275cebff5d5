/** Regimes and the state that hysteresis needs. The state is plain JSON, carried by the machine. */
import type { EpochMs } from '../market/market.ts';

export const REGIMES = ['trendingUp', 'trendingDown', 'ranging', 'volatile', 'undecided'] as const;
export type Regime = (typeof REGIMES)[number];
export type VolatilityClass = 'low' | 'medium' | 'high' | 'extreme';

/** One reading with its reasons as data. */
export type RegimeReading = {
  readonly regime: Regime;
  readonly volatility: VolatilityClass;
  /** Weighted agreement of the timeframes, 0 … 1. */
  readonly confidence: number;
  readonly reasons: Readonly<Record<string, string | number>>;
};

/** Confirmed regime, candidate with its confirmations, and the times of the last switches. */
export type RegimeState = {
  readonly confirmed: Regime;
  readonly since: EpochMs;
  readonly candidate: Regime;
  readonly confirmations: number;
  readonly switchTimes: readonly EpochMs[];
};

export type RegimeConfig = {
  /** ADX below which a trend has ended, 5 … `scalping.minTrendStrength`. */
  readonly leaveTrendStrength: number;
  /** Readings of 5m bars in a row that confirm another regime, 1 … 12. */
  readonly confirmationBars: number;
  /** Market time that a confirmed regime lasts at least, 0 … 1440 min. */
  readonly minDwellMinutes: number;
  /** Most switches in 60 market minutes, 1 … 12. */
  readonly maxSwitchesPerHour: number;
  /** Daily volatility in percent at which the classes medium, high and extreme begin. */
  readonly volatilityBandsPct: {
    readonly medium: number;
    readonly high: number;
    readonly extreme: number;
  };
};

export const DEFAULT_REGIME_CONFIG: RegimeConfig = {
  leaveTrendStrength: 20,
  confirmationBars: 2,
  minDwellMinutes: 15,
  maxSwitchesPerHour: 4,
  volatilityBandsPct: { medium: 2, high: 6, extreme: 15 },
};
