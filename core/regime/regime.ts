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
