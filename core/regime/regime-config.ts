/** What regime detection reads of the configuration. Durations are market time. */
export type RegimeConfig = {
  /** ADX below which a trend has ended, 5 … `scalping.minTrendStrength`. */
  readonly leaveTrendStrength: number;
  /** Readings of 5m bars in a row that confirm another regime, 1 … 12. */
  readonly confirmationBars: number;
  /** How long a confirmed regime lasts at least, 0 … 1440 min. */
  readonly minDwellMinutes: number;
  /** Most switches in 60 minutes, 1 … 12. */
  readonly maxSwitchesPerHour: number;
  /** Daily volatility in percent at which the classes medium, high and extreme begin, rising. */
  readonly volatilityBandsPct: {
    readonly medium: number;
    readonly high: number;
    readonly extreme: number;
  };
};

/** The configuration with the ADX at which a trend begins, `scalping.minTrendStrength`. */
export type RegimeThresholds = RegimeConfig & { readonly enterTrendStrength: number };

export const DEFAULT_REGIME_CONFIG: RegimeConfig = {
  leaveTrendStrength: 20,
  confirmationBars: 2,
  minDwellMinutes: 10,
  maxSwitchesPerHour: 4,
  volatilityBandsPct: { medium: 2, high: 6, extreme: 15 },
};
