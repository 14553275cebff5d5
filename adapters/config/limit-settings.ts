/** `limits`: the last checks before an order goes out. Defaults are for real money; paper is `PAPER_PROFILE`. */
import { activityLimits } from './activity-limit-settings.ts';
import { decimal, duration, symbolList, whole } from './settings.ts';

export const limits = {
  allowed_symbols: symbolList('Symbols that may be traded; empty means those of `symbols`', []),
  max_order_notional_pct: decimal('Largest order, notional over equity', {
    min: 0.1,
    max: 1_000,
    default: 5,
  }),
  aggressive_collar_pct: decimal('Most distance of a marketable price from the fresh mid', {
    min: 0.01,
    max: 20,
    default: 0.5,
  }),
  passive_distance_pct: decimal('Most distance of a resting price from the fresh mid', {
    min: 0.1,
    max: 50,
    default: 20,
  }),
  max_position_pct: decimal('Position and working orders of a symbol, notional over equity', {
    min: 0.1,
    max: 10_000,
    default: 20,
  }),
  max_gross_exposure_pct: decimal('All positions and working orders, notional over equity', {
    min: 0.1,
    max: 10_000,
    default: 150,
  }),
  max_leverage: decimal('Leverage above which the start is refused', {
    min: 1,
    max: 125,
    default: 2,
  }),
  max_open_orders_symbol: whole('Open orders of a symbol', { min: 1, max: 200, default: 40 }),
  max_open_orders_account: whole('Open orders of the account', {
    min: 1,
    max: 10_000,
    default: 150,
  }),
  scalp_data_age_ms: duration('wall time', 'Age of market data at which no scalp adds risk', {
    min: 100,
    max: 600_000,
    default: 2_000,
  }),
  grid_data_age_ms: duration('wall time', 'Age of market data at which no grid adds risk', {
    min: 100,
    max: 600_000,
    default: 10_000,
  }),
  ...activityLimits,
};

/** The paper account's figures, where they differ from the careful defaults for real money. */
export const PAPER_PROFILE = {
  flow_trading: { risk: { position_size_pct: 2 } },
  limits: {
    max_order_notional_pct: 10,
    max_position_pct: 30,
    max_gross_exposure_pct: 100,
    max_leverage: 3,
    // Play money comes in any amount; the share of equity is the limit.
    max_order_notional: 1_000_000,
    // The demo runs sixty times as fast as the day, and wall time counts.
    max_messages_minute_symbol: 600,
    max_messages_minute_account: 3_000,
    max_messages_ten_seconds_symbol: 100,
    max_messages_ten_seconds_account: 500,
    max_repeated_fills_minute: 20,
    max_repeated_fills_ten_minutes: 100,
    max_orders_day_symbol: 5_000,
    max_orders_first_day_symbol: 5_000,
  },
};
