/** `flow_trading`: how each strategy trades and how much of the account it may use. */
import { decimal, duration, flag, whole } from './settings.ts';

export const scalping = {
  profit_target_pct: decimal('Target from the entry', { min: 0.05, max: 10, default: 0.5 }),
  stop_loss_pct: decimal('Stop from the entry', { min: 0.05, max: 10, default: 0.3 }),
  trailing_stop: flag('Trail the stop once the position is in profit', true),
  min_trend_strength: decimal('ADX at which a trend begins', { min: 5, max: 80, default: 25 }),
  min_confidence: decimal('Least confidence of an entry', { min: 0, max: 1, default: 0.75 }),
  holding_limit_s: duration('market time', 'Longest time a position is held', {
    min: 10,
    max: 86_400,
    default: 900,
  }),
  cooldown_s: duration('market time', 'Pause between two scalps', {
    min: 0,
    max: 86_400,
    default: 60,
  }),
};

export const grid = {
  levels: whole('Most levels a side', { min: 1, max: 50, default: 5 }),
  initial_levels: whole('Levels a side at the start', { min: 1, max: 50, default: 3 }),
  spacing_multiplier: decimal('Factor on the ATR and Bollinger spacing', {
    min: 0.1,
    max: 10,
    default: 1,
  }),
  max_spread_pct: decimal('Centre to outermost level', { min: 0.1, max: 50, default: 2 }),
  breakout_threshold_pct: decimal('Distance from the centre at which the grid is given up', {
    min: 0.1,
    max: 50,
    default: 3,
  }),
  stop_pct: decimal('Distance from the centre of the stops at the venue', {
    min: 0.2,
    max: 60,
    default: 3.5,
  }),
  profit_per_level_pct: decimal('Counter-order from the fill price, before fees', {
    min: 0.01,
    max: 10,
    default: 0.2,
  }),
  reset_profit_pct: decimal(
    'Net profit since the last reset, over the worst one-sided notional, at which the grid is planned anew',
    { min: 0.01, max: 100, default: 1 },
  ),
  unwind_limit_s: duration('market time', 'Longest wait at the touch before closing at market', {
    min: 1,
    max: 3_600,
    default: 60,
  }),
};

export const risk = {
  max_concurrent_grids: whole('Most grids at once', { min: 0, max: 1_000, default: 3 }),
  position_size_pct: decimal('Initial margin of a position over equity', {
    min: 0.01,
    max: 100,
    default: 0.5,
  }),
  exposure_limit_pct: decimal('Initial margin of all positions and working orders over equity', {
    min: 0.1,
    max: 100,
    default: 10,
  }),
  daily_loss_limit_pct: decimal(
    'Loss since 00:00 UTC (market time) over the equity then; beyond it the account halts',
    { min: 0.1, max: 100, default: 5 },
  ),
  correlation_limit: decimal(
    'Correlation above which two symbols share one limit; not enforced yet',
    {
      min: 0,
      max: 1,
      default: 0.7,
    },
  ),
  leverage: decimal('Leverage set at the venue before the first order', {
    min: 1,
    max: 125,
    default: 3,
  }),
  protection_grace_ms: duration(
    'wall time',
    'Time without live protection after which the inventory is closed',
    { min: 500, max: 60_000, default: 5_000 },
  ),
};

export const regime = {
  exit_trend_strength: decimal('ADX at which a trend ends', { min: 5, max: 80, default: 20 }),
  confirmation_bars: whole('Closed bars that must agree before a switch', {
    min: 1,
    max: 100,
    default: 2,
  }),
  min_dwell_s: duration('market time', 'Least time between two switches', {
    min: 0,
    max: 86_400,
    default: 600,
  }),
  max_switches_per_hour: whole('Most switches in one hour of market time', {
    min: 1,
    max: 60,
    default: 4,
  }),
};
