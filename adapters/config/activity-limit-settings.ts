/** `limits`: how much may be done and lost. Defaults are for real money; paper is `PAPER_PROFILE`. */
import { decimal, duration, whole } from './settings.ts';

const PCT = { min: 0.01, max: 100 };

export const activityLimits = {
  max_order_notional: decimal('Largest order in quote units, whatever the equity', {
    min: 1,
    max: 1e9,
    default: 1_000,
  }),
  max_quantity_multiple: decimal('Largest order as a multiple of the median of the last fifty', {
    min: 1,
    max: 1_000,
    default: 5,
  }),
  max_quantity_volume_pct: decimal('Largest order over what traded in 24 hours (market time)', {
    ...PCT,
    default: 1,
  }),
  max_quantity_depth_pct: decimal(
    'Largest order that takes, over what rests within half a percent of the mid',
    { ...PCT, default: 10 },
  ),
  max_spread_pct: decimal('Spread over mid beyond which a book prices nothing', {
    ...PCT,
    default: 1,
  }),
  collar_move_pct: decimal('Distance of the mids of a minute (market time), over the lowest', {
    ...PCT,
    default: 10,
  }),
  max_jump_pct: decimal('Distance between two quotes that has to be confirmed', {
    ...PCT,
    min: 0.5,
    default: 5,
  }),
  max_clock_skew_ms: duration('wall time', 'Distance of our clock from that of the venue', {
    min: 100,
    max: 60_000,
    default: 1_000,
  }),
  stale_halt_ms: duration('wall time', 'Age of market data that halts its symbol', {
    min: 1_000,
    max: 86_400_000,
    default: 60_000,
  }),
  unknown_grace_ms: duration('wall time', 'Time that the outcome of a request may stay unknown', {
    min: 1,
    max: 86_400_000,
    default: 60_000,
  }),
  symbol_daily_loss_pct: decimal('Loss of a symbol in a market day that halts it, over equity', {
    ...PCT,
    default: 1,
  }),
  drawdown_half_pct: decimal('Drawdown from the highest equity that halves the largest order', {
    ...PCT,
    default: 5,
  }),
  drawdown_halt_pct: decimal('Drawdown from the highest equity that halts the account', {
    ...PCT,
    default: 10,
  }),
  stops_before_pause: whole('Stops hit in two market hours before entries pause for 20 minutes', {
    min: 1,
    max: 1_000,
    default: 4,
  }),
  max_messages_minute_symbol: whole(
    'Orders, amends and cancels of a symbol in a minute (wall time)',
    {
      min: 1,
      max: 100_000,
      default: 60,
    },
  ),
  max_messages_minute_account: whole(
    'Orders, amends and cancels of the account in a minute (wall time)',
    {
      min: 1,
      max: 1_000_000,
      default: 300,
    },
  ),
  max_messages_ten_seconds_symbol: whole(
    'Orders, amends and cancels of a symbol in ten seconds (wall time)',
    {
      min: 1,
      max: 100_000,
      default: 20,
    },
  ),
  max_messages_ten_seconds_account: whole(
    'Orders, amends and cancels of the account in ten seconds (wall time)',
    {
      min: 1,
      max: 1_000_000,
      default: 80,
    },
  ),
  max_repeated_fills_minute: whole('Fills of one side and size in a minute (market time)', {
    min: 1,
    max: 100_000,
    default: 6,
  }),
  max_repeated_fills_ten_minutes: whole('Fills of one side and size in ten minutes (market time)', {
    min: 1,
    max: 100_000,
    default: 30,
  }),
  max_orders_day_symbol: whole('Orders of a symbol in a market day', {
    min: 1,
    max: 1_000_000,
    default: 1_000,
  }),
  max_orders_first_day_symbol: whole('Orders of a symbol on the first market day of an account', {
    min: 1,
    max: 1_000_000,
    default: 100,
  }),
  min_edge_multiple: decimal(
    'Way of an entry or level to its target, over the fees of both orders and half the spread',
    { min: 1, max: 100, default: 2 },
  ),
  margin_reserve_pct: decimal('Equity that is never pledged as margin', { ...PCT, default: 5 }),
  max_rejects_minute_symbol: whole('Refusals by the venue in a minute (wall time)', {
    min: 1,
    max: 10_000,
    default: 5,
  }),
  max_rejects_five_minutes_account: whole('Refusals by the venue in five minutes (wall time)', {
    min: 1,
    max: 100_000,
    default: 20,
  }),
  max_unknown_requests_account: whole('Requests of unknown outcome at once', {
    min: 1,
    max: 1_000,
    default: 3,
  }),
};
