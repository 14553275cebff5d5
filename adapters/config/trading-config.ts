/** What strategies and gate read of the configuration, per symbol, overrides applied. */
import type { RiskLimits } from '../../core/risk/risk-limits.ts';
import { DEFAULT_STRATEGY_CONFIG } from '../../core/strategies/strategy-config.ts';
import type { StrategyConfig } from '../../core/strategies/strategy-config.ts';
import type { TidegateConfig } from './load-config.ts';
import { withOverride } from './relations.ts';

const tradingOf = (config: TidegateConfig, symbol: string) =>
  withOverride(config.flowTrading, config.symbolOverrides[symbol]);

export function strategyConfigOf(config: TidegateConfig, symbol: string): StrategyConfig {
  const { scalping, grid, risk, regime } = tradingOf(config, symbol);
  const defaults = DEFAULT_STRATEGY_CONFIG;
  return {
    scalping: {
      ...defaults.scalping,
      profitTargetPct: scalping.profitTargetPct,
      stopLossPct: scalping.stopLossPct,
      trailingStop: scalping.trailingStop,
      minTrendStrength: scalping.minTrendStrength,
      maxHoldMinutes: scalping.holdingLimitS / 60,
      confidenceMin: scalping.minConfidence,
      cooldownS: scalping.cooldownS,
    },
    grid: {
      levels: grid.levels,
      initialLevels: grid.initialLevels,
      spacingMultiplier: grid.spacingMultiplier,
      maxSpreadPct: grid.maxSpreadPct,
      breakoutThresholdPct: grid.breakoutThresholdPct,
      profitPerLevelPct: grid.profitPerLevelPct,
      resetProfitPct: grid.resetProfitPct,
      stopPct: grid.stopPct,
      unwindLimitS: grid.unwindLimitS,
    },
    risk: { positionSizePct: risk.positionSizePct, leverage: risk.leverage },
    minEdgeMultiple: config.limits.minEdgeMultiple,
    regime: {
      ...defaults.regime,
      leaveTrendStrength: regime.exitTrendStrength,
      confirmationBars: regime.confirmationBars,
      minDwellMinutes: regime.minDwellS / 60,
      maxSwitchesPerHour: regime.maxSwitchesPerHour,
    },
  };
}

/** In lockstep a decision may take as long as the machine needs: expiry, grace and ages (wall). */
export const LOCKSTEP_WAIT_MS = 60_000;

export function riskLimitsOf(
  config: TidegateConfig,
  symbol: string,
  lockstep: boolean,
): RiskLimits {
  const { limits, symbols } = config;
  const { risk } = tradingOf(config, symbol);
  const age = (ageMs: number): number => (lockstep ? LOCKSTEP_WAIT_MS : ageMs);
  return {
    allowedSymbols: limits.allowedSymbols.length > 0 ? limits.allowedSymbols : symbols,
    leverage: risk.leverage,
    orderNotionalPct: limits.maxOrderNotionalPct,
    ...activityLimitsOf(config, risk.dailyLossLimitPct),
    positionSizePct: risk.positionSizePct,
    positionsPerSymbol: POSITIONS_PER_SYMBOL,
    positionNotionalPct: limits.maxPositionPct,
    exposurePct: risk.exposureLimitPct,
    grossNotionalPct: limits.maxGrossExposurePct,
    openOrdersPerSymbol: limits.maxOpenOrdersSymbol,
    openOrdersPerAccount: limits.maxOpenOrdersAccount,
    concurrentGrids: risk.maxConcurrentGrids,
    aggressiveCollarPct: limits.aggressiveCollarPct,
    passiveDistancePct: limits.passiveDistancePct,
    clockSkewMs: age(limits.maxClockSkewMs),
    scalpDataAgeMs: age(limits.scalpDataAgeMs),
    gridDataAgeMs: age(limits.gridDataAgeMs),
    protectionGraceMs: age(risk.protectionGraceMs),
  };
}

const activityLimitsOf = ({ limits }: TidegateConfig, dailyLossAccountPct: number) => ({
  orderNotionalMax: limits.maxOrderNotional,
  quantityMedianMultiple: limits.maxQuantityMultiple,
  quantityVolumePct: limits.maxQuantityVolumePct,
  quantityDepthPct: limits.maxQuantityDepthPct,
  spreadPct: limits.maxSpreadPct,
  collarMovePct: limits.collarMovePct,
  jumpPct: limits.maxJumpPct,
  dailyLossSymbolPct: limits.symbolDailyLossPct,
  dailyLossAccountPct,
  drawdownHalfPct: limits.drawdownHalfPct,
  drawdownHaltPct: limits.drawdownHaltPct,
  stopsBeforePause: limits.stopsBeforePause,
  messagesPerMinuteSymbol: limits.maxMessagesMinuteSymbol,
  messagesPerMinuteAccount: limits.maxMessagesMinuteAccount,
  messagesPerTenSecondsSymbol: limits.maxMessagesTenSecondsSymbol,
  messagesPerTenSecondsAccount: limits.maxMessagesTenSecondsAccount,
  repeatedFillsPerMinute: limits.maxRepeatedFillsMinute,
  repeatedFillsPerTenMinutes: limits.maxRepeatedFillsTenMinutes,
  ordersPerDaySymbol: limits.maxOrdersDaySymbol,
  ordersFirstDaySymbol: limits.maxOrdersFirstDaySymbol,
  edgeMultiple: limits.minEdgeMultiple,
  marginReservePct: limits.marginReservePct,
  rejectsPerMinuteSymbol: limits.maxRejectsMinuteSymbol,
  rejectsPerFiveMinutesAccount: limits.maxRejectsFiveMinutesAccount,
  unknownRequestsAccount: limits.maxUnknownRequestsAccount,
  unknownGraceMs: limits.unknownGraceMs,
});

/** At most three positions a symbol. */
const POSITIONS_PER_SYMBOL = 3;
